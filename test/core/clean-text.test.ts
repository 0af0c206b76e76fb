import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { cleanLine, cleanNotes, hasNul } from '../../src/core/clean-text.ts';

describe('a line of text', () => {
  test.each([
    ['Ann', 'Ann', []],
    ['  \u00c9lodie ', '\u00c9lodie', []],
    ['Ann\r\nBcc: x', 'Ann Bcc: x', ['control_characters']],
    ['a\u2028b\u0085c\td', 'a b c d', ['control_characters']],
    ['\u001b[31mred', '[31mred', ['control_characters']],
    ['x\u202egnp.exe', 'xgnp.exe', ['invisible_characters']],
    ['a\u200db', 'ab', ['invisible_characters']],
    ['Cafe\u0301', 'Caf\u00e9', []],
    ['lone \ud800 half', 'lone \ufffd half', []],
    ['\n\u00c9lodie\r\n', '\u00c9lodie', []],
    ['\u200b \u00c9lodie \u200b', '\u00c9lodie', ['invisible_characters']],
  ])('%j becomes %j', (raw, text, remarks) => {
    expect(cleanLine(raw, 100)).toEqual({ text, remarks });
  });

  test('joiners stay where letters and emoji need them', () => {
    for (const text of ['\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', '\u{1f469}\u200d\u{1f4bb}']) {
      expect(cleanLine(text, 100)).toEqual({ text, remarks: [] });
    }
  });

  test('two thousand marks on one letter are capped at eight', () => {
    const { text, remarks } = cleanLine(`e${'\u0301'.repeat(2_000)}`, 100);
    expect([...text]).toHaveLength(9);
    expect(remarks).toEqual(['combining_marks']);
  });

  test('length is counted in what people see, and cut between two of them', () => {
    const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
    expect(cleanLine(family.repeat(3), 2)).toEqual({ text: family.repeat(2), remarks: ['cut'] });
    expect(cleanLine(family.repeat(3), 3)).toEqual({ text: family.repeat(3), remarks: [] });
    expect(cleanLine('abcdef', 3)).toEqual({ text: 'abc', remarks: ['cut'] });
    expect(cleanLine('abc', 3)).toEqual({ text: 'abc', remarks: [] });
    expect(cleanLine('e\u0301e\u0301', 2)).toEqual({ text: '\u00e9\u00e9', remarks: [] });
  });

  test('white space at an end counts for nothing, before and after a cut', () => {
    expect(cleanLine('\u00e9 \u200b', 1)).toEqual({ text: '\u00e9', remarks: ['invisible_characters'] });
    expect(cleanLine('\u00e9 b', 2)).toEqual({ text: '\u00e9', remarks: ['cut'] });
  });

  test('whatever comes in, nothing that ends a header line or hides comes out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (raw) => {
        const { text } = cleanLine(raw, 50);
        // eslint-disable-next-line no-control-regex -- that is what must not be there
        expect(text).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFEFF]/);
        expect(cleanLine(text, 50).text).toBe(text);
      }),
      { seed: 43 },
    );
  });
});

test('notes keep their lines, whichever system wrote them, and their tabs', () => {
  expect(cleanNotes(' one\r\ntwo\rthree\u2028four\tend\u0007 ', 100)).toEqual({
    text: 'one\ntwo\nthree\nfour\tend',
    remarks: ['control_characters'],
  });
  expect(cleanNotes('one\r\ntwo', 100).remarks).toEqual([]);
  expect(cleanNotes('plain', 100)).toEqual({ text: 'plain', remarks: [] });
  expect(cleanNotes(' plain ', 100)).toEqual({ text: 'plain', remarks: [] });
  expect(cleanNotes('\r\n\u00e9\r\n', 100)).toEqual({ text: '\u00e9', remarks: [] });
  expect(cleanNotes('a\u0007\u0007b', 100)).toEqual({ text: 'a b', remarks: ['control_characters'] });
});

test('notes are cut like a line', () => {
  expect(cleanNotes('abcdef', 3)).toEqual({ text: 'abc', remarks: ['cut'] });
  expect(cleanNotes('abc', 3)).toEqual({ text: 'abc', remarks: [] });
});

test('hardening 16: a NUL is found wherever it stands', () => {
  expect(hasNul('a\u0000b')).toBe(true);
  expect(hasNul('ab')).toBe(false);
});
