import type {
  EnrollmentStatus,
  Instant,
  SequenceDefinition,
  SequenceKind,
  SequenceStatus,
  StepDefinition,
  StoredSequence,
  StoredStep,
} from '../core/model.ts';
import { combinedHash } from '../core/text-hash.ts';
import type { StateDatabase } from './database.ts';

interface SequenceRow {
  readonly row_id: number;
  readonly id: string;
  readonly status: SequenceStatus;
  readonly kind: SequenceKind;
  readonly definition_json: string;
  readonly definition_hash: string;
  readonly applied_at: number;
}

interface StepRow {
  readonly row_id: number;
  readonly sequence_row_id: number;
  readonly id: string;
  readonly position: number;
  readonly definition_json: string;
  readonly deleted_at: number | null;
}

/** What is known of a sequence without reading its words. */
export interface SequenceHead {
  readonly rowId: number;
  readonly id: string;
  readonly kind: SequenceKind;
  readonly status: SequenceStatus;
  readonly definitionHash: string;
}

/**
 * All sequences as last applied, archived ones and tombstones of steps included, by id; steps in their order. The
 * words of a sequence are parsed when its steps are first looked at, so that an idle run does not pay for them.
 */
export function loadSequences(db: StateDatabase): StoredSequence[] {
  return db.read(() => {
    const stepRows = new Map<number, StepRow[]>();
    for (const row of db.prepare<[], StepRow>('SELECT * FROM steps ORDER BY row_id').all()) {
      const rows = stepRows.get(row.sequence_row_id);
      if (rows === undefined) stepRows.set(row.sequence_row_id, [row]);
      else rows.push(row);
    }
    return db
      .prepare<[], SequenceRow>('SELECT * FROM sequences ORDER BY id')
      .all()
      .map((row) => toSequence(row, stepRows.get(row.row_id) ?? []));
  });
}

/** The heads of all sequences, by id. */
export function loadSequenceHeads(db: StateDatabase): SequenceHead[] {
  return db
    .prepare<[], SequenceHead>(
      'SELECT row_id AS rowId, id, kind, status, definition_hash AS definitionHash FROM sequences ORDER BY id',
    )
    .all();
}

/** One hash for everything that is applied: a saved plan names it and is stale when it differs (A17). */
export function appliedDefinitionsHash(db: StateDatabase): string {
  return combinedHash(loadSequenceHeads(db).map(({ id, definitionHash }) => ({ id, hash: definitionHash })));
}

/** Enrollments of every sequence by status; kept counted, so that nothing is scanned. By row id of the sequence. */
export function enrollmentCounts(db: StateDatabase): Map<number, Record<EnrollmentStatus, number>> {
  const counts = new Map<number, Record<EnrollmentStatus, number>>();
  const rows = db
    .prepare<[], { sequence_row_id: number; status: EnrollmentStatus; count: number }>(
      'SELECT sequence_row_id, status, count FROM enrollment_counts',
    )
    .all();
  for (const row of rows) {
    const known = counts.get(row.sequence_row_id) ?? noEnrollments();
    known[row.status] = row.count;
    counts.set(row.sequence_row_id, known);
  }
  return counts;
}

/** Zero of every status. */
export function noEnrollments(): Record<EnrollmentStatus, number> {
  return { pending: 0, active: 0, completed: 0, cancelled: 0, failed: 0 };
}

/**
 * Saves sequences with all their steps, tombstones included, in the caller's transaction, and hands them back with
 * the row ids they got. A row id below 0 is provisional: that row is inserted. Identities never move to other rows
 * (C1). Names and the one place of the catch-all (B1) may change hands between the sequences given.
 */
export function saveSequences(db: StateDatabase, sequences: readonly StoredSequence[]): StoredSequence[] {
  db.assertInWrite();
  for (const sequence of sequences) {
    if (sequence.rowId >= 0) releaseNames(db, sequence);
  }
  return sequences.map((sequence) => saveSequence(db, sequence));
}

