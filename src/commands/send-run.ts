import { runActor } from '../core/audit/entry.ts';
import { isSameBoot } from '../core/boot.ts';
import type { ExitName } from '../core/exits.ts';
import { OPERATING_DAYS_IN_MEAN, judgeBlastRadius, type BlastRadius } from '../core/guards/blast-radius.ts';
import { judgeSend } from '../core/guards/send-guards.ts';
import type { Verdict } from '../core/guards/verdict.ts';
import type { Doubt } from '../core/guards/wake.ts';
import type { Instant } from '../core/model.ts';
import { sha256 } from '../core/text-hash.ts';
import { addDays, startOfLocalDay } from '../core/time/zone.ts';
import {
  approvedIds,
  countInState,
  messagesInState,
  moveMessage,
  type StoredMessage,
} from '../store/messages.ts';
import { appendAudit } from '../store/audit.ts';
import type { StateDatabase } from '../store/database.ts';
import { liveDaysBefore, sendsBetween } from '../store/sends.ts';
import { addTimeline } from '../store/timeline.ts';
import { isOperatorsDay, type Engine } from './engine/engine.ts';
import { doubtHeldApprovals } from './engine/held-approvals.ts';
import { doorContext, outgoingOf, queuedMessage, type QueuedMessage } from './engine/send-candidates.ts';
import { SenderBook, type KnownSenders } from './engine/sender-book.ts';
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
  readonly queue: readonly QueuedMessage[];
  /** The first of those that stay behind. */
  readonly notSent: readonly NotSent[];
  /** How many more stay behind, by reason: a backlog of a million is counted, not listed. */
  readonly notNamed: Readonly<Record<string, number>>;
  readonly blastRadius: BlastRadius;
  /** A8: how many could leave now but for the caps. */
  readonly demand: number;
  /** What left on the operator's day before this run (A6). */
  readonly sentToday: number;
  /** D6: senders of leads that wait, which are none any more. */
  readonly lostSenders: readonly string[];
}

/** So many that stay behind are named one by one. */
const NOT_SENT_NAMED_MAX = 1_000;

/**
 * D2: the approved messages judged at this moment, in order; the ones that may leave, up to the caps. When the caps are reached it
 * looks at some more, to say why they wait, and counts the rest. Reads only, one snapshot.
 */
export function planSend(engine: Engine, request: SendRequest, senders: KnownSenders): SendPlan {
  return engine.db.read(() => {
    const book = new SenderBook(senders, { isRehearsal: !engine.policy.live });
    const queued = queueUp(engine, request, book);
    const sentToday = sentSoFar(engine).onOperatorDay;
    const blastRadius = sendBlastRadius(engine, queued.queue);
    return { ...queued, blastRadius, demand: demandOf(queued), sentToday };
  });
}

function queueUp(
  engine: Engine,
  request: SendRequest,
  book: SenderBook,
): Pick<SendPlan, 'queue' | 'notSent' | 'notNamed' | 'lostSenders'> {
  const context = doorContext(engine);
  const { room, reason: capReason } = roomOf(engine, request);
  const queue: QueuedMessage[] = [];
  const notSent: NotSent[] = [];
  const notNamed: Record<string, number> = {};
  const lostSenders = new Set<string>();
  let judged = 0;
  for (const id of approvedInOrder(engine.db, request.only)) {
    if (queue.length >= room && notSent.length >= NOT_SENT_NAMED_MAX && request.only.length === 0) {
      notNamed[capReason] = countInState(engine.db, 'approved') - judged;
      break;
    }
    // An idle run counts no senders.
    if (judged === 0) book.refresh(engine);
    judged += 1;
    const outgoing = outgoingOf(engine, id, { book, proposed: null });
    if (outgoing === null) continue;
    const { sender } = outgoing.send;
    const message = queuedMessage(outgoing, sender?.address ?? '');
    const refusal =
      refusalOf(judgeSend(outgoing.send, context)) ??
      (queue.length < room ? null : { ...OVER_CAP, reason: capReason });
    if (refusal?.reason === 'sender_cap' && typeof sender?.removed === 'string')
      lostSenders.add(sender.removed);
    if (refusal === null) {
      queue.push(message);
      book.take(message.sender);
    } else if (notSent.length < NOT_SENT_NAMED_MAX) notSent.push({ message, ...refusal });
    else notNamed[refusal.reason] = (notNamed[refusal.reason] ?? 0) + 1;
  }
  return { queue, notSent, notNamed, lostSenders: [...lostSenders] };
}

const OVER_CAP = { detail: 'over the cap; the longest approved go first', until: null };

function refusalOf(verdict: Verdict): Omit<NotSent, 'message'> | null {
  if (verdict.kind !== 'skip') return null;
  const { reason, detail, until } = verdict;
  return { reason, detail, until };
}

