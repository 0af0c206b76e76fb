import type { AttributionVerdict, Instant, Job, LatePolicy, MessageState, SendWindow } from '../model.ts';

/** What a rehearsal saw happen to one lead, with what the state said of that lead right after it. */
export interface LeadFacts {
  readonly leadRowId: number;
  readonly leadId: string;
  readonly leadEmail: string;
  readonly zone: string;
  readonly country: string | null;
  readonly stage: string;
  readonly status: string;
  readonly isOptedOut: boolean;
  readonly isDoNotContact: boolean;
  readonly isSpam: boolean;
  readonly suppressedReason: string | null;
  readonly attribution: AttributionVerdict | null;
  readonly leadHeldUntil: Instant | null;
}

export interface StepFacts {
  readonly sequenceId: string;
  readonly sequenceStatus: string;
  readonly stepId: string;
  readonly position: number;
  readonly window: SendWindow | null;
  readonly enrollmentRowId: number;
  readonly messageId: string;
}

/** One draft that was made: one row of the draft log. */
export interface DraftAct extends LeadFacts, StepFacts {
  readonly madeAt: Instant;
  readonly day: string;
  readonly runId: string;
  readonly job: Job;
  readonly state: MessageState;
  readonly isBatchHeld: boolean;
  readonly approvedBy: string | null;
  readonly late: LatePolicy;
  readonly maxLateMs: number | null;
  readonly dueAt: Instant | null;
  readonly nextDueAt: Instant | null;
  /** The draft made for the lead before this one; null for none. */
  readonly previousDraftAt: Instant | null;
  /** Other enrollments of the lead that are under way. */
  readonly othersLive: number;
  /** Other messages of the lead that wait. */
  readonly othersWaiting: number;
  /** The position of the latest step of this enrollment that was delivered or passed over; null for none. */
  readonly lastPosition: number | null;
}

/** One body that went to the door: one claim. */
export interface SendAct extends LeadFacts, StepFacts {
  readonly at: Instant;
  readonly day: string;
  readonly runId: string;
  readonly sender: string | null;
  readonly senderPausedAt: Instant | null;
  readonly draftedAt: Instant | null;
  readonly editedAt: Instant | null;
  readonly heldUntil: Instant | null;
  readonly approvedAt: Instant | null;
  readonly leavesAt: Instant | null;
  /** The last delivery to the lead before this one. */
  readonly previousSentAt: Instant | null;
  /** Deliveries of this very message that the state knows of, this one included. */
  readonly deliveries: number;
  readonly job: Job;
}

/** One run as its row tells it. */
export interface RunAct {
  readonly id: string;
  readonly command: string;
  readonly mode: string;
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly startedAt: Instant;
  readonly counts: Readonly<Record<string, number>>;
  readonly planId: string | null;
}
