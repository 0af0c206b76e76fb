import type { ForecastDay } from '../core/report/forecast.ts';
import { formatDay } from './output/time.ts';

/** As far as a week of status and digest is told. */
export const COMING_DAYS = 7;
const DAYS_NAMED_MAX = 5;
const WEEKDAY_LETTERS = 3;

/** `emails today 5`, `Thu 3`, `Fri 0`: the coming days on which anything runs with their emails; nothing when there are none. */
export function comingTexts(
  days: readonly Pick<ForecastDay, 'day' | 'isOpen' | 'total'>[],
): readonly string[] {
  const open = days.filter(({ isOpen }) => isOpen).slice(0, DAYS_NAMED_MAX);
  if (open.every(({ total }) => total === 0)) return [];
  const [today] = days;
  return open.map(({ day, total }, index) => {
    const name = day === today?.day ? 'today' : formatDay(Date.parse(day)).slice(0, WEEKDAY_LETTERS);
    return `${index === 0 ? 'emails ' : ''}${name} ${String(total)}`;
  });
}

/** The same for documents. */
export function comingItems(days: readonly ForecastDay[]): readonly Readonly<Record<string, unknown>>[] {
  return days.map(({ day, isOpen, drafts, total }) => ({ day, open: isOpen, drafts, sends: total }));
}
