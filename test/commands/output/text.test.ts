import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  countOf,
  displayWidth,
  escapeLines,
  escapeText,
  padEnd,
  padStart,
  truncate,
} from '../../../src/commands/output/text.ts';

const FAMILY = '👩‍👩‍👧';
const E_ACUTE = 'e\u0301';

describe('escapeText', () => {
  test.each([
    ['an escape sequence that would clear the screen', 'Tom\u001B[2J', 'Tom\\e[2J'],
    ['a one-byte CSI', 'Tom\u009B2J', 'Tom\\x9b2J'],
    ['a header injection', 'a\r\nBcc: b', 'a\\r\\nBcc: b'],
    ['a right-to-left override', 'moc\u202Eelpmaxe', 'moc\\u202eelpmaxe'],
    ['an isolate', 'a\u2066b\u2069', 'a\\u2066b\\u2069'],
    ['a byte that backspaces', 'ab\u0008', 'ab\\x08'],
    ['NUL', '\u0000', '\\x00'],
    ['an invisible space', 'to\u200Bm', 'to\\u200bm'],
    ['half an emoji', '\uD83D', '\uFFFD'],
  ])('shows %s instead of obeying it', (_what, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  test.each(['Zoë Müller', 'محمد', '山田太郎', FAMILY, 'می‌خواهم', `Jos${E_ACUTE}`])(
    'leaves the honest name %s alone',
    (name) => {
      expect(escapeText(name)).toBe(name);
    },
  );

  test('whatever comes in, nothing that controls a terminal comes out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex -- that is the claim
        expect(escapeText(text)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
      }),
      { seed: 1 },
    );
  });

  test('escapeLines keeps line breaks of any kind and widens tabs', () => {
    expect(escapeLines('a\tb\r\nc\rd\u001B')).toEqual(['a    b', 'c', 'd\\e']);
  });
});

describe('truncate', () => {
  test.each([
    ['fits', 4, 'fits'],
    ['too long', 5, 'too …'],
    ['x', 0, ''],
    [`${FAMILY}${FAMILY}`, 3, `${FAMILY}…`],
    [`${E_ACUTE}${E_ACUTE}${E_ACUTE}`, 2, `${E_ACUTE}…`],
    ['山田太郎', 5, '山田…'],
    ['山田太郎', 4, '山…'],
    ['山田太郎', 8, '山田太郎'],
  ])('cuts %s to %i columns without splitting a character', (text, width, cut) => {
    expect(truncate(text, width)).toBe(cut);
  });

  test('never takes more columns than it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, width) => {
        expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(width);
      }),
      { seed: 2 },
    );
  });
});

describe('widths', () => {
  test.each([
    ['abc', 3],
    ['日本', 4],
    [FAMILY, 2],
    [E_ACUTE, 1],
    ['', 0],
    ['한국', 4],
    ['✓', 1],
  ])('%s takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test('padding fills columns, not code units', () => {
    expect(padEnd('日本', 6)).toBe('日本  ');
    expect(padStart('5', 3)).toBe('  5');
    expect(padEnd('long', 2)).toBe('long');
  });
});

test('countOf speaks of one and of many', () => {
  expect([countOf(1, 'lead'), countOf(0, 'lead'), countOf(2, 'reply', 'replies')]).toEqual([
    '1 lead',
    '0 leads',
    '2 replies',
  ]);
});
