import { describe, expect, test } from 'vitest';

import {
  bandProblem,
  CHARACTERS_MAX,
  unseenProblem,
  wordsProblem,
} from '../../../src/core/writing/words-checks.ts';

const said = (words: string, ours: readonly (string | null)[] = []): string | null =>
  wordsProblem(words, { ours, instructions: [] });

describe('hardening 148: what an operator reads of words that do not pass', () => {
  test.each([
    ['```\nx\n```', 'it is no prose'],
    ['so <a href="x"> it', 'it is no prose: "<a href="x">"'],
    ['as follows\n  | a | b |  \n', 'it is no prose: "| a | b |"'],
    [`<a ${'b'.repeat(60)}>`, `it is no prose: "<a ${'b'.repeat(37)}"`],
    ['a {{ b }}', 'it has a placeholder'],
    ['Dear [your name]', 'it has a placeholder: "[your name]"'],
    ['so %1 and %NAME%', 'it has a placeholder: "%NAME%"'],
    ['a\u200bb', 'it has characters that cannot be seen'],
  ])('%j: %s', (words, problem) => {
    expect(said(words)).toBe(problem);
  });

  test('what cannot be seen is found before anything quotes the text', () => {
    expect(unseenProblem('a\u001b[31mb')).toBe('it has characters that cannot be seen');
    expect(unseenProblem('a\r\n\tb')).toBeNull();
  });

  test('a text is too long above 20,000 characters, and not at them', () => {
    expect(said('a'.repeat(CHARACTERS_MAX))).toBeNull();
    expect(said('a'.repeat(CHARACTERS_MAX + 1))).toBe('it does not end');
  });

  test.each([
    [39, 'the mail has 39 words; Length: short means 40 to 100'],
    [40, null],
    [100, null],
    [101, 'the mail has 101 words; Length: short means 40 to 100'],
  ])('D3: %i words of a short mail: %s', (count, problem) => {
    expect(bandProblem('the mail', { count, least: 40, most: 100, length: 'short' })).toBe(problem);
  });
});

describe('hardening 148: a link or a price is ours when it stands, whole, in what people wrote', () => {
  test.each([
    ['a currency before it', 'It is $20 a month.', 'It is US$20.'],
    ['a currency behind it, run together', 'It is 20 € now.', 'It is 20 €pro Monat.'],
    ['white space of another kind', 'It is 20 euros.', 'It is 20 \n\n euros.'],
    ['other capitals', 'See Example.COM now.', 'See example.com'],
    ['its path left out', 'See https://example.com/ now.', 'See https://example.com/audit'],
    ['marks behind it', 'Have you seen https://example.com/audit?!', 'See https://example.com/audit'],
    ['itself in the last place', 'See example.com now.', 'Not wexample.com but example.com'],
    ['a letter before the whole of it', 'It is €20.', 'x €20'],
  ])('with %s it may stand', (_, words, ours) => {
    expect(said(words, [null, ours])).toBeNull();
  });

  test.each([
    ['the end of another link', 'See example.com', ['see wexample.com today']],
    ['the end of one at the very beginning', 'See example.com', ['wexample.com']],
    ['the end of one behind a hyphen', 'See example.com', ['see my-example.com']],
    ['the beginning of another link', 'See example.co', ['see example.com']],
    ['the beginning of a price', 'It is $10', ['it is $100']],
    ['the beginning of a price with cents', 'It is $10', ['it is $10.50']],
    ['the end of a price', 'It is 50 euros', ['it is 2.50 euros']],
    ['the half of it in one text and half in the next', 'See example.com', ['see example', '.com']],
    ['another spelling, which is another domain', 'See strasse.de', ['see straße.de']],
    ['nothing', 'See example.com', [null]],
  ])('%s is not it', (_, words, ours) => {
    expect(said(words, ours)).toMatch(/^it has a (?:price|link or address) that nobody gave it: "/);
  });

  test('a long one is cut for the terminal', () => {
    expect(said(`See https://evil.example/${'y'.repeat(200)}`)).toBe(
      `it has a link or address that nobody gave it: "https://evil.example/${'y'.repeat(59)}"`,
    );
  });
});

describe('hardening 149: instructions that come back', () => {
  const TEXT = Array.from({ length: 40 }, (_, index) => `w${String(index)}`).join(' ');
  const echoed = (words: string, instructions: readonly (string | null)[]): string | null =>
    wordsProblem(words, { ours: [], instructions });

  test('sixty characters are enough, with other capitals and breaks of lines', () => {
    const sixty = TEXT.slice(0, 60);
    expect(echoed(`So: ${sixty.toUpperCase().replaceAll(' ', '\n ')}!`, [null, sixty])).toBe(
      `it repeats its instructions: "${sixty.slice(0, 40)}…"`,
    );
  });

  test('fewer are an accident', () => {
    expect(echoed(TEXT.slice(0, 59), [TEXT.slice(0, 59)])).toBeNull();
    expect(echoed(TEXT.slice(0, 59), [TEXT])).toBeNull();
  });

  test.each([0, 15, 30, 45])('ninety from the middle are found, from the %i. on', (start) => {
    expect(echoed(TEXT.slice(start, start + 90), [TEXT])).toContain('repeats its instructions');
  });
});
