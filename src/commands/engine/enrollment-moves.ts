import { nextStep } from '../../core/progress.ts';
import { scheduleStep } from '../../core/schedule.ts';
import type { Instant } from '../../core/model.ts';
import { endEnrollment, enrollmentByRowId, setNextStep, settledStepRowIds } from '../../store/enrollments.ts';
import { leadByRowId } from '../../store/leads.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { addTimeline } from '../../store/timeline.ts';
import { holidayJudge, type Engine } from './engine.ts';
import { isPast } from './overtaken.ts';
import { scheduleAgain } from './rescheduling.ts';

/**
 * C2, C5, D11: a step of an enrollment was delivered or passed over at `at`; the next live undelivered step counts from then, or the
 * enrollment is complete. Runs in the caller's transaction. An enrollment that ended meanwhile stays as it ended (B6).
 */
export function advanceEnrollment(
  engine: Engine,
  step: { enrollmentRowId: number; stepRowId: number; at: Instant },
): void {
  const { db } = engine;
  db.assertInWrite();
  const enrollment = enrollmentByRowId(db, step.enrollmentRowId);
  // A step that is settled when a later one has gone out moves nothing: the next delay counts from that one.
  if (enrollment?.endedAt !== null || isPast(engine, enrollment, step.stepRowId)) return;
  const sequence = engine.sequences.get(enrollment.sequenceRowId);
  const lead = leadByRowId(db, enrollment.leadRowId);
  if (sequence === undefined || lead === null) return;
  const settled = settledStepRowIds(db, enrollment.rowId).add(step.stepRowId);
  // B7: a follow-up's enrollment holds one step of its sequence and completes with it.
  const next = enrollment.kind === 'nurture' ? null : nextStep(sequence.steps, step.stepRowId, settled);
  if (next === null) {
    endEnrollment(db, {
      enrollmentRowId: enrollment.rowId,
      status: 'completed',
      reason: null,
      lastStepRowId: step.stepRowId,
      now: step.at,
    });
    addTimeline(db, {
      leadRowId: lead.rowId,
      at: step.at,
      kind: 'completed',
      text: `${sequence.id} completed`,
      ref: enrollment.id,
    });
    refreshNurtureDue(db, lead.rowId, { policy: engine.policy, now: engine.now });
    return;
  }
  const scheduled = scheduleStep({
    sequence,
    step: next,
    previousStep: sequence.steps.find((each) => each.rowId === step.stepRowId) ?? null,
    enrolledAt: enrollment.enrolledAt,
    previousSendAt: step.at,
    leadZone: lead.zone,
    isHoliday: holidayJudge(engine, lead),
    policy: engine.policy,
  });
  setNextStep(db, {
    enrollmentRowId: enrollment.rowId,
    anchorAt: step.at,
    lastStepRowId: step.stepRowId,
    nextStepRowId: next.rowId,
    ...scheduled,
  });
}

/**
 * A15: a restored enrollment stands where it stood when a message of this step was claimed: what was left of the steps before it had
 * ended by then. In the caller's transaction.
 */
export function standAt(
  engine: Engine,
  { enrollmentRowId, stepRowId, at }: { enrollmentRowId: number; stepRowId: number; at: Instant },
): void {
  const { db } = engine;
  db.assertInWrite();
  const enrollment = enrollmentByRowId(db, enrollmentRowId);
  if (enrollment?.endedAt !== null || enrollment.nextStepRowId === stepRowId) return;
  if (isPast(engine, enrollment, stepRowId)) return;
  const { anchorAt, lastStepRowId } = enrollment;
  setNextStep(db, {
    enrollmentRowId,
    anchorAt,
    lastStepRowId,
    nextStepRowId: stepRowId,
    dueAt: at,
    nextDueAt: at,
  });
}

/** A16, `late = "restart"`: the waiting step's delay starts again now, as it would after the step before it was sent now. */
export function restartStep(engine: Engine, enrollmentRowId: number): void {
  const { db, now } = engine;
  const enrollment = enrollmentByRowId(db, enrollmentRowId);
  if (enrollment === null) return;
  const lead = leadByRowId(db, enrollment.leadRowId);
  const { lastStepRowId, nextStepRowId } = enrollment;
  if (lead === null || nextStepRowId === null) return;
  const place = { ...enrollment, anchorAt: now, leadZone: lead.zone, leadCountry: lead.country };
  // B7: a follow-up has no delay; it would be due with its enrollment, and late, again and again.
  const scheduled =
    enrollment.kind === 'nurture' ? { dueAt: now, nextDueAt: now } : scheduleAgain(engine, place);
  if (scheduled === null) return;
  setNextStep(db, { enrollmentRowId, anchorAt: now, lastStepRowId, nextStepRowId, ...scheduled });
}
