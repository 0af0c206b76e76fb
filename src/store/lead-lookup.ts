import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** Up to `limit` ids that begin with this text, in order; for the message that says which one was meant. */
export function leadIdsBeginningWith(db: StateDatabase, text: string, limit: number): string[] {
  return (
    db
      // `{` follows `z`: every id that begins with the text lies between the two.
      .prepare<[string, string, number], { id: string }>(
        'SELECT id FROM leads WHERE id >= ? AND id < ? ORDER BY id LIMIT ?',
      )
      .all(text, `${text}{`, limit)
      .map((row) => row.id)
  );
}

/** A lead's hold: nothing is drafted or sent before it ends; null lifts it. In the caller's transaction. */
export function setLeadHold(
  db: StateDatabase,
  hold: { leadRowId: number; until: Instant | null; note: string | null },
): void {
  db.assertInWrite();
  db.prepare<[number | null, string | null, number]>(
    'UPDATE leads SET held_until = ?, hold_note = ? WHERE row_id = ?',
  ).run(hold.until, hold.note, hold.leadRowId);
}
