import type { MessageState } from '../../core/model.ts';
import {
  holdMark,
  isExpired,
  judgeDecision,
  STATE_TEXTS,
  type Consequence,
  type Decision,
  type Refusal,
  type Ruling,
} from '../../core/review-rules.ts';
import { cancelEnrollment, enrollmentByRowId } from '../../store/enrollments.ts';
import { FORGOTTEN_WORDS } from '../../store/forgotten-sends.ts';
import { clearPersonNeeded, readHeader } from '../../store/header.ts';
import { messageById, moveMessage, type StoredMessage } from '../../store/messages.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { countReleased } from '../../store/review.ts';
import { claimedTransport } from '../../store/sends.ts';
import { addTimeline } from '../../store/timeline.ts';
import { recordDelivery } from '../engine/delivery.ts';
import { advanceEnrollment } from '../engine/enrollment-moves.ts';
import { isOvertaken, OVERTAKEN_NOTE } from '../engine/overtaken.ts';
import { isStepRemoved, leaveRemovedStep } from '../engine/removed-steps.ts';
import { recordAct } from '../audit/record.ts';
import { writeAsPerson } from '../operator-state.ts';
import { changeOf, type DecisionDetails } from './changes.ts';
import { decisionAct } from './decision-act.ts';
import { decisionEntry } from './decision-text.ts';
import type { Desk } from './desk.ts';
import { journalSettled } from './journal-settled.ts';

/** One message that a person decides about, as they saw it. */
export interface Seen {
  readonly message: StoredMessage;
  /** The text they read, or the beginning of its hash; null where no text was read. */
  readonly expectHash: string | null;
  /** For a release, the `holdMark` of the hold that they saw, where `message` is newer than that. */
  readonly holdSeen?: string;
}

/** What became of it. `message` is as it is afterwards. */
export interface Decided {
  readonly message: StoredMessage;
  readonly from: MessageState;
  readonly result: 'done' | 'unchanged' | 'refused';
  readonly refusal: Refusal | null;
  /** For `unchanged` and `refused`: the rest of a sentence. */
  readonly detail: string | null;
}

/**
 * Decides about messages, all in one transaction: each is read again, judged by core/review-rules and moved by compare-and-set,
 * with its consequence (D11) and its timeline entry (who, what, why). What cannot be done is handed back, never left out.
 */
export function decide(
  desk: Desk,
  decision: Decision,
  { seen, details }: { readonly seen: readonly Seen[]; readonly details: DecisionDetails },
): readonly Decided[] {
  return writeAsPerson(desk.state, () => {
    const decided = seen.map((each) => decideOne(desk, decision, { seen: each, details }));
    // A5: a person has acted; sequences that approve themselves may do so again.
    const isAct = decision.kind === 'approve' || decision.kind === 'release';
    if (isAct && decided.some((each) => each.result === 'done')) clearPersonNeeded(desk.engine.db);
    return decided;
  });
}

function decideOne(
  desk: Desk,
  decision: Decision,
  { seen, details }: { readonly seen: Seen; readonly details: DecisionDetails },
): Decided {
  const fresh = messageById(desk.engine.db, seen.message.id);
  if (fresh === null) return refuse(seen.message, faster('it is gone'));
  const ruling = rule(desk, decision, { fresh, seen });
  if (ruling.kind === 'refused') return refuse(fresh, ruling);
  if (ruling.kind === 'unchanged') {
    return { message: fresh, from: fresh.state, result: 'unchanged', refusal: null, detail: ruling.detail };
  }
  if (!move(desk, decision, { fresh, to: ruling.to, details })) return refuse(fresh, faster('it moved'));
  if (decision.kind === 'settle')
    journalSettled(desk, fresh, { outcome: decision.outcome, isRehearsal: wasRehearsed(desk, fresh) });
  follow(desk, fresh, { consequence: ruling.follows, reason: details.reason });
  addTimeline(desk.engine.db, {
    leadRowId: fresh.leadRowId,
    at: desk.engine.now,
    ref: fresh.id,
    ...decisionEntry(decision, fresh, { reviewer: desk.reviewer, to: ruling.to, details }),
  });
  const message = messageById(desk.engine.db, fresh.id) ?? fresh;
  recordAct(
    { ...desk.state, now: desk.engine.now },
    decisionAct(decision, { before: fresh, after: message }),
  );
  return { message, from: fresh.state, result: 'done', refusal: null, detail: null };
}

