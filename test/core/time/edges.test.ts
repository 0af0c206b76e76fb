import { describe, expect, it, test } from 'vitest';

import { isIsoDate, weekdayOfEpochDay } from '../../../src/core/time/calendar.ts';
import { DAY_MS, HOUR_MS, parseDurationMs } from '../../../src/core/time/durations.ts';
import { parseInstant } from '../../../src/core/time/instants.ts';
import { firstOpening, scheduleOfHours, scheduleOfWindow } from '../../../src/core/time/openings.ts';
import { stepDueAt } from '../../../src/core/time/timing.ts';
import { validateWindow } from '../../../src/core/time/windows.ts';
import { formatLocal } from '../../../src/core/time/zone.ts';
import { ALWAYS, OFFICE, WORKING_WEEK } from './oracle.ts';

/** Wednesday, 18 February 2026, 00:00 UTC. */
const DAY = Date.UTC(2026, 1, 18);

describe('C3, A11: the first opening of a span, both ends included', () => {
  const office = scheduleOfHours({ hours: OFFICE, leadZone: 'UTC', isHoliday: () => false });
  const always = scheduleOfHours({ hours: ALWAYS, leadZone: 'UTC', isHoliday: () => false });
  const opensAt = DAY + 9 * HOUR_MS;
  const alone = { hours: office, window: null };

  test('a moment that is open is its own opening, and one that is not has none', () => {
    expect(firstOpening(alone, opensAt, opensAt)).toBe(opensAt);
    expect(firstOpening(alone, opensAt - 1, opensAt - 1)).toBeNull();
  });

  test('an opening at the end counts, one after it does not', () => {
    expect(firstOpening(alone, DAY, opensAt)).toBe(opensAt);
    expect(firstOpening(alone, DAY, opensAt - 1)).toBeNull();
    const window = scheduleOfWindow({ weekdays: [], startMinute: 600, endMinute: 660, zone: 'UTC' }, 'UTC');
    expect(firstOpening({ hours: office, window }, DAY, DAY + 10 * HOUR_MS)).toBe(DAY + 10 * HOUR_MS);
    expect(firstOpening({ hours: office, window }, DAY, DAY + 10 * HOUR_MS - 1)).toBeNull();
  });

  test('hardening 93: what opens at the very moment to which the clock jumps does not open in the hour that is left out', () => {
    const zone = 'Europe/Berlin';
    const night = { weekdays: [], startMinute: 120, endMinute: 180, zone };
    const schedules = { hours: always, window: scheduleOfWindow(night, zone) };
    const midnight = Date.UTC(2026, 2, 28, 23);
    // 29 March has no 02:00 there; the window is open again at 02:00 on the 30th.
    expect(firstOpening(schedules, midnight, midnight + 3 * DAY_MS)).toBe(Date.UTC(2026, 2, 30));
  });
});

describe('times as people write them', () => {
  test.each([
    ['2026-02-14T24:00', { problem: 'the time 24:00:00 does not exist' }],
    ['2026-02-14T09:00:00+14:00', Date.UTC(2026, 1, 13, 19)],
    ['2026-02-14T09:00:00-00:59', Date.UTC(2026, 1, 14, 9, 59)],
  ])('B1: %s', (text, expected) => {
    expect(parseInstant(text)).toEqual(expected);
  });

  it('B1: an offset beyond every zone is refused with the forms that are taken', () => {
    const problem =
      'the offset is beyond 14 hours: write 2026-02-14 or 2026-02-14T09:30:00Z (an offset such as +02:00 is fine too)';
    expect(parseInstant('2026-02-14T09:00:00+15:00')).toEqual({ problem });
    expect(parseInstant('2026-02-14T09:00:00+01:60')).toEqual({ problem });
  });

  it('C2: a year and a day is the longest span, and forty letters of a wrong one are quoted', () => {
    expect(parseDurationMs('366d')).toBe(366 * DAY_MS);
    expect(parseDurationMs('367d')).toEqual({ problem: '"367d" is longer than 366 days' });
    const quoted = (letters: number) => parseDurationMs('x'.repeat(letters));
    const rest = 'is no duration: write "90m", "6h" or "7d"';
    expect(quoted(40)).toEqual({ problem: `"${'x'.repeat(40)}" ${rest}` });
    expect(quoted(41)).toEqual({ problem: `"${'x'.repeat(40)}"… ${rest}` });
  });

  it('a date exists only if its day and its year do', () => {
    const wrong = [
      '2026-02-29',
      '2026-04-31',
      '2026-01-32',
      '2026-01-99',
      '2026-00-05',
      '2026-13-05',
      '2026-99-01',
    ];
    expect([...wrong, '2026-03-00', '0026-01-05'].filter(isIsoDate)).toEqual([]);
    expect(['2024-02-29', '2026-12-31', '1970-01-01'].every(isIsoDate)).toBe(true);
    expect(() => weekdayOfEpochDay(0.5)).toThrow('0.5 is no day number');
  });
});

test.each([
  ['UTC', '2026-02-18T09:03:05+00:00'],
  ['Europe/Berlin', '2026-02-18T10:03:05+01:00'],
  ['America/St_Johns', '2026-02-18T05:33:05-03:30'],
  ['Asia/Kolkata', '2026-02-18T14:33:05+05:30'],
  ['Pacific/Kiritimati', '2026-02-18T23:03:05+14:00'],
])('F4: a moment is told as the clock of %s shows it, with its distance to UTC', (zone, text) => {
  expect(formatLocal(Date.UTC(2026, 1, 18, 9, 3, 5, 678), zone)).toBe(text);
});

test('C2: "0 working days" is at once, also in the hour that a clock shows twice', () => {
  const again = Date.UTC(2026, 9, 25, 1, 30);
  expect(
    stepDueAt({
      timing: { kind: 'after', delay: { unit: 'working_days', days: 0 } },
      ...{ enrolledAt: again, previousSendAt: null, plannedGapMs: 0, gap: 'planned', watermarkMs: 0 },
      ...{ leadZone: 'Europe/Berlin', workingWeekdays: WORKING_WEEK, isHoliday: () => false },
    }),
  ).toBe(again);
});

test('C3: a window that no hours can meet is refused, whoever’s clock it goes by', () => {
  const never = 'the window can never open: it shares no minute of the week with the working hours';
  const night = { weekdays: [], startMinute: 60, endMinute: 180 };
  expect(validateWindow({ ...night, zone: 'lead' }, OFFICE)).toBe(never);
  // By a clock of its own there is always a lead for whom it is day.
  expect(validateWindow({ ...night, zone: 'Europe/Berlin' }, OFFICE)).toBeNull();
  const noDays = { ...OFFICE, weekdays: [] };
  expect(validateWindow({ ...night, zone: 'Europe/Berlin' }, noDays)).toBe(never);
  expect(validateWindow({ ...night, zone: 'lead' }, noDays)).toBe(never);
});
