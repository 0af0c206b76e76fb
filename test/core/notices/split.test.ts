import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { escapeHtml, headedHtml, plainOfHtml } from '../../../src/core/notices/html.ts';
import { isQuietMinute } from '../../../src/core/notices/quiet-hours.ts';
import { splitAtLines } from '../../../src/core/notices/split.ts';

describe('F1: a text that is too long for one message', () => {
  test('is cut between lines, and a short one is not cut', () => {
    expect(splitAtLines('one\ntwo\nthree', 100)).toEqual(['one\ntwo\nthree']);
    expect(splitAtLines('one\ntwo\nthree', 8)).toEqual(['one\ntwo', 'three']);
    expect(splitAtLines('one\ntwo\nthree', 7)).toEqual(['one\ntwo', 'three']);
    expect(splitAtLines('one\ntwo\nthree', 6)).toEqual(['one', 'two', 'three']);
    expect(splitAtLines('one\n\ntwo', 100)).toEqual(['one\n\ntwo']);
    expect(splitAtLines('', 8)).toEqual([]);
    expect(splitAtLines('one\n     \ntwo', 5)).toEqual(['one', 'two']);
  });

  test('a line that is too long by itself is cut inside, never between the halves of a character', () => {
    expect(splitAtLines('abcdef\ng', 4)).toEqual(['abcd', 'ef\ng']);
    expect(splitAtLines('abc😀d', 4)).toEqual(['abc', '😀d']);
    expect(splitAtLines('ab😀d', 4)).toEqual(['ab😀', 'd']);
    expect(splitAtLines('abcd\nefgh', 4)).toEqual(['abcd', 'efgh']);
    // The second half of a character may end a part.
    expect(splitAtLines('a😀😀', 3)).toEqual(['a😀', '😀']);
  });

  test('parts of a single unit come to an end, though no character of two fits', () => {
    expect(splitAtLines('ab\nc', 1)).toEqual(['a', 'b', 'c']);
    expect(splitAtLines('a😀', 1)).toEqual(['a', '\ud83d', '\ude00']);
  });

  test('loses nothing but line breaks, whatever it holds, and never makes a part that is too long', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 2, max: 30 }),
        (text, max) => {
          const parts = splitAtLines(text, max);
          for (const part of parts) {
            expect(part.length).toBeLessThanOrEqual(max);
            expect(part.isWellFormed()).toBe(true);
          }
          expect(parts.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
        },
      ),
      { seed: 7 },
    );
  });
});

describe('names of strangers in HTML', () => {
  test('hardening 42: open no tag, and come back as they were', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '&', 'b', '/', 'l', 't', ';', ' ') }),
        (text) => {
          expect(escapeHtml(text)).not.toMatch(/[<>]/);
          expect(plainOfHtml(`<b>${escapeHtml(text)}</b>`)).toBe(text);
        },
      ),
      { seed: 7 },
    );
  });
});

test('F1: a page is headed by its first line alone, and no line of it opens a tag', () => {
  expect(headedHtml('3 drafts\n<b>Anna</b> & Co')).toBe('<b>3 drafts</b>\n&lt;b&gt;Anna&lt;/b&gt; &amp; Co');
  expect(headedHtml('')).toBe('<b></b>');
  expect(plainOfHtml('<b>a</b> <B> <a href="x"> </i>')).toBe('a <B> <a href="x"> ');
  expect(headedHtml('\nbelow $& above')).toBe('<b></b>\nbelow $&amp; above');
  expect(headedHtml('$& first')).toBe('<b>$&amp; first</b>');
  expect(plainOfHtml('<code>m-abcd</code> <blockquote>a &lt;pre&gt; b</blockquote>')).toBe(
    'm-abcd a <pre> b',
  );
});

describe('quiet hours', () => {
  test.each([
    [null, 0, false],
    [{ startMinute: 60, endMinute: 120 }, 60, true],
    [{ startMinute: 60, endMinute: 120 }, 120, false],
    [{ startMinute: 60, endMinute: 120 }, 59, false],
    [{ startMinute: 60, endMinute: 60 }, 60, false],
    [{ startMinute: 1320, endMinute: 420 }, 1320, true],
    [{ startMinute: 1320, endMinute: 420 }, 1439, true],
    [{ startMinute: 1320, endMinute: 420 }, 0, true],
    [{ startMinute: 1320, endMinute: 420 }, 420, false],
    [{ startMinute: 1320, endMinute: 420 }, 1319, false],
  ])('%j at minute %d: %s', (hours, minute, isQuiet) => {
    expect(isQuietMinute(hours, minute)).toBe(isQuiet);
  });
});
