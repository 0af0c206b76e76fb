import { expect, test } from 'vitest';

import { KEY_SAFETY_MARGIN_MS, keyLifeOf, TRANSPORT_TRAITS, TRANSPORTS } from '../../src/core/transports.ts';

const DAY_MS = 86_400_000;

test('D1: only a provider that remembers a key for a day is asked again after a doubt, and in time', () => {
  const lives = Object.fromEntries(TRANSPORTS.map((name) => [name, keyLifeOf(name)]));
  expect(lives).toEqual({ outbox: null, smtp: null, resend: DAY_MS, mailgun: null, stream: DAY_MS });
  expect(KEY_SAFETY_MARGIN_MS).toBe(DAY_MS / 12);
});

test('D1: a transport of which we know nothing remembers no key', () => {
  expect(['', 'pigeon', 'constructor', 'SMTP'].map(keyLifeOf)).toEqual([null, null, null, null]);
});

test('D6: one provider alone chooses its mailbox by itself', () => {
  expect(TRANSPORTS.filter((name) => TRANSPORT_TRAITS[name].ownsSenders)).toEqual(['stream']);
});
