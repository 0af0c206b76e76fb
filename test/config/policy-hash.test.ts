import { expect, test } from 'vitest';

import { policyHash } from '../../src/config/policy.ts';
import { load } from './workspace.ts';

test('A17: a plan is stale when any limit moved, and only then', () => {
  const before = policyHash(load('[limits]\ndrafts_per_day = 7').policy);
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(policyHash(load('# words only\n[limits]\n  drafts_per_day = 0x7').policy)).toBe(before);
  expect(policyHash(load('[limits]\ndrafts_per_day = 8').policy)).not.toBe(before);
  expect(policyHash(load('holidays = [2026-02-18]\n[limits]\ndrafts_per_day = 7').policy)).not.toBe(before);
});
