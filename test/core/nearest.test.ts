import { describe, expect, test } from 'vitest';

import { editDistance, nearestWord } from '../../src/core/nearest.ts';

describe('a misspelt word is answered with the right one', () => {
  test.each([
    ['max_per_rnu', 'max_per_run'],
    ['MAX_PER_RUN', 'max_per_run'],
    ['drafts_per_da', 'drafts_per_day'],
  ])('%s', (word, expected) => {
    expect(nearestWord(word, ['drafts_per_day', 'max_per_run'])).toBe(expected);
  });

  test('and a wholly different one with nothing, so that nobody is sent astray', () => {
    expect(nearestWord('banana', ['drafts_per_day', 'live'])).toBeNull();
    expect(nearestWord('banana', [])).toBeNull();
  });

  test('a swap of two letters is one slip, not two', () => {
    expect(editDistance('rnu', 'run')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
