import type { Instant, Lead, StoredSequence } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { SequencesByRowId } from '../store/candidates.ts';
import type { StateDatabase } from '../store/database.ts';
import { enrollmentsOfLead, type StoredEnrollment } from '../store/enrollments.ts';
import { loadSequences } from '../store/sequences.ts';

/** One lead with all its enrollments, live and ended. */
export interface LeadView {
  readonly lead: Lead;
  readonly enrollments: readonly StoredEnrollment[];
  readonly sequences: SequencesByRowId;
}

/** Reads what belongs to a lead; the sequences are loaded once for many leads. */
export function leadView(db: StateDatabase, lead: Lead, sequences: SequencesByRowId): LeadView {
  return { lead, enrollments: enrollmentsOfLead(db, lead.rowId), sequences };
}

/** All applied sequences, for `leadView`. */
export function sequencesByRowId(db: StateDatabase): SequencesByRowId {
  return new Map(loadSequences(db).map((sequence) => [sequence.rowId, sequence]));
}

/** The item of `leads list --json` (cli.md 2.6). */
export function leadDocument({ lead, enrollments, sequences }: LeadView): Readonly<Record<string, unknown>> {
  return {
    id: lead.id,
    email: lead.email,
    first_name: lead.firstName,
    last_name: lead.lastName,
    company: lead.company,
    stage: lead.stage,
    status: lead.status,
    tz: lead.zone,
    tz_rule: lead.zoneRule,
    suppressed: lead.suppressedReason,
    opted_out: lead.optedOut,
    do_not_contact: lead.doNotContact,
    spam: lead.spam,
    held_until: isoOrNull(lead.heldUntil),
    attribution: lead.attribution,
    enrollments: enrollments.map((enrollment) => enrollmentDocument(enrollment, sequences)),
  };
}

function enrollmentDocument(
  enrollment: StoredEnrollment,
  sequences: SequencesByRowId,
): Readonly<Record<string, unknown>> {
  const sequence = sequences.get(enrollment.sequenceRowId);
  return {
    id: enrollment.id,
    sequence: sequence?.id ?? null,
    status: enrollment.status,
    step: stepIdOf(sequence, enrollment.nextStepRowId ?? enrollment.lastStepRowId),
    next_due_at: isoOrNull(enrollment.nextDueAt),
    cancel_reason: enrollment.cancelReason,
    match_reason: enrollment.matchReason,
    enrolled_at: formatInstant(enrollment.enrolledAt),
  };
}

/** The id of a step by its row; null for none. */
export function stepIdOf(sequence: StoredSequence | undefined, stepRowId: number | null): string | null {
  return sequence?.steps.find((step) => step.rowId === stepRowId)?.id ?? null;
}

/** `Priya Nair`, else the address. */
export function leadName({
  firstName,
  lastName,
  email,
}: Pick<Lead, 'firstName' | 'lastName' | 'email'>): string {
  const name = [firstName, lastName].filter((part) => part !== null).join(' ');
  return name === '' ? email : name;
}

/** Why nobody may write to a lead, in one word or two; null when it may be emailed. */
export function barOf(lead: Lead): string | null {
  if (lead.suppressedReason !== null) return `suppressed (${lead.suppressedReason})`;
  if (lead.optedOut) return 'opted out';
  if (lead.doNotContact) return 'do not contact';
  if (lead.spam) return 'spam';
  if (lead.stage === 'customer' || lead.stage === 'disqualified') return `stage ${lead.stage}`;
  if (lead.status === 'unqualified') return 'status unqualified';
  return lead.attribution === 'mismatch' ? 'company does not match' : null;
}

function isoOrNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
