import { describe, expect, test } from 'vitest';

import { GUARD_TEXTS, REASON_PHRASES, REASON_TEXTS, REASONS } from '../../src/core/reason-texts.ts';
import { REASONS_BY_GUARD } from '../../src/core/reasons.ts';

describe('A13: every no can be read by whoever meets it', () => {
  test('each reason is explained in sentences and counted in a few words', () => {
    for (const reason of REASONS) {
      expect(REASON_TEXTS[reason], reason).toMatch(/^[A-Z`].{15,}\.$/);
      expect(REASON_PHRASES[reason], reason).toMatch(/^[a-z' ,-]{3,40}$/);
    }
  });

  test('no two reasons are counted under the same words', () => {
    expect(new Set(Object.values(REASON_PHRASES)).size).toBe(REASONS.length);
  });

  test('each guard is a question', () => {
    expect(Object.keys(GUARD_TEXTS)).toEqual(Object.keys(REASONS_BY_GUARD));
    for (const text of Object.values(GUARD_TEXTS)) expect(text).toMatch(/^[A-Z].*\?$/);
  });

  test('the list of reasons is the contract’s, in the order of the guards', () => {
    expect(REASONS).toEqual([...new Set(Object.values(REASONS_BY_GUARD).flat())]);
  });
});
