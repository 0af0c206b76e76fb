import type { Attribution } from '../../core/attribution/judge.ts';
import type { Instant } from '../../core/model.ts';
import type { PlannedAttribution } from '../../core/planner.ts';
import { storeAttribution } from '../../store/attribution.ts';
import type { StateDatabase } from '../../store/database.ts';
import { cancelLeadEnrollments } from '../../store/enrollments.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { addTimeline } from '../../store/timeline.ts';
import type { Engine } from './engine.ts';

/** Keeps what a run found out, in the caller's transaction. */
export function recordAttributions(
  { db, policy, now }: Engine,
  attributions: readonly PlannedAttribution[],
  ref: string,
): void {
  for (const { attribution, leadRowIds } of attributions) {
    if (attribution.verdict !== 'mismatch') {
      storeAttribution(db, { leadRowIds, attribution, now });
      continue;
    }
    for (const leadRowId of leadRowIds) {
      if (recordAttribution(db, { leadRowId, attribution, now, ref }))
        refreshNurtureDue(db, leadRowId, { policy, now });
    }
  }
}

/** A verdict on one lead. */
export interface LeadAttribution {
  readonly leadRowId: number;
  readonly attribution: Attribution;
}

/**
 * One verdict with all that follows: a mismatch is out of every pipeline, its unsent drafts withdrawn (B8). In the caller's transaction.
 * False: a person had decided otherwise.
 */
export function recordAttribution(
  db: StateDatabase,
  of: LeadAttribution & {
    readonly now: Instant;
    /** The run or command that judged. */
    readonly ref: string | null;
  },
): boolean {
  const { leadRowId, attribution, now, ref } = of;
  if (storeAttribution(db, { leadRowIds: [leadRowId], attribution, now }) === 0) return false;
  const { verdict, by, note } = attribution;
  // What a lead's page shows anyway is no story: only what changes its way, and what people say.
  if (verdict !== 'mismatch' && by !== 'operator') return true;
  const text = `${verdict.replace('_', ' ')} (${by}): ${note}`;
  addTimeline(db, { leadRowId, at: now, kind: 'attribution', text, ref });
  if (verdict === 'mismatch') cancelLeadEnrollments(db, leadRowId, { reason: 'wrong_attribution', now });
  return true;
}
