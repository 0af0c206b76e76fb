import type { Instant, MatchReason, SequenceKind } from '../core/model.ts';
import { insertRows } from './bulk-insert.ts';
import type { StateDatabase } from './database.ts';

/** What enrollments that begin alike have in common. */
export interface EnrollmentStart {
  readonly sequenceRowId: number;
  readonly kind: SequenceKind;
  readonly enrolledAt: Instant;
  /** Due by its delay alone (C2), and clamped forward into window and hours (C3). */
  readonly dueAt: Instant;
  readonly nextDueAt: Instant;
  readonly firstStepRowId: number;
  /** Null for a nurture follow-up, which no trigger made. */
  readonly matchReason: MatchReason | null;
  readonly matchSnapshotJson: string | null;
  readonly parallel: boolean;
}

export interface NewEnrollment extends EnrollmentStart {
  /** Public id, `e-…`. */
  readonly id: string;
  readonly leadRowId: number;
}

const COLUMNS = `enrollments (id, lead_row_id, sequence_row_id, kind, status, match_reason, match_snapshot_json, parallel,
  enrolled_at, anchor_at, next_step_row_id, due_at, next_due_at, is_first_step)`;
const ROW = `(?, ?, @sequenceRowId, @kind, 'pending', @matchReason, @matchSnapshotJson, @parallel,
  @enrolledAt, @enrolledAt, @firstStepRowId, @dueAt, @nextDueAt, 1)`;

/**
 * Enrolls one lead, in the caller's transaction, and returns the row id. A second live enrollment in the same sequence is
 * refused by the database (B4).
 */
export function insertEnrollment(db: StateDatabase, enrollment: NewEnrollment): number {
  db.assertInWrite();
  const result = db
    .prepare<[readonly [string, number], ReturnType<typeof sharedValues>]>(
      `INSERT INTO ${COLUMNS} VALUES ${ROW}`,
    )
    .run([enrollment.id, enrollment.leadRowId], sharedValues(enrollment));
  return Number(result.lastInsertRowid);
}

/** The same for many leads that begin alike: ids and row ids of the leads by turns. */
export function insertEnrollments(
  db: StateDatabase,
  start: EnrollmentStart,
  idsAndLeadRowIds: readonly (string | number)[],
): void {
  insertRows(db, { into: COLUMNS, row: ROW, perRow: 2, shared: sharedValues(start) }, idsAndLeadRowIds);
}

function sharedValues(start: EnrollmentStart): Record<string, string | number | null> {
  return {
    sequenceRowId: start.sequenceRowId,
    kind: start.kind,
    enrolledAt: start.enrolledAt,
    dueAt: start.dueAt,
    nextDueAt: start.nextDueAt,
    firstStepRowId: start.firstStepRowId,
    matchReason: start.matchReason,
    matchSnapshotJson: start.matchSnapshotJson,
    parallel: start.parallel ? 1 : 0,
  };
}
