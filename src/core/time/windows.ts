import type { Instant, SendWindow, Weekday } from '../model.ts';
import type { WorkingHours } from '../policy.ts';
import { DAY_MS } from './durations.ts';
import { firstOpening, scheduleOfHours, scheduleOfWindow, type LeadHours } from './openings.ts';
import { isZone, type LocalTime } from './zone.ts';

const MINUTES_PER_DAY = 1_440;
const DAY_BEFORE: Readonly<Record<Weekday, Weekday>> = { 1: 7, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6 };

/** Ticks are hourly: a shorter window could fall between two of them for ever (C3). */
export const WINDOW_MINUTES_MIN = 60;

/** How long a window may delay before it is ignored (C3). */
export const WINDOW_DAYS_MAX = 14;

/** How far ahead hours are looked for. Beyond it the lead has no working day at all. */
const HOURS_DAYS_MAX = 366;

/** The verdict of A11's guards on a lead; the words other than 'open' are the reasons of the guard `hours`. */
export type HoursVerdict = 'open' | 'lead_weekday' | 'lead_holiday' | 'hours';

/** The zone in which a window is judged: its own, or the lead's (C3). */
export function windowZone(window: SendWindow, leadZone: string): string {
  return window.zone === 'lead' ? leadZone : window.zone;
}

/**
 * C3: whether a window is open. `local` is the time in the window's zone (`windowZone`). An overnight window belongs to
 * the weekday on which it opens; start equal to end restricts nothing, no weekdays mean every day.
 */
export function isOpen(local: LocalTime, window: SendWindow | null): boolean {
  if (window === null || window.startMinute === window.endMinute) return true;
  const { startMinute, endMinute } = window;
  if (startMinute < endMinute) {
    return isWithin(local.minuteOfDay, window) && isAllowedWeekday(local.weekday, window);
  }
  if (local.minuteOfDay >= startMinute) return isAllowedWeekday(local.weekday, window);
  return local.minuteOfDay < endMinute && isAllowedWeekday(DAY_BEFORE[local.weekday], window);
}

/**
 * A11 for one lead: weekday, holiday and hours at its own local time; all must allow. With overnight hours (17:00 to
 * 09:00) weekday and holiday are still those of the date at that moment: a Saturday at 02:00 is a Saturday.
 */
export function judgeHours(lead: {
  readonly local: LocalTime;
  readonly hours: WorkingHours;
  readonly isHoliday: (isoDate: string) => boolean;
}): HoursVerdict {
  const { local, hours, isHoliday } = lead;
  if (!hours.weekdays.includes(local.weekday)) return 'lead_weekday';
  if (isHoliday(local.isoDate)) return 'lead_holiday';
  return isWithin(local.minuteOfDay, hours) ? 'open' : 'hours';
}

export interface ClampInput extends LeadHours {
  readonly notBefore: Instant;
  readonly window: SendWindow | null;
}

export interface Clamped {
  /** Never earlier than `notBefore`. */
  readonly at: Instant;
  /** C3: the window offered nothing for 14 days, so hours alone decided. */
  readonly windowIgnored: boolean;
}

/**
 * C3: the first instant from `notBefore` on that lies inside window and hours and on no holiday of the lead. When 14
 * days offer none, the window is ignored and A11 alone decides; null when even that has no opening in 366 days.
 * The 14 days begin with the first moment that the hours allow: a run that looks again at that moment then finds the
 * same answer (A17), and asking later never gets an earlier one.
 */
export function clampForward(input: ClampInput): Clamped | null {
  const { notBefore } = input;
  const hours = scheduleOfHours(input);
  const window = scheduleOfWindow(input.window, input.leadZone);
  const hoursAt = firstOpening({ hours, window: null }, notBefore, notBefore + HOURS_DAYS_MAX * DAY_MS);
  if (hoursAt === null || window === null)
    return hoursAt === null ? null : { at: hoursAt, windowIgnored: false };
  const bothAt = firstOpening({ hours, window }, hoursAt, hoursAt + WINDOW_DAYS_MAX * DAY_MS);
  return { at: bothAt ?? hoursAt, windowIgnored: bothAt === null };
}

/** Minutes for which a window is open each time; a whole day when it restricts nothing. */
export function windowMinutes(window: SendWindow): number {
  const minutes = window.endMinute - window.startMinute;
  return minutes > 0 ? minutes : minutes + MINUTES_PER_DAY;
}

/**
 * What is wrong with a window, as one sentence, or null (C3). With `hours` also a window that can never open: one that
 * shares no minute of the week with the hours of any lead, wherever it lives.
 */
export function validateWindow(window: SendWindow, hours: WorkingHours | null): string | null {
  if (!isMinute(window.startMinute, MINUTES_PER_DAY - 1) || !isMinute(window.endMinute, MINUTES_PER_DAY)) {
    return 'the window must start between 00:00 and 23:59 and end between 00:00 and 24:00';
  }
  if (window.zone !== 'lead' && !isZone(window.zone)) return `"${window.zone}" is no IANA time zone`;
  if (windowMinutes(window) < WINDOW_MINUTES_MIN) {
    return `the window is open for ${windowMinutes(window)} minutes only: at least ${WINDOW_MINUTES_MIN} are needed, since runs are hourly`;
  }
  if (hours === null || couldMeet(window, hours)) return null;
  return 'the window can never open: it shares no minute of the week with the working hours';
}

/** Every whole hour from UTC-12 to UTC+14: windows of an hour or more leave no gap between two of them. */
const ZONES_AROUND_THE_WORLD = Array.from({ length: 27 }, (_, index) => {
  const hoursWest = 12 - index;
  return hoursWest === 0 ? 'UTC' : `Etc/GMT${hoursWest > 0 ? '+' : ''}${hoursWest}`;
});

function couldMeet(window: SendWindow, hours: WorkingHours): boolean {
  const fixed = { ...window, zone: 'UTC' };
  const leadZones = window.zone === 'lead' ? ['UTC'] : ZONES_AROUND_THE_WORLD;
  const isHoliday = (): boolean => false;
  return leadZones.some((leadZone) => {
    const clamped = clampForward({ notBefore: 0, window: fixed, hours, leadZone, isHoliday });
    return clamped !== null && !clamped.windowIgnored;
  });
}

/** Start equal to end is never within: for hours, which the configuration refuses then, a guard must fail closed. */
function isWithin(
  minute: number,
  span: { readonly startMinute: number; readonly endMinute: number },
): boolean {
  return span.startMinute <= span.endMinute
    ? minute >= span.startMinute && minute < span.endMinute
    : minute >= span.startMinute || minute < span.endMinute;
}

function isAllowedWeekday(weekday: Weekday, window: SendWindow): boolean {
  return window.weekdays.length === 0 || window.weekdays.includes(weekday);
}

function isMinute(minute: number, max: number): boolean {
  return Number.isInteger(minute) && minute >= 0 && minute <= max;
}
