import { risksDoubleSend, stepsAhead, type EnrollmentMove, type EnrollmentPlace } from './edit-moves.ts';
import { isChanged, type EditPlan, type SequenceChange, type SequenceEdit } from './edit-plan.ts';
import type { StepChange, StepEdit } from './edit-steps.ts';
import type { StoredStep } from './model.ts';

/** One change with its effect on live enrollments; the shape behind `sequences plan --json` (cli.md 2.6). */
export interface PreflightItem {
  readonly sequence: string;
  /** Null for a change of the sequence as a whole. */
  readonly step: string | null;
  readonly change: SequenceChange | StepChange;
  readonly edit: SequenceEdit;
  readonly stepEdit: StepEdit | null;
  /** Enrollments that wait at it, will pass through it, move because of it or are cancelled by it. */
  readonly affectedCount: number;
  /** How the next email of those moves in the queue, in milliseconds; null when none moves. */
  readonly earliestShiftMs: number | null;
  readonly latestShiftMs: number | null;
  /** Enrollments that end as completed. */
  readonly completes: number;
}

/** What applying would do, before anything is saved (C5). */
export interface Preflight {
  readonly items: readonly PreflightItem[];
  /** Sequences of the files or the state that stay as they are and are not archived. */
  readonly unchanged: readonly string[];
  readonly doubleSendRiskCount: number;
  /** Live enrollments whose next email is another one or leaves at another time. */
  readonly moved: number;
  readonly completed: number;
  readonly cancelled: number;
  readonly draftsWithdrawn: number;
  /** Emails that live enrollments will get and would not have got. */
  readonly emailsAdded: number;
}

/** Collects the effect of the edits, one live enrollment after the other, so that a million need no memory. */
export interface PreflightBuilder {
  add(edit: SequenceEdit, place: EnrollmentPlace, move: EnrollmentMove): void;
  finish(): Preflight;
}

interface Tally {
  affected: number;
  earliestMs: number | null;
  latestMs: number | null;
  completes: number;
}

/** Starts a preflight over a plan; `add` is called for each live enrollment of each edit that touches live ones. */
export function createPreflight(plan: EditPlan): PreflightBuilder {
  const tallies = new Map<string, Tally>();
  const totals = { doubleSends: 0, moved: 0, completed: 0, cancelled: 0, withdrawn: 0, added: 0 };
  const tallyOf = (edit: SequenceEdit, stepRowId: number | null): Tally => {
    const key = `${edit.id} ${stepRowId ?? ''}`;
    const tally = tallies.get(key) ?? { affected: 0, earliestMs: null, latestMs: null, completes: 0 };
    tallies.set(key, tally);
    return tally;
  };
  return {
    add(edit, place, move) {
      if (risksDoubleSend(place, move)) totals.doubleSends += 1;
      for (const step of newStepsAhead(edit, place, move)) {
        tallyOf(edit, step.rowId).affected += 1;
        totals.added += 1;
      }
      const cause = causeOf(edit, place, move);
      countMove(move, { tally: tallyOf(edit, cause), isCounted: isNewStep(edit, cause), totals });
    },
    finish: () => ({
      items: plan.edits.filter(isChanged).flatMap((edit) => itemsOf(edit, tallyOf)),
      unchanged: plan.edits
        .filter((edit) => !isChanged(edit) && edit.after.status !== 'archived')
        .map((edit) => edit.id),
      doubleSendRiskCount: totals.doubleSends,
      moved: totals.moved,
      completed: totals.completed,
      cancelled: totals.cancelled,
      draftsWithdrawn: totals.withdrawn,
      emailsAdded: totals.added,
    }),
  };
}

/** True when applying would end, move or withdraw anything that is under way. */
export function affectsLive(preflight: Preflight): boolean {
  const { moved, completed, cancelled, draftsWithdrawn } = preflight;
  return moved + completed + cancelled + draftsWithdrawn > 0;
}

