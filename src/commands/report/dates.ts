import { formatDay } from '../output/time.ts';

/** `Wed 18 Feb` of a date on the calendar, YYYY-MM-DD. */
export function dayText(isoDate: string): string {
  return formatDay(Date.parse(isoDate));
}
