import { nextStep } from '../../core/progress.ts';
import {
  endEnrollment,
  enrollmentByRowId,
  setNextStep,
  settledStepRowIds,
  type StoredEnrollment,
} from '../../store/enrollments.ts';
import { leadByRowId } from '../../store/leads.ts';
import { moveMessage, type StoredMessage } from '../../store/messages.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { addTimeline } from '../../store/timeline.ts';
import type { Engine } from './engine.ts';
import { scheduleAgain } from './rescheduling.ts';

type Step = Pick<StoredMessage, 'enrollmentRowId' | 'stepRowId'>;

/** C5: whether an edit has removed the step of a message. One that was out of our hands then is withdrawn when it comes back. */
export function isStepRemoved(engine: Engine, { enrollmentRowId, stepRowId }: Step): boolean {
  const enrollment = enrollmentByRowId(engine.db, enrollmentRowId);
  const sequence = enrollment === null ? undefined : engine.sequences.get(enrollment.sequenceRowId);
  const step = sequence?.steps.find((each) => each.rowId === stepRowId);
  return step !== undefined && step.deletedAt !== null;
}

/** C5: cancels a surely unsent message of a removed step, as `sequences apply` does to one that waits. In the caller's transaction. */
export function withdrawRemoved(engine: Engine, message: StoredMessage): void {
  const { db, now } = engine;
  if (!moveMessage(db, message, { to: 'cancelled', change: { ended_at: now, note: 'step_removed' } })) return;
  leaveRemovedStep(engine, message);
}

/**
 * C5: who stands at a removed step, with no message of it under way, goes on to the next live undelivered step by the anchors it
 * had, or completes; no send is recorded for the removed one. In the caller's transaction.
 */
export function leaveRemovedStep(engine: Engine, { enrollmentRowId, stepRowId }: Step): void {
  const { db } = engine;
  const enrollment = enrollmentByRowId(db, enrollmentRowId);
  if (enrollment?.endedAt !== null || enrollment.nextStepRowId !== stepRowId) return;
  const sequence = engine.sequences.get(enrollment.sequenceRowId);
  // B7: a follow-up's enrollment holds one step of its sequence.
  const next =
    enrollment.kind === 'nurture'
      ? null
      : nextStep(sequence?.steps ?? [], enrollment.lastStepRowId, settledStepRowIds(db, enrollmentRowId));
  if (next === null) {
    complete(engine, enrollment, sequence?.id ?? '');
    return;
  }
  const lead = leadByRowId(db, enrollment.leadRowId);
  if (lead === null) return;
  const place = {
    ...enrollment,
    nextStepRowId: next.rowId,
    leadZone: lead.zone,
    leadCountry: lead.country,
  };
  const scheduled = scheduleAgain(engine, place);
  if (scheduled === null) return;
  const { anchorAt, lastStepRowId } = enrollment;
  setNextStep(db, { enrollmentRowId, anchorAt, lastStepRowId, nextStepRowId: next.rowId, ...scheduled });
}

function complete({ db, policy, now }: Engine, enrollment: StoredEnrollment, sequenceId: string): void {
  const { rowId: enrollmentRowId, leadRowId, id } = enrollment;
  endEnrollment(db, { enrollmentRowId, status: 'completed', reason: null, now });
  addTimeline(db, {
    leadRowId,
    at: now,
    kind: 'completed',
    text: `${sequenceId} completed: no step is left`,
    ref: id,
  });
  refreshNurtureDue(db, leadRowId, { policy, now });
}
