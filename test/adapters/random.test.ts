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

test('a fraction is never 1, so that no pause is longer than configured', () => {
  const fractions = Array.from({ length: 1_000 }, () => systemRandom.fraction());
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThan(1);
  expect(new Set(fractions).size).toBeGreaterThan(990);
});
