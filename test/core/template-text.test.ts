import { describe, expect, test } from 'vitest';

import { cleanText, hasControls, headerText, templateValue } from '../../src/core/template-text.ts';

/** Hardening 16, 43 to 45: what an export or a form puts around and into a value that a reader would not see, or would see too late. */

describe('hardening 43 to 45: a value with something unseen before, in or behind it is cleaned wherever it goes', () => {
  test.each([
    ['a space before it', ' Priya'],
    ['a tab before it', '\tPriya'],
    ['a line break before it', '\nPriya'],
    ['a space behind it', 'Priya '],
    ['a no-break space behind it', 'Priya\u00a0'],
    ['the mark of a file before it', '\ufeffPriya'],
    ['a control before it', '\u0001Priya'],
    ['a control behind it', 'Priya\u007f'],
    ['an unseen space near its end', 'Priy\u200ba'],
    ['an unseen space behind its first letter', 'P\u200briya'],
  ])('%s', (_, raw) => {
    expect(templateValue(raw)).toBe('Priya');
    expect(headerText(raw)).toBe('Priya');
  });

  test('three characters with an unseen one in the middle', () => {
    expect(templateValue('B\u200bo')).toBe('Bo');
    expect(headerText('B\u202eo')).toBe('Bo');
  });

  test.each(['B', 'Bo', '!', '~', 'a ~', '! a', "O'Brien & Söhne"])('%j stays as it is', (text) => {
    expect(templateValue(text)).toBe(text);
    expect(headerText(text)).toBe(text);
    expect(cleanText(text)).toBe(text);
  });
});

describe('hardening 44: every break of lines is one line break in a body and a space in a header', () => {
  test.each([
    ['a carriage return alone', '\r'],
    ['both', '\r\n'],
    ['a vertical tab', '\v'],
    ['a form feed', '\f'],
    ['the next line of mainframes', '\u0085'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
  ])('%s', (_, lineBreak) => {
    expect(cleanText(`a${lineBreak}b`)).toBe('a\nb');
    expect(headerText(`a${lineBreak}Bcc: b`)).toBe('a Bcc: b');
  });

  test('two carriage returns are two, and no letter is one', () => {
    expect(cleanText('a\r\rb')).toBe('a\n\nb');
    expect(cleanText('Victor Völler')).toBe('Victor Völler');
  });
});

describe('hardening 16, 43: what is taken out, from the first to the last of each kind', () => {
  test.each(['\u0000', '\u0008', '\u000e', '\u001b', '\u001f', '\u007f', '\u009f'])(
    'the control %j is a space',
    (control) => {
      expect(cleanText(`a${control}b`)).toBe('a b');
      expect(hasControls(`a${control}b`)).toBe(true);
    },
  );

  test.each([
    ...['\u061c', '\u200b', '\u200e', '\u200f', '\u202a', '\u202e', '\u2060', '\u2064', '\u2066', '\u206f'],
    '\ufeff',
  ])('%j, which hides or reorders, is gone', (unseen) => {
    expect(cleanText(`a${unseen}b`)).toBe('ab');
  });

  test.each(['\u200c', '\u200d'])('the joiner %j stays in a body and leaves a header', (joiner) => {
    expect(cleanText(`a${joiner}b`)).toBe(`a${joiner}b`);
    expect(headerText(`a${joiner}b`)).toBe('ab');
  });

  test.each(['\u00a0', '\u2010', '\u2027', '\u2065', '\t', '\n', ' ', '~'])('%j stays in a body', (seen) => {
    expect(cleanText(`ä${seen}b`)).toBe(`ä${seen}b`);
  });
});
