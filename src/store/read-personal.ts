import type { Lead } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { StateDatabase } from './database.ts';
import { keysOf, personWords, type PersonKeys } from './erase-lead.ts';
import { mentions } from './mentions.ts';
import { MENTIONING_TABLES, PERSONAL_TABLES, type PersonalTable } from './personal-data.ts';

/** One kind of thing that is held about a person. */
export interface PersonalSection {
  readonly section: string;
  /** For the person. */
  readonly about: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Everything that the state holds about a lead (GDPR Art. 15), empty kinds left out. Times are ISO 8601, JSON is read, mails are text. */
export function readPersonal(db: StateDatabase, lead: Lead): PersonalSection[] {
  const keys = keysOf(lead);
  const words = personWords(db, lead);
  const own = PERSONAL_TABLES.map((table) => ({
    section: table.section,
    about: table.about,
    rows: rowsOf(db, table, keys),
  }));
  const told = MENTIONING_TABLES.flatMap((of) =>
    of.section === null
      ? []
      : [
          {
            section: of.section,
            about: of.about,
            rows: [...mentions(db, of, words)].map(({ at, lines }) => ({
              at: at === null ? null : formatInstant(at),
              lines,
            })),
          },
        ],
  );
  return [...own, ...told].filter(({ rows }) => rows.length > 0);
}

function rowsOf(
  db: StateDatabase,
  { table, where, orderBy, unsaid, said = {} }: PersonalTable,
  keys: PersonKeys,
): Readonly<Record<string, unknown>>[] {
  const names = Object.entries(said).map(([name, expression]) => `${expression} AS ${name}`);
  const rows = db
    .prepare<[PersonKeys], Record<string, unknown>>(
      `SELECT ${[...names, `${table}.*`].join(', ')} FROM ${table} WHERE ${where} ORDER BY ${orderBy}`,
    )
    .all(keys);
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([name]) => !unsaid.includes(name))
        .map(([name, value]) => [name.replace(/_json$/, ''), readable(name, value)]),
    ),
  );
}

/** Columns that are 0 or 1. */
const FLAGS: ReadonlySet<string> = new Set([
  'opted_out',
  'do_not_contact',
  'spam',
  'parallel',
  'is_first_step',
  'released',
  'dry',
  'counts',
  'counts_in_mean',
  'is_machine',
]);

function readable(name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'string' && name.endsWith('_json')) return JSON.parse(value) as unknown;
  if (typeof value !== 'number') return value;
  if (FLAGS.has(name)) return value === 1;
  return name === 'at' || /_(?:at|until)$/.test(name) ? formatInstant(value) : value;
}
