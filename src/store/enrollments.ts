import type { CancelReason, EnrollmentStatus, Instant, SequenceKind } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { addTimeline } from './timeline.ts';

/** One enrollment as the state keeps it. */
export interface StoredEnrollment {
  readonly rowId: number;
  readonly id: string;
  readonly leadRowId: number;
  readonly sequenceRowId: number;
  readonly kind: SequenceKind;
  readonly status: EnrollmentStatus;
  readonly cancelReason: string | null;
  readonly matchReason: string | null;
  readonly parallel: boolean;
  readonly enrolledAt: Instant;
  readonly anchorAt: Instant;
  readonly lastStepRowId: number | null;
  readonly nextStepRowId: number | null;
  readonly dueAt: Instant | null;
  readonly nextDueAt: Instant | null;
  readonly isFirstStep: boolean;
  readonly failedAttempts: number;
  readonly endedAt: Instant | null;
  readonly verdictReason: string | null;
  readonly verdictUntil: Instant | null;
}

interface EnrollmentRow {
  readonly row_id: number;
  readonly id: string;
  readonly lead_row_id: number;
  readonly sequence_row_id: number;
  readonly kind: SequenceKind;
  readonly status: EnrollmentStatus;
  readonly cancel_reason: string | null;
  readonly match_reason: string | null;
  readonly parallel: number;
  readonly enrolled_at: number;
  readonly anchor_at: number;
  readonly last_step_row_id: number | null;
  readonly next_step_row_id: number | null;
  readonly due_at: number | null;
  readonly next_due_at: number | null;
  readonly is_first_step: number;
  readonly failed_attempts: number;
  readonly ended_at: number | null;
  readonly verdict_reason: string | null;
  readonly verdict_until: number | null;
}

/** The enrollment with this row id; null when there is none. */
export function enrollmentByRowId(db: StateDatabase, rowId: number): StoredEnrollment | null {
  const row = db.prepare<[number], EnrollmentRow>('SELECT * FROM enrollments WHERE row_id = ?').get(rowId);
  return row === undefined ? null : toEnrollment(row);
}

/** The enrollment with this public id; null when there is none. */
export function enrollmentByPublicId(db: StateDatabase, id: string): StoredEnrollment | null {
  const row = db.prepare<[string], EnrollmentRow>('SELECT * FROM enrollments WHERE id = ?').get(id);
  return row === undefined ? null : toEnrollment(row);
}

/** All enrollments of a lead, oldest first. */
export function enrollmentsOfLead(db: StateDatabase, leadRowId: number): StoredEnrollment[] {
  return db
    .prepare<[number], EnrollmentRow>('SELECT * FROM enrollments WHERE lead_row_id = ? ORDER BY row_id')
    .all(leadRowId)
    .map(toEnrollment);
}

/** Steps that this enrollment never gets again: delivered, maybe delivered, or passed over by a rejection (C5, D11). */
export function settledStepRowIds(db: StateDatabase, enrollmentRowId: number): Set<number> {
  const rows = db
    .prepare<[number], { step_row_id: number }>(
      `SELECT step_row_id FROM messages
       WHERE enrollment_row_id = ? AND state IN ('sent', 'uncertain', 'rejected', 'skipped')`,
    )
    .all(enrollmentRowId);
  return new Set(rows.map((row) => row.step_row_id));
}

export interface NextStep {
  readonly enrollmentRowId: number;
  readonly anchorAt: Instant;
  readonly lastStepRowId: number | null;
  readonly nextStepRowId: number;
  readonly dueAt: Instant;
  readonly nextDueAt: Instant;
}

/** Points a live enrollment at its next step, in the caller's transaction. */
export function setNextStep(db: StateDatabase, next: NextStep): void {
  db.prepare<[number, number | null, number, number, number, number, number]>(
    `UPDATE enrollments SET anchor_at = ?, last_step_row_id = ?, next_step_row_id = ?, due_at = ?, next_due_at = ?,
       is_first_step = ?, retry_at = NULL, failed_attempts = 0, last_error = NULL, verdict_reason = NULL, verdict_until = NULL
     WHERE row_id = ? AND status IN ('pending', 'active')`,
  ).run(
    next.anchorAt,
    next.lastStepRowId,
    next.nextStepRowId,
    next.dueAt,
    next.nextDueAt,
    next.lastStepRowId === null ? 1 : 0,
    next.enrollmentRowId,
  );
}

/** Moves only the moment at which a live enrollment is looked at again (B9, C6, a retry). */
export function setDue(
  db: StateDatabase,
  due: { enrollmentRowId: number; dueAt?: Instant; nextDueAt: Instant },
): void {
  db.prepare<[number | null, number, number]>(
    `UPDATE enrollments SET due_at = coalesce(?, due_at), next_due_at = ?
     WHERE row_id = ? AND status IN ('pending', 'active')`,
  ).run(due.dueAt ?? null, due.nextDueAt, due.enrollmentRowId);
}

/**
 * Ends the wait of live enrollments at these steps, in the caller's transaction, and forgets why they waited; returns how many. Whoever
 * waits was due: `before` bounds what is looked at.
 */
