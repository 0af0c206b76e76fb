import type { Instant } from '../core/model.ts';
import { addTimeline } from './timeline.ts';
import type { StateDatabase } from './database.ts';

const EXPIRED_PER_RUN_MAX = 10_000;

/** D2, as a condition on one message; `?` is the moment before which a draft is too old. */
export const EXPIRED = `state IN ('pending_approval', 'approved', 'held')
         AND max(coalesce(edited_at, 0), coalesce(drafted_at, 0), coalesce(held_until, 0)) < ?`;

/** Whether anything waits to be expired. */
export function hasExpired(db: StateDatabase, expiry: { now: Instant; expiryMs: number }): boolean {
  const row = db
    .prepare<[number], { found: number }>(`SELECT EXISTS (SELECT 1 FROM messages WHERE ${EXPIRED}) AS found`)
    .get(expiry.now - expiry.expiryMs);
  return row?.found === 1;
}

/**
 * D2: drafts that waited longer than `expiryMs` since they were drafted or last edited end as expired, pending, approved or held;
 * their step is due again as a new revision. Time on hold until a date that a person named does not count. Returns the public ids.
 */
export function expireDrafts(db: StateDatabase, expiry: { now: Instant; expiryMs: number }): string[] {
  db.assertInWrite();
  const rows = db
    .prepare<[number, number], { row_id: number; id: string; lead_row_id: number; state: string }>(
      `SELECT row_id, id, lead_row_id, state FROM messages
       WHERE ${EXPIRED}
       ORDER BY row_id LIMIT ?`,
    )
    .all(expiry.now - expiry.expiryMs, EXPIRED_PER_RUN_MAX);
  const expire = db.prepare<[number, number, string]>(
    `UPDATE messages SET state = 'expired', ended_at = ?, note = 'expired' WHERE row_id = ? AND state = ?`,
  );
  for (const row of rows) {
    expire.run(expiry.now, row.row_id, row.state);
    addTimeline(db, {
      leadRowId: row.lead_row_id,
      at: expiry.now,
      kind: 'expired',
      text: 'the draft waited too long',
      ref: row.id,
    });
  }
  return rows.map((row) => row.id);
}
