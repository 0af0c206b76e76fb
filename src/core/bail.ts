import type { CancelReason, LeadFields } from './model.ts';

/** B3, B6: the state of a lead in which nobody may write to it, as the reason that cancels its enrollments; null for none. */
export function bailReason(
  lead: Pick<LeadFields, 'optedOut' | 'doNotContact' | 'spam' | 'stage' | 'status'>,
): CancelReason | null {
  if (lead.optedOut) return 'opted_out';
  if (lead.doNotContact) return 'dnc';
  if (lead.spam) return 'spam';
  if (lead.stage === 'customer') return 'stage_customer';
  if (lead.stage === 'disqualified') return 'stage_disqualified';
  return lead.status === 'unqualified' ? 'status_unqualified' : null;
}
