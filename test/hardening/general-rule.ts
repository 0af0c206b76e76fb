import Database from 'better-sqlite3';
import { expect } from 'vitest';

import type { CliResult } from '../helpers/cli.ts';

/**
 * What holds for every bad input, whatever it is: the command says so in plain lines that name the place, does nothing towards anybody,
 * loses nothing that was stored, and says and does the same when the same comes again.
 */

/** What may be longer than this is a value that nobody shortened. */
const LINE_CHARACTERS_MAX = 400;
const LINES_MAX = 120;

/** Line breaks and the tabs between columns apart, nothing that a terminal would act on or that reads differently from how it is stored. */
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const MOVES_A_CURSOR = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFEFF]/;
const STACK = /^ {4}at |Error: .*\n {4}at |node:internal/m;
const SOFTWARE = 70;

/** No stack, nothing that moves a cursor, nothing that somebody would have to scroll for. */
export function expectPlainWords({ code, stdout, stderr }: CliResult, command: string): void {
  expect(code, `${command}: ${stderr}`).not.toBe(SOFTWARE);
  for (const text of [stdout, stderr]) {
    expect(text, command).not.toMatch(STACK);
    if (isDocument(text)) continue;
    expect(text, command).not.toMatch(MOVES_A_CURSOR);
    const lines = text.split('\n');
    expect(lines.length, command).toBeLessThan(LINES_MAX);
    for (const line of lines) expect(line.length, `${command}: ${line}`).toBeLessThan(LINE_CHARACTERS_MAX);
  }
}

/** JSON is for programs: one line, however long, with its own escapes. */
function isDocument(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[');
}

/** The rows of a state by table. */
export type Memory = ReadonlyMap<string, readonly string[]>;

/** What an action towards anybody leaves behind. */
const OUTWARD = ['messages', 'draft_log', 'outgoing_mail', 'attempts', 'plans', 'plan_items', 'notices'];
/** What people and files have told us. */
const KEPT = [...OUTWARD, 'leads', 'suppressions', 'sequences', 'steps', 'enrollments', 'timeline', 'runs'];
/** That a command was run is written down, whatever came of it. */
const RECORDS = new Set(['runs', 'timeline', 'jobs', 'state_header', 'notices']);

/** Everything that a state holds now. */
export function remember(file: string): Memory {
  const database = new Database(file, { readonly: true });
  try {
    return new Map(
      KEPT.map((table) => [
        table,
        database
          .prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`)
          .all()
          .map((row) => JSON.stringify(row)),
      ]),
    );
  } finally {
    database.close();
  }
}

/** Nothing was drafted, queued, sent or announced. */
export function expectNoOutwardAction(before: Memory, after: Memory): void {
  for (const table of OUTWARD) expect(after.get(table), table).toEqual(before.get(table));
}

/** Every row of before is there, as it was; there may be new ones. */
export function expectNothingLost(before: Memory, after: Memory): void {
  for (const [table, rows] of before) {
    const now = new Set(after.get(table));
    expect(
      rows.filter((row) => !now.has(row)),
      `lost or changed in ${table}`,
    ).toEqual([]);
  }
}

/** Nothing is different but that the command was run. */
export function expectNothingChanged(before: Memory, after: Memory): void {
  for (const [table, rows] of before) if (!RECORDS.has(table)) expect(after.get(table), table).toEqual(rows);
}

/** What was said, without what is new in each run: ids, and the names of files that bear them. */
export function lasting(text: string): string {
  return text.replace(/\b[a-z]-[a-z2-7]{16}\b/g, 'ID');
}
