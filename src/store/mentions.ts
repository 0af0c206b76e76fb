import type { StateDatabase } from './database.ts';
import { MENTIONING_TABLES, type MentioningTable } from './personal-data.ts';

/** How texts that belong to nobody's lead may name a person. */
export interface PersonWords {
  /** Addresses and ids: found anywhere, as a whole. */
  readonly exact: readonly string[];
  /** The name as it is shown: found as whole words. */
  readonly name: string | null;
}

/** One row that names the person. */
export interface Mention {
  readonly key: string | number;
  readonly at: number | null;
  /** The lines that do. */
  readonly lines: readonly string[];
}

/** A page of rows at a time: a state may have a hundred thousand notices. */
const PAGE_ROWS = 500;

/** The rows of one table that name the person, in the order of their keys. */
export function* mentions(
  db: StateDatabase,
  { table, key, at, columns }: MentioningTable,
  words: PersonWords,
): Generator<Mention> {
  const names = Object.keys(columns);
  const statement = db.prepare<[string | number], Record<string, unknown>>(
    `SELECT ${key} AS mention_key, ${at ?? 'NULL'} AS mention_at, ${names.join(', ')} FROM ${table}
     WHERE ${key} > ? ORDER BY ${key} LIMIT ${PAGE_ROWS}`,
  );
  let after: string | number = table === 'notices' || table.startsWith('chat_') ? -1 : '';
  for (;;) {
    const rows = statement.all(after);
    for (const row of rows) {
      after = keyOf(row['mention_key']);
      const lines = names.flatMap((name) => mentioningLines(row[name], words));
      const { mention_at: moment } = row;
      if (lines.length > 0) yield { key: after, at: typeof moment === 'number' ? moment : null, lines };
    }
    if (rows.length < PAGE_ROWS) return;
  }
}

/** Overwrites every row that names the person, in the caller's transaction. Returns how many. */
export function overwriteMentions(db: StateDatabase, words: PersonWords): number {
  db.assertInWrite();
  let count = 0;
  for (const of of MENTIONING_TABLES) {
    const keys = [...mentions(db, of, words)].map(({ key }) => key);
    for (const key of keys) overwriteRow(db, of, key);
    count += keys.length;
  }
  return count;
}

/** Overwrites one row of such a table, whatever it says. */
export function overwriteRow(db: StateDatabase, of: MentioningTable, key: string | number): void {
  const set = Object.entries(of.columns).flatMap(([name, treatment]) =>
    'becomes' in treatment ? [`${name} = ${treatment.becomes}`] : [],
  );
  const all = [...set, ...(of.alsoSet === undefined ? [] : [of.alsoSet])].join(', ');
  db.prepare<[string | number]>(`UPDATE ${of.table} SET ${all} WHERE ${of.key} = ?`).run(key);
  // Nobody taps what says nothing.
  if (of.table === 'chat_pages')
    db.prepare<[string | number]>('DELETE FROM chat_buttons WHERE page_row_id = ?').run(key);
}

/** The lines of a text that name the person. JSON is one line, with its own line breaks as `\n`. */
export function mentioningLines(value: unknown, words: PersonWords): string[] {
  if (typeof value !== 'string') return [];
  return value.split(/\n|\\n/).filter((line) => isMention(line, words));
}

function isMention(line: string, { exact, name }: PersonWords): boolean {
  const lower = line.toLowerCase();
  if (exact.some((word) => hasWord(lower, word, IN_ADDRESS))) return true;
  if (name === null) return false;
  // Whoever is only known as May is not every "may": one word alone counts as it is written.
  return /\s/.test(name) ? hasWord(lower, name.toLowerCase(), LETTER) : hasWord(line, name, LETTER);
}

const LETTER = /[\p{L}\p{N}]/u;
/** What goes on before an address that only ends in this one. */
const IN_ADDRESS = /[\p{L}\p{N}._+-]/u;

/** As whole words: whoever is called Al is not in "also", and ann@x.example not in joann@x.example. */
function hasWord(line: string, word: string, inside: RegExp): boolean {
  for (let at = line.indexOf(word); at !== -1; at = line.indexOf(word, at + 1)) {
    const before = line.slice(Math.max(0, at - 1), at);
    const after = line.slice(at + word.length, at + word.length + 1);
    if (!inside.test(before) && !LETTER.test(after)) return true;
  }
  return false;
}

function keyOf(value: unknown): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError('A key is a text or a number');
}