export function clearRetries(
  db: StateDatabase,
  of: { readonly kind: SequenceKind; readonly stepRowIds: readonly number[]; readonly before: Instant },
): number {
  db.assertInWrite();
  return db
    .prepare<[SequenceKind, Instant, string]>(
      `UPDATE enrollments INDEXED BY enrollments_queue
       SET retry_at = NULL, last_error = NULL, verdict_reason = NULL, verdict_until = NULL
       WHERE kind = ? AND is_first_step IN (0, 1) AND next_due_at <= ? AND next_due_at IS NOT NULL
         AND status IN ('pending', 'active') AND retry_at IS NOT NULL
         AND next_step_row_id IN (SELECT value FROM json_each(?))`,
    )
    .run(of.kind, of.before, JSON.stringify(of.stepRowIds)).changes;
}

/** A6: the step stays due, and is not tried again before then (`retry_wait`). In the caller's transaction. */
export function setRetry(
  db: StateDatabase,
  retry: { readonly enrollmentRowId: number; readonly retryAt: Instant; readonly error: string },
): void {
  db.assertInWrite();
  db.prepare<[number, string, number]>(
    `UPDATE enrollments SET retry_at = ?, last_error = ? WHERE row_id = ? AND status IN ('pending', 'active')`,
  ).run(retry.retryAt, retry.error, retry.enrollmentRowId);
}

/** B5: one more attempt that surely failed; returns how many there were for this step. A next step starts at none. */
export function countFailure(db: StateDatabase, enrollmentRowId: number, error: string): number {
  db.prepare<[string, number]>(
    'UPDATE enrollments SET failed_attempts = failed_attempts + 1, last_error = ? WHERE row_id = ?',
  ).run(error, enrollmentRowId);
  const row = db
    .prepare<[number], { failed_attempts: number }>(
      'SELECT failed_attempts FROM enrollments WHERE row_id = ?',
    )
    .get(enrollmentRowId);
  return row?.failed_attempts ?? 0;
}

/** Ends a live enrollment; false when it had ended before (B5: terminal states stay). */
export function endEnrollment(
  db: StateDatabase,
  end: {
    enrollmentRowId: number;
    status: 'completed' | 'cancelled' | 'failed';
    reason: string | null;
    lastStepRowId?: number;
    now: Instant;
  },
): boolean {
  const result = db
    .prepare<[string, string | null, number | null, number, number]>(
      `UPDATE enrollments SET status = ?, cancel_reason = ?, last_step_row_id = coalesce(?, last_step_row_id),
         next_step_row_id = NULL, due_at = NULL, next_due_at = NULL, ended_at = ?, verdict_reason = NULL, verdict_until = NULL
       WHERE row_id = ? AND status IN ('pending', 'active')`,
    )
    .run(end.status, end.reason, end.lastStepRowId ?? null, end.now, end.enrollmentRowId);
  return result.changes === 1;
}

/**
 * B6: cancels one live enrollment and withdraws, in the same transaction, every unsent draft it covers. A message that is
 * being sent is left to its sender, which looks once more before the body; an uncertain one is left to be settled.
 * Returns false when the enrollment had ended before.
 */
export function cancelEnrollment(
  db: StateDatabase,
  cancel: { enrollmentRowId: number; reason: string; now: Instant },
): boolean {
  db.assertInWrite();
  const enrollment = enrollmentByRowId(db, cancel.enrollmentRowId);
  if (enrollment === null) return false;
  const ended = endEnrollment(db, { ...cancel, status: 'cancelled' });
  if (!ended) return false;
  withdrawDrafts(db, cancel);
  addTimeline(db, {
    leadRowId: enrollment.leadRowId,
    at: cancel.now,
    kind: 'cancelled',
    text: `enrollment cancelled: ${cancel.reason}`,
    ref: enrollment.id,
  });
  return true;
}

/** B6: the same for all live enrollments of a lead. Returns how many were cancelled. */
export function cancelLeadEnrollments(
  db: StateDatabase,
  leadRowId: number,
  cancel: { reason: CancelReason | (string & {}); now: Instant },
): number {
  const live = enrollmentsOfLead(db, leadRowId).filter((each) => each.endedAt === null);
  return live.filter((each) => cancelEnrollment(db, { enrollmentRowId: each.rowId, ...cancel })).length;
}

function withdrawDrafts(
  db: StateDatabase,
  cancel: { enrollmentRowId: number; reason: string; now: Instant },
): void {
  db.prepare<[number, string, number]>(
    `UPDATE messages SET state = 'cancelled', ended_at = ?, note = ?
     WHERE enrollment_row_id = ? AND state IN ('reserved', 'pending_approval', 'approved', 'held')`,
  ).run(cancel.now, cancel.reason, cancel.enrollmentRowId);
}

function toEnrollment(row: EnrollmentRow): StoredEnrollment {
  return {
    rowId: row.row_id,
    id: row.id,
    leadRowId: row.lead_row_id,
    sequenceRowId: row.sequence_row_id,
    kind: row.kind,
    status: row.status,
    cancelReason: row.cancel_reason,
    matchReason: row.match_reason,
    parallel: row.parallel === 1,
    enrolledAt: row.enrolled_at,
    anchorAt: row.anchor_at,
    lastStepRowId: row.last_step_row_id,
    nextStepRowId: row.next_step_row_id,
    dueAt: row.due_at,
    nextDueAt: row.next_due_at,
    isFirstStep: row.is_first_step === 1,
    failedAttempts: row.failed_attempts,
    endedAt: row.ended_at,
    verdictReason: row.verdict_reason,
    verdictUntil: row.verdict_until,
  };
}
