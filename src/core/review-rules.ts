import type { EnrollmentStatus, HoldCause, Instant, MessageState } from './model.ts';
import { hmacSha256 } from './sha256.ts';
import { isLive } from './states.ts';

/** What a person may decide about one message (cli.md 2.1, 2.7). */
export type Decision =
  | { readonly kind: 'approve' }
  | { readonly kind: 'reject'; readonly then: RejectThen }
  | { readonly kind: 'discard' }
  | { readonly kind: 'edit' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'release' }
  /** D7: within the undo. */
  | { readonly kind: 'undo' }
  /** The same from where the approval was just given: nothing is too late until a send has claimed it. */
  | { readonly kind: 'take_back' }
  | { readonly kind: 'settle'; readonly outcome: SettledOutcome };

export const REJECT_THEN = ['skip', 'redraft', 'stop'] as const;
export type RejectThen = (typeof REJECT_THEN)[number];
export const SETTLED_OUTCOMES = ['sent', 'not-sent'] as const;
export type SettledOutcome = (typeof SETTLED_OUTCOMES)[number];

/** What becomes of the enrollment, or of the job's volume, when a message moves (D11, A8). */
export type Consequence =
  | 'none'
  /** The next step counts from now. */
  | 'step_passed_over'
  /** The same step is due again, as a new revision of the same message. */
  | 'step_due_again'
  /** B6: the enrollment is cancelled. */
  | 'enrollment_stops'
  /** The next step counts from the delivery. */
  | 'step_delivered'
  /** C5: the step was removed; the enrollment goes on from where it stood. */
  | 'step_left'
  /** A8: the batch counts in the mean and raises today's line. */
  | 'line_rises';

/** What a ruling looks at; all of it read in the transaction in which the message moves. */
export interface ReviewFacts {
  readonly state: MessageState;
  readonly holdCause: HoldCause | null;
  readonly heldFrom: MessageState | null;
  readonly leavesAt: Instant | null;
  /** D2: the next run would expire it. */
  readonly isExpired: boolean;
  readonly enrollmentStatus: EnrollmentStatus;
  /** C5: an edit has removed its step. */
  readonly isStepRemoved: boolean;
  /** A later step of the enrollment has gone out. */
  readonly isOvertaken: boolean;
  /** A15: only the send journal knows of it: what it said is lost, and must be written anew. */
  readonly wordsAreLost?: boolean;
  /** A15: the machine differs, or the state may be a restored one; only `adopt` lifts that. */
  readonly needsAdopt: boolean;
  readonly now: Instant;
}

/** Words that programs may match on. */
export type RefusalReason =
  | 'wrong_state'
  | 'held'
  | 'not_held'
  | 'blast_radius'
  | 'expired'
  | 'too_late'
  | 'needs_adopt'
  | 'text_changed'
  | 'somebody_was_faster';

export type Ruling =
  | { readonly kind: 'moves'; readonly to: MessageState; readonly follows: Consequence }
  /** It is already as asked; nothing is written. */
  | { readonly kind: 'unchanged'; readonly detail: string }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** What stands in the way, as the rest of a sentence: `it was sent`. */
  readonly detail: string;
  /** The verb that does work now; null where none does. */
  readonly instead: 'approve' | 'release' | 'discard' | 'hold' | 'settle' | 'adopt' | null;
}

/** The states of messages that are neither ended nor sent and that a person can see whole. */
export const OPEN_STATES = [
  'pending_approval',
  'held',
  'uncertain',
  'approved',
  'sending',
] as const satisfies readonly MessageState[];

/**
 * The one table of what each decision does from each state, and what follows (D11). It says nothing about who was faster:
 * the caller moves the message by compare-and-set.
 */
