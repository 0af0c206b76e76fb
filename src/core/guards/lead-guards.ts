import type { Candidate } from '../candidate.ts';
import type { Instant } from '../model.ts';
import type { Policy } from '../policy.ts';
import type { GuardName } from '../reasons.ts';
import { isLate, type Silence } from './lateness.ts';
import type { Opening } from './opening.ts';
import { ALLOW, ask, skip, type JudgedGuard, type Verdict } from './verdict.ts';

/** Everything besides the candidate that a guard may look at. One clock reading, one policy. */
export interface GuardContext {
  readonly now: Instant;
  readonly policy: Policy;
  readonly silences: readonly Silence[];
  /** May this lead be written to now, and if not, when (A11, C3, C4). */
  readonly openingFor: (candidate: Candidate) => Opening;
  /** Guards switched off by name: the rehearsal's `--without` and the test that proves each guard's worth. */
  readonly without: ReadonlySet<string>;
}

type Guard = (candidate: Candidate, context: GuardContext) => Verdict;

/** The lead guards, in the order of the architecture. The cap comes after them, in the planner, which counts. */
const LEAD_GUARDS: readonly (readonly [GuardName, Guard])[] = [
  ['suppressed', judgeSuppressed],
  ['bail', judgeBail],
  ['lead', judgeLeadHold],
  ['attribution', judgeAttribution],
  ['reservation', judgeReservation],
  ['watermark', judgeWatermark],
  ['due', judgeDue],
  ['hours', judgeHours],
  ['late', judgeLate],
];

/** The names that `--without` accepts for lead guards. */
export const LEAD_GUARD_NAMES: readonly GuardName[] = LEAD_GUARDS.map(([name]) => name);

/**
 * Judges one candidate: the first skip wins; an `ask` is remembered and the judging goes on, since a later guard may
 * still refuse. Returns `allow`, or the verdict that stands.
 */
export function judgeLead(candidate: Candidate, context: GuardContext): Verdict {
  let standing = ALLOW;
  for (const [name, guard] of LEAD_GUARDS) {
    if (context.without.has(name)) continue;
    const verdict = guard(candidate, context);
    if (verdict.kind === 'skip') return verdict;
    if (verdict.kind === 'ask' && standing.kind === 'allow') standing = verdict;
  }
  return standing;
}

/** All verdicts in order, for `leads why` (A13). */
export function judgeLeadInFull(candidate: Candidate, context: GuardContext): readonly JudgedGuard[] {
  return LEAD_GUARDS.map(([name, guard]) => ({ name, verdict: guard(candidate, context) }));
}

function judgeSuppressed({ lead }: Candidate): Verdict {
  if (lead.suppressedReason === null) return ALLOW;
  return skip('suppressed', `on the suppression list: ${lead.suppressedReason}`);
}

/** B3, B6: the states in which nobody is written to. Nurture is narrower still: three stages only (B7). */
function judgeBail({ lead, job }: Candidate): Verdict {
  if (lead.optedOut) return skip('opted_out', 'asked for no more email');
  if (lead.doNotContact) return skip('dnc', 'marked do-not-contact');
  if (lead.spam) return skip('spam', 'marked as spam');
  if (lead.stage === 'customer' || lead.stage === 'disqualified')
    return skip('stage', `stage is ${lead.stage}`);
  if (lead.status === 'unqualified') return skip('status', 'status is unqualified');
  if (job === 'nurture' && !NURTURE_STAGES.has(lead.stage)) return skip('stage', `stage is ${lead.stage}`);
  return ALLOW;
}

const NURTURE_STAGES: ReadonlySet<string> = new Set(['new', 'contacted', 'proposal']);

function judgeLeadHold({ lead }: Candidate, { now }: GuardContext): Verdict {
  if (lead.heldUntil === null || lead.heldUntil <= now) return ALLOW;
  return skip('lead_hold', lead.holdNote ?? 'on hold', lead.heldUntil);
}

/** B8: what the gate found. `note`: what it found it by, when it has just been asked. A mismatch stands whatever the mode. */
export function judgeAttribution({ lead }: Candidate, { policy }: GuardContext, note?: string): Verdict {
  if (lead.attribution === 'mismatch')
    return skip('attribution_mismatch', note ?? 'the address does not belong to the company');
  if (policy.attribution.mode === 'off' || lead.attribution !== 'unknown') return ALLOW;
  const detail = note ?? 'nothing shows whether the address belongs to the company';
  return policy.attribution.unknown === 'ask'
    ? ask('attribution_unknown', detail)
    : skip('attribution_unknown', detail);
}

