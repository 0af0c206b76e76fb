import type { StateDatabase } from './database.ts';

/** Sorts behind every character of an id, so that a prefix becomes a range of the unique index. */
const BEHIND_ALL = '\u{10FFFF}';

/** At most `limit` ids of messages that begin so, in order. */
export function messageIdsLike(db: StateDatabase, prefix: string, limit: number): string[] {
  return idsOf(db, 'SELECT id FROM messages WHERE id >= ? AND id < ? ORDER BY id LIMIT ?', { prefix, limit });
}

/** At most `limit` ids of runs that made or held messages and begin so, in order. */
export function messageRunIdsLike(db: StateDatabase, prefix: string, limit: number): string[] {
  const sql = `SELECT run_id AS id FROM messages WHERE run_id >= ? AND run_id < ?
     UNION SELECT held_run_id AS id FROM messages
       WHERE state = 'held' AND held_run_id >= ? AND held_run_id < ? ORDER BY id LIMIT ?`;
  const end = prefix + BEHIND_ALL;
  return db
    .prepare<[string, string, string, string, number], { id: string }>(sql)
    .all(prefix, end, prefix, end, limit)
    .map((row) => row.id);
}

/** At most `limit` ids of saved plans that begin so, in order. */
export function planIdsLike(db: StateDatabase, prefix: string, limit: number): string[] {
  return idsOf(db, 'SELECT id FROM plans WHERE id >= ? AND id < ? ORDER BY id LIMIT ?', { prefix, limit });
}

function idsOf(
  db: StateDatabase,
  sql: string,
  { prefix, limit }: { prefix: string; limit: number },
): string[] {
  return db
    .prepare<[string, string, number], { id: string }>(sql)
    .all(prefix, prefix + BEHIND_ALL, limit)
    .map((row) => row.id);
}

/**
 * A8: what a person released from a batch held at drafting counts in the mean from now on and raises today's line. A draft that
 * was never held for its blast radius, or that `send` held, counted all along and is left as it is.
 */
export function countReleased(db: StateDatabase, messageRowId: number, operatorDay: string): void {
  db.assertInWrite();
  db.prepare<[string, number]>(
    `UPDATE draft_log SET counts_in_mean = 1, released_day = ?
     WHERE message_row_id = ? AND counts_in_mean = 0
       AND revision = (SELECT revision FROM messages WHERE row_id = draft_log.message_row_id)`,
  ).run(operatorDay, messageRowId);
}

/** The Message-ID of a message whose bytes were composed; null before that. */
export function messageIdHeader(db: StateDatabase, messageRowId: number): string | null {
  const row = db
    .prepare<[number], { message_id_header: string }>(
      'SELECT message_id_header FROM outgoing_mail WHERE message_row_id = ?',
    )
    .get(messageRowId);
  return row?.message_id_header ?? null;
}

/** The run whose batch holds this message (A8); null when none does. `send` holds what other runs have drafted. */
export function holdingRunId(db: StateDatabase, messageRowId: number): string | null {
  const row = db
    .prepare<[number], { held_run_id: string | null }>('SELECT held_run_id FROM messages WHERE row_id = ?')
    .get(messageRowId);
  return row?.held_run_id ?? null;
}
