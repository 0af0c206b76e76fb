import fc from 'fast-check';
import { expect, test } from 'vitest';

import { diffLines } from '../../../src/commands/review/line-diff.ts';

const text = fc
  .array(fc.constantFrom('', 'a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join('\n'));

test('a comparison holds both texts whole, whatever they are', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)!;
      const side = (mark: '-' | '+') => lines.filter((line) => line.mark !== mark).map((line) => line.text);
      expect(side('+').join('\n')).toBe(before);
      expect(side('-').join('\n')).toBe(after);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('one line edited is one line out and one line in; the rest stays', () => {
  expect(diffLines('a\nb\nc', 'a\nx\nc')!.map(({ mark, text: line }) => mark + line)).toEqual([
    ' a',
    '-b',
    '+x',
    ' c',
  ]);
});

test('texts too long for a desk are not compared', () => {
  expect(diffLines('x\n'.repeat(600), 'x')).toBeNull();
});
