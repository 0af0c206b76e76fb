import { effectOn, earlierEffect, type FirstEffect } from './edit-effects.ts';
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
  /** Those of them whose next email is another one or leaves at another time. */
  readonly movedCount: number;
  /** How the next email of those moves in the queue, in milliseconds; null when none moves. */
  readonly earliestShiftMs: number | null;
  readonly latestShiftMs: number | null;
  /** Enrollments that end as completed. */
  readonly completes: number;
  /** Unsent drafts that are withdrawn. */
  readonly draftsWithdrawn: number;
  /** Of a new step: live enrollments that are past its place and never get it. */
  readonly pastIt: number;
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
  /** When anybody first notices; null while nobody stands where it changes anything. */
  readonly firstEffect: FirstEffect | null;
}

/** Collects the effect of the edits, one live enrollment after the other, so that a million need no memory. */
export interface PreflightBuilder {
  add(edit: SequenceEdit, place: EnrollmentPlace, move: EnrollmentMove): void;
  finish(): Preflight;
}

interface Tally {
  affected: number;
  moved: number;
  earliestMs: number | null;
  latestMs: number | null;
  completes: number;
  withdrawn: number;
  pastIt: number;
}

/** Starts a preflight over a plan; `add` is called for each live enrollment of each changed sequence. */
export function createPreflight(plan: EditPlan): PreflightBuilder {
  const tallies = new Map<string, Tally>();
  const totals: Totals = { doubleSends: 0, moved: 0, completed: 0, cancelled: 0, withdrawn: 0, added: 0 };
  let firstEffect: FirstEffect | null = null;
  const tallyOf = (edit: SequenceEdit, stepRowId: number | null): Tally => {
    const key = `${edit.id} ${stepRowId ?? ''}`;
    const tally = tallies.get(key) ?? emptyTally();
    tallies.set(key, tally);
    return tally;
  };
  return {
    add(edit, place, move) {
      if (risksDoubleSend(place, move, edit.after)) totals.doubleSends += 1;
      for (const { step, isAhead } of newSteps(edit, place, move)) {
        tallyOf(edit, step.rowId)[isAhead ? 'affected' : 'pastIt'] += 1;
        if (isAhead) totals.added += 1;
      }
      const cause = causeOf(edit, place, move);
      countMove(move, { place, tally: tallyOf(edit, cause), isCounted: isNewStep(edit, cause), totals });
      firstEffect = earlierEffect(firstEffect, effectOn(edit, place, move));
    },
    finish: () => ({
      items: plan.edits.flatMap((edit) => itemsOf(edit, tallyOf)),
      unchanged: plan.edits
        .filter((edit) => !isChanged(edit) && edit.after.status !== 'archived')
        .map((edit) => edit.id),
      doubleSendRiskCount: totals.doubleSends,
      moved: totals.moved,
      completed: totals.completed,
      cancelled: totals.cancelled,
      draftsWithdrawn: totals.withdrawn,
      emailsAdded: totals.added,
      firstEffect,
    }),
  };
}

/** True when applying would end, move or withdraw anything that is under way. */
export function affectsLive(preflight: Preflight): boolean {
  const { moved, completed, cancelled, draftsWithdrawn } = preflight;
  return moved + completed + cancelled + draftsWithdrawn > 0;
}

interface Totals {
  doubleSends: number;
  moved: number;
  completed: number;
  cancelled: number;
  withdrawn: number;
  added: number;
}

interface Counting {
  readonly place: EnrollmentPlace;
  readonly tally: Tally;
  /** True when the enrollment has been counted as passing through the same new step. */
  readonly isCounted: boolean;
  readonly totals: Totals;
}

function emptyTally(): Tally {
  return { affected: 0, moved: 0, earliestMs: null, latestMs: null, completes: 0, withdrawn: 0, pastIt: 0 };
}

function countMove(move: EnrollmentMove, { place, tally, isCounted, totals }: Counting): void {
  const withdrawn = withdrawnBy(move);
  totals.withdrawn += withdrawn;
  tally.withdrawn += withdrawn;
  switch (move.kind) {
    case 'stays':
      return;
    case 'cancels':
      totals.cancelled += 1;
      tally.affected += 1;
      return;
    case 'completes':
      totals.completed += 1;
      tally.affected += 1;
      tally.completes += 1;
      return;
    case 'moves':
      // Only what its lateness counts from has moved: the email leaves when it would have left.
      if (move.step.rowId === place.nextStepRowId && move.shiftMs === 0) return;
      totals.moved += 1;
      tally.moved += 1;
      if (!isCounted) tally.affected += 1;
      tally.earliestMs = Math.min(tally.earliestMs ?? move.shiftMs, move.shiftMs);
      tally.latestMs = Math.max(tally.latestMs ?? move.shiftMs, move.shiftMs);
  }
}

function withdrawnBy(move: EnrollmentMove): number {
  if (move.kind === 'stays') return 0;
  if (move.kind === 'cancels') return move.withdrawn;
  return move.withdrawn === null ? 0 : 1;
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

/** Every new step, and whether the enrollment will pass through it; a follow-up has one step and no others (B7). */
function newSteps(
  edit: SequenceEdit,
  place: EnrollmentPlace,
  move: EnrollmentMove,
): readonly { readonly step: StoredStep; readonly isAhead: boolean }[] {
  if (move.kind === 'cancels' || place.kind === 'nurture') return [];
  const added = edit.steps.filter((step) => step.before === null);
  if (added.length === 0) return [];
  const ahead = new Set(stepsAhead(place, edit.after).map((step) => step.rowId));
  return added.map(({ after }) => ({ step: after, isAhead: ahead.has(after.rowId) }));
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
    movedCount: tally?.moved ?? 0,
    earliestShiftMs: tally?.earliestMs ?? null,
    latestShiftMs: tally?.latestMs ?? null,
    completes: tally?.completes ?? 0,
    draftsWithdrawn: tally?.withdrawn ?? 0,
    pastIt: tally?.pastIt ?? 0,
  };
}
