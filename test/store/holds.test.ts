import { expect, test } from 'vitest';

import { hasElapsedHolds, returnElapsedHolds } from '../../src/store/holds.ts';
import { DAY_MS, reviewDesk, type ReviewDesk } from '../commands/review/desk-state.ts';
import { claimDesk } from './claim-desk.ts';

function returned(desk: ReviewDesk): readonly string[] {
  const { database, clock } = desk;
  return database.write(() => returnElapsedHolds(database, { now: clock.now(), undoMs: 900_000 }));
}

test('a draft held until a date is back where it was when the date has come, and not a moment earlier', async () => {
  const desk = reviewDesk();
  const [pending, approved] = [desk.draft(), desk.draft({ state: 'approved' })];
  await desk.run(['review', 'hold', pending, approved, '--until', '2d', '--reason', 'trade fair']);
  desk.clock.advance(2 * DAY_MS - 1);
  expect(hasElapsedHolds(desk.database, desk.clock.now())).toBe(false);
  expect(returned(desk)).toEqual([]);
  desk.clock.advance(1);
  expect(hasElapsedHolds(desk.database, desk.clock.now())).toBe(true);
  expect(returned(desk)).toEqual([pending, approved]);
  expect(desk.message(pending)).toMatchObject({ state: 'pending_approval', holdCause: null, note: null });
  expect(desk.message(approved)).toMatchObject({
    state: 'approved',
    approvedBy: 'ann',
    leavesAt: desk.clock.now() + 900_000,
  });
  expect(desk.story(approved).at(-1)).toBe('released its hold is over, approved again');
  expect(desk.story(pending).at(-1)).toBe('released its hold is over');
});

test('D2: the time on hold does not age a draft: it can still be approved after a long one', async () => {
  const desk = reviewDesk();
  const id = desk.draft();
  await desk.run(['review', 'hold', id, '--until', '30d']);
  desk.clock.advance(31 * DAY_MS);
  returned(desk);
  expect(await desk.run(['review', 'approve', id])).toMatchObject({ code: 0 });
});

test('A8, A15: a hold for any other cause, or without a date, never ends by itself', async () => {
  const desk = reviewDesk();
  desk.draft({ state: 'held', holdCause: 'doubt', heldFrom: 'approved' });
  desk.draft({ state: 'held', holdCause: 'blast_radius', heldFrom: 'approved' });
  await desk.run(['review', 'hold', desk.draft()]);
  desk.clock.advance(365 * DAY_MS);
  expect(returned(desk)).toEqual([]);
});

test('A8, D2: neither a batch that a person once held until a date, nor what ended on hold, comes back by itself', () => {
  const desk = claimDesk();
  const over = { hold_cause: 'operator', held_from: 'approved', held_until: 1 };
  const batch = desk.put('held', { ...over, hold_cause: 'blast_radius' });
  const ended = desk.put('discarded', { ...over, ended_at: 2 });
  const now = desk.clock.now();
  expect(hasElapsedHolds(desk.database, now)).toBe(false);
  expect(desk.write(() => returnElapsedHolds(desk.database, { now, undoMs: 0 }))).toEqual([]);
  expect([desk.stored(batch).state, desk.stored(ended).state]).toEqual(['held', 'discarded']);
  const message = desk.put('held', over);
  expect(hasElapsedHolds(desk.database, now)).toBe(true);
  expect(desk.write(() => returnElapsedHolds(desk.database, { now, undoMs: 0 }))).toEqual([desk.id(message)]);
  expect(() => returnElapsedHolds(desk.database, { now, undoMs: 0 })).toThrow(/must run inside/);
});
