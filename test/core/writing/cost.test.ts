import fc from 'fast-check';
import { expect, test } from 'vitest';

import { costMicros, worstCostMicros } from '../../../src/core/writing/cost.ts';

/** Three of the currency for a million tokens in, fifteen for a million out. */
const PRICES = { inputPerMillion: 3, outputPerMillion: 15 };

test.each([
  ['nothing was asked or said', { inputTokens: 0, outputTokens: 0 }, PRICES, 0],
  ['a question alone', { inputTokens: 1_000, outputTokens: 0 }, PRICES, 3_000],
  ['an answer alone', { inputTokens: 0, outputTokens: 1_000 }, PRICES, 15_000],
  ['both', { inputTokens: 1_000_000, outputTokens: 200_000 }, PRICES, 6_000_000],
  [
    'a fraction, which counts as a whole one',
    { inputTokens: 1, outputTokens: 1 },
    { inputPerMillion: 0.15, outputPerMillion: 0.6 },
    1,
  ],
])('B8, D3: what a call cost, in millionths of the currency: %s', (_, usage, prices, micros) => {
  expect(costMicros(usage, prices)).toBe(micros);
});

test.each([
  ['an empty question: what every provider adds', '', '', 0, 150],
  ['two characters of Latin are a token', 'ab', '', 0, 153],
  ['one character is no less than one token', 'a', '', 0, 153],
  ['both halves of a question are paid', 'ab', 'cdef', 0, 159],
  ['the longest answer is paid', '', '', 10, 300],
  ['the last character of ASCII has one byte', '\u007f\u007f', '', 0, 153],
  ['whatever comes after it may have three', '\u0080\u00e9', '', 0, 159],
])('B8, D3: the most that a call may cost: %s', (_, system, user, maxOutputTokens, micros) => {
  expect(worstCostMicros({ system, user }, { maxOutputTokens, prices: PRICES })).toBe(micros);
});

test('B8: no text has more bytes than it is reckoned with, or a budget would be overspent', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0x1_ffff }), { maxLength: 100 }), (codes) => {
      const text = String.fromCodePoint(...codes);
      const one = { inputPerMillion: 2, outputPerMillion: 0 };
      const micros = worstCostMicros({ system: text, user: '' }, { maxOutputTokens: 0, prices: one });
      expect(micros - 100).toBeGreaterThanOrEqual(Buffer.byteLength(text));
    }),
    { seed: 8 },
  );
});