/** A6: how many may leave in this run, and which cap it is that ends it. */
function roomOf(engine: Engine, { limit }: SendRequest): { room: number; reason: string } {
  const { sendsPerRun } = engine.policy.limits;
  const perRun = limit === null ? sendsPerRun : Math.min(limit, sendsPerRun);
  if (engine.without.has('cap')) return { room: Infinity, reason: 'cap_run' };
  const room = Math.min(perRun, sendRoom(engine));
  return { room, reason: room < perRun ? 'cap_day' : 'cap_run' };
}

/** How many approved messages the plan leaves behind. */
export function waitingCount({ notSent, notNamed }: SendPlan): number {
  return Object.values(notNamed).reduce((sum, more) => sum + more, notSent.length);
}

function demandOf({ queue, notSent, notNamed }: Pick<SendPlan, 'queue' | 'notSent' | 'notNamed'>): number {
  const named = notSent.filter(({ reason }) => isCap(reason)).length;
  const more = Object.entries(notNamed).filter(([reason]) => isCap(reason));
  return more.reduce((sum, [, count]) => sum + count, queue.length + named);
}

function isCap(reason: string): boolean {
  return reason === 'cap_run' || reason === 'cap_day' || reason === 'sender_cap';
}

/** D9: who may not be written to at all is skipped and leaves the sequence, rather than wait at the door for ever. */
export function dropUnlistedNow(session: RunSession, engine: Engine, plan: SendPlan): void {
  const unlisted = plan.notSent.filter(({ reason }) => reason === 'allowlist');
  if (unlisted.length === 0) return;
  const db = session.writer();
  db.write(() => {
    for (const { message } of unlisted) dropUnlisted({ ...engine, db }, message, session.runId);
  });
}

/** Longest approved first, whatever the lead: fair and deterministic (A6). */
function* approvedInOrder(db: StateDatabase, only: readonly string[]): Generator<string> {
  const wanted = new Set(only);
  for (const id of approvedIds(db)) if (wanted.size === 0 || wanted.has(id)) yield id;
}

/** A8 for `send`: what a person released from a held batch is not judged again, here or in today's volume. */
function sendBlastRadius(engine: Engine, queue: readonly QueuedMessage[]): BlastRadius {
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

/** What a report says of a message: which one it is, and whose. */
export type NamedMessage = Pick<
  QueuedMessage,
  'id' | 'subject' | 'leadId' | 'leadEmail' | 'leadName' | 'leadZone' | 'sequenceId' | 'stepId'
>;

/** What a run moved to held. */
export interface HeldMessages {
  readonly count: number;
  /** The first of them. */
  readonly named: readonly NamedMessage[];
}

/** A8: the whole batch is held, to be released or discarded as one. In the caller's transaction. */
export function holdBatch(
  session: RunSession,
  db: StateDatabase,
  queue: readonly QueuedMessage[],
): HeldMessages {
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
    !isSameBoot(approvedBootId, session.bootId);
  return (message) => {
    if (isOnly('first_boot')) return isOfOtherBoot(message);
    if (isOnly('no_checkpoint'))
      return isOfOtherBoot(message) || (message.approvedAt ?? 0) < session.header.boundAt;
    return true;
  };
}

/** Holds what `doubtedBy` names, in the caller's transaction. */
export function holdDoubtful(session: RunSession, db: StateDatabase, doubts: readonly Doubt[]): HeldMessages {
  const isDoubted = doubtedBy(session, doubts);
  doubtHeldApprovals({ db, now: session.now }, isDoubted);
  const messages = [...messagesInState(db, 'approved')].filter(isDoubted);
  return holdAll(session, db, { messages, cause: 'doubt' });
}

function holdAll(
  session: RunSession,
  db: StateDatabase,
  hold: {
    messages: readonly (NamedMessage & Pick<StoredMessage, 'rowId' | 'state' | 'leadRowId'>)[];
    cause: 'blast_radius' | 'doubt';
  },
): HeldMessages {
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
  const { now, runId } = session;
  if (held.length > 0) {
    const detail = {
      cause: hold.cause,
      count: held.length,
      list_hash: sha256(
        held
          .map(({ id }) => id)
          .sort()
          .join('\n'),
      ),
    };
    appendAudit(db, { at: now, kind: 'held_by_guard', actor: runActor(runId), subject: runId, detail });
  }
  return { count: held.length, named: held.slice(0, NOT_SENT_NAMED_MAX) };
}

/** 20 instead of 0 with `--detailed-exit-code`. */
export function nothingDue(request: SendRequest): Extract<ExitName, 'OK' | 'NOTHING_DUE'> {
  return request.detailedExitCode ? 'NOTHING_DUE' : 'OK';
}