/** A7, B7: what waits counts like what was sent, for each engine against the other. */
function judgeReservation(candidate: Candidate, { now, policy }: GuardContext): Verdict {
  const { reservation, lead, job, enrollment } = candidate;
  if (reservation.waiting !== null) {
    return skip(
      'waiting',
      `${reservation.waiting.messageId} is ${reservation.waiting.state} and counts as sent`,
    );
  }
  // A follow-up whose enrollment lives already passed the nurture rules when it was made.
  if (job === 'drip' || enrollment !== null) return ALLOW;
  if (reservation.inFlightSequence !== null)
    return skip('in_flight', `in flight in ${reservation.inFlightSequence}`);
  const { nurtureMaxPerLead } = policy.limits;
  if (lead.nurtureCount >= nurtureMaxPerLead) {
    return skip(
      'nurture_done',
      `had ${String(lead.nurtureCount)} of ${String(nurtureMaxPerLead)} follow-ups`,
    );
  }
  const quietUntil = (reservation.lastMessageAt ?? -Infinity) + policy.nurture.quietMs;
  return quietUntil > now
    ? skip('quiet_days', 'something was drafted, rejected or sent too recently', quietUntil)
    : ALLOW;
}

/** A2: elapsed time, not wall clock, and whichever engine asks. A watermark ahead of the clock still counts. */
function judgeWatermark({ lead }: Candidate, { now, policy }: GuardContext): Verdict {
  if (lead.watermarkAt === null) return ALLOW;
  const freeAt = lead.watermarkAt + policy.limits.watermarkMs;
  return freeAt > now ? skip('watermark', 'a draft was made for this lead too recently', freeAt) : ALLOW;
}

/** B9: who is under way in a sequence that is paused, or was made a draft again, waits there. */
export function judgeSequenceAtRest({ id, status }: Candidate['sequence'], now: Instant): Verdict {
  if (status === 'active') return ALLOW;
  const detail = status === 'draft' ? `${id} is a draft again` : `${id} is ${status}`;
  return skip('sequence_paused', detail, now + PAUSE_PUSH_MS);
}

function judgeDue(candidate: Candidate, { now, policy }: GuardContext): Verdict {
  const { enrollment, sequence, step, lead } = candidate;
  const atRest = judgeSequenceAtRest(sequence, now);
  if (atRest.kind !== 'allow') return atRest;
  if (enrollment === null) {
    const coldAt = lead.coldSinceAt + policy.nurture.coldMs;
    return coldAt > now ? skip('not_due', 'was in contact too recently', coldAt) : ALLOW;
  }
  if (enrollment.nextDueAt > now)
    return skip('not_due', 'the next step is not due yet', enrollment.nextDueAt);
  if (enrollment.retryAt !== null && enrollment.retryAt > now) {
    return skip('retry_wait', 'the last attempt failed; waiting before the next', enrollment.retryAt);
  }
  if (step.noReplyMs !== null && !enrollment.isFirstStep && enrollment.anchorAt + step.noReplyMs > now) {
    return skip(
      'no_reply_wait',
      'the step waits for silence after the last email',
      enrollment.anchorAt + step.noReplyMs,
    );
  }
  return ALLOW;
}

/** B9: each due step of a paused sequence is pushed out by this much at each tick. */
export const PAUSE_PUSH_MS = 3_600_000;

function judgeHours(candidate: Candidate, context: GuardContext): Verdict {
  const opening = context.openingFor(candidate);
  return opening.reason === null ? ALLOW : skip(opening.reason, opening.detail, opening.opensAt);
}

/** A16: what the sequence says about a step that slept through a silence. The planner acts on skip and restart. */
function judgeLate({ enrollment, sequence, step }: Candidate, { policy, silences }: GuardContext): Verdict {
  if (enrollment === null) return ALLOW;
  const maxLateMs = step.maxLateMs ?? sequence.maxLateMs ?? policy.limits.maxLateMs;
  if (!isLate(enrollment.dueAt, maxLateMs, silences)) return ALLOW;
  const detail = 'it fell due while nothing ran, and that was too long ago';
  return sequence.late === 'ask'
    ? ask('late', detail)
    : skip('late', `${detail}; the sequence says ${sequence.late}`);
}
