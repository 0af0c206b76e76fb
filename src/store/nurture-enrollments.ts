import type { StateDatabase } from './database.ts';

/** B7: a follow-up was made for this lead: one more of its number, and nothing to look at until it has ended. */
export function countFollowUp(db: StateDatabase, leadRowId: number): void {
  db.prepare<[number]>(
    `UPDATE leads SET nurture_count = nurture_count + 1, nurture_due_at = NULL, nurture_verdict_reason = NULL,
       nurture_verdict_until = NULL WHERE row_id = ?`,
  ).run(leadRowId);
}
