import type { AuditHead } from '../../core/audit/entry.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { GuardContext } from '../../core/guards/lead-guards.ts';
import { judgeSend } from '../../core/guards/send-guards.ts';
import type { Clock, DeliveryResult, Mailer, OutgoingMail } from '../../ports.ts';
import type { SenderAtDoor } from '../../core/senders/assignment.ts';
import { auditHead } from '../../store/audit.ts';
import type { StateDatabase } from '../../store/database.ts';
import { messageById, type StoredMessage } from '../../store/messages.ts';
import { pauseReasonOf } from '../../store/senders.ts';
import { judgeRefusals } from './door-refusals.ts';
import { engineAt, type Engine } from './engine.ts';
import { doorContext, outgoingOf, type QueuedMessage } from './send-candidates.ts';
import {
  claimRound,
  holdUnfit,
  journalRound,
  undoRefusal,
  type Claim,
  type Composed,
  type LedgerOptions,
  type NotSent,
  type Result,
  type Unfit,
} from './send-ledger.ts';
import { settleClaim, stoppedBy, type Settled, type StoppedBy } from './send-settling.ts';

/** Why a run may take nothing more to the door: the kill switch (A10), a signal, or the end of its time. */
export type StopReason = 'paused' | 'signal' | 'time';

export interface SendingOptions extends LedgerOptions {
  readonly mailer: Mailer;
  readonly clock: Clock;
  /** The exact bytes of a message from this sender, made once and the same ever after. Throws `mail_not_composed` for one that is no mail. */
  readonly compose: (message: StoredMessage, sender: string) => Promise<OutgoingMail>;
  /** Asked before every claim, and again before every body; null to go on. */
  readonly mustStop: () => StopReason | null;
  /** D7: waits before the next message; resolves at once where no pace is set. */
  readonly pause: () => Promise<void>;
  /** False: one at a time, with a pause between them. */
  readonly isUnpaced: boolean;
  /** Before the first claim of the run: the stamp must know how far the state has come (A15). */
  readonly beforeFirstClaim: () => void;
}

export interface SendingResult {
  readonly settled: readonly Settled[];
  readonly notSent: readonly NotSent[];
  /** The provider's word that ended the run early (D4); null when there was none. */
  readonly stoppedBy: StoppedBy | null;
  /** What else ended it early; null when it went to its end. */
  readonly cutShort: StopReason | null;
}

/** How old the reading of the clock may be by which a body is let out. */
const GATE_CLOCK_MS_MAX = 1_000;

/**
 * D1, D2: takes the chosen messages to the door, round by round: claim in one transaction together with what became of the round
 * before, journal, deliver, at most one `sending` row per connection. The clock is read again for each round.
 */
export async function sendMessages(
  engine: Engine,
  queue: readonly QueuedMessage[],
  options: SendingOptions,
): Promise<SendingResult> {
  const run = new SendingRun(engine, options);
  const perRound = options.isUnpaced ? options.mailer.connections : 1;
  let start = 0;
  try {
    for (; start < queue.length && run.goesOn(); start += perRound) {
      if (start > 0) await options.pause();
      if (!run.goesOn()) break;
      const following = start + perRound;
      await run.round(queue.slice(start, following), queue.slice(following, following + perRound));
    }
  } finally {
    run.settleRest();
  }
  return run.result(queue.slice(start));
}

const LEFT_BEHIND: Readonly<Record<StopReason, Pick<NotSent, 'reason' | 'detail'>>> = {
  paused: { reason: 'paused', detail: 'send was paused while it ran' },
  signal: { reason: 'pace', detail: 'the run was told to end' },
  time: { reason: 'pace', detail: 'the time of the run was over' },
};

/** The messages of one round, as they are to leave. */
interface Prepared {
  readonly mails: readonly Composed[];
  readonly unfit: readonly Unfit[];
  readonly undone: readonly NotSent[];
}

