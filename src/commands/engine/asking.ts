import type { AuditHead } from '../../core/audit/entry.ts';
import type { GuardContext } from '../../core/guards/lead-guards.ts';
import { judgeSend } from '../../core/guards/send-guards.ts';
import type { Instant } from '../../core/model.ts';
import { startOfLocalDay } from '../../core/time/zone.ts';
import { KEY_SAFETY_MARGIN_MS } from '../../core/transports.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { DeliveryResult, Mailer } from '../../ports.ts';
import { auditHead } from '../../store/audit.ts';
import { askableIds, askableMail, type Askable, type AskableMail } from '../../store/asking.ts';
import { messageById, moveMessage, type StoredMessage } from '../../store/messages.ts';
import { pauseReasonOf } from '../../store/senders.ts';
import { keepReceipt, recordAttempt } from '../../store/sends.ts';
import { recordDelivery } from './delivery.ts';
import { engineAt, type Engine } from './engine.ts';
import { isOvertaken } from './overtaken.ts';
import { isStepRemoved } from './removed-steps.ts';
import { doorContext, outgoingOf, queuedMessage, type QueuedMessage } from './send-candidates.ts';
import { journalRound, sentSoFar, type Claim, type Result } from './send-ledger.ts';
import { keepWait, stoppedBy, type Settled, type StoppedBy } from './send-settling.ts';
import type { SendingOptions, SendingResult, StopReason } from './sending.ts';

/** No installation sends more in the life of a key (A6). */
const ASKABLE_MAX = 20_000;

type AskingResult = Pick<SendingResult, 'settled' | 'stoppedBy' | 'cutShort'>;

/**
 * D1: the messages in doubt whose provider may still know their keys, asked about again with the same key and the same bytes, at most
 * `most` of them, oldest first. They pass the same guards and the same gate as any other mail and count once in the caps. Whatever is
 * not answered by an acceptance leaves them as they were: in doubt.
 */
export async function askAgain(engine: Engine, options: SendingOptions, most: number): Promise<AskingResult> {
  const { mailer, clock } = options;
  const asking = new Asking(engine, options);
  const ids = asking.isPossible ? askableIds(engine.db, asking.whom(clock.now()), ASKABLE_MAX) : [];
  const perRound = options.isUnpaced ? mailer.connections : 1;
  let start = 0;
  // A6: whoever may not be asked about now takes no place of those behind, and no pause.
  let hasAsked = false;
  while (start < ids.length && asking.asked < most && asking.goesOn()) {
    if (hasAsked) await options.pause();
    if (!asking.goesOn()) break;
    const round = ids.slice(start, start + Math.min(perRound, most - asking.asked));
    hasAsked = await asking.round(round);
    start += round.length;
  }
  return asking.result();
}

/**
 * F3: what `askAgain` would ask about at this moment, at most `most` of them. Reads only.
 */
export function questionsNow(
  engine: Engine,
  { mailer, most }: { readonly mailer: Mailer; readonly most: number },
): readonly QueuedMessage[] {
  if (mailer.keyLifeMs === null || mailer.account === null) return [];
  const whom = whomToAsk(mailer, engine.now);
  const context = doorContext(engine);
  const questions: QueuedMessage[] = [];
  let alsoAsked = 0;
  for (const id of askableIds(engine.db, whom, ASKABLE_MAX)) {
    if (questions.length >= most) break;
    const question = judgeQuestion(engine, { id, context, whom, alsoAsked });
    if (question === null) continue;
    questions.push(queuedMessage(question.outgoing, question.mail.sender));
    if (!question.isCountedToday) alsoAsked += 1;
  }
  return questions;
}

function whomToAsk({ keyLifeMs, account, transport }: Mailer, now: Instant): Askable {
  return { transport, account: account ?? '', usedAfter: keysLiveSince(now, keyLifeMs ?? 0) };
}

interface Question {
  readonly mail: AskableMail;
  readonly message: StoredMessage;
  readonly outgoing: NonNullable<ReturnType<typeof outgoingOf>>;
  readonly isCountedToday: boolean;
}

/**
 * Null: not now. Judged like any other claim; the day's cap only where this day has not counted it yet. `alsoAsked`: how many more the
 * day will have counted by then.
 */
