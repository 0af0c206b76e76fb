import type { Instant } from '../model.ts';
import { HOUR_MS } from '../time/durations.ts';
import { isOperatingDay, type OperatingCalendar } from '../time/operator-day.ts';
import { addDays, instantOfLocal, localTime } from '../time/zone.ts';

/** When the person of a rehearsal looks in: an office day in the operator's zone, on the days on which the operator works. */
export const OFFICE_MINUTES = { start: 9 * 60, end: 17 * 60 } as const;

export interface PersonHabits {
  readonly timezone: string;
  readonly calendar: OperatingCalendar;
  /** How long something waits before it is decided about; null: nobody ever decides. */
  readonly approveAfterMs: number | null;
}

export const APPROVE_AFTER_DEFAULT_MS = 2 * HOUR_MS;

/** A year and a day: a calendar without any working day has no visit. */
const DAYS_MAX = 367;

/**
 * When what has waited since then is decided about: after the habit's delay, in office hours, and not before `from`, when whoever asks
 * begins to look or the machine is on again. Null: never.
 */
export function decidedAt(waitingSince: Instant, habits: PersonHabits, from = waitingSince): Instant | null {
  if (habits.approveAfterMs === null) return null;
  return officeMoment(Math.max(waitingSince + habits.approveAfterMs, from), habits);
}

/** The first moment in office hours, not before `at`. */
function officeMoment(at: Instant, { timezone, calendar }: PersonHabits): Instant | null {
  const { isoDate, minuteOfDay } = localTime(at, timezone);
  for (let ahead = 0; ahead < DAYS_MAX; ahead += 1) {
    const day = addDays(isoDate, ahead);
    if (!isOperatingDay(day, calendar)) continue;
    if (ahead > 0 || minuteOfDay < OFFICE_MINUTES.start)
      return instantOfLocal(day, OFFICE_MINUTES.start, timezone);
    if (minuteOfDay < OFFICE_MINUTES.end) return at;
  }
  return null;
}
