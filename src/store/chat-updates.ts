import type { Incoming, IncomingBody } from '../core/chat/incoming.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** One thing that happened in the chat, stored and not yet acted on. */
export interface StoredUpdate extends Incoming {
  readonly rowId: number;
  readonly receivedAt: Instant;
  /** How often somebody began to act on it. */
  readonly attempts: number;
}

/** The service repeats nothing that is older than a day; its numbers begin anew after a week of silence. */
const REPEATED_WITHIN_MS = 2 * 86_400_000;
const KEPT_MS = 30 * 86_400_000;

/**
 * Stores what the chat sent, each number once (F2). Returns how many of them were new. What says nothing to us is kept by its number
 * alone, and needs no acting on.
 */
export function storeUpdates(db: StateDatabase, updates: readonly Incoming[], now: Instant): number {
  db.assertInWrite();
  db.prepare<[number]>('DELETE FROM chat_updates WHERE received_at < ? AND acted_at IS NOT NULL').run(
    now - KEPT_MS,
  );
  // The very same thing is a repeat, whatever a clock says; another one under an old number is new.
  const forgetOld = db.prepare<[number, number, string]>(
    'DELETE FROM chat_updates WHERE update_id = ? AND received_at < ? AND body_json <> ?',
  );
  const insert = db.prepare<[number, number, number, string, string, number | null, string | null]>(
    `INSERT INTO chat_updates (update_id, received_at, from_id, from_name, body_json, acted_at, outcome)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (update_id) DO NOTHING`,
  );
  let stored = 0;
  for (const { updateId, fromId, fromName, body } of updates) {
    const isTalk = body.kind === 'other';
    const bodyJson = JSON.stringify(body);
    forgetOld.run(updateId, now - REPEATED_WITHIN_MS, bodyJson);
    const { changes } = insert.run(
      updateId,
      now,
      isTalk ? 0 : fromId,
      isTalk ? '' : fromName,
      bodyJson,
      isTalk ? now : null,
      isTalk ? 'nothing to do' : null,
    );
    stored += changes;
  }
  return stored;
}

interface UpdateRow {
  readonly row_id: number;
  readonly update_id: number;
  readonly received_at: number;
  readonly from_id: number;
  readonly from_name: string;
  readonly body_json: string;
  readonly attempts: number;
}

/** Those that nobody has acted on yet, in the order in which they came. */
export function waitingUpdates(db: StateDatabase, limit: number): StoredUpdate[] {
  return db
    .prepare<[number], UpdateRow>('SELECT * FROM chat_updates WHERE acted_at IS NULL ORDER BY row_id LIMIT ?')
    .all(limit)
    .map((row) => ({
      rowId: row.row_id,
      updateId: row.update_id,
      receivedAt: row.received_at,
      fromId: row.from_id,
      fromName: row.from_name,
      // Written by storeUpdates alone.
      body: JSON.parse(row.body_json) as IncomingBody,
      attempts: row.attempts,
    }));
}

/** Whether it still waits: two programs may have read it. */
export function isWaitingUpdate(db: StateDatabase, rowId: number): boolean {
  const row = db
    .prepare<[number], { found: number }>(
      'SELECT EXISTS (SELECT 1 FROM chat_updates WHERE row_id = ? AND acted_at IS NULL) AS found',
    )
    .get(rowId);
  return row?.found === 1;
}

/** Somebody begins to act on it. */
export function beginUpdate(db: StateDatabase, rowId: number): void {
  db.prepare<[number]>('UPDATE chat_updates SET attempts = attempts + 1 WHERE row_id = ?').run(rowId);
}

/** What was said was said to somebody else: only that something was said is kept. */
export function forgetWords(db: StateDatabase, rowId: number): void {
  db.assertInWrite();
  db.prepare<[number]>(
    "UPDATE chat_updates SET body_json = json_set(body_json, '$.text', '') WHERE row_id = ?",
  ).run(rowId);
}

const OUTCOME_LENGTH_MAX = 500;

/** It is done, in the transaction of what it did. */
export function endUpdate(
  db: StateDatabase,
  rowId: number,
  end: { readonly outcome: string; readonly now: Instant },
): void {
  db.prepare<[number, string, number]>(
    'UPDATE chat_updates SET acted_at = ?, outcome = ? WHERE row_id = ?',
  ).run(end.now, end.outcome.slice(0, OUTCOME_LENGTH_MAX), rowId);
}
