import { threadFrom, type Thread } from '../core/thread.ts';
import type { StateDatabase } from './database.ts';

interface Row {
  readonly message_id: string;
  readonly subject: string | null;
  readonly thread: string | null;
  readonly conversation_id: string | null;
}

/** Mails that surely left; what was only rehearsed reached nobody, so nobody's mail program can thread an answer to it (D9). */
const EARLIER = `
  SELECT coalesce(o.message_id_used, o.message_id_header) AS message_id, o.conversation_id, m.subject,
    (SELECT json_extract(t.definition_json, '$.thread') FROM steps t WHERE t.row_id = m.step_row_id) AS thread
  FROM messages m JOIN outgoing_mail o ON o.message_row_id = m.row_id
  WHERE m.enrollment_row_id = +? AND m.step_row_id <> ? AND m.state = 'sent' AND m.dry <= ?
  ORDER BY m.sent_at, m.row_id`;

/**
 * D6: what the mail of a step answers: the earlier mails of the same enrollment, by the Message-IDs really used. Null for a step that
 * starts a thread, and where nothing has left before it. `isRehearsal`: the mail itself goes to the outbox only, and may answer such.
 */
export function threadOf(
  db: StateDatabase,
  message: { readonly enrollmentRowId: number; readonly stepRowId: number },
  { isRehearsal }: { readonly isRehearsal: boolean },
): Thread | null {
  const rows = db
    .prepare<[number, number, number], Row>(EARLIER)
    .all(message.enrollmentRowId, message.stepRowId, isRehearsal ? 1 : 0);
  if (rows.length === 0 || startsThread(db, message.stepRowId)) return null;
  return threadFrom(
    rows.map((row) => ({
      messageIdHeader: row.message_id,
      subject: row.subject ?? '',
      startsThread: row.thread === 'new',
      conversationId: row.conversation_id,
    })),
  );
}

function startsThread(db: StateDatabase, stepRowId: number): boolean {
  const row = db
    .prepare<[number], { thread: string | null }>(
      `SELECT json_extract(definition_json, '$.thread') AS thread FROM steps WHERE row_id = ?`,
    )
    .get(stepRowId);
  return row?.thread === 'new';
}
