import type { Instant, Weekday } from '../model.ts';
import { epochDayOf, isoDateOf, weekdayOfEpochDay } from './calendar.ts';
import { DAY_MS, MINUTE_MS } from './durations.ts';
import { instantOfWall, offsetSpanAt } from './offsets.ts';

export { addDays, weekdayOf } from './calendar.ts';
export { nearestZones } from './nearest-zones.ts';

/** What a zone's calendar and wall clock show at one instant. */
export interface LocalTime {
  /** YYYY-MM-DD. */
  readonly isoDate: string;
  /** Whole minutes since 00:00 on the wall, 0 to 1439. */
  readonly minuteOfDay: number;
  readonly weekday: Weekday;
}

/** A wall clock by day number, for arithmetic inside core/time. */
export interface WallTime {
  readonly epochDay: number;
  readonly msOfDay: number;
}

/** The shape of IANA names: keeps offsets ("+02:00") and whole dates, which Temporal would take as well, out. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;
const ZONE_NAME_CHARACTERS_MAX = 64;

/** An import asks for the same few names a hundred thousand times. */
const canonicalMemo = new Map<string, string | null>();
const CANONICAL_MEMO_MAX = 2_048;

/** True for a known IANA zone in its own spelling ("Europe/Berlin", "UTC"). "EST5", "UTC+25", "+02:00" and "" are none. */
export function isZone(text: string): boolean {
  return canonicalZone(text) === text;
}

/** The IANA name in its own spelling for a name in any case ("europe/berlin"), or null when there is no such zone. */
export function canonicalZone(text: string): string | null {
  const known = canonicalMemo.get(text);
  if (known !== undefined) return known;
  const canonical = lookUpZone(text);
  if (canonicalMemo.size >= CANONICAL_MEMO_MAX) canonicalMemo.clear();
  canonicalMemo.set(text, canonical);
  return canonical;
}

/** What the wall clock of a zone shows. The zone is one that `isZone` accepts, else RangeError. */
export function localTime(instant: Instant, zone: string): LocalTime {
  const { epochDay, msOfDay } = wallTime(instant, zone);
  return {
    isoDate: isoDateOf(epochDay),
    minuteOfDay: Math.floor(msOfDay / MINUTE_MS),
    weekday: weekdayOfEpochDay(epochDay),
  };
}

/** As `localTime`, to the millisecond and without text. */
export function wallTime(instant: Instant, zone: string): WallTime {
  const wallMs = instant + offsetSpanAt(zone, instant).offsetMs;
  const epochDay = Math.floor(wallMs / DAY_MS);
  return { epochDay, msOfDay: wallMs - epochDay * DAY_MS };
}

/** What the wall clock of a zone shows, to the second, with its distance to UTC: `2026-02-18T10:03:00+01:00` (ISO 8601). */
export function formatLocal(instant: Instant, zone: string): string {
  const { offsetMs } = offsetSpanAt(zone, instant);
  const wall = new Date(instant + offsetMs).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  return `${wall}${offsetMs < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/**
 * The instant of a local date and minute (0 to 1440). In a gap: the first instant after it; in an overlap: the first
 * occurrence (hardening 93 and 94).
 */
export function instantOfLocal(isoDate: string, minuteOfDay: number, zone: string): Instant {
  return instantOfWall(zone, epochDayOf(isoDate) * DAY_MS + minuteOfDay * MINUTE_MS);
}

/** The first instant of a local date; where midnight is jumped over, the first instant after the jump. */
export function startOfLocalDay(isoDate: string, zone: string): Instant {
  return instantOfLocal(isoDate, 0, zone);
}

/** A clock stopped at `now` that works out each zone once: a planner judges thousands of leads by a few dozen zones. */
export function createLocalClock(now: Instant): (zone: string) => LocalTime {
  const byZone = new Map<string, LocalTime>();
  return (zone) => {
    const known = byZone.get(zone);
    if (known !== undefined) return known;
    const local = localTime(now, zone);
    byZone.set(zone, local);
    return local;
  };
}

function lookUpZone(text: string): string | null {
  if (text.length > ZONE_NAME_CHARACTERS_MAX || !ZONE_NAME.test(text)) return null;
  if (text === 'UTC') return text;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch (error) {
    // The only way to ask Temporal whether a name exists is to use it.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
