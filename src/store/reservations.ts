import type { Instant, Job } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

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
