import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** When the lead opted out on the unsubscribe page; null when it did not, or when the flag was set or taken away by anybody else since. */
export function optedOutOnPageAt(db: StateDatabase, leadRowId: number): Instant | null {
  const row = db
    .prepare<[number], { opted_out_on_page_at: number | null }>(
      'SELECT opted_out_on_page_at FROM leads WHERE row_id = ?',
    )
    .get(leadRowId);
  return row?.opted_out_on_page_at ?? null;
}

/** The page's own opt-out, or its end, in the caller's transaction. What follows from it is the caller's to do (B6). */
export function setOptedOutOnPage(
  db: StateDatabase,
  change: { readonly leadRowId: number; readonly at: Instant | null; readonly now: Instant },
): void {
  db.assertInWrite();
  db.prepare<[number, number | null, number, number]>(
    'UPDATE leads SET opted_out = ?, opted_out_on_page_at = ?, changed_at = ? WHERE row_id = ?',
  ).run(change.at === null ? 0 : 1, change.at, change.now, change.leadRowId);
}

/** Whether the lead's story tells of this act already. */
export function hasActInStory(db: StateDatabase, leadRowId: number, file: string): boolean {
  const row = db
    .prepare<[number, string], { found: number }>(
      'SELECT EXISTS (SELECT 1 FROM timeline WHERE lead_row_id = ? AND ref = ?) AS found',
    )
    .get(leadRowId, file);
  return row?.found === 1;
}
