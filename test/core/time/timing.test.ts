import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Weekday } from '../../../src/core/model.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/durations.ts';
import { stepDueAt, type StepDueInput } from '../../../src/core/time/timing.ts';
import { addDays, instantOfLocal, localTime, weekdayOf } from '../../../src/core/time/zone.ts';
import { WORKING_WEEK, ZONES } from './oracle.ts';
import { runs } from '../../helpers/property-runs.ts';

const iso = (text: string): number => Date.parse(text);
const ENROLLED_AT = iso('2026-02-09T10:15:30.250Z');

const PLAIN: StepDueInput = {
  timing: { kind: 'after', delay: { unit: 'elapsed', ms: 2 * DAY_MS } },
  enrolledAt: ENROLLED_AT,
  previousSendAt: null,
  plannedGapMs: 0,
  gap: 'planned',
  watermarkMs: DAY_MS,
  leadZone: 'UTC',
  workingWeekdays: WORKING_WEEK,
  isHoliday: () => false,
};

function workingDays(days: number, changes: Partial<StepDueInput>): number {
  return stepDueAt({
    ...PLAIN,
    timing: { kind: 'after', delay: { unit: 'working_days', days } },
    ...changes,
  });
}

describe('stepDueAt with after', () => {
  it('C2: the first step counts from enrollment, every later one from the send before it', () => {
    expect(stepDueAt(PLAIN)).toBe(ENROLLED_AT + 2 * DAY_MS);
    const previousSendAt = ENROLLED_AT + 9 * DAY_MS;
    expect(stepDueAt({ ...PLAIN, previousSendAt })).toBe(previousSendAt + 2 * DAY_MS);
  });

  it('A3: a previous send at instant 0 is a send, and a delay of 0 is no missing delay', () => {
    expect(stepDueAt({ ...PLAIN, previousSendAt: 0 })).toBe(2 * DAY_MS);
    expect(stepDueAt({ ...PLAIN, timing: { kind: 'after', delay: { unit: 'elapsed', ms: 0 } } })).toBe(
      ENROLLED_AT,
    );
  });

  it('hardening 95: a day is 24 elapsed hours across a change of the clock', () => {
    const previousSendAt = iso('2027-03-13T15:00:00Z');
    const dueAt = stepDueAt({ ...PLAIN, previousSendAt, leadZone: 'America/New_York' });
    expect(dueAt).toBe(iso('2027-03-15T15:00:00Z'));
    expect(localTime(previousSendAt, 'America/New_York').minuteOfDay).toBe(600);
    expect(localTime(dueAt, 'America/New_York').minuteOfDay).toBe(660);
  });

  it('keeps the watermark and the planned gap out of it: they are guards of their own', () => {
    const delay = { unit: 'elapsed', ms: 90 * MINUTE_MS } as const;
    const input = { ...PLAIN, timing: { kind: 'after', delay } as const, previousSendAt: ENROLLED_AT };
    expect(stepDueAt({ ...input, plannedGapMs: 9 * DAY_MS, gap: 'watermark' })).toBe(
      ENROLLED_AT + 90 * MINUTE_MS,
    );
  });
});

describe('stepDueAt with day', () => {
  const dayFive: StepDueInput = { ...PLAIN, timing: { kind: 'day', day: 5 }, plannedGapMs: 3 * DAY_MS };

  it('C2: counts days of 86,400 s from enrollment', () => {
    expect(stepDueAt({ ...dayFive, timing: { kind: 'day', day: 0 } })).toBe(ENROLLED_AT);
    expect(stepDueAt({ ...dayFive, previousSendAt: ENROLLED_AT + 2 * DAY_MS })).toBe(
      ENROLLED_AT + 5 * DAY_MS,
    );
  });

  it('C2: after an outage the step keeps the planned gap to the send before it', () => {
    const previousSendAt = ENROLLED_AT + 20 * DAY_MS;
    expect(stepDueAt({ ...dayFive, previousSendAt })).toBe(previousSendAt + 3 * DAY_MS);
  });

  it('C2: with gap = "watermark" it keeps the watermark only', () => {
    const previousSendAt = ENROLLED_AT + 20 * DAY_MS;
    const dueAt = stepDueAt({ ...dayFive, previousSendAt, gap: 'watermark', watermarkMs: 26 * HOUR_MS });
    expect(dueAt).toBe(previousSendAt + 26 * HOUR_MS);
  });

  it('never falls before the previous send, whatever the planned gap is', () => {
    const previousSendAt = ENROLLED_AT + 20 * DAY_MS;
    expect(stepDueAt({ ...dayFive, previousSendAt, plannedGapMs: -4 * DAY_MS })).toBe(previousSendAt);
  });

  it('hardening 96: day 1 after an enrollment at 23:59 local is 24 hours later, not a minute later', () => {
    const enrolledAt = iso('2026-02-10T04:59:00Z');
    expect(localTime(enrolledAt, 'America/New_York')).toMatchObject({
      isoDate: '2026-02-09',
      minuteOfDay: 1439,
    });
    const dueAt = stepDueAt({
      ...dayFive,
      timing: { kind: 'day', day: 1 },
      enrolledAt,
      leadZone: 'America/New_York',
    });
    expect(dueAt).toBe(enrolledAt + DAY_MS);
    expect(localTime(dueAt, 'America/New_York')).toMatchObject({ isoDate: '2026-02-10', minuteOfDay: 1439 });
  });
});

