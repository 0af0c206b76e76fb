import { expect, test } from 'vitest';

import { expireDrafts, hasExpired } from '../../src/store/expiry.ts';
import { claimDesk, type ClaimDesk } from './claim-desk.ts';

const NOW = 10_000;
const EXPIRY = { now: NOW, expiryMs: 1_000 };
const OLD = { drafted_at: 8_999, edited_at: null, held_until: null };

const expire = (desk: ClaimDesk): readonly string[] => desk.write(() => expireDrafts(desk.database, EXPIRY));

test.each(['pending_approval', 'approved', 'held'] as const)(
  'D2: a draft that waited too long %s ends as expired, and its lead is told of',
  (state) => {
    const desk = claimDesk();
    const message = desk.put(state, OLD);
    expect(hasExpired(desk.database, EXPIRY)).toBe(true);
    expect(expire(desk)).toEqual([desk.id(message)]);
    expect(desk.get('messages', message)).toMatchObject({ state: 'expired', ended_at: NOW, note: 'expired' });
    const [told] = desk.rows('SELECT lead_row_id, at, kind, text, ref FROM timeline ORDER BY row_id DESC');
    expect(told).toEqual({
      lead_row_id: desk.leadOf(message),
      at: NOW,
      kind: 'expired',
      text: 'the draft waited too long',
      ref: desk.id(message),
    });
    expect(hasExpired(desk.database, EXPIRY)).toBe(false);
    expect(expire(desk)).toEqual([]);
  },
);

test.each([
  'reserved',
  'sending',
  'sent',
  'uncertain',
  'failed',
  'rejected',
  'skipped',
  'cancelled',
] as const)('D1, D2: a message that is %s never expires, however old', (state) => {
  const desk = claimDesk();
  const message = desk.put(state, OLD);
  expect(hasExpired(desk.database, EXPIRY)).toBe(false);
  expect(expire(desk)).toEqual([]);
  expect(desk.stored(message).state).toBe(state);
});

test.each([
  ['was drafted a moment later', { drafted_at: 9_000 }],
  ['was edited since', { edited_at: 9_000 }],
  ['was on hold since, until a date', { held_until: 9_000 }],
])('D2: a draft that %s can still be sent', (_why, columns) => {
  const desk = claimDesk();
  desk.put('approved', { ...OLD, ...columns });
  expect(hasExpired(desk.database, EXPIRY)).toBe(false);
  expect(expire(desk)).toEqual([]);
});

test('D2: of many each is expired by itself, oldest first, and what is fresh stays', () => {
  const desk = claimDesk();
  const old = [desk.put('held', OLD), desk.put('approved', OLD), desk.put('pending_approval', OLD)];
  const fresh = desk.put('approved', { drafted_at: NOW });
  expect(expire(desk)).toEqual(old.map((each) => desk.id(each)));
  expect(desk.stored(fresh).state).toBe('approved');
  expect(() => expireDrafts(desk.database, EXPIRY)).toThrow(/must run inside/);
});
