import { describe, expect, test } from 'vitest';

import {
  aroundGap,
  countGaps,
  filledBody,
  frameOf,
  GAP_MARK,
  hasGap,
  markGap,
  shownFrame,
} from '../../../src/core/writing/gap.ts';

const words = (bodyMarkdown: string) => ({ subject: 'Yours', preheader: 'About it', bodyMarkdown });

describe('D3: where a model writes in a template', () => {
  test.each([
    ['Hi,\n\n{{ ai }}\n\nTom', 1, `Hi,\n\n${GAP_MARK}\n\nTom`],
    ['{{ai}}', 1, GAP_MARK],
    ['{{-  ai -}}', 1, GAP_MARK],
    ['{{ ai | strip }}', 1, GAP_MARK],
    ['{{ ai|default:"x" -}}', 1, GAP_MARK],
    ['{{ ai }} and {{ ai }}', 2, `${GAP_MARK} and {{ ai }}`],
    ['{{ aim }} {{ my.ai }} ai {ai}', 0, '{{ aim }} {{ my.ai }} ai {ai}'],
    ['', 0, ''],
  ])('%j has its gaps counted, and the first one marked', (template, count, marked) => {
    expect(countGaps(template)).toBe(count);
    expect(markGap(template)).toBe(marked);
  });

  test.each([
    [`Hi ${GAP_MARK} Tom`, true],
    ['Hi Tom', false],
    [`${GAP_MARK}${GAP_MARK}`, false],
  ])('a filled body %j has its one gap: %s', (body, has) => {
    expect(hasGap(words(body))).toBe(has);
  });
});

describe('D3: the frame in a saved plan', () => {
  test.each([
    ['Hi {{ ai }} Tom', `Hi ${GAP_MARK} Tom`],
    ['Hi {{-ai-}} Tom', `Hi ${GAP_MARK} Tom`],
    ['Hi {{  ai  }} Tom', `Hi ${GAP_MARK} Tom`],
  ])('%j is open again for the model, and keeps all else', (shown, open) => {
    for (const isAssist of [true, false])
      expect(frameOf(words(shown), isAssist)).toEqual({ ...words(open), isAssist });
  });

  test.each(['Hi Tom', 'Hi {{ name }}', 'Hi ai', `Hi ${GAP_MARK}`])('%j has none', (body) => {
    expect(frameOf(words(body), true)).toBeNull();
  });

  test('A17: people see the gap as copywriters write it', () => {
    expect(shownFrame({ ...words(`Hi ${GAP_MARK} Tom`), isAssist: true })).toEqual(words('Hi {{ ai }} Tom'));
  });
});

describe('D3: the words of a model in their frame', () => {
  test.each([
    [`Hi,\n${GAP_MARK}\nTom`, { before: 'Hi,\n', after: '\nTom' }, 'Hi,\nWORDS\nTom'],
    [GAP_MARK, { before: '', after: '' }, 'WORDS'],
    ['Hi,', { before: 'Hi,', after: '' }, 'Hi,WORDS'],
    [`a${GAP_MARK}b${GAP_MARK}c`, { before: 'a', after: 'bc' }, 'aWORDSbc'],
  ])('%j: nobody gets the mark', (body, around, filled) => {
    expect(aroundGap(body)).toEqual(around);
    expect(filledBody(body, 'WORDS')).toBe(filled);
  });

  test('words that look like a pattern are put in as they are', () => {
    expect(filledBody(`a ${GAP_MARK} b`, "$& $1 $'")).toBe("a $& $1 $' b");
  });
});