export function judgeDecision(decision: Decision, facts: ReviewFacts): Ruling {
  switch (decision.kind) {
    case 'approve':
      return judgeApprove(facts);
    case 'reject':
      return judgeReject(decision.then, facts);
    case 'discard':
      if (facts.state === 'discarded') return { kind: 'unchanged', detail: STATE_TEXTS.discarded };
      return isUnsent(facts.state) ? moves('discarded', 'step_due_again') : wrongState(facts);
    case 'edit':
      return judgeEdit(facts);
    case 'hold':
      return judgeHold(facts);
    case 'release':
      return judgeRelease(facts);
    case 'undo':
      return judgeUndo(facts);
    case 'take_back':
      return facts.state === 'approved' ? moves('pending_approval') : judgeUndo(facts);
    case 'settle':
      return judgeSettle(decision.outcome, facts);
  }
}

function judgeApprove(facts: ReviewFacts): Ruling {
  if (facts.state === 'approved') return { kind: 'unchanged', detail: STATE_TEXTS.approved };
  if (facts.state === 'held') return refused('held', heldText(facts), 'release');
  if (facts.state !== 'pending_approval') return wrongState(facts);
  return facts.isExpired ? EXPIRED : moves('approved');
}

function judgeReject(then: RejectThen, facts: ReviewFacts): Ruling {
  if (facts.state === 'rejected' && then === 'skip')
    return { kind: 'unchanged', detail: STATE_TEXTS.rejected };
  if (!isUnsent(facts.state)) return wrongState(facts);
  if (facts.state === 'held' && facts.holdCause === 'blast_radius') {
    return refused(
      'blast_radius',
      'it is held with its whole batch, which is released or discarded',
      'discard',
    );
  }
  switch (then) {
    case 'skip':
      return moves('rejected', 'step_passed_over');
    // A rejected step is passed over for good; one that shall be written again ends as discarded.
    case 'redraft':
      return moves('discarded', 'step_due_again');
    case 'stop':
      return moves('rejected', 'enrollment_stops');
  }
}

/** D5: changed words are not the approved ones; a hold stays a hold. */
function judgeEdit(facts: ReviewFacts): Ruling {
  if (!isUnsent(facts.state)) return wrongState(facts);
  return moves(facts.state === 'held' ? 'held' : 'pending_approval');
}

function judgeHold(facts: ReviewFacts): Ruling {
  if (facts.state === 'held') {
    return facts.holdCause === 'operator' ? moves('held') : refused('held', heldText(facts), 'release');
  }
  return isUnsent(facts.state) ? moves('held') : wrongState(facts);
}

/** A8, architecture: back to where it came from; what a doubt or a blast radius stopped waits for `adopt` first. */
function judgeRelease(facts: ReviewFacts): Ruling {
  if (facts.state !== 'held') {
    return refused(
      'not_held',
      STATE_TEXTS[facts.state],
      facts.state === 'pending_approval' ? 'approve' : wayOn(facts),
    );
  }
  if (facts.isExpired) return EXPIRED;
  const to = releasedTo(facts.heldFrom);
  const letsOut = to === 'approved' || facts.holdCause !== 'operator';
  if (facts.needsAdopt && letsOut) {
    return refused('needs_adopt', 'this state may be restored or copied, and waits for adopt', 'adopt');
  }
  return moves(to, facts.holdCause === 'blast_radius' ? 'line_rises' : 'none');
}

/** Anything but an approval that stood goes back to a person. */
export function releasedTo(heldFrom: MessageState | null): 'approved' | 'pending_approval' {
  return heldFrom === 'approved' ? 'approved' : 'pending_approval';
}

function judgeUndo(facts: ReviewFacts): Ruling {
  switch (facts.state) {
    case 'approved':
      if (facts.leavesAt !== null && facts.now < facts.leavesAt) return moves('pending_approval');
      return refused('too_late', 'the time to undo is over; it has not left yet', 'hold');
    case 'sending':
    case 'sent':
    case 'uncertain':
      return refused('too_late', STATE_TEXTS[facts.state], null);
    case 'pending_approval':
      return { kind: 'unchanged', detail: STATE_TEXTS.pending_approval };
    case 'held':
      return refused('held', heldText(facts), 'release');
    case 'reserved':
    case 'failed':
    case 'rejected':
    case 'expired':
    case 'discarded':
    case 'skipped':
    case 'cancelled':
      return wrongState(facts);
  }
}

