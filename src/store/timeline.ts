import type { Instant } from '../core/model.ts';
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

/** The newest `limit` lines of one lead, oldest of them first. */
export function leadTimeline(db: StateDatabase, leadRowId: number, limit: number): TimelineEntry[] {
  return db
    .prepare<[number, number], TimelineEntry>(
      'SELECT at, kind, text, ref FROM timeline WHERE lead_row_id = ? ORDER BY at DESC, row_id DESC LIMIT ?',
    )
    .all(leadRowId, limit)
    .reverse();
}
