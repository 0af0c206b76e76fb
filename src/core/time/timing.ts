import type { Instant, StepTiming, Weekday } from '../model.ts';
import { isoDateOf, weekdayOfEpochDay } from './calendar.ts';
import { DAY_MS } from './durations.ts';
import { instantOfWall } from './offsets.ts';
import { wallTime } from './zone.ts';

export interface StepDueInput {
  readonly timing: StepTiming;
  readonly enrolledAt: Instant;
  /** Null for the first step. */
  readonly previousSendAt: Instant | null;
  /** Between this step and the one before it as planned, for `day` steps: the difference of the two days. */
  readonly plannedGapMs: number;
  readonly gap: 'planned' | 'watermark';
  readonly watermarkMs: number;
  readonly leadZone: string;
  /** The weekdays of the hours (A11). */
  readonly workingWeekdays: readonly Weekday[];
  /** Whether a date (YYYY-MM-DD) is a public holiday of the lead. */
  readonly isHoliday: (isoDate: string) => boolean;
}

/** A lead without a single working day in ten years waits for that long, rather than being written to at once. */
const WORKING_DAY_SEARCH_DAYS_MAX = 3_653;

/**
 * C2: the earliest moment for a step, before any window or hours (see `clampForward`). `after` counts from the previous
 * step's send, from enrollment for the first; `day` counts days of 86,400 s from enrollment and keeps the planned gap (or
 * the watermark) to the previous send. "n working days" keep the lead's local time of day.
 */
export function stepDueAt(input: StepDueInput): Instant {
  const { timing, enrolledAt, previousSendAt } = input;
  if (timing.kind === 'after') {
    const from = previousSendAt ?? enrolledAt;
    return timing.delay.unit === 'elapsed'
      ? from + timing.delay.ms
      : addWorkingDays(from, timing.delay.days, input);
  }
  const dayAt = enrolledAt + timing.day * DAY_MS;
  if (previousSendAt === null) return dayAt;
  const gapMs = input.gap === 'planned' ? input.plannedGapMs : input.watermarkMs;
  return Math.max(dayAt, previousSendAt + Math.max(0, gapMs));
}

type WorkingCalendar = Pick<StepDueInput, 'leadZone' | 'workingWeekdays' | 'isHoliday'>;

function addWorkingDays(from: Instant, days: number, calendar: WorkingCalendar): Instant {
  if (days === 0) return from;
  const { epochDay, msOfDay } = wallTime(from, calendar.leadZone);
  const lastDay = epochDay + WORKING_DAY_SEARCH_DAYS_MAX;
  let day = epochDay;
  for (let left = days; left > 0 && day < lastDay;) {
    day += 1;
    if (isWorkingDay(day, calendar)) left -= 1;
  }
  return instantOfWall(calendar.leadZone, day * DAY_MS + msOfDay);
}

function isWorkingDay(epochDay: number, { workingWeekdays, isHoliday }: WorkingCalendar): boolean {
  return workingWeekdays.includes(weekdayOfEpochDay(epochDay)) && !isHoliday(isoDateOf(epochDay));
}
