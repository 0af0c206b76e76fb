import { describe, expect, test } from 'vitest';

import { addressesIn, addressOfField } from '../../../src/core/inbound/addresses.ts';
import { hasHeader, headerOf, linesOf, parseFields, partOf } from '../../../src/core/inbound/mail.ts';
import type { InboundMail, MailHeader, MailPart } from '../../../src/core/inbound/mail.ts';
import { referencesOf } from '../../../src/core/inbound/message-ids.ts';

describe('E4: the addresses of a notice', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['@', []],
    ['a@b', []],
    ['Anna@Example.COM, bert@example.org anna@example.com', ['anna@example.com', 'bert@example.org']],
    ['<a.b+c@x-1.example>;', ['a.b+c@x-1.example']],
    ["'anna@example.com' and ..bert@example.com", ['anna@example.com', 'bert@example.com']],
    ['a@@example.com b@example.com', ['b@example.com']],
    ['a@example.com@example.org', ['a@example.com', 'example.com@example.org']],
    [`${'x'.repeat(65)}@example.com`, [`${'x'.repeat(64)}@example.com`]],
    [`a@${'b'.repeat(63)}.example`, [`a@${'b'.repeat(63)}.example`]],
    [`a@${'b'.repeat(64)}.example`, []],
  ])('%j', (text, addresses) => {
    expect(addressesIn(text, 9)).toEqual(addresses);
  });

  test('no more are read than asked for, and none that is longer than an address may be', () => {
    expect(addressesIn('a@x.example b@x.example c@x.example', 2)).toEqual(['a@x.example', 'b@x.example']);
    expect(addressesIn('a@x.example', 0)).toEqual([]);
    const domain = (length: number): string =>
      `${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(length)}`;
    expect(addressesIn(`${'a'.repeat(50)}@${domain(20)}`, 1)).toHaveLength(1);
    expect(addressesIn(`${'a'.repeat(64)}@${domain(20)}`, 1)).toEqual([]);
    expect(addressesIn(`${'@'.repeat(1_999)} a@x.example`, 1)).toEqual(['a@x.example']);
    expect(addressesIn(`${'@'.repeat(2_000)} a@x.example`, 1)).toEqual([]);
  });

  test('an @ that stands alone cuts no address that follows: whoever failed is named whole', () => {
    for (let gap = 0; gap < 300; gap += 1) {
      const text = `Met @ the fair ${'.'.repeat(gap)} anna@mail.example.com`;
      expect(addressesIn(text, 1), String(gap)).toEqual(['anna@mail.example.com']);
    }
  });

  test.each([
    ['rfc822; <Anna@example.com>', 'anna@example.com'],
    ['utf-8; anna@example.com', 'anna@example.com'],
    ['anna@example.com', 'anna@example.com'],
    ['x@first.example; anna@example.com', 'anna@example.com'],
    ['rfc822; anna', null],
    ['', null],
    [`${' '.repeat(600)}anna@example.com`, null],
  ])('of a report’s field: %j', (value, address) => {
    expect(addressOfField(value)).toBe(address);
  });
});

describe('the fields of a mail that somebody else wrote', () => {
  test('are read up to the first empty line, folded ones joined, and what is no field is passed over', () => {
    const lines = ['Subject : one ', '\ttwo', '  three', 'no field', 'To:a@b.example', ' ', 'After: x'];
    expect(parseFields(lines)).toEqual([
      { name: 'subject', value: 'one two three' },
      { name: 'to', value: 'a@b.example' },
    ]);
    expect(parseFields([' folded: first'])).toEqual([]);
    expect(parseFields(['Näme: x', `${'n'.repeat(77)}: x`, ': x'])).toEqual([]);
    expect(parseFields([`${'n'.repeat(76)}: x`])).toHaveLength(1);
  });

  test('cost no more than four hundred fields of a bounded length', () => {
    expect(parseFields(Array.from({ length: 401 }, () => 'a: b'))).toHaveLength(400);
    const [field] = parseFields([`a:${'b'.repeat(9_000)}`]);
    expect(field?.value).toHaveLength(7_998);
    const [folded] = parseFields(['a: b', ...Array.from({ length: 5 }, () => ` ${'c'.repeat(4_000)}`)]);
    expect(folded?.value).toHaveLength(8_003);
  });

  test('are found by their name, the first of several, and a mail’s part by the type that is wanted most', () => {
    const headers: MailHeader[] = [
      { name: 'to', value: ' one ' },
      { name: 'to', value: 'two' },
    ];
    expect([headerOf(headers, 'to'), headerOf(headers, 'cc')]).toEqual(['one', '']);
    expect([hasHeader(headers, 'to'), hasHeader(headers, 'cc')]).toEqual([true, false]);
    const parts: MailPart[] = [
      { contentType: 'text/plain', text: '1' },
      { contentType: 'message/rfc822', text: '2' },
      { contentType: 'message/rfc822', text: '3' },
    ];
    const mail: InboundMail = { headers, text: '', parts, isWhole: true };
    expect(partOf(mail, ['message/rfc822', 'text/plain'])?.text).toBe('2');
    expect(partOf(mail, ['text/html', 'text/plain'])?.text).toBe('1');
    expect([partOf(mail, ['text/html']), partOf(mail, [])]).toEqual([null, null]);
  });

  test('lines end in three ways', () => {
    expect(linesOf('a\r\nb\nc\rd\n\ne', 9)).toEqual(['a', 'b', 'c', 'd', '', 'e']);
    expect(linesOf('a\nb\nc', 2)).toEqual(['a', 'b']);
  });
});

