import type { Instant } from '../core/model.ts';
import { insertRows } from './bulk-insert.ts';
import type { StateDatabase } from './database.ts';

/** One line of a lead's story (F4). */
export interface TimelineEntry {
  readonly at: Instant;
  /** matched, held_back, drafted, approved, sent, … */
  readonly kind: string;
  readonly text: string;
  /** Public id of what it speaks of: m-…, r-…, a sequence. */
  readonly ref: string | null;
}

/** Adds one line, in the transaction of what it tells (A13). */
export function addTimeline(db: StateDatabase, entry: TimelineEntry & { leadRowId: number }): void {
  db.prepare<[number, number, string, string, string | null]>(
    'INSERT INTO timeline (lead_row_id, at, kind, text, ref) VALUES (?, ?, ?, ?, ?)',
  ).run(entry.leadRowId, entry.at, entry.kind, entry.text, entry.ref);
}

/** Adds one line to the story of each lead, all of one moment and kind, in the transaction of what they tell. */
export function addTimelines(
  db: StateDatabase,
  of: Pick<TimelineEntry, 'at' | 'kind'>,
  entries: readonly (Pick<TimelineEntry, 'text' | 'ref'> & { readonly leadRowId: number })[],
): void {
  insertRows(
    db,
    {
      into: 'timeline (at, kind, lead_row_id, text, ref)',
      row: '(@at, @kind, ?, ?, ?)',
      perRow: 3,
      shared: { at: of.at, kind: of.kind },
    },
    entries.flatMap(({ leadRowId, text, ref }) => [leadRowId, text, ref]),
  );
}

/** The newest `limit` lines of one lead, oldest of them first. */
export function leadTimeline(db: StateDatabase, leadRowId: number, limit: number): TimelineEntry[] {
  return db
    .prepare<[number, number], TimelineEntry>(
      'SELECT at, kind, text, ref FROM timeline WHERE lead_row_id = ? ORDER BY at DESC, row_id DESC LIMIT ?',
    )
    .all(leadRowId, limit)
    .reverse();
}

/** The newest line about one thing of a lead; null for none. */
export function newestAbout(db: StateDatabase, leadRowId: number, ref: string): TimelineEntry | null {
  return (
    db
      .prepare<[number, string], TimelineEntry>(
        'SELECT at, kind, text, ref FROM timeline WHERE lead_row_id = ? AND ref = ? ORDER BY at DESC, row_id DESC LIMIT 1',
      )
      .get(leadRowId, ref) ?? null
  );
}
