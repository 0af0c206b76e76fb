import type { EnrollmentMove, EnrollmentPlace } from '../core/edit-moves.ts';
import type { SequenceEdit } from '../core/edit-plan.ts';
import { cancelEnrollment, endEnrollment, setDue, setNextStep } from '../store/enrollments.ts';
import { refreshNurtureDue } from '../store/nurture-queue.ts';
import { withdrawDraft } from '../store/sequence-enrollments.ts';
import { addTimeline } from '../store/timeline.ts';
import type { ApplyDependencies } from './apply-sequences.ts';

/** Whom an edit moves, and where. */
export interface MoveTarget {
  readonly edit: SequenceEdit;
  readonly place: EnrollmentPlace;
  readonly dependencies: ApplyDependencies;
}

/** Does to one live enrollment what its move says, in the caller's transaction (C5, B6). */
export function applyMove(move: EnrollmentMove, target: MoveTarget): void {
  const { place, dependencies } = target;
  const { db, policy, now } = dependencies;
  const enrollmentRowId = place.rowId;
  switch (move.kind) {
    case 'stays':
      return;
    case 'cancels':
      cancelEnrollment(db, { enrollmentRowId, reason: 'sequence_archived', now });
      refreshNurtureDue(db, place.leadRowId, { policy, now });
      return;
    case 'completes':
      withdraw(move.withdrawn, target);
      endEnrollment(db, { enrollmentRowId, status: 'completed', reason: null, now });
      tell(target, 'completed', `${target.edit.id} completed: no step is left`);
      refreshNurtureDue(db, place.leadRowId, { policy, now });
      return;
    case 'moves':
      withdraw(move.withdrawn, target);
      anchor(move, target);
  }
}

/** The same step at another time keeps its failed attempts; another step starts without any. */
function anchor(move: Extract<EnrollmentMove, { kind: 'moves' }>, { place, dependencies }: MoveTarget): void {
  const { dueAt, nextDueAt, step } = move;
  const due = { enrollmentRowId: place.rowId, dueAt, nextDueAt };
  if (step.rowId === place.nextStepRowId) {
    setDue(dependencies.db, due);
    return;
  }
  const { anchorAt, lastStepRowId } = place;
  setNextStep(dependencies.db, { ...due, anchorAt, lastStepRowId, nextStepRowId: step.rowId });
}

function withdraw(stepRowId: number | null, target: MoveTarget): void {
  if (stepRowId === null) return;
  const { edit, place, dependencies } = target;
  const { db, now } = dependencies;
  if (!withdrawDraft(db, { enrollmentRowId: place.rowId, stepRowId, reason: 'step_removed', now })) return;
  const step = edit.after.steps.find((each) => each.rowId === stepRowId);
  tell(target, 'cancelled', `draft of ${step?.id ?? 'a step'} withdrawn: step_removed`);
}

function tell({ edit, place, dependencies }: MoveTarget, kind: string, text: string): void {
  const { db, now } = dependencies;
  addTimeline(db, { leadRowId: place.leadRowId, at: now, kind, text, ref: edit.id });
}
