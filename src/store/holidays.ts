import type { HolidaysOf } from '../core/guards/opening.ts';
import type { CountryHoliday } from '../core/holiday.ts';
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

/** Every country that a lead has, ISO 3166 alpha-2, in their order. */
export function leadCountries(db: StateDatabase): string[] {
  return db
    .prepare<[], { country: string }>(
      'SELECT DISTINCT country FROM leads WHERE country IS NOT NULL ORDER BY country',
    )
    .all()
    .map((row) => row.country);
}

/** Puts the holidays of one country in the place of those that were loaded before, in the caller's transaction. */
export function replaceHolidays(
  db: StateDatabase,
  country: string,
  holidays: readonly CountryHoliday[],
): void {
  db.assertInWrite();
  db.prepare<[string]>('DELETE FROM country_holidays WHERE country = ?').run(country);
  const insert = db.prepare<[string, string, string]>(
    'INSERT OR IGNORE INTO country_holidays (country, day, name) VALUES (?, ?, ?)',
  );
  for (const { day, name } of holidays) insert.run(country, day, name);
}

/** Takes out every country that is not named, in the caller's transaction. Returns how many there were. */
export function keepHolidaysOf(db: StateDatabase, countries: readonly string[]): number {
  db.assertInWrite();
  const named = JSON.stringify(countries);
  const others = '(SELECT value FROM json_each(?))';
  const gone = db
    .prepare<[string], { count: number }>(
      `SELECT count(DISTINCT country) AS count FROM country_holidays WHERE country NOT IN ${others}`,
    )
    .get(named);
  db.prepare<[string]>(`DELETE FROM country_holidays WHERE country NOT IN ${others}`).run(named);
  return gone?.count ?? 0;
}

/** What is loaded: each holiday from a day on, or those of one country. */
export function listHolidays(
  db: StateDatabase,
  of: { readonly from: string; readonly country: string | null },
): (CountryHoliday & { readonly country: string })[] {
  return db
    .prepare<[string, string | null, string | null], CountryHoliday & { country: string }>(
      `SELECT country, day, name FROM country_holidays WHERE day >= ? AND (? IS NULL OR country = ?)
       ORDER BY day, country`,
    )
    .all(of.from, of.country, of.country);
}
