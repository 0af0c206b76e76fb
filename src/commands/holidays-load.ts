import { loadPublicHolidays, type PublicHolidays } from '../adapters/public-holidays.ts';
import type { CountryHoliday } from '../core/holiday.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import { keepHolidaysOf, leadCountries, replaceHolidays } from '../store/holidays.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { countOption, usageError } from './options.ts';
import { countOf } from './output/text.ts';

/** A draft made today may be sent in the next year, and `after` counts working days over its end. */
const YEARS_DEFAULT = 2;
const YEARS_MAX = 10;

interface Loaded {
  readonly country: string;
  /** Null: nobody has written its holidays down. */
  readonly holidays: readonly CountryHoliday[] | null;
}

/**
 * `holidays load [--years N]`: puts the public holidays of the leads' countries (`holidays.countries`) into the state, from the first day of
 * this year on, in the place of those loaded before; runs read them there (A11). A country without a table has none, and is named. Throws 64
 * for more than ten years.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const years = countOption(invocation, 'years') ?? YEARS_DEFAULT;
  if (years < 1 || years > YEARS_MAX)
    throw usageError(`--years: 1 to ${String(YEARS_MAX)}`, 'headgate holidays load --years 2');
  return withState(invocation, 'write', async (state) => {
    const { db, workspace, now } = state;
    const firstYear = Number(operatorDay(now, workspace.policy.timezone).slice(0, 4));
    const countries = workspace.holidayCountries ?? leadCountries(db);
    const table = await loadPublicHolidays();
    const loaded = countries.map((country) => loadOne(table, { country, firstYear, years }));
    const forgotten = writeAsPerson(state, () => keep(state, loaded, countries));
    return outcomeOf(loaded, { firstYear, years, forgotten });
  });
}

function loadOne(
  table: PublicHolidays,
  { country, firstYear, years }: { country: string; firstYear: number; years: number },
): Loaded {
  const perYear = Array.from({ length: years }, (_, index) => table(country, firstYear + index));
  const known = perYear.filter((holidays) => holidays !== null);
  return { country, holidays: known.length === years ? known.flat() : null };
}

function keep(state: OperatorState, loaded: readonly Loaded[], countries: readonly string[]): number {
  const { db } = state;
  for (const { country, holidays } of loaded) replaceHolidays(db, country, holidays ?? []);
  const forgotten = keepHolidaysOf(db, countries);
  const days = loaded.reduce((sum, { holidays }) => sum + (holidays?.length ?? 0), 0);
  recordAct(state, { kind: 'holidays_loaded', detail: { countries, days } });
  return forgotten;
}

function outcomeOf(
  loaded: readonly Loaded[],
  { firstYear, years, forgotten }: { firstYear: number; years: number; forgotten: number },
): Outcome {
  const unknown = loaded.flatMap(({ country, holidays }) => (holidays === null ? [country] : []));
  const days = loaded.reduce((sum, { holidays }) => sum + (holidays?.length ?? 0), 0);
  const lastYear = firstYear + years - 1;
  const span = years === 1 ? String(firstYear) : `${String(firstYear)} to ${String(lastYear)}`;
  const known = loaded.length - unknown.length;
  return {
    exit: 'OK',
    document: {
      counts: { countries: known, days, unknown: unknown.length, forgotten },
      items: loaded.map(({ country, holidays }) => ({ country, days: holidays?.length ?? null })),
    },
    human: [
      ` ${countOf(days, 'public holiday')} of ${countOf(known, 'country', 'countries')} for ${span}.`,
      ...(forgotten === 0
        ? []
        : [` ${countOf(forgotten, 'country', 'countries')} of no lead any more taken out.`]),
      ...(unknown.length === 0 ? [] : [` No table of holidays for ${unknown.join(', ')}: they have none.`]),
    ].join('\n'),
  };
}
