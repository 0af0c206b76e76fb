import { describe, expect, it } from 'vitest';
import { isOperatingDay, operatorDay } from '../../../src/core/time/operator-day.ts';
import { WORKING_WEEK } from './oracle.ts';

describe('operatorDay', () => {
  it("A6: a draft at 23:30 in New York counts on that evening's day, not on the UTC day that has begun", () => {
    expect(operatorDay(Date.parse('2026-02-19T04:30:00Z'), 'America/New_York')).toBe('2026-02-18');
    expect(operatorDay(Date.parse('2026-02-19T04:30:00Z'), 'UTC')).toBe('2026-02-19');
  });
});

describe('isOperatingDay', () => {
  const calendar = { weekdays: WORKING_WEEK, holidays: ['2026-12-25', '2027-01-01'] };

  it('A11: nothing outbound runs on the operator’s weekend or holidays', () => {
    expect(isOperatingDay('2026-12-24', calendar)).toBe(true);
    expect(isOperatingDay('2026-12-25', calendar)).toBe(false);
    expect(isOperatingDay('2026-12-26', calendar)).toBe(false);
    expect(isOperatingDay('2026-12-31', calendar)).toBe(true);
    expect(isOperatingDay('2027-01-01', calendar)).toBe(false);
  });

  it('A11: without any weekday nothing runs: a missing setting is never "always"', () => {
    expect(isOperatingDay('2026-12-24', { weekdays: [], holidays: [] })).toBe(false);
  });
});
