import type {
  AttributionVerdict,
  Instant,
  Job,
  LeadStatus,
  MessageState,
  Stage,
  StoredSequence,
  StoredStep,
} from './model.ts';

/** What the guards read of a lead; small on purpose, since ten thousand of them are judged in one tick. */
export interface LeadFacts {
  readonly rowId: number;
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly company: string | null;
  /** B8: what its address is held against. */
  readonly companyDomain: string | null;
  readonly zone: string;
  readonly country: string | null;
  readonly stage: Stage;
  readonly status: LeadStatus;
  readonly optedOut: boolean;
  readonly doNotContact: boolean;
  readonly spam: boolean;
  readonly suppressedReason: string | null;
  readonly attribution: AttributionVerdict | null;
  readonly heldUntil: Instant | null;
  readonly holdNote: string | null;
  readonly watermarkAt: Instant | null;
  /** B7: last contact, else updated, else created, else imported. */
  readonly coldSinceAt: Instant;
  readonly nurtureCount: number;
  /** D6: who writes to it, in lower case; null before its first mail. */
  readonly sender: string | null;
}

/** The live enrollment a step belongs to; null for a nurture follow-up that does not exist yet. */
export interface EnrollmentFacts {
  readonly rowId: number;
  readonly id: string;
  readonly anchorAt: Instant;
  readonly dueAt: Instant;
  readonly nextDueAt: Instant;
  readonly retryAt: Instant | null;
  readonly isFirstStep: boolean;
  readonly parallel: boolean;
}

/** A7: what is already under way for the lead, whichever engine made it. */
export interface ReservationFacts {
  /** The oldest message of the lead that waits, is approved, held, being sent or uncertain. */
  readonly waiting: { readonly messageId: string; readonly state: MessageState } | null;
  /** A live drip enrollment of the lead (asked by nurture only). */
  readonly inFlightSequence: string | null;
  /** Last time anything was drafted, rejected or sent for the lead, by any engine. */
  readonly lastMessageAt: Instant | null;
}

/** One step that may be due for one lead: everything the guards need, nothing they could fetch. */
export interface Candidate {
  readonly job: Job;
  readonly lead: LeadFacts;
  readonly enrollment: EnrollmentFacts | null;
  readonly sequence: StoredSequence;
  readonly step: StoredStep;
  readonly reservation: ReservationFacts;
  /** The verdict kept from the last run, to write only what changed (A13). */
  readonly previousReason: string | null;
}