/** D1, D11: plain SMTP is never repeated by itself; a person says what happened. */
function judgeSettle(outcome: SettledOutcome, facts: ReviewFacts): Ruling {
  if (facts.state === 'sent' && outcome === 'sent') return { kind: 'unchanged', detail: STATE_TEXTS.sent };
  if (facts.state !== 'uncertain') return wrongState(facts);
  if (outcome === 'sent') return moves('sent', 'step_delivered');
  // B6: nothing of an enrollment that ended meanwhile goes out again, nor waits for ever to.
  if (!isLive(facts.enrollmentStatus)) return moves('cancelled');
  // C5: a removed step withdraws its draft; this one was out of our hands until now.
  if (facts.isStepRemoved) return moves('cancelled', 'step_left');
  // Never a step out of its order.
  if (facts.isOvertaken) return moves('skipped');
  return facts.wordsAreLost === true ? moves('discarded', 'step_due_again') : moves('approved');
}

/** D2: older than `expiryMs` since it was drafted or last edited; a hold until a named date does not count. */
export function isExpired(
  message: {
    readonly draftedAt: Instant | null;
    readonly editedAt: Instant | null;
    readonly heldUntil: Instant | null;
  },
  { now, expiryMs }: { readonly now: Instant; readonly expiryMs: number },
): boolean {
  const { draftedAt, editedAt, heldUntil } = message;
  return Math.max(draftedAt ?? 0, editedAt ?? 0, heldUntil ?? 0) < now - expiryMs;
}

/** What each state is called in a sentence about one message. */
export const STATE_TEXTS: Readonly<Record<MessageState, string>> = {
  reserved: 'it is being written',
  pending_approval: 'it waits for approval',
  approved: 'it is approved already',
  sending: 'it is being sent',
  sent: 'it was sent',
  uncertain: 'nobody knows yet whether it was sent',
  failed: 'it failed',
  held: 'it is held',
  rejected: 'it was rejected',
  expired: 'it expired',
  discarded: 'it was discarded',
  skipped: 'it was skipped',
  cancelled: 'it was cancelled',
};

const HOLD_TEXTS: Readonly<Record<HoldCause, string>> = {
  blast_radius: 'it is held with its whole batch: far more than usual',
  doubt: 'it is held because the engine distrusted time, machine or state',
  operator: 'it is held by hand',
  validation: 'it is held because its text did not pass a check',
  lead: 'it is held for its lead',
};

function heldText({ holdCause }: ReviewFacts): string {
  return holdCause === null ? STATE_TEXTS.held : HOLD_TEXTS[holdCause];
}

const EXPIRED: Ruling = {
  kind: 'refused',
  reason: 'expired',
  detail: 'it waited too long; the next run ends it and writes it anew',
  instead: 'discard',
};

/** Names one hold: whoever releases what they saw held releases that hold and none that came after it. */
export function holdMark(hold: {
  readonly holdCause: HoldCause | null;
  readonly heldUntil: Instant | null;
  readonly note: string | null;
}): string {
  return hmacSha256('hold 1', JSON.stringify([hold.holdCause, hold.heldUntil, hold.note]));
}

/** Whether a message is written, has not left and has not ended: only then can its words or its fate be changed. */
export function isUnsent(state: MessageState): boolean {
  return state === 'pending_approval' || state === 'approved' || state === 'held';
}

function moves(to: MessageState, follows: Consequence = 'none'): Ruling {
  return { kind: 'moves', to, follows };
}

function refused(reason: RefusalReason, detail: string, instead: Refusal['instead']): Refusal {
  return { kind: 'refused', reason, detail, instead };
}

function wrongState({ state }: ReviewFacts): Refusal {
  return refused('wrong_state', STATE_TEXTS[state], wayOn({ state }));
}

/** Only of what is in doubt a person may still say what became of it. */
function wayOn({ state }: Pick<ReviewFacts, 'state'>): Refusal['instead'] {
  return state === 'uncertain' ? 'settle' : null;
}
