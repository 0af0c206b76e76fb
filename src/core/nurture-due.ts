import type { Instant, LeadFields } from './model.ts';
import type { Policy } from './policy.ts';

/** What decides whether and when nurture need look at a lead. */
export interface NurtureFacts {
  readonly lead: Pick<LeadFields, 'stage' | 'status' | 'optedOut' | 'doNotContact' | 'spam'>;
  readonly isSuppressed: boolean;
  /** Any live enrollment: a drip blocks a follow-up, and a follow-up under way is the one there is. */
  readonly isInFlight: boolean;
  readonly nurtureCount: number;
  /** Last contact, else updated, else created, else imported (B7). */
  readonly coldSinceAt: Instant;
  /** When anything was last drafted, rejected or sent for the lead; null: never. */
  readonly lastMessageAt: Instant | null;
}

const STAGES: readonly string[] = ['new', 'contacted', 'proposal'];

/**
 * B7: the earliest moment at which nurture need look at a lead; null while nothing but a change of the lead itself could
 * make it eligible. A lower bound: the planner judges again with every guard.
 */
export function nurtureDueAt(facts: NurtureFacts, policy: Policy): Instant | null {
  const { lead } = facts;
  const isExcluded = lead.optedOut || lead.doNotContact || lead.spam || facts.isSuppressed;
  if (isExcluded || !STAGES.includes(lead.stage) || lead.status === 'unqualified') return null;
  if (facts.isInFlight || facts.nurtureCount >= policy.limits.nurtureMaxPerLead) return null;
  const coldAt = facts.coldSinceAt + policy.nurture.coldMs;
  return facts.lastMessageAt === null
    ? coldAt
    : Math.max(coldAt, facts.lastMessageAt + policy.nurture.quietMs);
}

/** B7: since when a lead is not in contact. */
export function coldSince(
  lead: Pick<LeadFields, 'lastContactAt' | 'updatedAt' | 'createdAt'>,
  importedAt: Instant,
): Instant {
  return lead.lastContactAt ?? lead.updatedAt ?? lead.createdAt ?? importedAt;
}
