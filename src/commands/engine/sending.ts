import type { GuardContext } from '../../core/guards/lead-guards.ts';
import { judgeSend } from '../../core/guards/send-guards.ts';
import type { Clock, DeliveryResult, Mailer, OutgoingMail } from '../../ports.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { engineAt, type Engine } from './engine.ts';
import { guardContext } from './planning.ts';
import { outgoingOf } from './send-candidates.ts';
import {
  claimRound,
  journalRound,
  settleClaim,
  type Claim,
  type LedgerOptions,
  type NotSent,
  type Result,
  type Settled,
} from './send-ledger.ts';

export interface SendingOptions extends LedgerOptions {
  readonly mailer: Mailer;
  readonly clock: Clock;
  /** The exact bytes of a message, made once and the same ever after. */
  readonly compose: (message: StoredMessage) => Promise<OutgoingMail>;
  /** A10 and SIGTERM: asked before every claim, and again before every body. */
  readonly mustStop: () => boolean;
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
  /** The provider's word that ended the run early (D4); null when the run went to its end. */
  readonly stoppedBy: string | null;
}

/**
 * D1, D2: takes the chosen messages to the door, round by round: claim in one transaction together with what became of the round
 * before, journal, deliver, at most one `sending` row per connection. The clock is read again for each round.
 */
export async function sendMessages(
  engine: Engine,
  queue: readonly StoredMessage[],
  options: SendingOptions,
): Promise<SendingResult> {
  const run = new SendingRun(engine, options);
  const perRound = options.isUnpaced ? options.mailer.connections : 1;
  try {
    for (let start = 0; start < queue.length && run.goesOn(); start += perRound) {
      if (start > 0) await options.pause();
      if (run.goesOn()) await run.round(queue.slice(start, start + perRound));
    }
  } finally {
    run.settleRest();
  }
  return run.result();
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
  private stoppedBy: string | null = null;
  private hasClaimed = false;

  constructor(engine: Engine, options: SendingOptions) {
    this.base = engine;
    this.options = options;
  }

  goesOn(): boolean {
    return this.stoppedBy === null && !this.options.mustStop();
  }

  async round(messages: readonly StoredMessage[]): Promise<void> {
    const mails = await Promise.all(
      messages.map(async (message) => ({ message, mail: await this.options.compose(message) })),
    );
    const engine = engineAt(this.base, this.options.clock.now());
    const context = guardContext(engine, 'drip');
    const claims = this.claim(engine, { mails, context });
    if (claims.length === 0) return;
    this.journal(engine, claims);
    this.waiting = await Promise.all(
      claims.map(async (claim) => ({ claim, result: await this.deliver(engine, claim, context) })),
    );
    this.stopIfToldTo(this.waiting);
    // A paced run keeps nothing back: a kill during the pause must find the truth.
    if (!this.options.isUnpaced) this.settleRest();
  }

  /** What became of the last round and the next claims are one commit: half the syncs, and never two rounds open at once. */
  private claim(
    engine: Engine,
    round: { mails: readonly { message: StoredMessage; mail: OutgoingMail }[]; context: GuardContext },
  ): Claim[] {
    if (!this.hasClaimed) this.options.beforeFirstClaim();
    this.hasClaimed = true;
    const { claims, notSent } = engine.db.write(() => {
      this.settleWaiting(engine);
      return claimRound(engine, round, this.options);
    });
    this.settledAll();
    this.notSent.push(...notSent);
    return claims;
  }

  /** A journal that cannot be written calls the whole round back: no body has gone out yet. */
  private journal(engine: Engine, claims: readonly Claim[]): void {
    try {
      journalRound(engine, { claims, results: this.unjournaled }, this.options);
      this.unjournaled = [];
    } catch (error) {
      this.waiting = claims.map((claim) => ({ claim, result: { kind: 'withdrawn' } }));
      throw error;
    }
  }

  private deliver(engine: Engine, claim: Claim, context: GuardContext): Promise<DeliveryResult> {
    const mayLeave = (): boolean => !this.options.mustStop() && this.isStillAllowed(engine, claim, context);
    return this.options.mailer.deliver(claim.mail, mayLeave);
  }

  /** B6, hardening 127: the sender looks once more, right before the body. */
  private isStillAllowed(engine: Engine, claim: Claim, context: GuardContext): boolean {
    const fresh = outgoingOf(engine, claim.message.id);
    if (fresh?.message.state !== 'sending') return false;
    const verdict = judgeSend(fresh.send, context);
    return verdict.kind === 'allow' || verdict.kind === 'ask';
  }

  /** Writes what is known of the last round, if anything still waits to be written. */
  settleRest(): void {
    if (this.waiting.length === 0) return;
    const engine = engineAt(this.base, this.options.clock.now());
    engine.db.write(() => {
      this.settleWaiting(engine);
    });
    this.settledAll();
    journalRound(engine, { claims: [], results: this.unjournaled }, this.options);
    this.unjournaled = [];
  }

  private settledAll(): void {
    this.unjournaled = [...this.unjournaled, ...this.waiting];
    this.waiting = [];
  }

  private settleWaiting(engine: Engine): void {
    for (const each of this.waiting) this.settled.push(settleClaim(engine, each, this.options));
  }

  /** D4: an answer that no other mail would fare better with ends the run at the first one. */
  private stopIfToldTo(round: readonly Result[]): void {
    const fatal = round
      .map(({ result }) => result)
      .find((result) => result.kind === 'refused' && result.scope === 'run');
    if (fatal?.kind === 'refused') this.stoppedBy = fatal.response;
  }

  result(): SendingResult {
    return { settled: this.settled, notSent: this.notSent, stoppedBy: this.stoppedBy };
  }
}
