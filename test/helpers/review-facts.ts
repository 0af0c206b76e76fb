import type { ReviewFacts } from '../../src/core/review-rules.ts';

/** The moment at which the decisions of these tests are taken. */
export const REVIEWED_AT = 1_000_000;

/** A fresh draft that waits for approval, with nothing that stands in its way. */
export function reviewFacts(changes: Partial<ReviewFacts> = {}): ReviewFacts {
  return {
    state: 'pending_approval',
    holdCause: null,
    heldFrom: null,
    leavesAt: null,
    isExpired: false,
    enrollmentStatus: 'active',
    isStepRemoved: false,
    isOvertaken: false,
    needsAdopt: false,
    now: REVIEWED_AT,
    ...changes,
  };
}
