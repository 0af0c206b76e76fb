import type { ListedAddress } from '../../core/suppression-list.ts';
import { cancelLeadEnrollments } from '../../store/enrollments.ts';
import { leadByEmailKey } from '../../store/leads.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { addSuppression } from '../../store/suppressions.ts';
import { addTimeline } from '../../store/timeline.ts';
import type { OperatorState } from '../operator-state.ts';

/** What became of one address. */
export interface Suppressed {
  readonly emailKey: string;
  /** False: it was on the list already, and its first reason stands. */
  readonly isNew: boolean;
  /** Live enrollments that ended with it (B6). */
  readonly cancelled: number;
  /** Null: no lead of ours. */
  readonly leadId: string | null;
}

/** Puts an address on the list, with all that follows for its lead (B6), in the caller's transaction. */
export function suppress(
  { db, now, workspace }: Pick<OperatorState, 'db' | 'now' | 'workspace'>,
  { emailKey, reason, note }: ListedAddress,
): Suppressed {
  const isNew = addSuppression(db, { emailKey, reason, addedAt: now, ...(note === null ? {} : { note }) });
  const lead = leadByEmailKey(db, emailKey);
  if (lead === null) return { emailKey, isNew, cancelled: 0, leadId: null };
  const cancelled = cancelLeadEnrollments(db, lead.rowId, { reason: 'suppressed', now });
  if (isNew) {
    const text = `suppressed by operator: ${reason}${note === null ? '' : `, ${note}`}`;
    addTimeline(db, { leadRowId: lead.rowId, at: now, kind: 'suppressed', text, ref: null });
  }
  refreshNurtureDue(db, lead.rowId, { policy: workspace.policy, now });
  return { emailKey, isNew, cancelled, leadId: lead.id };
}
