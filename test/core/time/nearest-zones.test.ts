import { expect, test } from 'vitest';

import { nearestZones } from '../../../src/core/time/nearest-zones.ts';

test.each([
  ['  Rome  ', 'Europe/Rome'],
  ['Bxrlxn', 'Europe/Berlin'],
  ['Ho Chi Mi', 'Asia/Ho_Chi_Minh'],
  ['america/new yrok', 'America/New_York'],
  ['utc', 'UTC'],
])('hardening 91: %j is answered with %s', (text, zone) => {
  expect(nearestZones(text, 1)).toEqual([zone]);
});

test('hardening 91: nothing is offered for what is near to nothing, and a long text costs no more than a short one', () => {
  expect(nearestZones('', 3)).toEqual([]);
  expect(nearestZones('   ', 3)).toEqual([]);
  expect(nearestZones('xyzzyxyzzy', 3)).toEqual([]);
  expect(nearestZones(`Europe/${'x'.repeat(100_000)}`, 3)).toEqual([]);
});

test('hardening 91: of several the nearest come first, and no more than asked for', () => {
  expect(nearestZones('Rome', 9)).toEqual(['Europe/Rome', 'Africa/Lome', 'America/Nome']);
  const all = nearestZones('Asia/Aqtua', 10);
  expect(all.slice(0, 2)).toEqual(['Asia/Aqtau', 'Asia/Aqtobe']);
  expect(nearestZones('Asia/Aqtua', 2)).toEqual(all.slice(0, 2));
});
