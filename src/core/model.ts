/**
 * The words of the domain as types. No behaviour lives here. Every instant is a number of milliseconds
 * since 1970-01-01T00:00:00Z (`…At`); every duration names its unit. "Missing" is always `null`:
 * zero, the empty string and missing are three different things (A3).
 */

/** Milliseconds since the epoch, UTC. */
export type Instant = number;

export const STAGES = ['new', 'contacted', 'proposal', 'customer', 'disqualified'] as const;
export type Stage = (typeof STAGES)[number];

export const LEAD_STATUSES = ['new', 'working', 'contacted', 'qualified', 'nurture', 'unqualified'] as const;
export type LeadStatus = (typeof LEAD_STATUSES)[number];

/** Which rule gave the lead its zone (C4). */
export type ZoneRule = 'explicit' | 'region' | 'country' | 'operator';

export type AttributionVerdict = 'verified' | 'mismatch' | 'not_applicable' | 'unknown';

/** What a source tells us of a person, after validation (cli.md 2.0, lead CSV). */
export interface LeadFields {
  /** As written, trimmed, NFC, domain as A-label in lower case. */
  readonly email: string;
  /** One lead per key: the address with its local part folded to lower case too. */
  readonly emailKey: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly company: string | null;
  readonly companyDomain: string | null;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  readonly region: string | null;
  /** Explicit IANA zone of the lead. */
  readonly timezone: string | null;
  readonly stage: Stage;
  readonly status: LeadStatus;
  readonly source: string | null;
  readonly sourceFormId: string | null;
  readonly platform: string | null;
  readonly tags: readonly string[];
  readonly notes: string | null;
  readonly createdAt: Instant | null;
  readonly updatedAt: Instant | null;
  readonly lastContactAt: Instant | null;
  readonly optedOut: boolean;
  readonly doNotContact: boolean;
  readonly spam: boolean;
  /** Further columns, usable in templates. */
  readonly custom: Readonly<Record<string, string>>;
}

export interface Lead extends LeadFields {
  /** Row id: never leaves the database. */
  readonly rowId: number;
  /** Random public id, `l-…`. */
  readonly id: string;
  /** The zone that all judgements use, and the rule that gave it. */
  readonly zone: string;
  readonly zoneRule: ZoneRule;
  /** Time of the last draft of any kind (A2). */
  readonly watermarkAt: Instant | null;
  readonly attribution: AttributionVerdict | null;
  readonly heldUntil: Instant | null;
  readonly holdNote: string | null;
  /** Suppression reason when the address is on the list, else null. */
  readonly suppressedReason: string | null;
}

export type SequenceKind = 'drip' | 'nurture';
export type SequenceStatus = 'draft' | 'active' | 'paused' | 'archived';
export type Job = 'drip' | 'nurture';
export type OutboundJob = Job | 'send';

/** ISO weekday: 1 Monday to 7 Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** C3. Minutes are minutes of the local day, 0 to 1440; `endMinute` is exclusive. */
export interface SendWindow {
  readonly startMinute: number;
  readonly endMinute: number;
  /** IANA zone, or 'lead'. */
  readonly zone: string;
  /** Empty: every day. */
  readonly weekdays: readonly Weekday[];
}

/** C2. Elapsed milliseconds, or whole working days of the lead. */
export type Delay =
  | { readonly unit: 'elapsed'; readonly ms: number }
  | { readonly unit: 'working_days'; readonly days: number };

export type StepTiming =
  | { readonly kind: 'after'; readonly delay: Delay }
  /** Days of 86,400 s from enrollment. */
  | { readonly kind: 'day'; readonly day: number };

export type CopyMode = 'fixed' | 'ai' | 'assist';
export type CopyLength = 'short' | 'medium' | 'long';

/** The words of a step: `<step>.md`. Templates are LiquidJS. */
export interface StepCopy {
  readonly subject: string;
  readonly preheader: string | null;
  readonly mode: CopyMode;
  readonly length: CopyLength;
  readonly briefing: string | null;
  readonly continuesThread: boolean;
  readonly bodyMarkdown: string;
}