interface Round extends Prepared {
  readonly context: GuardContext;
}

class SendingRun {
  private readonly base: Engine;
  private readonly options: SendingOptions;
  private readonly settled: Settled[] = [];
  private readonly notSent: NotSent[] = [];
  /** Delivered, and not yet written into the state. */
  private waiting: readonly Result[] = [];
  /** Written into the state, and not yet into the journal. */
  private unjournaled: readonly Result[] = [];
  private stoppedBy: StoppedBy | null = null;
  private cutShort: StopReason | null = null;
  private hasClaimed = false;
  /** The next round, composed while the servers answered for the last one. */
  private ahead: Prepared | null = null;
  /** What others had committed when the claims of the round were judged. */
  private judgedAt = 0;
  /** Where the audit trail ended with what this run wrote last. */
  private trailEnd: AuditHead | null = null;

  constructor(engine: Engine, options: SendingOptions) {
    this.base = engine;
    this.options = options;
  }

  goesOn(): boolean {
    if (this.stoppedBy !== null) return false;
    this.cutShort ??= this.options.mustStop();
    return this.cutShort === null;
  }

  async round(messages: readonly QueuedMessage[], following: readonly QueuedMessage[]): Promise<void> {
    const prepared = this.ahead ?? (await this.composeRound(messages));
    this.ahead = null;
    const engine = engineAt(this.base, this.options.clock.now());
    const context = doorContext(engine);
    const claims = this.claim(engine, { ...prepared, context });
    if (claims.length === 0) return;
    this.journal(engine, claims);
    const delivering = this.deliverAll(engine, claims, context);
    // In a paced run the words could change during the pause, so nothing is composed ahead.
    const composing = this.options.isUnpaced ? this.composeRound(following) : null;
    await Promise.allSettled([delivering, composing]);
    await delivering;
    this.stoppedBy = stoppedBy(this.waiting);
    this.ahead = await composing;
    // A paced run keeps nothing back: a kill during the pause must find the truth.
    if (!this.options.isUnpaced) this.settleRest();
  }

  /** Hardening 146: one message that cannot be made into a mail must not stop the others. */
  private async composeRound(messages: readonly QueuedMessage[]): Promise<Prepared> {
    const mails: Composed[] = [];
    const unfit: Unfit[] = [];
    const undone: NotSent[] = [];
    for (const queued of messages) {
      const message = messageById(this.base.db, queued.id);
      if (message?.state !== 'approved') {
        undone.push(undoRefusal(queued));
        continue;
      }
      try {
        mails.push({ queued, message, mail: await this.options.compose(message, queued.sender) });
      } catch (error) {
        if (!(error instanceof HeadgateError) || error.code !== 'mail_not_composed') throw error;
        unfit.push({ queued, message, detail: error.message });
      }
    }
    return { mails, unfit, undone };
  }

  /** What became of the last round and the next claims are one commit: half the syncs, and never two rounds open at once. */
  private claim(engine: Engine, round: Round): Claim[] {
    if (!this.hasClaimed) this.options.beforeFirstClaim();
    this.hasClaimed = true;
    const { claims, notSent } = engine.db.write(() => {
      this.settleWaiting(engine);
      const claimed = claimRound(engine, round, this.options);
      const held = holdUnfit(engine, round.unfit, this.options);
      this.judgedAt = engine.db.foreignCommits();
      this.trailEnd = auditHead(engine.db);
      return { claims: claimed.claims, notSent: [...round.undone, ...claimed.notSent, ...held] };
    });
    this.settledAll();
    this.notSent.push(...notSent);
    return claims;
  }

  /** A journal that cannot be written calls the whole round back: no body has gone out yet. */
  private journal(engine: Engine, claims: readonly Claim[]): void {
    try {
      const { unjournaled: results, trailEnd } = this;
      journalRound(engine, { claims, results, trailEnd }, this.options);
      this.unjournaled = [];
    } catch (error) {
      this.waiting = claims.map((claim) => ({ claim, result: { kind: 'withdrawn' } }));
      throw error;
    }
  }

