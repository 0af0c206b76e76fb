import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { recordAttribution, type LeadAttribution } from '../engine/attribution-record.ts';
import type { OperatorState } from '../operator-state.ts';

/** Keeps a verdict with all that follows from it, in the caller's transaction. */
export function keepVerdict(
  { db, now, workspace }: OperatorState,
  { leadRowId, attribution }: LeadAttribution,
): void {
  const isNew = recordAttribution(db, { leadRowId, attribution, now, ref: null });
  if (isNew) refreshNurtureDue(db, leadRowId, { policy: workspace.policy, now });
}
