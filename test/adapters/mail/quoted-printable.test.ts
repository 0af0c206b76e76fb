import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { quotedPrintable } from '../../../src/adapters/mail/quoted-printable.ts';
import { NAUGHTY_TEXTS } from './naughty-texts.ts';

/** RFC 2045, 6.7, read the other way round: soft line breaks away, then each `=XX` is a byte. */
function decode(encoded: string): string {
  const bytes = encoded
    .replaceAll('=\r\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function expectFaithful(text: string): void {
  const encoded = quotedPrintable(text);
  expect(decode(encoded)).toBe(text.toWellFormed().replace(/\r\n|[\r\n]/g, '\r\n'));
  expect(encoded).toMatch(/^[\t\r\n\x20-\x7e]*$/);
  for (const line of encoded.split('\r\n')) {
    expect(line.length).toBeLessThanOrEqual(76);
    expect(line).not.toMatch(/[\r\n]|[ \t]$|^From /);
  }
}

describe('hardening 51: quoted-printable carries every text unchanged in lines that every server takes', () => {
  test.each([
    ['', ''],
    ['plain', 'plain'],
    ['a=b', 'a=3Db'],
    ['ü', '=C3=BC'],
    ['a\nb\r\nc\rd', 'a\r\nb\r\nc\r\nd'],
    ['a \nb\t', 'a=20\r\nb=09'],
    ['a b\tc', 'a b\tc'],
    ['From a\nFrom b\n From c\nFromage', '=46rom a\r\n=46rom b\r\n From c\r\nFromage'],
    ['\0\u007f', '=00=7F'],
    ['x'.repeat(75), 'x'.repeat(75)],
    ['x'.repeat(80), `${'x'.repeat(75)}=\r\nxxxxx`],
    [`${'x'.repeat(73)}ü`, `${'x'.repeat(73)}=\r\n=C3=BC`],
    [`${'x'.repeat(75)}From y`, `${'x'.repeat(75)}=\r\n=46rom y`],
    [`${'x'.repeat(74)} y`, `${'x'.repeat(74)} =\r\ny`],
  ])('%j', (text, encoded) => {
    expect(quotedPrintable(text)).toBe(encoded);
  });

  test('what people, exports and attackers write', () => {
    NAUGHTY_TEXTS.forEach(expectFaithful);
  });

  test('whatever it is', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\n', '\r', '\r\n', ' ', '\t', '=', 'From ', '.', 'x'.repeat(74), 'ü'.repeat(40)),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expectFaithful(pieces.join(''));
      }),
      { seed: 2045, numRuns: 300 },
    );
  });
});
