import type { Instant, SendWindow } from '../model.ts';
import type { WorkingHours } from '../policy.ts';
import { isoDateOf, weekdayOfEpochDay } from './calendar.ts';
import { DAY_MS, MINUTE_MS } from './durations.ts';
import { offsetSpanAt } from './offsets.ts';

/**
 * When something is open on the wall clock of one zone, as arithmetic on day numbers. Start after end is overnight: the
 * part after midnight is open on the days that `opensInto` names, the part before it on those that `opensOn` names.
 */
export interface Schedule {
  readonly zone: string;
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
  readonly opensOn: (epochDay: number) => boolean;
  readonly opensInto: (epochDay: number) => boolean;
}

/** C3: what opens overnight belongs to the weekday on which it opens. Null when the window restricts nothing. */
export function scheduleOfWindow(window: SendWindow | null, leadZone: string): Schedule | null {
  if (window === null || window.startMinute === window.endMinute) return null;
  const opensOn = (epochDay: number): boolean =>
    window.weekdays.length === 0 || window.weekdays.includes(weekdayOfEpochDay(epochDay));
  return {
    zone: window.zone === 'lead' ? leadZone : window.zone,
    startMs: window.startMinute * MINUTE_MS,
    endMs: window.endMinute * MINUTE_MS,
    opensOn,
    opensInto: (epochDay) => opensOn(epochDay - 1),
  };
}

export interface LeadHours {
  readonly hours: WorkingHours;
  readonly leadZone: string;
  /** Whether a date (YYYY-MM-DD) is a public holiday of the lead. */
  readonly isHoliday: (isoDate: string) => boolean;
}

/** A11: weekday and holiday are those of the lead's own date at the moment, also after midnight of overnight hours. */
export function scheduleOfHours({ hours, leadZone, isHoliday }: LeadHours): Schedule {
  const opensOn = (epochDay: number): boolean =>
    hours.weekdays.includes(weekdayOfEpochDay(epochDay)) && !isHoliday(isoDateOf(epochDay));
  return {
    zone: leadZone,
    startMs: hours.startMinute * MINUTE_MS,
    endMs: hours.endMinute * MINUTE_MS,
    opensOn,
    opensInto: opensOn,
  };
}

/**
 * The first instant from `from` to `until` (both included) at which the hours and, if there is one, the window are open;
 * null when there is none. Exact across changes of the clock.
 */
export function firstOpening(
  { hours, window }: { readonly hours: Schedule; readonly window: Schedule | null },
  from: Instant,
  until: Instant,
): Instant | null {
  let at = from;
  while (at <= until) {
    const hoursAt = nextOpening(hours, at, until);
    if (hoursAt === null || window === null) return hoursAt;
    const windowAt = nextOpening(window, hoursAt, until);
    if (windowAt === null || windowAt === hoursAt) return windowAt;
    // Nothing before the window's opening can suit both: each turn moves on, so the loop ends at `until`.
    at = windowAt;
  }
  return null;
}

/** Walks from midnight to midnight and never past a change of the clock, where wall time stops being arithmetic. */
function nextOpening(schedule: Schedule, from: Instant, until: Instant): Instant | null {
  let at = from;
  while (at <= until) {
    const span = offsetSpanAt(schedule.zone, at);
    const wallMs = at + span.offsetMs;
    const epochDay = Math.floor(wallMs / DAY_MS);
    const msOfDay = wallMs - epochDay * DAY_MS;
    const openingMs = openingOfDay(schedule, epochDay, msOfDay);
    const nextAt = at + (openingMs ?? DAY_MS) - msOfDay;
    if (nextAt >= span.untilAt) at = span.untilAt;
    else if (openingMs === null) at = nextAt;
    else return nextAt <= until ? nextAt : null;
  }
  return null;
}

/** The first open millisecond of a day from `fromMs` on, or null. */
function openingOfDay(schedule: Schedule, epochDay: number, fromMs: number): number | null {
  const { startMs, endMs } = schedule;
  const isOvernight = startMs > endMs;
  if (isOvernight && fromMs < endMs && schedule.opensInto(epochDay)) return fromMs;
  const openingMs = Math.max(fromMs, startMs);
  const isPast = !isOvernight && openingMs >= endMs;
  return !isPast && schedule.opensOn(epochDay) ? openingMs : null;
}
