import type { HolidaysOf } from '../core/guards/opening.ts';
import type { StateDatabase } from './database.ts';

const NONE: ReadonlySet<string> = new Set();

/** A11: public holidays of the leads' countries as loaded into the state, read once per country. */
export function loadedHolidays(db: StateDatabase): HolidaysOf {
  const byCountry = new Map<string, ReadonlySet<string>>();
  return (country) => {
    if (country === null) return NONE;
    const known = byCountry.get(country);
    if (known !== undefined) return known;
    const days = db
      .prepare<[string], { day: string }>('SELECT day FROM country_holidays WHERE country = ?')
      .all(country);
    const set: ReadonlySet<string> = days.length === 0 ? NONE : new Set(days.map((row) => row.day));
    byCountry.set(country, set);
    return set;
  };
}