function judgeQuestion(
  engine: Engine,
  of: {
    readonly id: string;
    readonly context: GuardContext;
    readonly whom: Askable;
    readonly alsoAsked: number;
  },
): Question | null {
  const { id, context, whom, alsoAsked } = of;
  const mail = askableMail(engine.db, whom, id);
  const message = messageById(engine.db, id);
  const outgoing = outgoingOf(engine, id);
  if (mail === null || message === null || outgoing === null || message.textHash !== mail.textHash)
    return null;
  if (!isAllowed(engine, { outgoing, context, sender: mail.sender })) return null;
  const isCountedToday = mail.claimedAt >= startOfLocalDay(engine.operatorDay, engine.policy.timezone);
  return isCountedToday || hasRoom(engine, mail, alsoAsked)
    ? { mail, message, outgoing, isCountedToday }
    : null;
}

/** From when on a key must have been used to be known still, with a margin for clocks that are off. */
export function keysLiveSince(now: Instant, keyLifeMs: number): Instant {
  return now - Math.max(0, keyLifeMs - KEY_SAFETY_MARGIN_MS);
}

interface AskClaim extends Claim {
  /** What the state had it counted under; it goes on counting there when it is called back. */
  readonly claimedBefore: Instant;
}

class Asking {
  private readonly base: Engine;
  private readonly options: SendingOptions;
  private readonly settled: Settled[] = [];
  private stop: StoppedBy | null = null;
  private cutShort: StopReason | null = null;
  private hasClaimed = false;
  /** Where the audit trail ended with what this run wrote last. */
  private trailEnd: AuditHead | null = null;

  constructor(engine: Engine, options: SendingOptions) {
    this.base = engine;
    this.options = options;
  }

  get isPossible(): boolean {
    const { keyLifeMs, account }: Mailer = this.options.mailer;
    return keyLifeMs !== null && account !== null && !this.options.isRehearsal;
  }

  whom(now: Instant): Askable {
    return whomToAsk(this.options.mailer, now);
  }

  get asked(): number {
    return this.settled.length;
  }

  goesOn(): boolean {
    if (this.stop !== null) return false;
    this.cutShort ??= this.options.mustStop();
    return this.cutShort === null;
  }

  result(): AskingResult {
    return { settled: this.settled, stoppedBy: this.stop, cutShort: this.cutShort };
  }

  /** False when none of these may be asked about now. */
  async round(ids: readonly string[]): Promise<boolean> {
    const engine = engineAt(this.base, this.options.clock.now());
    const context = doorContext(engine);
    if (!this.hasClaimed) this.options.beforeFirstClaim();
    this.hasClaimed = true;
    const claims = engine.db.write(() => {
      const claimed = ids.flatMap((id) => this.claim(engine, { id, context }) ?? []);
      this.trailEnd = auditHead(engine.db);
      return claimed;
    });
    if (claims.length === 0) return false;
    let results: Result[] = claims.map((claim) => ({ claim, result: { kind: 'withdrawn' } }));
    let broken: PromiseRejectedResult | undefined;
    try {
      journalRound(engine, { claims, results: [], trailEnd: this.trailEnd }, this.options);
      ({ results, broken } = await this.deliverAll(claims));
    } finally {
      const present = engineAt(this.base, this.options.clock.now());
      present.db.write(() => {
        for (const [index, each] of results.entries())
          this.settled.push(this.settle(present, each, claims[index]));
        this.trailEnd = auditHead(present.db);
      });
      journalRound(present, { claims: [], results, trailEnd: this.trailEnd }, this.options);
    }
    if (broken !== undefined) throw broken.reason;
    this.stop = stoppedBy(results);
    return true;
  }

  /** Null: not now. */
  private claim(engine: Engine, { id, context }: { id: string; context: GuardContext }): AskClaim | null {
    const { db, now } = engine;
    const question = judgeQuestion(engine, { id, context, whom: this.whom(now), alsoAsked: 0 });
    if (question === null) return null;
    const { mail, message, outgoing, isCountedToday } = question;
    const attempt = message.attempts + 1;
    const claimedAt = isCountedToday ? mail.claimedAt : now;
    const change = { claimed_at: claimedAt, attempts: attempt, retry_at: null } as const;
    if (!moveMessage(db, message, { to: 'sending', change })) return null;
    const { runId, transport, account } = this.options;
    const { operatorDay } = engine;
    const { rowId: messageRowId, textHash } = message;
    const event = {
      messageRowId,
      messageId: id,
      attempt,
      at: now,
      operatorDay,
      runId,
      transport,
      account,
      textHash,
    };
    recordAttempt(db, { ...event, event: 'claimed', detail: 'asked again with the same key' });
    return {
      message: { ...message, state: 'sending', attempts: attempt },
      queued: queuedMessage(outgoing, mail.sender),
      mail: {
        id,
        from: mail.sender,
        to: mail.recipient,
        messageIdHeader: mail.messageIdHeader,
        raw: mail.raw,
        payload: mail.payload,
      },
      attempt,
      claimedBefore: mail.claimedAt,
    };
  }