describe('E4: what may lead to the send that a mail answers', () => {
  const refers = (
    headers: readonly (readonly [string, string])[],
    more: {
      readonly text?: string;
      readonly parts?: readonly MailPart[];
      readonly returned?: readonly MailHeader[];
    } = {},
  ) => {
    const { text = '', parts = [], returned = [] } = more;
    const mail = { headers: headers.map(([name, value]) => ({ name, value })), text, parts, isWhole: true };
    return referencesOf(mail, returned);
  };
  const NOTHING = { inReplyTo: [], references: [], returnedMessageIds: [], deliveredTo: [], tokens: [] };

  test('ids in their own case, the newest reference first, and every address it was delivered to', () => {
    expect(refers([])).toEqual(NOTHING);
    expect(
      refers([
        ['in-reply-to', '<One@x> text <two@x>'],
        ['references', '<a@x> <b@x>'],
        ['references', '<c@x>'],
        ['to', 'reply+m-one@example.com'],
        ['delivered-to', 'me@example.com'],
        ['cc', 'me+@example.com, x+y+z@example.com'],
        ['subject', '<no@x> other@example.com'],
      ]),
    ).toEqual({
      inReplyTo: ['One@x', 'two@x'],
      references: ['c@x', 'b@x', 'a@x'],
      returnedMessageIds: [],
      deliveredTo: ['me@example.com', 'reply+m-one@example.com', 'me+@example.com', 'x+y+z@example.com'],
      tokens: ['m-one', 'y+z'],
    });
  });

  test.each(['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-rcpt-to', 'to', 'cc'])(
    '%s says where it went',
    (name) => {
      expect(refers([[name, 'a@x.example']]).deliveredTo).toEqual(['a@x.example']);
    },
  );

  test.each(['message/rfc822', 'text/rfc822-headers', 'message/global', 'message/global-headers'])(
    'a mail that is handed back as %s names itself',
    (contentType) => {
      const text = '\r\n\r\nSubject: x\r\nMessage-ID: <m@x>\r\n\r\nMessage-ID: <body@x>';
      expect(refers([], { parts: [{ contentType, text }] })).toEqual({
        ...NOTHING,
        returnedMessageIds: ['m@x'],
      });
    },
  );

  test('and so do the fields of a report and the words of some programs, each id once', () => {
    const returned = [{ name: 'message-id', value: '<m@x>' }];
    const text = 'It failed.\n  Original-Message-ID: <n@x>\nMessage-ID: <later@x>';
    const parts = [{ contentType: 'text/plain', text: 'Message-ID: <no@x>' }];
    expect(refers([], { returned, text, parts }).returnedMessageIds).toEqual(['m@x', 'n@x']);
    expect(refers([], { returned, text: 'message-id:<m@x>' }).returnedMessageIds).toEqual(['m@x']);
    expect(refers([], { text: 'see message-id: <m@x>' }).returnedMessageIds).toEqual([]);
    const far = `${'x\n'.repeat(25_000)}Message-ID: <far@x>`;
    expect(refers([], { text: far }).returnedMessageIds).toEqual([]);
  });

  test('hostile: brackets that never close and a thousand ids cost what fifty do; the last ones count', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `<${String(index)}@x>`).join('');
    const { references } = refers([['references', ids]]);
    expect([references.length, references[0], references.at(-1)]).toEqual([50, '59@x', '10@x']);
    expect(refers([['in-reply-to', `<${'a'.repeat(501)}> <<a b> <>`]]).inReplyTo).toEqual([]);
    expect(refers([['in-reply-to', `<${'a'.repeat(500)}>`]]).inReplyTo).toHaveLength(1);
    expect(refers([['in-reply-to', `${' '.repeat(20_000)}<a@x>`]]).inReplyTo).toEqual([]);
    const many = Array.from({ length: 51 }, (_, index) => ['to', `a${String(index)}@x.example`] as const);
    expect(refers(many).deliveredTo).toHaveLength(50);
  });
});
