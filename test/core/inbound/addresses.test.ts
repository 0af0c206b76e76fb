import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { addressesIn, addressOfField } from '../../../src/core/inbound/addresses.ts';

describe('E4: the addresses in a notice, or the wrong one is suppressed', () => {
  test.each<[string, string, readonly string[]]>([
    ['in a sentence', 'Your mail to kim@client.example, sent today', ['kim@client.example']],
    ['at the end of one', 'Not delivered: kim@client.example.', ['kim@client.example']],
    ['in brackets', '<kim@client.example>', ['kim@client.example']],
    ['in quotes', "'kim@client.example'", ['kim@client.example']],
    ['after dots', 'failed...kim@client.example', ['failed...kim@client.example']],
    ['after a line of dots', '...kim@client.example', ['kim@client.example']],
    ['with a quote in the middle', "o'kim@client.example", ["o'kim@client.example"]],
    ['in capital letters', 'Kim@Client.EXAMPLE', ['kim@client.example']],
    [
      'with every sign of RFC 5322 3.2.3',
      "#!$%&'*+-/=?^_`{|}~.0z@client.example",
      ["#!$%&'*+-/=?^_`{|}~.0z@client.example"],
    ],
    ['that begins with a sign', '-_@client.example', ['-_@client.example']],
    ['of one letter', 'k@client.example', ['k@client.example']],
    [
      'with a host of letters, digits and hyphens',
      'kim@0a-9.client-1.example',
      ['kim@0a-9.client-1.example'],
    ],
    ['with hosts of one letter', 'kim@a.b.c.example', ['kim@a.b.c.example']],
    ['RFC 3492: in the letters of the wire', 'kim@client.xn--p1ai', ['kim@client.xn--p1ai']],
    ['two', 'kim@client.example, lee@client.example', ['kim@client.example', 'lee@client.example']],
    ['in their order, each once', 'b@x.example a@x.example B@x.example', ['b@x.example', 'a@x.example']],
    ['after something like one', 'a@b kim@client.example', ['kim@client.example']],
    ['one in the other', 'kim@lee@client.example', ['lee@client.example']],
    ['two without a space', 'a@b.example@c.example', ['a@b.example', 'b.example@c.example']],
    ['none: no host', 'kim@', []],
    ['none: no person', 'write to @client.example', []],
    ['none: nothing but quotes and dots', "...@client.example '@client.example", []],
    ['none: a host without a dot', 'kim@localhost', []],
    ['none: a number', 'kim@192.0.2.7', []],
    ['none: the last part has one letter', 'kim@client.e', []],
    ['none: a hyphen begins the host', 'kim@-client.example', []],
    ['none: an empty part', 'kim@client..example', []],
    ['none: a space before the host', 'kim@ client.example', []],
    ['none: a space after the person', 'kim @client.example', []],
    ['none: no @', 'kim.client.example', []],
  ])('%s: %j', (_, text, addresses) => {
    expect(addressesIn(text, 10)).toEqual(addresses);
  });

  test('no more than asked for, the first ones', () => {
    const text = 'a@x.example b@x.example c@x.example';
    expect(addressesIn(text, 2)).toEqual(['a@x.example', 'b@x.example']);
    expect(addressesIn(text, 0)).toEqual([]);
  });

  test('RFC 5321 4.5.3.1: 64 characters before the @, 63 between dots, 254 in all', () => {
    const host = `${'b'.repeat(63)}.`;
    const whole = `${'a'.repeat(64)}@${host}${host}${'c'.repeat(54)}.example`;
    expect(whole).toHaveLength(255);
    expect(addressesIn(whole, 1)).toEqual([]);
    expect(addressesIn(whole.slice(1), 1)).toEqual([whole.slice(1)]);
    expect(addressesIn(`a@b${host}example`, 1)).toEqual([]);
    expect(addressesIn(`a@${host}example`, 1)).toEqual([`a@${host}example`]);
    expect(addressesIn(`${'a'.repeat(65)}@x.example`, 1)).toEqual([`${'a'.repeat(64)}@x.example`]);
    // Cut off, it would be another's address.
    expect(addressesIn(`a@${'b.c'.repeat(3)}.${host.repeat(4)}example`, 1)).toEqual([]);
  });

  test('hardening: a text of nothing but @ is not searched to its end', () => {
    expect(addressesIn(`${'@ '.repeat(1_999)}kim@client.example`, 1)).toEqual(['kim@client.example']);
    expect(addressesIn(`${'@ '.repeat(2_000)}kim@client.example`, 1)).toEqual([]);
  });

  test('hardening: whatever a text is, what is found in it stands in it and can be written to', () => {
    const piece = fc.constantFrom('a', 'K', '1', '@', '.', "'", '-', ' ', '\n', 'x.example', 'é', '_', '<');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        for (const address of addressesIn(text, 5)) {
          expect(text.toLowerCase()).toContain(address);
          expect(address).toMatch(/^[^@'.][^@]*@[^@]+\.[^@.]{2,}$/);
          expect(addressesIn(`to: ${address}, and`, 5)).toEqual([address]);
        }
      }),
      { seed: 7 },
    );
  });
});

describe('RFC 3464 2.3.2: the address of a field', () => {
  test.each([
    ['with its type', 'rfc822; kim@client.example', 'kim@client.example'],
    ['without a space', 'rfc822;kim@client.example', 'kim@client.example'],
    ['in brackets', 'rfc822; <Kim@client.example>', 'kim@client.example'],
    ['RFC 6533', 'utf-8; kim@client.example', 'kim@client.example'],
    ['bare', 'kim@client.example', 'kim@client.example'],
    ['what stands before the sign is its type', 'for@x.example; kim@client.example', 'kim@client.example'],
    ['the first of two', 'rfc822; kim@client.example lee@client.example', 'kim@client.example'],
    ['a local name', 'unix; kim', null],
    ['nothing', '', null],
    ['nothing behind the type', 'kim@client.example;', null],
    ['within 600 characters', `rfc822;${' '.repeat(581)}k@client.example`, 'k@client.example'],
    ['beyond them', `rfc822;${' '.repeat(590)}k@client.example`, null],
  ])('%s', (_, value, address) => {
    expect(addressOfField(value)).toBe(address);
  });
});
