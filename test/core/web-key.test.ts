import { expect, test } from 'vitest';

import { LINK_LIFE_MS, opens, SESSION_LIFE_MS, type WebKey } from '../../src/core/web-key.ts';

const AT = Date.UTC(2026, 1, 18);
const KEY: WebKey = { kind: 'link', person: 'ann', bootId: 'one', madeAt: AT, endsAt: AT + LINK_LIFE_MS };

const isOpen = (now: number, bootId: string | null = 'one'): boolean => opens(KEY, { now, bootId });

test('cli.md 5.3: a link is good for a minute, a session for a working day', () => {
  expect([LINK_LIFE_MS, SESSION_LIFE_MS]).toEqual([60_000, 12 * 60 * 60_000]);
  expect([isOpen(AT), isOpen(AT + LINK_LIFE_MS - 1), isOpen(AT + LINK_LIFE_MS)]).toEqual([true, true, false]);
});

test('F6, A14: a clock that went back by two minutes does not bring a key back to life', () => {
  expect([isOpen(AT - 119_999), isOpen(AT - 120_000), isOpen(AT - 86_400_000)]).toEqual([true, false, false]);
});

test('F6: after a reboot nothing opens, nor where the boot cannot be named', () => {
  expect([isOpen(AT, 'two'), isOpen(AT, null)]).toEqual([false, false]);
});
