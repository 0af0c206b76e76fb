import { expect, it } from 'vitest';

import {
  APPROVE_AFTER_DEFAULT_MS,
  decidedAt,
  type PersonHabits,
} from '../../../src/core/rehearsal/person.ts';
import { HOUR_MS } from '../../../src/core/time/durations.ts';

const HABITS: PersonHabits = {
  timezone: 'UTC',
  calendar: { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-02-23'] },
  approveAfterMs: 2 * HOUR_MS,
};
const at = (day: number, hour: number): number => Date.UTC(2026, 1, day, hour);

it('F5: what has waited for days is decided about in office hours too, not in the night in which a machine comes back', () => {
  // Wednesday 10:00; asked on Friday at midnight, on Friday at 11:00 and on Saturday at 11:00, before a Monday that is a holiday.
  expect(decidedAt(at(18, 10), HABITS, at(20, 0))).toBe(at(20, 9));
  expect(decidedAt(at(18, 10), HABITS, at(20, 11))).toBe(at(20, 11));
  expect(decidedAt(at(18, 10), HABITS, at(21, 11))).toBe(at(24, 9));
});

it('F5: a decision takes its time, in office hours', () => {
  expect(APPROVE_AFTER_DEFAULT_MS).toBe(2 * HOUR_MS);
  expect(decidedAt(at(18, 10), HABITS)).toBe(at(18, 12));
  expect(decidedAt(at(18, 16), HABITS)).toBe(at(19, 9));
  expect(decidedAt(at(18, 10), { ...HABITS, approveAfterMs: null })).toBeNull();
});

it('F5: office hours begin and end to the minute, and a calendar without a working day has no decision', () => {
  const minute = (day: number, hour: number, minutes: number): number =>
    Date.UTC(2026, 1, day, hour, minutes);
  const now: PersonHabits = { ...HABITS, approveAfterMs: 0 };
  expect(decidedAt(minute(18, 8, 59), now)).toBe(at(18, 9));
  expect(decidedAt(minute(18, 9, 0), now)).toBe(at(18, 9));
  expect(decidedAt(minute(18, 16, 59), now)).toBe(minute(18, 16, 59));
  expect(decidedAt(minute(18, 17, 0), now)).toBe(at(19, 9));
  expect(decidedAt(minute(20, 17, 0), now)).toBe(at(24, 9));
  expect(decidedAt(at(18, 10), { ...now, calendar: { weekdays: [], holidays: [] } })).toBeNull();
  expect(decidedAt(at(18, 10), { ...now, timezone: 'Asia/Tokyo' })).toBe(at(19, 0));
});