interface Counting {
  readonly tally: Tally;
  /** True when the enrollment has been counted as passing through the same new step. */
  readonly isCounted: boolean;
  readonly totals: { moved: number; completed: number; cancelled: number; withdrawn: number };
}

function countMove(move: EnrollmentMove, { tally, isCounted, totals }: Counting): void {
  switch (move.kind) {
    case 'stays':
      return;
    case 'cancels':
      totals.cancelled += 1;
      totals.withdrawn += move.withdrawn;
      tally.affected += 1;
      return;
    case 'completes':
      totals.completed += 1;
      totals.withdrawn += move.withdrawn === null ? 0 : 1;
      tally.affected += 1;
      tally.completes += 1;
      return;
    case 'moves':
      totals.moved += 1;
      totals.withdrawn += move.withdrawn === null ? 0 : 1;
      if (!isCounted) tally.affected += 1;
      tally.earliestMs = Math.min(tally.earliestMs ?? move.shiftMs, move.shiftMs);
      tally.latestMs = Math.max(tally.latestMs ?? move.shiftMs, move.shiftMs);
  }
}

/** The step whose change is to blame, by row id; null: a change of the sequence as a whole. */
function causeOf(edit: SequenceEdit, place: EnrollmentPlace, move: EnrollmentMove): number | null {
  if (move.kind === 'stays' || move.kind === 'cancels') return null;
  const was = place.nextStepRowId;
  const wasRemoved = edit.steps.some((step) => step.after.rowId === was && step.after.deletedAt !== null);
  const now = move.kind === 'moves' ? move.step.rowId : null;
  const suspects = wasRemoved ? [was] : [now, was, place.lastStepRowId];
  return suspects.find((rowId) => edit.steps.some((step) => step.after.rowId === rowId)) ?? null;
}

function newStepsAhead(
  edit: SequenceEdit,
  place: EnrollmentPlace,
  move: EnrollmentMove,
): readonly StoredStep[] {
  if (move.kind === 'cancels' || place.kind === 'nurture') return [];
  if (!edit.steps.some((step) => step.before === null)) return [];
  return stepsAhead(place, edit.after).filter((step) => isNewStep(edit, step.rowId));
}

function isNewStep(edit: SequenceEdit, rowId: number | null): boolean {
  return edit.steps.some((step) => step.before === null && step.after.rowId === rowId);
}

function itemsOf(
  edit: SequenceEdit,
  tallyOf: (edit: SequenceEdit, stepRowId: number | null) => Tally,
): readonly PreflightItem[] {
  const effective = effectiveChange(edit);
  const whole = edit.changes.map((change) =>
    itemOf(edit, { stepEdit: null, change, tally: change === effective ? tallyOf(edit, null) : null }),
  );
  // Every step of a new sequence is new: one line says so.
  if (edit.before === null) return whole;
  const steps = edit.steps.flatMap((stepEdit) =>
    stepEdit.changes.map((change, index) =>
      itemOf(edit, { stepEdit, change, tally: index === 0 ? tallyOf(edit, stepEdit.after.rowId) : null }),
    ),
  );
  return [...whole, ...steps];
}

/** The change of the whole sequence that moves its enrollments, else the first. */
function effectiveChange(edit: SequenceEdit): SequenceChange | undefined {
  const change = edit.after.status === 'archived' ? 'status' : 'window';
  return edit.changes.find((each) => each === change) ?? edit.changes[0];
}

function itemOf(
  edit: SequenceEdit,
  {
    stepEdit,
    change,
    tally,
  }: { stepEdit: StepEdit | null; change: SequenceChange | StepChange; tally: Tally | null },
): PreflightItem {
  return {
    sequence: edit.id,
    step: stepEdit?.id ?? null,
    change,
    edit,
    stepEdit,
    affectedCount: tally?.affected ?? 0,
    earliestShiftMs: tally?.earliestMs ?? null,
    latestShiftMs: tally?.latestMs ?? null,
    completes: tally?.completes ?? 0,
  };
}
