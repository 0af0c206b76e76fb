import type { Instant } from '../model.ts';
import { isIsoDate } from './calendar.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from './durations.ts';

/** Why a text is no time; one sentence without the text itself, which the caller names with its line. */
export interface InstantProblem {
  readonly problem: string;
}

const FORMS = 'write 2026-02-14 or 2026-02-14T09:30:00Z (an offset such as +02:00 is fine too)';
const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:([Zz])|([+-])(\d{2}):?(\d{2})?)?)?$/;
/** Whole columns of an export look like this; days up to 28 exist in every month. */
const PLAIN =
  /^(?:19[789]|20\d)\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const FIRST_AT: Instant = 0;
const END_AT: Instant = Date.UTC(2101, 0, 1);
const OFFSET_HOURS_MAX = 14;

/**
 * Reads an ISO 8601 time into epoch milliseconds. A date alone is 00:00 UTC and a time without offset is UTC, so that
 * one file means the same on every machine. Day and month in another order, dates that do not exist, spreadsheet serial
 * numbers and years outside 1970 to 2100 are problems. A leap second counts as the last millisecond before it.
 * Never NaN. Digits beyond the millisecond are cut.
 */
export function parseInstant(text: string): Instant | InstantProblem {
  if (PLAIN.test(text)) return Date.parse(text);
  const parts = ISO.exec(text);
  if (parts === null) return { problem: `no ISO 8601 time: ${FORMS}` };
  const [
    ,
    date = '',
    hour = '00',
    minute = '00',
    second = '00',
    fraction = '',
    ,
    sign,
    offsetHour,
    offsetMinute,
  ] = parts;
  if (!isIsoDate(date)) return { problem: `the date ${date} does not exist` };
  const offsetMs = offsetMsOf(sign, Number(offsetHour ?? 0), Number(offsetMinute ?? 0));
  if (offsetMs === null) return { problem: `the offset is beyond ${OFFSET_HOURS_MAX} hours: ${FORMS}` };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) {
    return { problem: `the time ${hour}:${minute}:${second} does not exist` };
  }
  const minuteAt = Date.parse(`${date}T${hour}:${minute}:00Z`) - offsetMs;
  if (minuteAt < FIRST_AT || minuteAt >= END_AT) return { problem: 'the year is not within 1970 to 2100' };
  if (Number(second) < 60)
    return minuteAt + Number(second) * SECOND_MS + Number(fraction.padEnd(3, '0').slice(0, 3));
  return isLastMinuteOfUtcDay(minuteAt)
    ? minuteAt + MINUTE_MS - 1
    : { problem: 'a 60th second exists at 23:59 UTC only' };
}

/** ISO 8601 in UTC to the second, the form of every `_at` name: `2026-02-14T09:30:00Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function offsetMsOf(sign: string | undefined, hours: number, minutes: number): number | null {
  if (hours > OFFSET_HOURS_MAX || minutes > 59) return null;
  const ms = hours * HOUR_MS + minutes * MINUTE_MS;
  return sign === '-' ? -ms : ms;
}

function isLastMinuteOfUtcDay(minuteAt: Instant): boolean {
  return minuteAt % (24 * HOUR_MS) === 24 * HOUR_MS - MINUTE_MS;
}
