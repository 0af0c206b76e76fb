import { describe, expect, it } from 'vitest';

import { escapeMarkdown, settleLineStarts } from '../../src/core/markdown-escape.ts';

/** A template with one value in it, as the renderer puts them together. */
function written(before: string, value: string, after = ''): string {
  return settleLineStarts(before + escapeMarkdown(value) + after);
}

describe('a lead value inside a Markdown body', () => {
  it.each([
    "O'Brien",
    'Kok & Zonen',
    '3.5',
    'A-B Ltd.',
    'john_doe@mail.example',
    'R&D Co',
    '50% (net)',
    'Zoë',
  ])('leaves the ordinary value %s readable as it is', (value) => {
    expect(written('Hi ', value)).toBe(`Hi ${value}`);
  });

  it.each([
    ['<script>alert(1)</script>', '\\<script\\>alert(1)\\</script\\>'],
    ['[x](javascript:alert(1))', '\\[x\\](javascript:alert(1))'],
    ['*bold* _it_ `code`', '\\*bold\\* \\_it\\_ \\`code\\`'],
    ['C:\\reports', 'C:\\\\reports'],
    ['&lt;b&gt; &#60; &copy;', '\\&lt;b\\&gt; \\&#60; \\&copy;'],
  ])('keeps %s literal instead of letting it become markup (hardening 42)', (value, expected) => {
    expect(written('Hi ', value)).toBe(`Hi ${expected}`);
  });

  it.each([
    ['# 1 Plumbing', '\\# 1 Plumbing'],
    ['- dash', '\\- dash'],
    ['+ plus', '\\+ plus'],
    ['1. First', '1\\. First'],
    ['2024) Ltd', '2024\\) Ltd'],
    ['---', '\\---'],
    ['===', '\\==='],
    ['~~~', '\\~~~'],
    ['|---|', '\\|---|'],
  ])('does not let %s open a block at the start of a line, in a list or in a quote', (value, expected) => {
    for (const before of ['', 'Hi,\n', '> ', '- ', '1. ']) {
      expect(written(before, value)).toBe(before + expected);
    }
    expect(written('At ', value)).toBe(`At ${value}`);
  });

  it('escapes a marker that value and template only make together', () => {
    expect(written('', '1', '. Hello')).toBe('1\\. Hello');
    expect(settleLineStarts(`${escapeMarkdown('1')}${escapeMarkdown('2')}. Hello`)).toBe('12\\. Hello');
  });

  it('leaves the words of the template as the copywriter wrote them', () => {
    expect(written('# Title\n\n- *one* ', 'Kok')).toBe('# Title\n\n- *one* Kok');
  });

  it('keeps the lines of a value apart and lets none of them open a block', () => {
    expect(written('', 'Tom\n# Ledd\n\n- Leeds')).toBe('Tom  \n\\# Ledd\n\n\\- Leeds');
  });

  it.each([
    ['a sharp', 'C# developer'],
    ['a bullet', 'Kok - Zonen'],
    ['a rule', 'Kok ---'],
    ['a number of a list', 'Suite 12. floor'],
    ['a heading of seventh rank', '####### x'],
    ['a number of ten digits', '1234567890. x'],
    ['a minus', '-5% this year'],
    ['a face', ':-) Tom'],
    ['a tag', '#plumbing'],
    ['a dial code', '+49 30 1'],
    ['two tildes', '~~so'],
  ])('leaves %s alone where it opens no block: no reader sees a backslash (hardening 46)', (_, value) => {
    expect(written('', value)).toBe(value);
  });

  it.each([
    ['# ', '\\# '],
    ['#', '\\#'],
    ['## Plumbing', '\\## Plumbing'],
    ['######\tPlumbing', '\\######\tPlumbing'],
    ['+', '\\+'],
    ['-', '\\-'],
    ['=', '\\='],
    [':-: | :-:', '\\:-: | :-:'],
    ['~~~~ sh', '\\~~~~ sh'],
    ['1.', '1\\.'],
    ['7)', '7\\)'],
    ['123456789. x', '123456789\\. x'],
    ['2)\tx', '2\\)\tx'],
  ])('escapes %j, which is a whole block (hardening 46)', (value, expected) => {
    expect(written('', value)).toBe(expected);
    expect(written('', `${value}\nKok`)).toBe(`${expected.trim()}  \nKok`);
  });

  it.each(['12. ', '123456789) ', '> - 10. ', '  ', '\t', '* + ', '>'])(
    'does not let a value open a heading behind %j of the template (hardening 46)',
    (before) => {
      expect(written(before, '# Plumbing')).toBe(`${before}\\# Plumbing`);
    },
  );

  it('D3: a value that is empty leaves the next one no heading to open', () => {
    const two = (between: string, next: string): string =>
      settleLineStarts(escapeMarkdown('') + between + escapeMarkdown(next));
    expect(two(' ', '# Boss')).toBe(' \\# Boss');
    expect(two('> ', '# Boss')).toBe('> \\# Boss');
    expect(two('', '# Boss')).toBe('\\# Boss');
  });

  it('keeps the bullet of one value and the heading of the next literal on one line (hardening 46)', () => {
    expect(settleLineStarts(`${escapeMarkdown('-')} ${escapeMarkdown('# Boss')}`)).toBe('\\- \\# Boss');
  });

  it('keeps the space that a filter put around a value of one line, so that words stay apart', () => {
    expect(written('Hi ', 'Priya ', 'and all')).toBe('Hi Priya and all');
    expect(written('Hi', ' Priya')).toBe('Hi Priya');
  });

  it('takes the indent of a value of many lines, which would make code of it (hardening 46)', () => {
    expect(written('', 'Tom \n    Leeds\n   \n\t York ')).toBe('Tom  \nLeeds\n\nYork');
  });

  it('does not take quadratic time for a value of many lines', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `- line ${index}`);
    expect(written('', lines.join('\n')).split('\n')).toHaveLength(20_000);
  });
});