  /** A delivery that broke us says nothing of the others, and of itself only that nobody knows. */
  private async deliverAll(engine: Engine, claims: readonly Claim[], context: GuardContext): Promise<void> {
    const deliveries = await Promise.allSettled(claims.map((claim) => this.deliver(engine, claim, context)));
    this.waiting = claims.map((claim, index) => {
      const delivery = deliveries[index];
      if (delivery?.status === 'fulfilled') return { claim, result: delivery.value };
      return { claim, result: { kind: 'unknown', detail: 'the program failed while it was being sent' } };
    });
    this.waiting = await judgeRefusals(this.waiting, this.options.runId);
    const broken = deliveries.find((delivery) => delivery.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
  }

  private deliver(engine: Engine, claim: Claim, context: GuardContext): Promise<DeliveryResult> {
    const mayLeave = (): boolean => {
      this.cutShort ??= this.options.mustStop();
      return this.cutShort === null && this.isStillAllowed(engine, claim, context);
    };
    return this.options.mailer.deliver(claim.mail, mayLeave);
  }

  /** B6, hardening 105 and 127: the sender looks once more, right before the body, and at the clock too. */
  private isStillAllowed(engine: Engine, claim: Claim, context: GuardContext): boolean {
    if (this.hasOptedOut(claim)) return false;
    const now = this.options.clock.now();
    const isFresh = Math.abs(now - engine.now) <= GATE_CLOCK_MS_MAX;
    // Nobody has written since the claim was judged: the same judgement of the same state.
    if (isFresh && engine.db.foreignCommits() === this.judgedAt) return true;
    const present = isFresh ? engine : engineAt(this.base, now);
    const fresh = outgoingOf(present, claim.message.id);
    if (fresh?.message.state !== 'sending') return false;
    const sender = senderAtGate(present.db, claim.mail.from);
    const verdict = judgeSend({ ...fresh.send, sender }, isFresh ? context : doorContext(present));
    return verdict.kind === 'allow' || verdict.kind === 'ask';
  }

  /** D10: on the unsubscribe page, since the claim. A folder that cannot be read allows nothing; the run ends with why. */
  private hasOptedOut({ queued }: Claim): boolean {
    try {
      return this.base.optOuts?.hasOptedOut(queued.leadId) === true;
    } catch (error) {
      if (!(error instanceof HeadgateError)) throw error;
      return true;
    }
  }

  /** Writes what is known of the last round, if anything still waits to be written. */
  settleRest(): void {
    const engine = engineAt(this.base, this.options.clock.now());
    if (this.waiting.length > 0) {
      engine.db.write(() => {
        this.settleWaiting(engine);
        this.trailEnd = auditHead(engine.db);
      });
      this.settledAll();
    }
    const { unjournaled: results, trailEnd } = this;
    journalRound(engine, { claims: [], results, trailEnd }, this.options);
    this.unjournaled = [];
  }

  private settledAll(): void {
    this.unjournaled = [...this.unjournaled, ...this.waiting];
    this.waiting = [];
  }

  private settleWaiting(engine: Engine): void {
    for (const each of this.waiting) this.settled.push(settleClaim(engine, each, this.options));
  }

  result(behind: readonly QueuedMessage[]): SendingResult {
    const { settled, cutShort } = this;
    const left = cutShort === null ? [] : behind.map((message) => ({ message, ...LEFT_BEHIND[cutShort] }));
    const notSent = [...this.notSent, ...left.map((each) => ({ ...each, until: null }))];
    return { settled, notSent, stoppedBy: this.stoppedBy, cutShort };
  }
}

/** D6: it has taken its place under the cap; what may have come in between is a pause. */
function senderAtGate(db: StateDatabase, address: string): SenderAtDoor {
  return { address, room: null, pausedReason: pauseReasonOf(db, address), removed: null };
}