  /** A delivery that broke us says nothing of the others, and of itself only that nobody knows. */
  private async deliverAll(
    claims: readonly AskClaim[],
  ): Promise<{ results: Result[]; broken: PromiseRejectedResult | undefined }> {
    const deliveries = await Promise.allSettled(
      claims.map((claim) => this.options.mailer.deliver(claim.mail, () => this.mayLeave(claim))),
    );
    const results = claims.map((claim, index): Result => {
      const delivery = deliveries[index];
      if (delivery?.status === 'fulfilled') return { claim, result: delivery.value };
      return { claim, result: { kind: 'unknown', detail: 'the program failed while it was being sent' } };
    });
    return { results, broken: deliveries.find((delivery) => delivery.status === 'rejected') };
  }

  /** B6: once more right before the body; here nothing is taken from memory. */
  private mayLeave({ message, queued, mail }: AskClaim): boolean {
    this.cutShort ??= this.options.mustStop();
    if (this.cutShort !== null || this.hasOptedOut(queued.leadId)) return false;
    const engine = engineAt(this.base, this.options.clock.now());
    const outgoing = outgoingOf(engine, message.id);
    if (outgoing?.message.state !== 'sending') return false;
    return isAllowed(engine, { outgoing, context: doorContext(engine), sender: mail.from });
  }

  private hasOptedOut(leadId: string): boolean {
    try {
      return this.base.optOuts?.hasOptedOut(leadId) === true;
    } catch (error) {
      if (!(error instanceof HeadgateError)) throw error;
      // A folder that cannot be read allows nothing.
      return true;
    }
  }

  private settle(engine: Engine, { claim, result }: Result, asked: AskClaim | undefined): Settled {
    const { db, now, operatorDay } = engine;
    const { message, queued, attempt } = claim;
    const { runId, transport, isRehearsal } = this.options;
    const detail = detailOf(result);
    const { rowId: messageRowId, id: messageId } = message;
    const event = { messageRowId, messageId, attempt, at: now, operatorDay, runId, transport, detail };
    recordAttempt(db, { ...event, event: result.kind });
    if (result.kind === 'accepted') {
      keepReceipt(db, message.rowId, result);
      recordDelivery(engine, message, { at: now, isRehearsal, response: detail });
      return { message: queued, outcome: 'sent', detail };
    }
    keepWait(engine, transport, result);
    // What surely did not happen now was counted before, and goes on counting there: the first attempt is as unknown as ever.
    const hasLeft = result.kind === 'unknown';
    const change = {
      last_error: detail,
      ...(hasLeft || asked === undefined ? {} : { claimed_at: asked.claimedBefore }),
    };
    moveMessage(db, message, { to: 'uncertain', change });
    return { message: queued, outcome: 'uncertain', detail };
  }
}

function isAllowed(
  engine: Engine,
  of: { outgoing: NonNullable<ReturnType<typeof outgoingOf>>; context: GuardContext; sender: string },
): boolean {
  // C5: a step that is none any more, or that a later one has overtaken: what has not left of it shall not.
  const { message } = of.outgoing;
  if (isStepRemoved(engine, message) || isOvertaken(engine, message)) return false;
  const pausedReason = pauseReasonOf(engine.db, of.sender);
  const sender = { address: of.sender, room: null, pausedReason, removed: null };
  const verdict = judgeSend({ ...of.outgoing.send, sender }, of.context);
  return verdict.kind === 'allow' || verdict.kind === 'ask';
}

/** A6: whether this day, and the last 24 hours without its own earlier count, take one more. */
function hasRoom(engine: Engine, { claimedAt }: AskableMail, alsoAsked: number): boolean {
  if (engine.without.has('cap')) return true;
  const { onOperatorDay, inLast24Hours } = sentSoFar(engine);
  const own = claimedAt > engine.now - DAY_MS ? 1 : 0;
  return Math.max(onOperatorDay, inLast24Hours - own) + alsoAsked < engine.policy.limits.sendsPerDay;
}

const DAY_MS = 86_400_000;

function detailOf(result: DeliveryResult): string {
  if (result.kind === 'accepted' || result.kind === 'refused') return result.response;
  return result.kind === 'unknown' ? result.detail : 'called back before the body';
}
