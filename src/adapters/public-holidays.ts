import type { CountryHoliday } from '../core/holiday.ts';
import { addDays } from '../core/time/calendar.ts';

/** Reads the public holidays of a country in one year; null for a country that nobody has written down. */
export type PublicHolidays = (country: string, year: number) => readonly CountryHoliday[] | null;

/** No public holiday is longer; what says otherwise is a mistake in the data. */
const DAYS_MAX = 10;
const DAY_MS = 86_400_000;

/**
 * The table of date-holidays: whole countries, public holidays alone. Days of one region, bank holidays and half days close nobody's office
 * for a mail. It takes 40 MB to load, so that one command loads it and no run ever does.
 */
export async function loadPublicHolidays(): Promise<PublicHolidays> {
  const { default: Holidays } = await import('date-holidays');
  const known = new Set(Object.keys(new Holidays().getCountries()));
  return (country, year) => {
    if (!known.has(country)) return null;
    const table = new Holidays(country, { languages: ['en'], types: ['public'] });
    return table.getHolidays(year).flatMap((holiday) => {
      const first = holiday.date.slice(0, 10);
      const length = Math.round((holiday.end.getTime() - holiday.start.getTime()) / DAY_MS);
      const days = Math.min(DAYS_MAX, Math.max(1, length));
      return Array.from({ length: days }, (_, index) => ({ day: addDays(first, index), name: holiday.name }));
    });
  };
}
