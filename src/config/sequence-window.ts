import type { SendWindow, Weekday } from '../core/model.ts';
import { validateWindow } from '../core/time/windows.ts';
import { isZone, nearestZones } from '../core/time/zone.ts';
import { minuteOfDay } from './check-value.ts';
import { quoteValue } from './sequence-problem.ts';
import type { TableReader } from './sequence-table.ts';

const MINUTES_PER_DAY = 1_440;
const WEEKDAYS: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
const WHOLE_DAY: SendWindow = { startMinute: 0, endMinute: MINUTES_PER_DAY, zone: 'UTC', weekdays: [] };

/**
 * Reads `window = { start, end, tz, weekdays }` (C3). Missing `start` is 00:00, missing `end` 24:00, missing `tz` UTC,
 * missing or empty `weekdays` every day. A window under 60 minutes is refused here; one that never meets the hours by lint.
 */
export function readWindow(reader: TableReader): SendWindow {
  const window: SendWindow = {
    startMinute: readMinute(reader, 'start') ?? WHOLE_DAY.startMinute,
    endMinute: readMinute(reader, 'end') ?? WHOLE_DAY.endMinute,
    zone: readZone(reader),
    weekdays: readWeekdays(reader),
  };
  reader.finish();
  const problem = validateWindow(window, null);
  if (problem === null) return window;
  reader.complain(null, { code: 'window', message: problem });
  return WHOLE_DAY;
}

function readMinute(reader: TableReader, key: 'start' | 'end'): number | null {
  const value = reader.value(key);
  if (value === undefined) return null;
  const minute = typeof value === 'string' ? minuteOfDay(value, key) : null;
  if (minute !== null) return minute;
  const got = value instanceof Date ? 'a time without quotes' : quoteValue(value);
  const latest = key === 'end' ? 'up to "24:00"' : 'up to "23:59"';
  reader.complain(key, {
    code: 'window_time',
    message: `${key} is ${got}, expected "HH:MM" in quotes, ${latest}`,
  });
  return null;
}

function readZone(reader: TableReader): string {
  const value = reader.value('tz');
  if (value === undefined) return WHOLE_DAY.zone;
  if (value === 'lead' || (typeof value === 'string' && isZone(value))) return value;
  const nearest = typeof value === 'string' ? nearestZones(value, 3) : [];
  reader.complain('tz', {
    code: 'window_zone',
    message: `tz is ${quoteValue(value)}, expected "lead" or an IANA zone such as "Europe/Berlin"`,
    fix: nearest.length === 0 ? null : `did you mean ${nearest.join(' or ')}?`,
  });
  return WHOLE_DAY.zone;
}

function readWeekdays(reader: TableReader): readonly Weekday[] {
  const value = reader.value('weekdays');
  if (value === undefined) return [];
  const elements: readonly unknown[] | null = Array.isArray(value) ? value : null;
  const days = (elements ?? []).flatMap((element) => WEEKDAYS.find((day) => BigInt(day) === element) ?? []);
  if (elements?.length === days.length) return [...new Set(days)].sort();
  reader.complain('weekdays', {
    code: 'window_weekdays',
    message: `weekdays is ${quoteValue(value)}, expected numbers from 1 (Monday) to 7 (Sunday), such as [1, 2, 3, 4, 5]`,
  });
  return [];
}
