import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { editDistance, nearestWord, nearestWords } from '../../src/core/nearest.ts';

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

  test('a third of the longer word may be wrong, and no more; one letter of a short one may', () => {
    expect(nearestWord('drft', ['drafts'])).toBe('drafts');
    expect(nearestWord('drafts', ['drft'])).toBe('drft');
    expect(nearestWord('drf', ['drafts'])).toBeNull();
    expect(nearestWord('ye', ['yes'])).toBe('yes');
    expect(nearestWord('no', ['yes'])).toBeNull();
  });

  test('the nearest comes first, of two as near the earlier, and no more than asked for', () => {
    const candidates = ['lives', 'line', 'live', 'love'];
    expect(nearestWords('live', candidates, 9)).toEqual(['live', 'lives', 'line', 'love']);
    expect(nearestWords('live', candidates, 2)).toEqual(['live', 'lives']);
    expect(nearestWord('lave', ['save', 'love', 'lave'])).toBe('lave');
    expect(nearestWord('lave', ['save', 'love'])).toBe('save');
  });

  test('of a word without end only the beginning is compared, so that it costs no more than a long one', () => {
    const longest = 'ab'.repeat(40);
    expect(nearestWord(`${longest}${'c'.repeat(100_000)}`, [longest])).toBe(longest);
  });
});

describe('how many slips lie between two words', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['abxy', 'ab', 2],
    ['ab', 'xyab', 2],
    ['kitten', 'sitting', 3],
    ['rnu', 'run', 1],
    ['xrnu', 'yrun', 2],
    ['ab', 'ca', 2],
    ['ab', 'bc', 2],
  ])('%j and %j: %d', (left, right, slips) => {
    expect(editDistance(left, right)).toBe(slips);
    expect(editDistance(right, left)).toBe(slips);
  });

  test('as many as the shortest way has, of letters inserted, removed, replaced or swapped', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        expect(editDistance(left, right)).toBe(shortestWay(left, right));
      }),
      { seed: 20261122, numRuns: 300 },
    );
  });
});

/** By its definition: the last letters are dealt with in one of the ways, and then the rest. */
function shortestWay(left: string, right: string): number {
  if (left === '' || right === '') return left.length + right.length;
  const differs = left.at(-1) === right.at(-1) ? 0 : 1;
  const ways = [
    shortestWay(left.slice(0, -1), right) + 1,
    shortestWay(left, right.slice(0, -1)) + 1,
    shortestWay(left.slice(0, -1), right.slice(0, -1)) + differs,
  ];
  const swapped = left.slice(-2) === right.slice(-2).split('').reverse().join('');
  if (swapped && left.length > 1) ways.push(shortestWay(left.slice(0, -2), right.slice(0, -2)) + 1);
  return Math.min(...ways);
}
