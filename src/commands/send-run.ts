import type { ExitName } from '../core/exits.ts';
import { OPERATING_DAYS_IN_MEAN, judgeBlastRadius, type BlastRadius } from '../core/guards/blast-radius.ts';
import { judgeSend } from '../core/guards/send-guards.ts';
import type { Doubt } from '../core/guards/wake.ts';
import type { Instant } from '../core/model.ts';
import { addDays, startOfLocalDay } from '../core/time/zone.ts';
import { messagesInState, moveMessage, type StoredMessage } from '../store/messages.ts';
import type { StateDatabase } from '../store/database.ts';
import { liveDaysBefore, sendsBetween } from '../store/sends.ts';
import { addTimeline } from '../store/timeline.ts';
import { isOperatorsDay, type Engine } from './engine/engine.ts';
import { doubtHeldApprovals } from './engine/held-approvals.ts';
import { guardContext } from './engine/planning.ts';
import { outgoingOf } from './engine/send-candidates.ts';
import { dropUnlisted, sendRoom, sentSoFar, type NotSent } from './engine/send-ledger.ts';
import type { RunSession } from './run-session.ts';

/** What `send` was asked for. */
export interface SendRequest {
  readonly isPreview: boolean;
  readonly limit: number | null;
  /** Public ids; empty for all. */
  readonly only: readonly string[];
  readonly detailedExitCode: boolean;
}

/** What would leave now, and what waits for what. */
export interface SendPlan {
  readonly queue: readonly StoredMessage[];
  readonly notSent: readonly NotSent[];
  readonly blastRadius: BlastRadius;
  /** What left on the operator's day before this run (A6). */
  readonly sentToday: number;
}

/** D2: every approved message judged at this moment; the ones that may leave, in order, up to the caps. Reads only. */
export function planSend(engine: Engine, request: SendRequest): SendPlan {
  const context = guardContext(engine, 'drip');
  const { limits } = engine.policy;
  const perRun = request.limit === null ? limits.sendsPerRun : Math.min(request.limit, limits.sendsPerRun);
  const room = engine.without.has('cap') ? Infinity : Math.min(perRun, sendRoom(engine));
  const queue: StoredMessage[] = [];
  const notSent: NotSent[] = [];
  for (const message of approvedInOrder(engine.db, request.only)) {
    const outgoing = outgoingOf(engine, message.id);
    if (outgoing === null) continue;
    const verdict = judgeSend(outgoing.send, context);
    if (verdict.kind === 'skip' || verdict.kind === 'hold') {
      const until = verdict.kind === 'skip' ? verdict.until : null;
      notSent.push({ message, reason: verdict.reason, detail: verdict.detail, until });
    } else if (queue.length >= room) {
      const reason = room < perRun ? 'cap_day' : 'cap_run';
      notSent.push({ message, reason, detail: 'over the cap; the longest approved go first', until: null });
    } else {
      queue.push(outgoing.message);
    }
  }
  const sentToday = sentSoFar(engine).onOperatorDay;
  return { queue, notSent, blastRadius: sendBlastRadius(engine, queue), sentToday };
}

/** D9: who may not be written to at all is skipped and leaves the sequence, rather than wait at the door for ever. */
export function dropUnlistedNow(session: RunSession, engine: Engine, plan: SendPlan): void {
  const unlisted = plan.notSent.filter(({ reason }) => reason === 'allowlist');
  if (unlisted.length === 0) return;
  const db = session.writer();
  db.write(() => {
    for (const { message } of unlisted) dropUnlisted({ ...engine, db }, message);
  });
}

/** Longest approved first, whatever the lead: fair and deterministic (A6). */
function approvedInOrder(db: StateDatabase, only: readonly string[]): StoredMessage[] {
  const approved = [...messagesInState(db, 'approved')].filter(
    (each) => only.length === 0 || only.includes(each.id),
  );
  return approved.sort((a, b) => (a.approvedAt ?? 0) - (b.approvedAt ?? 0) || a.rowId - b.rowId);
}

