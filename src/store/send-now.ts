import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** C6: an operator asks for the waiting step of a live enrollment now. False when it has none, or ended before. */
export function askForStepNow(db: StateDatabase, ask: { enrollmentRowId: number; now: Instant }): boolean {
  db.assertInWrite();
  const result = db
    .prepare<[number, number, number, number]>(
      `UPDATE enrollments SET due_at = ?, next_due_at = ?, sent_now_at = ?
       WHERE row_id = ? AND status IN ('pending', 'active') AND next_step_row_id IS NOT NULL`,
    )
    .run(ask.now, ask.now, ask.now, ask.enrollmentRowId);
  return result.changes === 1;
}

/** Whether the waiting step of an enrollment was asked for since the last email: then it keeps its time whatever else changes. */
export function isAskedForNow(db: StateDatabase, enrollmentRowId: number): boolean {
  const row = db
    .prepare<[number], { asked: number }>(
      'SELECT coalesce(sent_now_at >= anchor_at, 0) AS asked FROM enrollments WHERE row_id = ?',
    )
    .get(enrollmentRowId);
  return row?.asked === 1;
}
