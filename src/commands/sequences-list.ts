import type { EnrollmentStatus, StoredSequence } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import { enrollmentCounts, loadSequences, noEnrollments } from '../store/sequences.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { NEVER_CUT, renderTable, type TableColumn } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { liveSteps, stepDocument, triggerDocument, triggerText, windowDocument } from './sequence-text.ts';

/** One applied sequence with its enrollments by status. */
export interface ListedSequence {
  readonly sequence: StoredSequence;
  readonly enrollments: Readonly<Record<EnrollmentStatus, number>>;
}

/** `sequences list`: every sequence as last applied, with its steps and counts (F4). Reads only. */
export async function run(invocation: Invocation): Promise<Outcome> {
  const listed = await readSequences(invocation);
  return {
    exit: 'OK',
    document: { items: listed.map(sequenceDocument) },
    human: (terminal) =>
      listed.length === 0
        ? [' No sequence is applied yet.', '', ' Next    headgate sequences apply']
        : renderTable(terminal, listed, columnsFor(terminal)),
  };
}

/** From here on there is room for the trigger too; a pipe always gets it. */
const WIDE = 100;

function columnsFor(terminal: Terminal): readonly TableColumn<ListedSequence>[] {
  const counted = (header: string, count: (of: ListedSequence) => number): TableColumn<ListedSequence> => ({
    header,
    cell: (of) => String(count(of)),
    align: 'right',
    minWidth: NEVER_CUT,
  });
  return [
    { header: 'id', cell: ({ sequence }) => sequence.id, minWidth: 12 },
    { header: 'status', cell: ({ sequence }) => sequence.status, minWidth: NEVER_CUT },
    { header: 'kind', cell: ({ sequence }) => sequence.kind, minWidth: NEVER_CUT },
    counted('steps', ({ sequence }) => liveSteps(sequence).length),
    counted('live', ({ enrollments }) => liveCount(enrollments)),
    counted('done', ({ enrollments }) => enrollments.completed),
    counted('cancelled', ({ enrollments }) => enrollments.cancelled),
    counted('failed', ({ enrollments }) => enrollments.failed),
    ...(terminal.isTty && terminal.width < WIDE
      ? []
      : [{ header: 'trigger', cell: ({ sequence }: ListedSequence) => triggerText(sequence.trigger) }]),
  ];
}

/** All applied sequences of the workspace, by id. Throws as `withState` does. */
export function readSequences(invocation: Invocation): Promise<readonly ListedSequence[]> {
  return withState(invocation, 'read', ({ db }) =>
    db.read(() => {
      const counts = enrollmentCounts(db);
      return loadSequences(db).map((sequence) => ({
        sequence,
        enrollments: counts.get(sequence.rowId) ?? noEnrollments(),
      }));
    }),
  );
}

/** The item of cli.md 2.6: `name` is the human title, tombstones of steps are listed with their time. */
export function sequenceDocument({
  sequence,
  enrollments,
}: ListedSequence): Readonly<Record<string, unknown>> {
  return {
    id: sequence.id,
    name: sequence.title,
    description: sequence.description,
    status: sequence.status,
    kind: sequence.kind,
    approve: sequence.approve,
    window: windowDocument(sequence.window),
    trigger: triggerDocument(sequence.trigger),
    steps: sequence.steps.map(stepDocument),
    enrollments,
    applied_at: formatInstant(sequence.appliedAt),
  };
}

/** B4: pending and active. */
export function liveCount(enrollments: Readonly<Record<EnrollmentStatus, number>>): number {
  return enrollments.pending + enrollments.active;
}