/** Takes the unique places back before they are given anew; `~` stands in no name. */
function releaseNames(db: StateDatabase, sequence: StoredSequence): void {
  db.prepare<[number]>(`UPDATE sequences SET id = '~' || row_id, catch_all = 0 WHERE row_id = ?`).run(
    sequence.rowId,
  );
  db.prepare<[number]>(`UPDATE steps SET id = '~' || row_id WHERE sequence_row_id = ?`).run(sequence.rowId);
}

function saveSequence(db: StateDatabase, sequence: StoredSequence): StoredSequence {
  const { rowId: provisional, id, steps, appliedAt, definitionHash, ...definition } = sequence;
  const values = [
    id,
    sequence.kind,
    sequence.status,
    sequence.trigger.catchAll ? 1 : 0,
    JSON.stringify(definition),
    definitionHash,
    appliedAt,
  ] as const;
  const rowId = provisional < 0 ? insertSequence(db, values) : provisional;
  if (provisional >= 0) updateSequence(db, [...values, rowId]);
  return { ...sequence, rowId, steps: steps.map((step) => saveStep(db, rowId, step)) };
}

type SequenceValues = readonly [string, SequenceKind, SequenceStatus, number, string, string, Instant];

function insertSequence(db: StateDatabase, values: SequenceValues): number {
  const inserted = db
    .prepare<[...SequenceValues]>(
      `INSERT INTO sequences (id, kind, status, catch_all, definition_json, definition_hash, applied_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(...values);
  return Number(inserted.lastInsertRowid);
}

function updateSequence(db: StateDatabase, values: readonly [...SequenceValues, number]): void {
  db.prepare<[...SequenceValues, number]>(
    `UPDATE sequences SET id = ?, kind = ?, status = ?, catch_all = ?, definition_json = ?, definition_hash = ?,
       applied_at = ? WHERE row_id = ?`,
  ).run(...values);
}

function saveStep(db: StateDatabase, sequenceRowId: number, step: StoredStep): StoredStep {
  const { rowId, id, position, deletedAt, ...definition } = step;
  const definitionJson = JSON.stringify(definition);
  if (rowId >= 0) {
    db.prepare<[string, number, string, number | null, number]>(
      'UPDATE steps SET id = ?, position = ?, definition_json = ?, deleted_at = ? WHERE row_id = ?',
    ).run(id, position, definitionJson, deletedAt, rowId);
    return step;
  }
  const inserted = db
    .prepare<[number, string, number, string, number | null]>(
      'INSERT INTO steps (sequence_row_id, id, position, definition_json, deleted_at) VALUES (?, ?, ?, ?, ?)',
    )
    .run(sequenceRowId, id, position, definitionJson, deletedAt);
  return { ...step, rowId: Number(inserted.lastInsertRowid) };
}

type SequenceJson = Omit<SequenceDefinition, 'id' | 'steps'>;
type StepJson = Omit<StepDefinition, 'id'>;

function toSequence(row: SequenceRow, stepRows: readonly StepRow[]): StoredSequence {
  // The text was written by saveSequence from the same type; only a damaged state could hold anything else.
  const definition = JSON.parse(row.definition_json) as SequenceJson;
  let steps: readonly StoredStep[] | null = null;
  return {
    ...definition,
    id: row.id,
    status: row.status,
    kind: row.kind,
    rowId: row.row_id,
    appliedAt: row.applied_at,
    definitionHash: row.definition_hash,
    get steps() {
      steps ??= stepRows.map(toStep).sort(byPlace);
      return steps;
    },
  };
}

function toStep(row: StepRow): StoredStep {
  const definition = JSON.parse(row.definition_json) as StepJson;
  return { ...definition, id: row.id, rowId: row.row_id, position: row.position, deletedAt: row.deleted_at };
}

/** A live step that shares its number with a tombstone has moved up into its place, so it comes after it. */
function byPlace(left: StoredStep, right: StoredStep): number {
  if (left.position !== right.position) return left.position - right.position;
  if ((left.deletedAt === null) !== (right.deletedAt === null)) return left.deletedAt === null ? 1 : -1;
  return left.rowId - right.rowId;
}