function rule(desk: Desk, decision: Decision, of: { fresh: StoredMessage; seen: Seen }): Ruling {
  const { fresh, seen } = of;
  const { db, now, policy } = desk.engine;
  if (seen.expectHash !== null && fresh.textHash?.startsWith(seen.expectHash.toLowerCase()) !== true) {
    return { kind: 'refused', reason: 'text_changed', detail: 'the text changed', instead: null };
  }
  const enrollment = enrollmentByRowId(db, fresh.enrollmentRowId);
  const ruling = judgeDecision(decision, {
    state: fresh.state,
    holdCause: fresh.holdCause,
    heldFrom: fresh.heldFrom,
    leavesAt: fresh.leavesAt,
    isExpired: isExpired(fresh, { now, expiryMs: policy.limits.draftExpiryMs }),
    enrollmentStatus: enrollment?.status ?? 'cancelled',
    isStepRemoved: isStepRemoved(desk.engine, fresh),
    isOvertaken: isOvertaken(desk.engine, fresh),
    wordsAreLost: fresh.textHash === FORGOTTEN_WORDS,
    needsAdopt: desk.needsAdopt,
    now,
  });
  if (decision.kind === 'release' && ruling.kind === 'moves' && holdMark(fresh) !== holdOf(seen))
    return faster('it is another hold by now');
  const isAsSeen = fresh.state === seen.message.state;
  if (isAsSeen || ruling.kind === 'unchanged') return ruling;
  // It moved since the person looked: what was decided about the old state is not done to the new one.
  if (ruling.kind === 'refused' && ruling.reason === 'too_late') return ruling;
  return faster(STATE_TEXTS[fresh.state]);
}

function holdOf({ holdSeen, message }: Seen): string {
  return holdSeen ?? holdMark(message);
}

function move(
  desk: Desk,
  decision: Decision,
  of: { fresh: StoredMessage; to: MessageState; details: DecisionDetails },
): boolean {
  const { fresh, to, details } = of;
  const { db, now } = desk.engine;
  if (to === 'sent') return deliver(desk, fresh);
  if (to === 'cancelled' || (to === 'discarded' && decision.kind === 'settle')) {
    const note = isStepRemoved(desk.engine, fresh) ? 'step_removed' : 'settled as not sent';
    return moveMessage(db, fresh, { to, change: { ended_at: now, note } });
  }
  if (to === 'skipped')
    return moveMessage(db, fresh, { to, change: { ended_at: now, note: OVERTAKEN_NOTE } });
  return moveMessage(db, fresh, { to, change: changeOf(decision, fresh, { desk, details }) });
}

/** D1: the operator knows that it arrived; then it did when it was claimed. */
function deliver(desk: Desk, message: StoredMessage): boolean {
  const { engine, reviewer } = desk;
  const at = message.claimedAt ?? engine.now;
  const isRehearsal = wasRehearsed(desk, message);
  return recordDelivery(engine, message, { at, isRehearsal, response: `settled by ${reviewer.name}` });
}

function wasRehearsed({ engine: { db, policy, now } }: Desk, message: StoredMessage): boolean {
  const { wentLiveAt } = readHeader(db);
  const wasLive = policy.live && wentLiveAt !== null && (message.claimedAt ?? now) >= wentLiveAt;
  return message.dry || (!wasLive && claimedTransport(db, message.rowId) === 'outbox');
}

/** D11, A8: what the move means for the enrollment, the lead's queue and today's line. */
function follow(
  desk: Desk,
  message: StoredMessage,
  { consequence, reason }: { consequence: Consequence; reason: string | null },
): void {
  const { engine } = desk;
  const { db, now, policy, operatorDay } = engine;
  const { enrollmentRowId, stepRowId, leadRowId } = message;
  switch (consequence) {
    case 'none':
    case 'step_delivered':
      return;
    case 'line_rises':
      countReleased(db, message.rowId, operatorDay);
      return;
    case 'step_passed_over':
      advanceEnrollment(engine, { enrollmentRowId, stepRowId, at: now });
      break;
    case 'step_left':
      leaveRemovedStep(engine, message);
      break;
    case 'step_due_again':
      break;
    case 'enrollment_stops':
      cancelEnrollment(db, { enrollmentRowId, reason: reason ?? 'manual', now });
      break;
  }
  refreshNurtureDue(db, leadRowId, { policy, now });
}

function faster(detail: string): Refusal {
  return {
    kind: 'refused',
    reason: 'somebody_was_faster',
    detail: `somebody was faster: ${detail}`,
    instead: null,
  };
}

function refuse(message: StoredMessage, refusal: Refusal): Decided {
  return { message, from: message.state, result: 'refused', refusal, detail: refusal.detail };
}
