import { createHmac } from 'node:crypto';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { hmacSha256 } from '../../src/core/sha256.ts';

const theirs = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex');

test('A15: the published vectors come out (RFC 4231, 4.2 and 4.3)', () => {
  expect(hmacSha256('\x0b'.repeat(20), 'Hi There')).toBe(
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  );
  expect(hmacSha256('Jefe', 'what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('A15: a state that was bound by node:crypto is not taken for a clone, whatever the length around a block', () => {
  for (let length = 0; length < 200; length += 1) {
    const text = 'é'.repeat(length);
    expect(hmacSha256('key', text), `${String(length)} characters`).toBe(theirs('key', text));
  }
});

test('A15: it agrees with node:crypto on any text and key', () => {
  const key = fc.string({ maxLength: 64, unit: 'grapheme-ascii' });
  fc.assert(
    fc.property(fc.string({ maxLength: 150, unit: 'grapheme' }), key, (text, used) => {
      expect(hmacSha256(used, text.toWellFormed())).toBe(theirs(used, text.toWellFormed()));
    }),
    { seed: 1 },
  );
});

test('a key of a whole block is taken as it is; a longer one, which the standard would hash first, is refused', () => {
  expect(hmacSha256('k'.repeat(64), 'x')).toBe(theirs('k'.repeat(64), 'x'));
  const refused = new RangeError('A key of more than 64 bytes is hashed by node:crypto');
  expect(() => hmacSha256('k'.repeat(65), 'x')).toThrow(refused);
  expect(() => hmacSha256('\u00e9'.repeat(33), 'x')).toThrow(refused);
});
