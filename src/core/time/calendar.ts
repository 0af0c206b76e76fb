import type { Weekday } from '../model.ts';
import { DAY_MS } from './durations.ts';

/**
 * The proleptic Gregorian calendar without zones: a date is text (YYYY-MM-DD) at the edges and the number of
 * days since 1970-01-01 inside, so that weekdays and steps from day to day are arithmetic.
 */

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** A tick looks at few dates but at each of them for every lead: formatting a date once is enough. */
const isoDateMemo = new Map<number, string>();
const ISO_DATE_MEMO_MAX = 4_096;

/** True for a date that exists, written YYYY-MM-DD: `2026-13-01` and `2026-02-30` are none. */
export function isIsoDate(text: string): boolean {
  return epochDayOrNull(text) !== null;
}

/** Days since 1970-01-01. Throws RangeError for what `isIsoDate` refuses: input is checked before it gets here. */
export function epochDayOf(isoDate: string): number {
  const day = epochDayOrNull(isoDate);
  if (day === null) throw new RangeError(`"${isoDate}" is no date of the form YYYY-MM-DD`);
  return day;
}

/** The date (YYYY-MM-DD) that lies `epochDay` days after 1970-01-01. */
export function isoDateOf(epochDay: number): string {
  const known = isoDateMemo.get(epochDay);
  if (known !== undefined) return known;
  const isoDate = new Date(epochDay * DAY_MS).toISOString().slice(0, 10);
  if (isoDateMemo.size >= ISO_DATE_MEMO_MAX) isoDateMemo.clear();
  isoDateMemo.set(epochDay, isoDate);
  return isoDate;
}

/** The date `days` calendar days later (earlier when negative). */
export function addDays(isoDate: string, days: number): string {
  return isoDateOf(epochDayOf(isoDate) + days);
}

/** ISO weekday of a date: 1 Monday to 7 Sunday. */
export function weekdayOf(isoDate: string): Weekday {
  return weekdayOfEpochDay(epochDayOf(isoDate));
}

const WEEK: readonly [Weekday, Weekday, Weekday, Weekday, Weekday, Weekday, Weekday] = [4, 5, 6, 7, 1, 2, 3];

/** ISO weekday of a day number; 1970-01-01 was a Thursday. */
export function weekdayOfEpochDay(epochDay: number): Weekday {
  const weekday = WEEK[((epochDay % 7) + 7) % 7];
  if (weekday === undefined) throw new RangeError(`${epochDay} is no day number`);
  return weekday;
}

function epochDayOrNull(text: string): number | null {
  const parts = ISO_DATE.exec(text);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const at = Date.UTC(year, month - 1, day);
  const date = new Date(at);
  // Date.UTC rolls 30 February over into March, month 13 into the next year, and reads 0026 as 1926: only a date whose day and year come
  // back unchanged exists.
  return date.getUTCDate() === day && date.getUTCFullYear() === year ? at / DAY_MS : null;
}
