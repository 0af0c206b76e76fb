import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/**
 * D9: a rehearsal counts as contact while it lasts. Its message remembers what it stands in front of, for `go-live --restart`. In the
 * caller's transaction, before or after the message itself is moved.
 */
export function recordRehearsedContact(
  db: StateDatabase,
  rehearsal: { leadRowId: number; messageRowId: number; at: Instant },
): void {
  db.assertInWrite();
  db.prepare<[number, number]>(
    'UPDATE messages SET previous_contact_at = (SELECT last_contact_at FROM leads WHERE row_id = ?) WHERE row_id = ?',
  ).run(rehearsal.leadRowId, rehearsal.messageRowId);
  recordContact(db, rehearsal.leadRowId, rehearsal.at);
}

/**
 * D9: a lead's last contact without the rehearsals that count no more: back from each to what it stood in front of. What was in
 * contact since stays. In the caller's transaction.
 */
export function forgetRehearsedContact(db: StateDatabase, leadRowId: number): void {
  db.assertInWrite();
  const forgotten = db
    .prepare<[number], { sent_at: number; previous_contact_at: number | null }>(
      `SELECT sent_at, previous_contact_at FROM messages
       WHERE lead_row_id = ? AND counts = 0 AND sent_at IS NOT NULL ORDER BY sent_at DESC, row_id DESC`,
    )
    .all(leadRowId);
  const row = db
    .prepare<[number], { at: number | null }>('SELECT last_contact_at AS at FROM leads WHERE row_id = ?')
    .get(leadRowId);
  let at = row?.at ?? null;
  for (const message of forgotten) if (message.sent_at === at) at = message.previous_contact_at;
  db.prepare<[number | null, number]>('UPDATE leads SET last_contact_at = ? WHERE row_id = ?').run(
    at,
    leadRowId,
  );
}

/** B7: our sends and the lead's replies are contact; an older one never turns back a newer. */
export function recordContact(db: StateDatabase, leadRowId: number, at: Instant): void {
  db.prepare<[number, number]>(
    'UPDATE leads SET last_contact_at = max(coalesce(last_contact_at, 0), ?) WHERE row_id = ?',
  ).run(at, leadRowId);
}
