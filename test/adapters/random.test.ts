import { expect, test } from 'vitest';
import { systemRandom } from '../../src/adapters/random.ts';

test('a public id is its prefix and 16 characters that survive a mail header, a file name and a phone call', () => {
  expect(systemRandom.publicId('m')).toMatch(/^m-[a-z2-7]{16}$/);
  expect(systemRandom.publicId('s')).toMatch(/^s-[a-z2-7]{16}$/);
});

test('ids do not repeat, and use every character of the alphabet', () => {
  const ids = Array.from({ length: 2_000 }, () => systemRandom.publicId('l'));
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(ids.flatMap((id) => Array.from(id.slice(2)))).size).toBe(32);
});

test('E1: ids of an import are as random, and come in the order in which their beginnings stand in an index', () => {
  const ids = systemRandom.publicIds('e', 5_000);
  expect(ids.filter((id) => !/^e-[a-z2-7]{16}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(5_000);
  const beginnings = ids.map((id) => id.slice(0, 4));
  expect(beginnings).toEqual(beginnings.toSorted());
  // What follows the beginning is in no order, and every character may stand in each place.
  const rests = ids.map((id) => id.slice(4));
  expect(rests).not.toEqual(rests.toSorted());
  for (let at = 2; at < 18; at += 1) expect(new Set(ids.map((id) => id.charAt(at))).size).toBe(32);
  expect(systemRandom.publicIds('l', 0)).toEqual([]);
  expect(systemRandom.publicIds('l', 1)).toEqual([expect.stringMatching(/^l-[a-z2-7]{16}$/)]);
});

test('a fraction is never 1, so that no pause is longer than configured', () => {
  const fractions = Array.from({ length: 1_000 }, () => systemRandom.fraction());
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThan(1);
  expect(new Set(fractions).size).toBeGreaterThan(990);
});
