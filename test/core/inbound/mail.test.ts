import { describe, expect, test } from 'vitest';

import {
  hasHeader,
  headerOf,
  linesOf,
  type MailHeader,
  type MailPart,
  parseFields,
  partOf,
} from '../../../src/core/inbound/mail.ts';
import { mail } from './mails.ts';

describe('E4: a field that is read wrongly leads to no send, or to another one', () => {
  test.each<[string, string[], [string, string][]]>([
    ['no line', [], []],
    [
      'as they come',
      ['Subject: An idea', 'To: kim@client.example'],
      [
        ['subject', 'An idea'],
        ['to', 'kim@client.example'],
      ],
    ],
    ['white space before the colon (RFC 5322 4.5)', ['Subject \t: An idea'], [['subject', 'An idea']]],
    ['no white space behind the colon, some at the end', ['Subject:An idea  '], [['subject', 'An idea']]],
    ['a colon in the value', ['Date: 10:02'], [['date', '10:02']]],
    ['an empty value', ['X-Autorespond:'], [['x-autorespond', '']]],
    [
      'folded by space and by tab (RFC 5322 2.2.3)',
      ['References: <a@x>', '  <b@x> ', '\t<c@x>'],
      [['references', '<a@x> <b@x> <c@x>']],
    ],
    ['a fold before any field', [' lost', 'To: kim@client.example'], [['to', 'kim@client.example']]],
    [
      'a line that is no field',
      ['Hello Kim', 'To: kim@client.example', 'From kim@client.example', 'Cc: ada@sender.example'],
      [
        ['to', 'kim@client.example'],
        ['cc', 'ada@sender.example'],
      ],
    ],
    [
      'the first empty line ends them',
      ['To: kim@client.example', ' \t', 'To: body'],
      [['to', 'kim@client.example']],
    ],
    [
      'every sign that a name may have (RFC 5322 2.2)',
      ['!-9;~#: x', 'Näme: x', 'Na me: x', ': x'],
      [['!-9;~#', 'x']],
    ],
    ['a name of 76 characters', [`${'n'.repeat(76)}: x`], [['n'.repeat(76), 'x']]],
    ['a name of 77', [`${'n'.repeat(77)}: x`], []],
  ])('%s', (_, lines, fields) => {
    expect(parseFields(lines)).toEqual(fields.map(([name, value]) => ({ name, value })));
  });

  test('hardening 136: 400 fields are read', () => {
    const fields = parseFields(Array.from({ length: 402 }, (_, index) => `a: ${String(index)}`));
    expect([fields.length, fields.at(-1)]).toEqual([400, { name: 'a', value: '399' }]);
  });

  test('hardening 136: of a line 8,000 characters; folded ones are added to fewer than 8,000', () => {
    expect(parseFields([`a:${'b'.repeat(9_000)}`])[0]?.value).toBe('b'.repeat(7_998));
    const joined = (length: number) => parseFields(['a:b', ` ${'c'.repeat(length)}`, ' d'])[0]?.value;
    expect(joined(7_997)).toBe(`b ${'c'.repeat(7_997)} d`);
    expect(joined(7_998)).toBe(`b ${'c'.repeat(7_998)}`);
  });
});

describe('E4: of several headers and parts the right one speaks', () => {
  const HEADERS: readonly MailHeader[] = [
    { name: 'to', value: ' one ' },
    { name: 'to', value: 'two' },
    { name: 'x-autorespond', value: '' },
  ];

  test('the first of a name, trimmed; an empty one is there all the same', () => {
    expect(['to', 'x-autorespond', 'cc'].map((name) => headerOf(HEADERS, name))).toEqual(['one', '', '']);
    expect(['to', 'x-autorespond', 'cc'].map((name) => hasHeader(HEADERS, name))).toEqual([
      true,
      true,
      false,
    ]);
    expect([headerOf([], 'to'), hasHeader([], 'to')]).toEqual(['', false]);
  });

  test('the part whose type is wanted most, the first of its kind', () => {
    const parts: readonly MailPart[] = [
      { contentType: 'text/plain', text: '1' },
      { contentType: 'message/rfc822', text: '2' },
      { contentType: 'message/rfc822', text: '3' },
    ];
    const of = (...types: readonly string[]) => partOf(mail({ parts }), types);
    expect(of('message/rfc822', 'text/plain')).toEqual(parts[1]);
    expect(of('text/html', 'text/plain')).toEqual(parts[0]);
    expect([of('text/html'), of()]).toEqual([null, null]);
  });
});

test.each<[string, number, string[]]>([
  ['a\r\nb\nc\rd', 9, ['a', 'b', 'c', 'd']],
  ['a\n\r\n\nb\n', 9, ['a', '', '', 'b', '']],
  ['a\nb\nc', 2, ['a', 'b']],
  ['', 2, ['']],
])('E4: lines end in three ways, and no more are read than asked for: %j', (text, max, lines) => {
  expect(linesOf(text, max)).toEqual(lines);
});
