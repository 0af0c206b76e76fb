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
 * Enrolls one lead, in the caller's transaction, counts it, and returns the row id. A second live enrollment in the same sequence is
 * refused by the database (B4).
 */
export function insertEnrollment(db: StateDatabase, enrollment: NewEnrollment): number {
  db.assertInWrite();
  const result = db
    .prepare<[readonly [string, number], ReturnType<typeof sharedValues>]>(
      `INSERT INTO ${COLUMNS} VALUES ${ROW}`,
    )
    .run([enrollment.id, enrollment.leadRowId], sharedValues(enrollment));
  countEnrolled(db, enrollment.sequenceRowId, 1);
  return Number(result.lastInsertRowid);
}

/** Leads that begin alike. */
export interface EnrollmentGroup {
  readonly start: EnrollmentStart;
  readonly leadRowIds: readonly number[];
}

const GROUP_VALUES = [
  'sequenceRowId',
  'kind',
  'matchReason',
  'matchSnapshotJson',
  'parallel',
  'enrolledAt',
  'firstStepRowId',
  'dueAt',
  'nextDueAt',
] as const;
const GROUP_ROW = `(enrolled.key, enrolled.value, ?, ?, 'pending', ?, ?, ?, ?, ?6, ?, ?, ?, 1)`;

/**
 * The same for many leads, group by group. Few statements store them all, since each keeps aside every page that it touches in case it
 * fails half-way; and ids are taken in the order in which they are stored, which keeps to few pages of their index.
 */
export function insertEnrollments(
  db: StateDatabase,
  groups: readonly EnrollmentGroup[],
  nextId: () => string,
): void {
  insertRows(
    db,
    {
      into: COLUMNS,
      row: GROUP_ROW,
      perRow: 10,
      times: 'json_each(column10) AS enrolled',
      shared: {},
    },
    groups.flatMap(({ start, leadRowIds }) => {
      const shared = sharedValues(start);
      return [...GROUP_VALUES.map((name) => shared[name]), rowIdsById(leadRowIds, nextId)];
    }),
  );
  const counts = new Map<number, number>();
  for (const { start, leadRowIds } of groups) {
    const { sequenceRowId } = start;
    counts.set(sequenceRowId, (counts.get(sequenceRowId) ?? 0) + leadRowIds.length);
  }
  for (const [sequenceRowId, count] of counts) countEnrolled(db, sequenceRowId, count);
}

/** Nothing else inserts enrollments, so that what is counted is what is there; what becomes of them is counted by triggers. */
function countEnrolled(db: StateDatabase, sequenceRowId: number, count: number): void {
  db.prepare<[number, number]>(
    `INSERT INTO enrollment_counts (sequence_row_id, status, count) VALUES (?, 'pending', ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  ).run(sequenceRowId, count);
}

/** `{"e-…":17,"e-…":18}`: read as one text, faster than each is bound. Public ids have nothing in them to be escaped. */
function rowIdsById(leadRowIds: readonly number[], nextId: () => string): string {
  return `{${leadRowIds.map((rowId) => `"${nextId()}":${rowId}`).join(',')}}`;
}

function sharedValues(start: EnrollmentStart): Record<(typeof GROUP_VALUES)[number], string | number | null> {
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
