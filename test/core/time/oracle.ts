import type { SendWindow, Weekday } from '../../../src/core/model.ts';
import type { WorkingHours } from '../../../src/core/policy.ts';

/** The slow and plain way to tell the time, straight from Temporal: what the fast one must agree with. */
export function plainLocal(
  instant: number,
  zone: string,
): { isoDate: string; minuteOfDay: number; weekday: number } {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return {
    isoDate: local.toPlainDate().toString(),
    minuteOfDay: local.hour * 60 + local.minute,
    weekday: local.dayOfWeek,
  };
}

export interface Rules {
  readonly window: SendWindow | null;
  readonly hours: WorkingHours;
  readonly leadZone: string;
  readonly holidays: ReadonlySet<string>;
}

/** A11 written down minute by minute. */
export function plainHoursAllow(instant: number, { hours, leadZone, holidays }: Rules): boolean {
  const { isoDate, minuteOfDay, weekday } = plainLocal(instant, leadZone);
  const isInHours = minutesOf(hours.startMinute, hours.endMinute).has(minuteOfDay);
  return isInHours && hours.weekdays.some((day) => day === weekday) && !holidays.has(isoDate);
}

/** C3 written down minute by minute: an overnight window is a list of minutes that may lie on the day after. */
export function plainWindowAllows(instant: number, { window, leadZone }: Rules): boolean {
  if (window === null || window.startMinute === window.endMinute) return true;
  const { minuteOfDay, weekday } = plainLocal(instant, window.zone === 'lead' ? leadZone : window.zone);
  if (!minutesOf(window.startMinute, window.endMinute).has(minuteOfDay)) return false;
  const isAfterMidnight = window.endMinute < window.startMinute && minuteOfDay < window.endMinute;
  const openedOn = isAfterMidnight ? ((weekday + 5) % 7) + 1 : weekday;
  return window.weekdays.length === 0 || window.weekdays.some((day) => day === openedOn);
}

export const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
export const WORKING_WEEK: readonly Weekday[] = [1, 2, 3, 4, 5];
export const OFFICE: WorkingHours = { weekdays: WORKING_WEEK, startMinute: 540, endMinute: 1020 };
export const ALWAYS: WorkingHours = { weekdays: EVERY_DAY, startMinute: 0, endMinute: 1440 };

/** Zones whose clocks do something unusual, and a few that never do. */
export const ZONES: readonly string[] = [
  'UTC',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'America/Argentina/Buenos_Aires',
  'America/Havana',
  'America/New_York',
  'America/Phoenix',
  'America/Santiago',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Tehran',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'Europe/Dublin',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
];

const memo = new Map<string, ReadonlySet<number>>();

/** Every minute of the day from start to end, end exclusive, past midnight where end lies before start. */
function minutesOf(start: number, end: number): ReadonlySet<number> {
  const key = `${String(start)}-${String(end)}`;
  const known = memo.get(key);
  if (known !== undefined) return known;
  const minutes = new Set<number>();
  const last = end < start ? end + 1440 : end;
  for (let minute = start; minute < last; minute += 1) minutes.add(minute % 1440);
  memo.set(key, minutes);
  return minutes;
}
