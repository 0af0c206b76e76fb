import { describe, expect, test } from 'vitest';

import { addressesIn, addressOfField } from '../../../src/core/inbound/addresses.ts';
import { hasHeader, headerOf, linesOf, parseFields, partOf } from '../../../src/core/inbound/mail.ts';
import type { InboundMail, MailHeader, MailPart } from '../../../src/core/inbound/mail.ts';

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
