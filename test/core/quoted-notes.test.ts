import { describe, expect, test } from 'vitest';

import { quotedFrom } from '../../src/core/quoted-notes.ts';

describe('words of a draft that come from the notes of its lead', () => {
  test.each([
    [
      'They say: two people a day a week.',
      'It takes “two people, a day a week”, you said',
      'two people a day a week',
    ],
    ['One two three four', 'one TWO three Four five', 'one TWO three Four'],
    ['one two three', 'one two three', null],
    ['', 'one two three four', null],
    ['a b c d x e f g h i', 'a b c d . e f g h i', 'e f g h i'],
    ['e f g h i x a b c d', 'e f g h i . a b c d', 'e f g h i'],
    ['a b c d x e f g h', 'e f g h . a b c d', 'e f g h'],
    ['', '', null],
    ['a b c d', '... ?!', null],
    ['日本 の 会社 です ね', 'はい 日本 の 会社 です', '日本 の 会社 です'],
  ])('%j in %j: %j', (notes, text, quote) => {
    expect(quotedFrom(notes, text)).toBe(quote);
  });

  test('one of ten words is shown whole', () => {
    const words = 'one two three four five six seven eight nine ten';
    expect(quotedFrom(words, words)).toBe(words);
  });

  test('a long quotation is cut after ten words', () => {
    const words = 'one two three four five six seven eight nine ten eleven twelve';
    expect(quotedFrom(words, words)).toBe('one two three four five six seven eight nine ten…');
  });

  test('hardening: the same word ten thousand times on both sides is answered at once', () => {
    const text = 'the '.repeat(10_000);
    expect(quotedFrom(text, text)).toBe(`${'the '.repeat(10).trim()}…`);
  });
});
