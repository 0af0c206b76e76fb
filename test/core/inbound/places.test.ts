import { describe, expect, test } from 'vitest';

import { addressesIn, addressOfField } from '../../../src/core/inbound/addresses.ts';

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
