import type { HoldCause, Instant, Job, MessageState } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** One step about to be written for one enrollment. */
export interface Reservation {
  readonly messageId: string;
  readonly enrollmentRowId: number;
  readonly stepRowId: number;
  readonly leadRowId: number;
  readonly job: Job;
  readonly runId: string;
  readonly planId: string | null;
  readonly askReason: string | null;
  readonly now: Instant;
  readonly operatorDay: string;
}

/** A reserved message: its row, and the public id it kept if this is a new revision (D11). */
export interface Reserved {
  readonly messageRowId: number;
  readonly messageId: string;
  readonly revision: number;
}

/**
 * D1, A2, A6: takes the step, the lead's watermark and one place under the caps, all in the caller's transaction. An expired,
 * discarded or rejected-to-redraft message of the same step becomes its next revision; a live one makes this throw, by the
 * unique key, since the planner must never have asked.
 */
export function reserve(db: StateDatabase, reservation: Reservation): Reserved {
  db.assertInWrite();
  const previous = db
    .prepare<[number], { watermark_at: number | null }>('SELECT watermark_at FROM leads WHERE row_id = ?')
    .get(reservation.leadRowId);
  const reserved = insertOrRevise(db, reservation, previous?.watermark_at ?? null);
  db.prepare<[number, number]>(
    'UPDATE leads SET watermark_at = max(coalesce(watermark_at, 0), ?) WHERE row_id = ?',
  ).run(reservation.now, reservation.leadRowId);
  db.prepare<[number, number, number, Job, string, number, string]>(
    `INSERT INTO draft_log (message_row_id, revision, lead_row_id, job, run_id, made_at, operator_day) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    reserved.messageRowId,
    reserved.revision,
    reservation.leadRowId,
    reservation.job,
    reservation.runId,
    reservation.now,
    reservation.operatorDay,
  );
  return reserved;
}

function insertOrRevise(
  db: StateDatabase,
  reservation: Reservation,
  previousWatermarkAt: Instant | null,
): Reserved {
  const ended = db
    .prepare<[number, number], { row_id: number; id: string; revision: number }>(
      `SELECT row_id, id, revision FROM messages
       WHERE enrollment_row_id = ? AND step_row_id = ? AND state IN ('expired', 'discarded')`,
    )
    .get(reservation.enrollmentRowId, reservation.stepRowId);
  if (ended !== undefined) {
    revise(db, { rowId: ended.row_id, reservation, previousWatermarkAt });
    return { messageRowId: ended.row_id, messageId: ended.id, revision: ended.revision + 1 };
  }
  const inserted = db
    .prepare(
      `INSERT INTO messages (id, enrollment_row_id, step_row_id, lead_row_id, job, state, run_id, plan_id, ask_reason,
         reserved_at, previous_watermark_at)
       VALUES (?, ?, ?, ?, ?, 'reserved', ?, ?, ?, ?, ?)`,
    )
    .run(
      reservation.messageId,
      reservation.enrollmentRowId,
      reservation.stepRowId,
      reservation.leadRowId,
      reservation.job,
      reservation.runId,
      reservation.planId,
      reservation.askReason,
      reservation.now,
      previousWatermarkAt,
    );
  return { messageRowId: Number(inserted.lastInsertRowid), messageId: reservation.messageId, revision: 1 };
}

function revise(
  db: StateDatabase,
  revision: { rowId: number; reservation: Reservation; previousWatermarkAt: Instant | null },
): void {
  const { reservation } = revision;
  db.prepare(
    `UPDATE messages SET state = 'reserved', revision = revision + 1, run_id = ?, plan_id = ?, ask_reason = ?, reserved_at = ?,
       previous_watermark_at = ?, hold_cause = NULL, held_from = NULL, held_by_job = NULL, held_run_id = NULL, held_until = NULL, note = NULL, drafted_at = NULL,
       edited_at = NULL, approved_at = NULL, approved_by = NULL,
       approved_boot_id = NULL, leaves_at = NULL, ended_at = NULL, released = 0
     WHERE row_id = ?`,
  ).run(
    reservation.runId,
    reservation.planId,
    reservation.askReason,
    reservation.now,
    revision.previousWatermarkAt,
    revision.rowId,
  );
}

/** The words of a reserved message, and the state in which it waits. */
export interface Completion {
  readonly messageRowId: number;
  readonly to: Extract<MessageState, 'pending_approval' | 'approved' | 'held'>;
  readonly holdCause: HoldCause | null;
  /** Where a release returns it to (for `held`). */
  readonly heldFrom: MessageState | null;
  readonly note: string | null;
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
  readonly textHash: string;
  readonly now: Instant;
  /** On which boot, for `approved`: see send's doubts. */
  readonly bootId: string | null;
  /** D7: for `approved`, the end of the undo. */
  readonly leavesAt: Instant | null;
}

/** D4: a message is complete or it does not leave `reserved`; the schema refuses an empty subject or body. */
export function complete(db: StateDatabase, completion: Completion): void {
  db.assertInWrite();
  const approved = completion.to === 'approved';
  db.prepare(
    `UPDATE messages SET state = ?, hold_cause = ?, held_from = ?,
       held_by_job = iif(? IS NULL, NULL, job), held_run_id = iif(? IS NULL, NULL, run_id), note = ?, subject = ?, preheader = ?, body_markdown = ?,
       text_hash = ?, drafted_at = ?, approved_at = ?, approved_by = ?,
       approved_boot_id = ?, leaves_at = ?
     WHERE row_id = ? AND state = 'reserved'`,
  ).run(
    completion.to,
    completion.holdCause,
    completion.heldFrom,
    completion.holdCause,
    completion.holdCause,
    completion.note,
    completion.subject,
    completion.preheader,
    completion.bodyMarkdown,
    completion.textHash,
    completion.now,
    approved ? completion.now : null,
    approved ? 'sequence' : null,
    approved ? completion.bootId : null,
    completion.leavesAt,
    completion.messageRowId,
  );
  if (completion.holdCause === 'blast_radius') {
    db.prepare<[number]>(
      `UPDATE draft_log SET counts_in_mean = 0
       WHERE message_row_id = ? AND revision = (SELECT revision FROM messages WHERE row_id = draft_log.message_row_id)`,
    ).run(completion.messageRowId);
  }
  db.prepare<[number]>(
    `UPDATE enrollments SET status = 'active', verdict_reason = NULL, verdict_until = NULL
     WHERE row_id = (SELECT enrollment_row_id FROM messages WHERE row_id = ?) AND status IN ('pending', 'active')`,
  ).run(completion.messageRowId);
}

/** Whether a run of this job that stopped early left reservations behind. */
export function hasReservations(db: StateDatabase, job: Job): boolean {
  const row = db
    .prepare<[Job], { found: number }>(
      `SELECT EXISTS (SELECT 1 FROM messages WHERE state = 'reserved' AND job = ?) AS found`,
    )
    .get(job);
  return row?.found === 1;
}

interface ReservedRow {
  readonly row_id: number;
  readonly revision: number;
  readonly lead_row_id: number;
  readonly enrollment_row_id: number;
  readonly previous_watermark_at: number | null;
  readonly reserved_at: number;
  readonly kind: string;
}

/**
 * Architecture, run step 8: whatever a run that stopped early left `reserved` is undone; watermark and counts as before, the step
 * due again. A follow-up's enrollment, which was made with its draft, goes with it (B7). Returns how many were undone.
 */
export function undoReservations(db: StateDatabase, job: Job): number {
  db.assertInWrite();
  const rows = db
    .prepare<[Job], ReservedRow>(
      `SELECT m.row_id, m.revision, m.lead_row_id, m.enrollment_row_id, m.previous_watermark_at, m.reserved_at, e.kind
       FROM messages m JOIN enrollments e ON e.row_id = m.enrollment_row_id WHERE m.state = 'reserved' AND m.job = ?`,
    )
    .all(job);
  for (const row of rows) undoOne(db, row);
  return rows.length;
}

function undoOne(db: StateDatabase, row: ReservedRow): void {
  db.prepare<[number | null, number, number]>(
    'UPDATE leads SET watermark_at = ? WHERE row_id = ? AND watermark_at = ?',
  ).run(row.previous_watermark_at, row.lead_row_id, row.reserved_at);
  db.prepare<[number, number]>('DELETE FROM draft_log WHERE message_row_id = ? AND revision = ?').run(
    row.row_id,
    row.revision,
  );
  if (row.revision > 1) {
    db.prepare<[number]>(
      `UPDATE messages SET state = 'expired', revision = revision - 1, ended_at = reserved_at WHERE row_id = ?`,
    ).run(row.row_id);
    return;
  }
  db.prepare<[number]>('DELETE FROM messages WHERE row_id = ?').run(row.row_id);
  if (row.kind !== 'nurture') return;
  const removed = db
    .prepare<[number]>(
      `DELETE FROM enrollments WHERE row_id = ? AND status = 'pending'
       AND NOT EXISTS (SELECT 1 FROM messages WHERE enrollment_row_id = enrollments.row_id)`,
    )
    .run(row.enrollment_row_id);
  if (removed.changes === 1) {
    db.prepare<[number, number]>(
      'UPDATE leads SET nurture_count = max(0, nurture_count - 1), nurture_due_at = ? WHERE row_id = ?',
    ).run(row.reserved_at, row.lead_row_id);
  }
}

/** A16: a step that nobody writes any more. Kept as a skipped message without words, so that it is never offered again (C5). */
export function skipUnwritten(
  db: StateDatabase,
  step: {
    messageId: string;
    enrollmentRowId: number;
    stepRowId: number;
    leadRowId: number;
    job: Job;
    runId: string;
    note: string;
    now: Instant;
  },
): void {
  db.prepare(
    `INSERT INTO messages (id, enrollment_row_id, step_row_id, lead_row_id, job, state, run_id, note, reserved_at, ended_at)
     VALUES (?, ?, ?, ?, ?, 'skipped', ?, ?, ?, ?)
     ON CONFLICT (enrollment_row_id, step_row_id) DO UPDATE SET state = 'skipped', note = excluded.note, ended_at = excluded.ended_at`,
  ).run(
    step.messageId,
    step.enrollmentRowId,
    step.stepRowId,
    step.leadRowId,
    step.job,
    step.runId,
    step.note,
    step.now,
    step.now,
  );
}
