import type { Instant, Weekday } from '../model.ts';
import { weekdayOf } from './calendar.ts';
import { localTime } from './zone.ts';

/** What makes a date a working one for the operator: `hours.weekdays` and `holidays` of the configuration. */
export interface OperatingCalendar {
  readonly weekdays: readonly Weekday[];
  /** YYYY-MM-DD. */
  readonly holidays: readonly string[];
}

/** The operator's calendar date (YYYY-MM-DD) at an instant: the day over which caps and means are counted (A6, A8). */
export function operatorDay(instant: Instant, zone: string): string {
  return localTime(instant, zone).isoDate;
}

/** A11: true unless the date is a weekend day or a holiday of the operator. No weekdays at all means never, not always. */
export function isOperatingDay(isoDate: string, calendar: OperatingCalendar): boolean {
  return calendar.weekdays.includes(weekdayOf(isoDate)) && !calendar.holidays.includes(isoDate);
}
