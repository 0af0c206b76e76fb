import type { HeldBack } from '../core/planner.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { addTimeline } from './timeline.ts';

/** A13: keeps one verdict that changed, on the enrollment (or, for a follow-up not yet made, on the lead) and in the lead's story. */
export function recordVerdict(db: StateDatabase, held: HeldBack, at: { now: Instant; runId: string }): void {
  db.assertInWrite();
  const { candidate, reason, until } = held;
  if (candidate.enrollment === null) {
    db.prepare<[string, number | null, number]>(
      'UPDATE leads SET nurture_verdict_reason = ?, nurture_verdict_until = ? WHERE row_id = ?',
    ).run(reason, until, candidate.lead.rowId);
  } else {
    db.prepare<[string, number | null, number]>(
      'UPDATE enrollments SET verdict_reason = ?, verdict_until = ? WHERE row_id = ?',
    ).run(reason, until, candidate.enrollment.rowId);
  }
  addTimeline(db, {
    leadRowId: candidate.lead.rowId,
    at: at.now,
    kind: 'held_back',
    text: `${candidate.sequence.id} › ${candidate.step.id}: ${reason}, ${held.detail}`,
    ref: at.runId,
  });
}

const HELD_BACK_KEPT_MS = 90 * 86_400_000;
const PRUNED_PER_RUN_MAX = 1_000;

/** History is bounded: what was held back longer than 90 days ago is forgotten, a thousand lines a run at most. */
export function pruneVerdicts(db: StateDatabase, now: Instant): void {
  db.prepare<[number, number]>(
    `DELETE FROM timeline WHERE row_id IN
       (SELECT row_id FROM timeline WHERE kind = 'held_back' AND at < ? ORDER BY at LIMIT ?)`,
  ).run(now - HELD_BACK_KEPT_MS, PRUNED_PER_RUN_MAX);
}
