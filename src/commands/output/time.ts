import type { Instant } from '../../core/model.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time/durations.ts';
import { localTime } from '../../core/time/zone.ts';

/** Times for people. JSON and pipes carry `formatInstant` of core/time instead. */

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS_SHOWN_MAX = 60;

/** `Wed 18 Feb 2026 09:03 UTC`; other zones are named by their city: `Wed 18 Feb 2026 10:03 Berlin`. */
export function formatDateTime(at: Instant, zone = 'UTC'): string {
  return `${formatDay(at, zone)} ${yearOf(at, zone)} ${formatClock(at, zone)} ${zoneLabel(zone)}`;
}

/** `Wed 18 Feb`: the day on the zone's calendar. */
export function formatDay(at: Instant, zone = 'UTC'): string {
  const { isoDate, weekday } = localTime(at, zone);
  const month = MONTHS[Number(isoDate.slice(5, 7)) - 1] ?? '';
  return `${WEEKDAYS[weekday - 1] ?? ''} ${String(Number(isoDate.slice(8, 10)))} ${month}`;
}

/** `09:03`: the wall clock of the zone. */
export function formatClock(at: Instant, zone = 'UTC'): string {
  const { minuteOfDay } = localTime(at, zone);
  return `${twoDigits(Math.floor(minuteOfDay / 60))}:${twoDigits(minuteOfDay % 60)}`;
}

/** `Berlin` for Europe/Berlin, `New York` for America/New_York, `UTC` as it is. */
export function zoneLabel(zone: string): string {
  return zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
}

/** `2 d ago`, `in 43 m`, `just now`: the distance from `now` in its largest whole unit. */
export function formatRelative(at: Instant, now: Instant): string {
  const distanceMs = at - now;
  if (Math.abs(distanceMs) < MINUTE_MS) return distanceMs > SECOND_MS ? 'in under 1 m' : 'just now';
  const text = formatSpan(Math.abs(distanceMs));
  return distanceMs < 0 ? `${text} ago` : `in ${text}`;
}

/** `today`, `tomorrow`, `2 d ago`, `in 4 d`: days on the zone's calendar, for due times. */
export function formatDueDay(at: Instant, now: Instant, zone = 'UTC'): string {
  const days = Math.round(
    (Date.parse(localTime(at, zone).isoDate) - Date.parse(localTime(now, zone).isoDate)) / DAY_MS,
  );
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  return days < 0 ? `${String(-days)} d ago` : `in ${String(days)} d`;
}

/** A length of time in its largest one or two units: `0.4 s`, `17 m`, `2 h 47 m`, `3 d`. Milliseconds in. */
export function formatSpan(ms: number): string {
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${String(Math.floor(ms / MINUTE_MS))} m`;
  if (ms < DAY_MS) {
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    const hours = `${String(Math.floor(ms / HOUR_MS))} h`;
    return minutes === 0 ? hours : `${hours} ${String(minutes)} m`;
  }
  const days = Math.floor(ms / DAY_MS);
  return days <= DAYS_SHOWN_MAX ? `${String(days)} d` : `${String(Math.floor(days / 30))} months`;
}

function yearOf(at: Instant, zone: string): string {
  return localTime(at, zone).isoDate.slice(0, 4);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
