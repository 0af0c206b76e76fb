import { describe, expect, test } from 'vitest';

import { parseAddress } from '../../src/core/email-address.ts';
import { parseDomain } from '../../src/core/mail-domain.ts';

function problemOf(text: string): string {
  const parsed = parseAddress(text);
  return 'problem' in parsed ? parsed.problem : `taken as ${parsed.email}`;
}

describe('an address that is taken', () => {
  test.each([
    ['A.b@X.Com', 'A.b@x.com', 'a.b@x.com'],
    ['  ann@x.example\n', 'ann@x.example', 'ann@x.example'],
    ["o'brien+tag_1@x-y.co.uk", "o'brien+tag_1@x-y.co.uk", "o'brien+tag_1@x-y.co.uk"],
    ['user@b\u00fccher.example', 'user@xn--bcher-kva.example', 'user@xn--bcher-kva.example'],
    ['user@bu\u0308cher.example', 'user@xn--bcher-kva.example', 'user@xn--bcher-kva.example'],
    ['user@XN--BCHER-KVA.example', 'user@xn--bcher-kva.example', 'user@xn--bcher-kva.example'],
    ['user@\uff45xample.com', 'user@example.com', 'user@example.com'],
    ['a@b.c1', 'a@b.c1', 'a@b.c1'],
  ])('E1: %j is stored as %j under the key %j', (text, email, emailKey) => {
    expect(parseAddress(text)).toMatchObject({ email, emailKey, warnings: [] });
  });

  test('an address of 254 bytes is taken, one of 255 is not', () => {
    const domain = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.`;
    const fits = `${'l'.repeat(64)}@${domain}${'d'.repeat(6)}`;
    expect(fits).toHaveLength(254);
    expect(problemOf(fits)).toBe(`taken as ${fits}`);
    expect(problemOf(` ${fits}`), 'spaces around it do not count').toBe(`taken as ${fits}`);
    expect(problemOf(`${fits}d`)).toBe('the address is longer than 254 bytes');
  });

  test.each(['x@ex\u0430mple.com', 'x@\u0430\u0440\u0440\u04cf\u0435.com', 'x@g\u03bfogle.com'])(
    '%j is taken with a warning, since its domain looks like another',
    (text) => {
      expect(parseAddress(text)).toMatchObject({ warnings: ['look_alike_domain'] });
    },
  );

  test('a domain that is honestly Cyrillic is no look-alike', () => {
    expect(parseAddress('x@\u043f\u043e\u0447\u0442\u0430.\u0440\u0444')).toMatchObject({ warnings: [] });
  });
});

describe('an address that is not taken', () => {
  test.each([
    ['', 'no email address'],
    ['ann', 'no @ in the address'],
    ['@x.example', 'nothing before the @'],
    ['ann@', 'no domain after the @'],
    ['an n@x.example', 'a space in the address'],
    ['a@@x.example', 'more than one @ in the address'],
    ['a@b.example; c@d.example', 'more than one address in one cell'],
    ['Ann < ann@x.example >', 'a name with the address: write ann@x.example alone'],
    ['Ann <ann@x.example>', 'a name with the address: write ann@x.example alone'],
    ['a@b.example\r\nBcc: c@d.example', 'control characters in the address'],
    ['a\u0000@x.example', 'control characters in the address'],
    ['a\u200b@x.example', 'invisible characters in the address'],
    ['.a@x.example', 'a dot at the edge of the part before the @'],
    ['a.@x.example', 'a dot at the edge of the part before the @'],
    ['a..b@x.example', 'two dots in a row before the @'],
    ['(a@x.example', 'characters before the @ that an address cannot have'],
    ['a)@x.example', 'characters before the @ that an address cannot have'],
    ['"a"@x.example', 'characters before the @ that an address cannot have'],
    ['jos\u00e9@x.example', 'letters outside ASCII before the @ need SMTPUTF8, which is not supported'],
    [`${'a'.repeat(65)}@x.example`, 'the part before the @ is longer than 64 bytes'],
    ['a@x.example.', 'the domain ends in a dot'],
    ['a@.x.example', 'the domain has an empty part'],
    ['a@x..example', 'the domain has an empty part'],
    ['a@[127.0.0.1]', 'an address literal in brackets is not accepted as a domain'],
    ['a@127.0.0.1', 'a numeric address is not accepted as a domain'],
    ['a@x.10', 'a numeric address is not accepted as a domain'],
    ['a@4711', 'a numeric address is not accepted as a domain'],
    ['a@x.1', 'a numeric address is not accepted as a domain'],
    ['a@localhost', '"localhost" is a name without a dot: mail to it stays on one machine'],
    ['a@-x.example', '"-x" cannot be a part of a domain'],
    ['a@x-.example', '"x-" cannot be a part of a domain'],
    ['a@x_y.example', '"x_y" cannot be a part of a domain'],
    [`a@${'x'.repeat(64)}.example`, 'a part of the domain is longer than 63 bytes'],
    [`a@${'x.'.repeat(124)}examples`, 'the domain is longer than 255 bytes'],
    ['a@b\u00fc%41.example', 'the domain is not valid'],
    ['a@\u0300.example', 'the domain is not valid'],
    ['a@b\u00fc/x.example', 'the domain is not valid'],
    ['a@b\u00fc\u2044.example', 'the domain is not valid'],
  ])('%j: %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });
});

test('a domain of 255 bytes and parts of 63 is one (RFC 1035, RFC 5321)', () => {
  const domain = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`;
  expect(domain).toHaveLength(255);
  expect(parseDomain(domain)).toEqual({ domain, isLookAlike: false });
  expect(parseDomain(`${domain}d`)).toHaveProperty('problem');
});

test('a number within a domain is a name like any other', () => {
  expect(parseDomain('mail.4711.example')).toEqual({ domain: 'mail.4711.example', isLookAlike: false });
});
