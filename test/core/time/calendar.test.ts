import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  epochDayOf,
  isIsoDate,
  isoDateOf,
  weekdayOf,
  weekdayOfEpochDay,
} from '../../../src/core/time/calendar.ts';
import { runs } from '../../helpers/property-runs.ts';

describe('calendar dates', () => {
  it('hardening 86: a holiday on a date that does not exist is refused, not rolled over into the next month', () => {
    for (const text of ['2026-13-01', '2026-02-30', '2025-02-29', '2026-00-10', '2026-01-00', '2100-02-29']) {
      expect(isIsoDate(text), text).toBe(false);
    }
    for (const text of ['2024-02-29', '2000-02-29', '1970-01-01', '2100-12-31']) {
      expect(isIsoDate(text), text).toBe(true);
    }
  });

  it('refuses dates in any other spelling, so that no month is taken for a day', () => {
    for (const text of [
      '',
      '2026-1-1',
      '02/03/2026',
      '20260203',
      '2026-02-03 ',
      ' 2026-02-03',
      '12026-02-03',
      '2026-02-03T00:00',
      '0026-01-01',
    ]) {
      expect(isIsoDate(text), text).toBe(false);
    }
  });

  it('names a malformed date instead of counting on from nonsense', () => {
    expect(() => addDays('2026-02-30', 1)).toThrow(RangeError);
    expect(() => weekdayOf('tomorrow')).toThrow('"tomorrow" is no date');
  });

  it('hardening 97: the day after 28 February is the 29th in leap years alone', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2027-02-28', 1)).toBe('2027-03-01');
    expect(addDays('2028-02-29', 366)).toBe('2029-03-01');
    expect(addDays('2027-01-01', -1)).toBe('2026-12-31');
  });

  it('hardening 98: no weekday is missed or doubled from 31 December to 1 January', () => {
    for (let year = 1970; year <= 2100; year += 1) {
      const last = weekdayOf(`${String(year)}-12-31`);
      const first = weekdayOf(addDays(`${String(year)}-12-31`, 1));
      expect(first, String(year)).toBe((last % 7) + 1);
    }
    expect(weekdayOf('2026-12-31')).toBe(4);
    expect(weekdayOf('2027-01-01')).toBe(5);
  });

  it('agrees with Temporal on every date of the years it accepts, and before', () => {
    const property = fc.property(fc.integer({ min: -20_000, max: 47_846 }), (day) => {
      const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
      expect(isoDateOf(day)).toBe(date.toString());
      expect(epochDayOf(date.toString())).toBe(day);
      expect(weekdayOf(date.toString())).toBe(date.dayOfWeek);
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(6000) });
  });

  it('refuses to name the date or weekday of what is no number', () => {
    expect(() => weekdayOfEpochDay(Number.NaN)).toThrow(RangeError);
    expect(() => isoDateOf(Number.NaN)).toThrow(RangeError);
  });
});