/** A8 for `send`: what a person released from a held batch is not judged again, here or in today's volume. */
function sendBlastRadius(engine: Engine, queue: readonly StoredMessage[]): BlastRadius {
  const { db, policy, operatorDay, now } = engine;
  const startOf = (day: string): Instant => startOfLocalDay(day, policy.timezone);
  const days = liveDaysBefore(db, { job: 'send', operatorDay, limit: 60 })
    .filter((day) => isOperatorsDay(engine, day))
    .slice(0, OPERATING_DAYS_IN_MEAN);
  return judgeBlastRadius({
    madeToday: sendsBetween(db, { fromAt: startOf(operatorDay), toAt: now + 1, judgedOnly: true }),
    thisRun: queue.filter((message) => !message.released).length,
    recentDays: days.map((day) =>
      sendsBetween(db, { fromAt: startOf(day), toAt: startOf(addDays(day, 1)), judgedOnly: false }),
    ),
    releasedToday: 0,
    factor: policy.limits.blastRadiusFactor,
    floor: policy.limits.blastRadiusFloor,
  });
}

/** A8: the whole batch is held, to be released or discarded as one. In the caller's transaction; returns how many. */
export function holdBatch(session: RunSession, db: StateDatabase, queue: readonly StoredMessage[]): number {
  return holdAll(session, db, {
    messages: queue.filter((message) => !message.released),
    cause: 'blast_radius',
  });
}

/**
 * Architecture, `send`'s doubts: what was approved before the doubt moves to held, and one release by a person is the way on.
 * "Before" is: on another boot for a reboot; on another boot, or before `init` or `adopt` bound the state to this machine, where
 * only the checkpoint is missing, so that a first approval simply goes out; ever for a gap, another machine or a restored state.
 */
export function doubtedBy(
  session: RunSession,
  doubts: readonly Doubt[],
): (message: StoredMessage) => boolean {
  const reasons = new Set(doubts.map((doubt) => doubt.reason));
  const isOnly = (reason: Doubt['reason']): boolean => reasons.size === 1 && reasons.has(reason);
  const isOfOtherBoot = ({ approvedBootId }: StoredMessage): boolean =>
    session.bootId === null || approvedBootId !== session.bootId;
  return (message) => {
    if (isOnly('first_boot')) return isOfOtherBoot(message);
    if (isOnly('no_checkpoint'))
      return isOfOtherBoot(message) || (message.approvedAt ?? 0) < session.header.boundAt;
    return true;
  };
}

/** Holds what `doubtedBy` names, in the caller's transaction; returns how many. */
export function holdDoubtful(session: RunSession, db: StateDatabase, doubts: readonly Doubt[]): number {
  const isDoubted = doubtedBy(session, doubts);
  doubtHeldApprovals({ db, now: session.now }, isDoubted);
  const messages = [...messagesInState(db, 'approved')].filter(isDoubted);
  return holdAll(session, db, { messages, cause: 'doubt' });
}

function holdAll(
  session: RunSession,
  db: StateDatabase,
  hold: { messages: readonly StoredMessage[]; cause: 'blast_radius' | 'doubt' },
): number {
  const change = {
    hold_cause: hold.cause,
    held_from: 'approved',
    held_by_job: 'send',
    held_run_id: session.runId,
  } as const;
  const held = hold.messages.filter((message) => moveMessage(db, message, { to: 'held', change }));
  for (const message of held) {
    const entry = { leadRowId: message.leadRowId, at: session.now, kind: 'held', ref: message.id };
    addTimeline(db, {
      ...entry,
      text: hold.cause === 'doubt' ? 'approved before a doubt' : 'above the hold line of the day',
    });
  }
  return held.length;
}

/** 20 instead of 0 with `--detailed-exit-code`. */
export function nothingDue(request: SendRequest): Extract<ExitName, 'OK' | 'NOTHING_DUE'> {
  return request.detailedExitCode ? 'NOTHING_DUE' : 'OK';
}
