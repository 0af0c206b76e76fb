import type { EnrollmentStatus, Instant, MatchReason } from '../core/model.ts';
import { forgetRehearsedContact } from './contacts.ts';
import type { StateDatabase } from './database.ts';

/** D9: what was only rehearsed, as `go-live` shows it. */
export interface RehearsalCounts {
  readonly messages: number;
  readonly enrollments: number;
  /** Approvals given while nothing could leave: they must be given again. */
  readonly approvals: number;
}

/** An enrollment of which anything reached its lead is no mere rehearsal: restarted, it would say the same again. */
const REHEARSED = `SELECT DISTINCT enrollment_row_id FROM messages m
  WHERE dry = 1 AND counts = 1 AND state = 'sent' AND NOT EXISTS (SELECT 1 FROM messages r
    WHERE r.enrollment_row_id = m.enrollment_row_id AND r.dry = 0 AND r.state IN ('sent', 'uncertain'))`;

/** Counts what go-live would decide about. */
export function countRehearsals(db: StateDatabase): RehearsalCounts {
  const row = db
    .prepare<[], RehearsalCounts>(
      `SELECT (SELECT count(*) FROM messages WHERE dry = 1 AND counts = 1) AS messages,
         (SELECT count(*) FROM (${REHEARSED})) AS enrollments,
         (SELECT count(*) FROM messages WHERE state = 'approved' OR (state = 'held' AND held_from = 'approved')) AS approvals`,
    )
    .get();
  return row ?? { messages: 0, enrollments: 0, approvals: 0 };
}

/** An enrollment whose sends were rehearsals, with what a new one needs. */
export interface RehearsedEnrollment {
  readonly rowId: number;
  readonly leadRowId: number;
  readonly sequenceRowId: number;
  readonly kind: 'drip' | 'nurture';
  readonly status: EnrollmentStatus;
  readonly matchReason: MatchReason | null;
  readonly matchSnapshotJson: string | null;
  readonly parallel: number;
}

/** Every enrollment that has a rehearsed send, oldest first. */
export function rehearsedEnrollments(db: StateDatabase): RehearsedEnrollment[] {
  return db
    .prepare<[], RehearsedEnrollment>(
      `SELECT row_id AS rowId, lead_row_id AS leadRowId, sequence_row_id AS sequenceRowId, kind, status,
         match_reason AS matchReason, match_snapshot_json AS matchSnapshotJson, parallel
       FROM enrollments WHERE row_id IN (${REHEARSED}) ORDER BY row_id`,
    )
    .all();
}

/**
 * D9, `--restart`: a rehearsed enrollment ends as `rehearsal`, completed ones included (one that was cancelled keeps its reason, B6),
 * and its records count for nothing any more: not for the watermark, not for contact, not for the number of follow-ups.
 */
export function forgetRehearsal(db: StateDatabase, enrollment: RehearsedEnrollment, now: Instant): void {
  db.assertInWrite();
  db.prepare<[number, number]>(
    `UPDATE enrollments SET status = 'cancelled', cancel_reason = 'rehearsal', next_step_row_id = NULL, due_at = NULL,
       next_due_at = NULL, ended_at = coalesce(ended_at, ?) WHERE row_id = ? AND status NOT IN ('cancelled', 'failed')`,
  ).run(now, enrollment.rowId);
  db.prepare<[number, number]>(
    `UPDATE messages SET state = 'cancelled', ended_at = ?, note = 'rehearsal'
     WHERE enrollment_row_id = ? AND state IN ('reserved', 'pending_approval', 'approved', 'held')`,
  ).run(now, enrollment.rowId);
  db.prepare<[number]>('UPDATE messages SET counts = 0 WHERE enrollment_row_id = ?').run(enrollment.rowId);
  db.prepare<[number]>(
    `UPDATE leads SET
       watermark_at = (SELECT max(reserved_at) FROM messages WHERE lead_row_id = leads.row_id AND counts = 1),
       nurture_count = (SELECT count(*) FROM enrollments e JOIN messages m ON m.enrollment_row_id = e.row_id
         WHERE e.lead_row_id = leads.row_id AND e.kind = 'nurture' AND m.counts = 1)
     WHERE row_id = ?`,
  ).run(enrollment.leadRowId);
  forgetRehearsedContact(db, enrollment.leadRowId);
}

/**
 * D9: approvals given before going live are given again, and bytes that were made for the outbox, and say so, are made again.
 * Returns how many approvals.
 */
export function takeBackApprovals(db: StateDatabase): number {
  db.assertInWrite();
  db.prepare<[]>(
    `DELETE FROM outgoing_mail
     WHERE message_row_id IN (SELECT row_id FROM messages WHERE state NOT IN ('sending', 'sent', 'uncertain'))`,
  ).run();
  const approved = db
    .prepare<[]>(
      `UPDATE messages SET state = 'pending_approval', approved_at = NULL, approved_by = NULL, approved_boot_id = NULL, leaves_at = NULL
       WHERE state = 'approved'`,
    )
    .run().changes;
  const held = db
    .prepare<[]>(
      `UPDATE messages SET held_from = 'pending_approval' WHERE state = 'held' AND held_from = 'approved'`,
    )
    .run().changes;
  return approved + held;
}