export interface StepDefinition {
  /** The file name; the identity for ever (C1). */
  readonly id: string;
  readonly timing: StepTiming;
  readonly window: SendWindow | null;
  readonly maxLateMs: number | null;
  readonly thread: 'reply' | 'new';
  /** E6: no reply within this many milliseconds. */
  readonly noReplyMs: number | null;
  readonly renamedFrom: string | null;
  readonly copy: StepCopy;
}

export interface TriggerPredicate {
  readonly field: string;
  readonly equals: string;
}

/** B1. Any line that matches is enough. */
export interface Trigger {
  readonly forms: readonly string[];
  readonly sources: readonly string[];
  readonly platforms: readonly string[];
  readonly notesContain: readonly string[];
  readonly tags: readonly string[];
  readonly where: readonly TriggerPredicate[];
  readonly catchAll: boolean;
  readonly priority: number;
  readonly allowParallel: boolean;
}

export type LatePolicy = 'ask' | 'skip' | 'restart';

/** One folder under sequences/, parsed and validated. */
export interface SequenceDefinition {
  /** Folder name: the sequence's permanent name. */
  readonly id: string;
  /** The human title, `name` in sequence.toml. */
  readonly title: string;
  readonly description: string | null;
  readonly status: SequenceStatus;
  readonly kind: SequenceKind;
  readonly campaign: string | null;
  readonly approve: 'ask' | 'auto';
  readonly gap: 'planned' | 'watermark';
  readonly late: LatePolicy;
  readonly maxLateMs: number | null;
  readonly trigger: Trigger;
  readonly from: string | null;
  readonly replyTo: string | null;
  readonly window: SendWindow | null;
  readonly renamedFrom: string | null;
  readonly steps: readonly StepDefinition[];
}

/** A step as the state keeps it: the definition plus row id, place and tombstone (C5). */
export interface StoredStep extends StepDefinition {
  readonly rowId: number;
  readonly position: number;
  readonly deletedAt: Instant | null;
}

/** A sequence as last applied. */
export interface StoredSequence extends Omit<SequenceDefinition, 'steps'> {
  readonly rowId: number;
  readonly steps: readonly StoredStep[];
  readonly appliedAt: Instant;
  /** Hash of the whole definition, words included. */
  readonly definitionHash: string;
}

export const ENROLLMENT_STATUSES = ['pending', 'active', 'completed', 'cancelled', 'failed'] as const;
export type EnrollmentStatus = (typeof ENROLLMENT_STATUSES)[number];

/** B6: of all the lead's enrollments, or of one. An operator's own text is allowed as well. */
export const CANCEL_REASONS = [
  'opted_out',
  'dnc',
  'suppressed',
  'spam',
  'stage_customer',
  'stage_disqualified',
  'status_unqualified',
  'replied',
  'bounced',
  'complained',
  'wrong_attribution',
  'manual',
  'sequence_archived',
  'recipient_not_in_allowlist',
  'drip_matched',
  'rehearsal',
  'late',
] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

export const MESSAGE_STATES = [
  'reserved',
  'pending_approval',
  'approved',
  'sending',
  'sent',
  'uncertain',
  'failed',
  'held',
  'rejected',
  'expired',
  'discarded',
  'skipped',
  'cancelled',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** A7: any state before sent that is not ended counts like a sent one. */
export const WAITING_STATES = [
  'reserved',
  'pending_approval',
  'approved',
  'sending',
  'uncertain',
  'held',
] as const satisfies readonly MessageState[];

export type HoldCause = 'blast_radius' | 'doubt' | 'operator' | 'validation' | 'lead';

/** B1: which rule matched. */
export type MatchReason = 'source_form_id' | 'pattern_exact' | 'pattern_wildcard' | 'predicate' | 'catch_all';

/** B3: the one timeline entry that matching leaves. */
export const MATCH_VERDICTS = [
  'matched',
  'no_match',
  'opted_out_at_match_time',
  'dnc',
  'suppressed',
  'stage_excluded',
  'status_excluded',
  'spam',
  'no_active_sequences',
  'empty_sequence',
  'concurrent_drip_blocked',
] as const;
export type MatchVerdict = (typeof MATCH_VERDICTS)[number];
