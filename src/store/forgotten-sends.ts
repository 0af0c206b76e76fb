import type { Instant, Job } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** Stands for the hash of words that only the lost part of the history had. They must never be sent as they stand. */
export const FORGOTTEN_WORDS = 'forgotten';

/**
 * A15: puts a message back that was drafted and sent after the backup, under the id it was sent with. If the state holds another
 * message for the same step (the backup was made in between), that one is overwritten: a step has one message (D1).
 */
export function insertForgotten(
  db: StateDatabase,
  message: {
    messageId: string;
    enrollmentRowId: number;
    leadRowId: number;
    stepRowId: number;
    job: Job;
    state: 'sent' | 'uncertain';
    at: Instant;
    /** The operator's day of `at`: YYYY-MM-DD. */
    operatorDay: string;
    isRehearsal: boolean;
  },
): void {
  db.assertInWrite();
  const words = '(sent after the backup; see outbox/ or the mailbox for its words)';
  db.prepare(
    `INSERT INTO messages (id, enrollment_row_id, step_row_id, lead_row_id, job, state, run_id, note, subject, body_markdown,
       text_hash, reserved_at, drafted_at, claimed_at, sent_at, dry)
     VALUES (?, ?, ?, ?, ?, ?, 'r-journal', 'settled by the send journal', ?, ?, '${FORGOTTEN_WORDS}', ?, ?, ?, ?, ?)
     ON CONFLICT (enrollment_row_id, step_row_id) DO UPDATE SET id = excluded.id, state = excluded.state, note = excluded.note,
       subject = coalesce(subject, excluded.subject), body_markdown = coalesce(body_markdown, excluded.body_markdown),
       text_hash = coalesce(text_hash, excluded.text_hash), claimed_at = excluded.claimed_at, sent_at = excluded.sent_at, dry = excluded.dry, ended_at = NULL,
       key_used_at = NULL`,
  ).run(
    message.messageId,
    message.enrollmentRowId,
    message.stepRowId,
    message.leadRowId,
    message.job,
    message.state,
    words,
    words,
    message.at,
    message.at,
    message.at,
    message.state === 'sent' ? message.at : null,
    message.isRehearsal ? 1 : 0,
  );
  db.prepare<[number]>(
    `UPDATE enrollments SET status = 'active' WHERE row_id = ? AND status = 'pending'`,
  ).run(message.enrollmentRowId);
  raiseWatermark(db, message);
  logForgotten(db, message);
}

/** A6: what has left was drafted before, no earlier than this can be shown, and it uses the caps of that time up. */
function logForgotten(
  db: StateDatabase,
  message: { messageId: string; at: Instant; operatorDay: string },
): void {
  db.prepare<[number, string, string]>(
    `INSERT INTO draft_log (message_row_id, revision, lead_row_id, job, run_id, made_at, operator_day)
     SELECT row_id, revision, lead_row_id, job, 'r-journal', ?, ? FROM messages WHERE id = ?
     ON CONFLICT (message_row_id, revision) DO UPDATE SET run_id = excluded.run_id, made_at = excluded.made_at,
       operator_day = excluded.operator_day`,
  ).run(message.at, message.operatorDay, message.messageId);
}

/**
 * A6, A8: a message that had ended in the backup and left after it was drafted anew in between: its next revision, which used the caps
 * of its day up and is the last draft of its lead (A2).
 */
export function logDraftedAnew(
  db: StateDatabase,
  message: { messageRowId: number; messageId: string; leadRowId: number; at: Instant; operatorDay: string },
): void {
  db.assertInWrite();
  db.prepare<[number, number, number]>(
    'UPDATE messages SET revision = revision + 1, reserved_at = ?, drafted_at = ? WHERE row_id = ?',
  ).run(message.at, message.at, message.messageRowId);
  raiseWatermark(db, message);
  logForgotten(db, message);
}

function raiseWatermark(db: StateDatabase, { at, leadRowId }: { at: Instant; leadRowId: number }): void {
  db.prepare<[number, number]>(
    'UPDATE leads SET watermark_at = max(coalesce(watermark_at, 0), ?) WHERE row_id = ?',
  ).run(at, leadRowId);
}

/**
 * A15: the journal's word against an older state: whatever the state believed of this message, it has left, or may have. The one
 * place outside the state machine, since it corrects the past and moves nothing forward.
 */
export function forceState(
  db: StateDatabase,
  message: {
    messageRowId: number;
    state: 'sent' | 'uncertain';
    at: Instant;
    isRehearsal: boolean;
    detail: string;
  },
): void {
  db.assertInWrite();
  const words = '(its words were not in the backup)';
  db.prepare(
    `UPDATE messages SET state = ?, note = ?, claimed_at = ?, sent_at = ?, dry = ?, ended_at = NULL, key_used_at = NULL, subject = coalesce(subject, ?),
       body_markdown = coalesce(body_markdown, ?), text_hash = coalesce(text_hash, '${FORGOTTEN_WORDS}')
     WHERE row_id = ?`,
  ).run(
    message.state,
    message.detail,
    message.at,
    message.state === 'sent' ? message.at : null,
    message.isRehearsal ? 1 : 0,
    words,
    words,
    message.messageRowId,
  );
}
