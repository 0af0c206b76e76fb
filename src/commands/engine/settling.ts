import type { Adjustment, HeldBack, RunPlan } from '../../core/planner.ts';
import type { Random } from '../../ports.ts';
import { setDue } from '../../store/enrollments.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { skipUnwritten } from '../../store/reservations.ts';
import { pruneVerdicts, recordVerdict } from '../../store/verdicts.ts';
import { advanceEnrollment, restartStep } from './enrollment-moves.ts';
import type { Engine } from './engine.ts';

/**
 * What a live run writes besides its drafts: verdicts that changed (A13), steps passed over or started again because they were late
 * (A16), due steps of paused sequences pushed out (B9), leads that nurture need not look at for a while (B7). One transaction.
 */
export function settlePlanned(
  engine: Engine,
  plan: Pick<RunPlan, 'adjustments' | 'changedVerdicts' | 'job'>,
  run: { runId: string; random: Random; fellAway: readonly HeldBack[] },
): void {
  const { db, now } = engine;
  for (const held of plan.changedVerdicts) recordVerdict(db, held, { now, runId: run.runId });
  for (const held of run.fellAway) recordVerdict(db, held, { now, runId: run.runId });
  for (const adjustment of plan.adjustments) adjust(engine, adjustment, run);
  pruneVerdicts(db, now);
}

function adjust(engine: Engine, adjustment: Adjustment, run: { runId: string; random: Random }): void {
  const { candidate } = adjustment;
  const enrollmentRowId = candidate.enrollment?.rowId ?? null;
  if (adjustment.kind === 'requeue') {
    refreshNurtureDue(engine.db, candidate.lead.rowId, engine);
    return;
  }
  if (enrollmentRowId === null) return;
  switch (adjustment.kind) {
    case 'push_out':
      setDue(engine.db, { enrollmentRowId, nextDueAt: adjustment.untilAt });
      return;
    case 'restart':
      restartStep(engine, enrollmentRowId);
      return;
    case 'pass_over': {
      const stepRowId = candidate.step.rowId;
      skipUnwritten(engine.db, {
        messageId: run.random.publicId('m'),
        enrollmentRowId,
        stepRowId,
        leadRowId: candidate.lead.rowId,
        job: candidate.job,
        runId: run.runId,
        note: 'late',
        now: engine.now,
      });
      advanceEnrollment(engine, { enrollmentRowId, stepRowId, at: engine.now });
      return;
    }
  }
}