describe('stepDueAt with working days', () => {
  it('C2: 2 working days after a Thursday are Monday at the same local time, to the millisecond', () => {
    const previousSendAt = iso('2026-02-12T22:41:17.123Z');
    expect(workingDays(2, { previousSendAt })).toBe(iso('2026-02-16T22:41:17.123Z'));
  });

  it("C2: skips the lead's holidays", () => {
    const previousSendAt = iso('2026-12-24T09:00:00Z');
    const holidays = new Set(['2026-12-25', '2026-12-28', '2027-01-01']);
    const isHoliday = (isoDate: string): boolean => holidays.has(isoDate);
    expect(workingDays(1, { previousSendAt, isHoliday })).toBe(iso('2026-12-29T09:00:00Z'));
    expect(workingDays(4, { previousSendAt, isHoliday })).toBe(iso('2027-01-04T09:00:00Z'));
  });

  it('C2: keeps the local time across a change of the clock, where elapsed days do not', () => {
    const previousSendAt = iso('2027-03-12T15:00:00Z');
    expect(workingDays(1, { previousSendAt, leadZone: 'America/New_York' })).toBe(
      iso('2027-03-15T14:00:00Z'),
    );
  });

  it('hardening 93: a working day whose time of day is jumped over is due right after the gap', () => {
    const everyDay: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
    const changes = { previousSendAt: iso('2027-03-13T07:30:00Z'), workingWeekdays: everyDay };
    expect(workingDays(1, { ...changes, leadZone: 'America/New_York' })).toBe(iso('2027-03-14T07:00:00Z'));
  });

  it('counts the working days of the lead, not those of UTC', () => {
    // Sunday 22:00 UTC is Monday 11:00 in Auckland: one working day later is Tuesday there.
    const previousSendAt = iso('2026-02-08T22:00:00Z');
    expect(workingDays(1, { previousSendAt, leadZone: 'Pacific/Auckland' })).toBe(
      iso('2026-02-09T22:00:00Z'),
    );
    expect(workingDays(1, { previousSendAt })).toBe(iso('2026-02-09T22:00:00Z'));
    expect(workingDays(5, { previousSendAt, leadZone: 'Pacific/Auckland' })).toBe(
      iso('2026-02-15T22:00:00Z'),
    );
    expect(workingDays(5, { previousSendAt })).toBe(iso('2026-02-13T22:00:00Z'));
  });

  it('0 working days are due at once', () => {
    expect(workingDays(0, {})).toBe(ENROLLED_AT);
  });

  it('A11: a lead without any working day waits for years instead of being written to, and the search ends', () => {
    expect(workingDays(1, { workingWeekdays: [] })).toBe(ENROLLED_AT + 3653 * DAY_MS);
    expect(workingDays(1, { isHoliday: () => true })).toBe(ENROLLED_AT + 3653 * DAY_MS);
  });

  it('C2: lands on a working day with exactly n of them after the send, at the same local time', () => {
    const zone = fc.constantFrom(...ZONES.filter((name) => name !== 'Pacific/Apia'));
    const start = fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2060, 0, 1) });
    const property = fc.property(
      zone,
      start,
      fc.integer({ min: 1, max: 60 }),
      (leadZone, previousSendAt, days) => {
        const sent = localTime(previousSendAt, leadZone);
        const due = localTime(workingDays(days, { previousSendAt, leadZone }), leadZone);
        expect(WORKING_WEEK).toContain(due.weekday);
        let counted = 0;
        for (let date = sent.isoDate; date !== due.isoDate;) {
          date = addDays(date, 1);
          if (WORKING_WEEK.includes(weekdayOf(date))) counted += 1;
        }
        expect(counted).toBe(days);
        const exists = instantOfLocal(due.isoDate, sent.minuteOfDay, leadZone);
        expect(due.minuteOfDay).toBe(localTime(exists, leadZone).minuteOfDay);
      },
    );
    fc.assert(property, { seed: 20260214, numRuns: runs(500) });
  });
});
