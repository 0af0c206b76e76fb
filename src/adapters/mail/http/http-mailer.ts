import { createHash } from 'node:crypto';

import type { Instant } from '../../../core/model.ts';
import type {
  BodyGate,
  DeliveryResult,
  Mailer,
  MailOccasion,
  MailParts,
  OutgoingMail,
} from '../../../ports.ts';
import type { AnswerVerdict, HttpAnswer } from './answer.ts';
import { HttpPeer, type HttpOutcome, type HttpRequest, type HttpTimeouts } from '../../http/http-peer.ts';
import { RequestPace } from '../../http/request-pace.ts';

/** One provider's dialect: how a mail is asked for, and what its answers mean. */
export interface Dialect {
  readonly transport: string;
  readonly keyLifeMs: number | null;
  encode(mail: OutgoingMail, parts: MailParts, occasion: MailOccasion): Uint8Array;
  /** The request that hands this body over. */
  requestOf(mail: OutgoingMail, body: Uint8Array): HttpRequest;
  judge(answer: HttpAnswer, about: { now: Instant; mail: OutgoingMail }): AnswerVerdict;
}

/** What all HTTP transports are given. */
export interface HttpMailerOptions {
  readonly baseUrl: string;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly timeouts: HttpTimeouts;
  /** The first wait before a mail is asked about again within a run; it doubles. Milliseconds. */
  readonly retryMs: number;
  readonly now: () => Instant;
  /** Waits, or less when the run is told to end. */
  readonly pause: (ms: number) => Promise<void>;
  /** Uniform in [0, 1): spreads the waits of mails that failed together. */
  readonly fraction: () => number;
  readonly ca?: string;
}

/** How often one mail is asked about within one run. */
const TRIES_MAX = 3;
/** After so many mails in a row without a clear answer no other is given to this provider in this run. */
const DOUBTS_MAX = 3;
/** Who asks for a longer wait is left alone for this run. */
const WAIT_IN_RUN_MS_MAX = 30_000;

/** A fingerprint of an account: who changes key, address or identity is another customer, whose keys nobody remembers. */
function accountOf(baseUrl: string, key: string, identity: string | null): string {
  const parts = identity === null ? [baseUrl, key] : [baseUrl, key, identity];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/**
 * Delivers through one provider's HTTP API (D8), each mail once at most (D1). Within a run a mail is asked about again, with the same
 * body, where the last try surely did not send it, or where the provider remembers its key; never otherwise. A refusal that would meet
 * every mail is remembered: no second request is made with a key that was refused.
 */
export class HttpMailer implements Mailer {
  readonly transport: string;
  readonly connections: number;
  readonly keyLifeMs: number | null;
  readonly account: string | null;
  protected readonly peer: HttpPeer;
  private readonly dialect: Dialect;
  private readonly options: HttpMailerOptions;
  private readonly pace: RequestPace;
  private lastingRefusal: DeliveryResult | null = null;
  private doubtsInARow = 0;

  /** `identity`: as whom the account sends, where it has several. */
  constructor(
    dialect: Dialect,
    options: HttpMailerOptions & { readonly key: string; readonly identity?: string },
  ) {
    const { baseUrl, connections, timeouts, ca, key, identity = null } = options;
    this.dialect = dialect;
    this.options = options;
    this.transport = dialect.transport;
    this.connections = connections;
    this.keyLifeMs = dialect.keyLifeMs;
    this.account = dialect.keyLifeMs === null ? null : accountOf(baseUrl, key, identity);
    const keepsAlive = dialect.keyLifeMs !== null;
    this.peer = new HttpPeer({
      baseUrl,
      connections,
      keepsAlive,
      timeouts,
      ...(ca === undefined ? {} : { ca }),
    });
    this.pace = new RequestPace(options.requestsPerSecond, options.pause);
  }

  encode(mail: OutgoingMail, parts: MailParts, occasion: MailOccasion): Uint8Array {
    return this.dialect.encode(mail, parts, occasion);
  }

  async deliver(mail: OutgoingMail, mayLeave: BodyGate): Promise<DeliveryResult> {
    if (mail.payload === null) throw new Error(`${mail.id} was not encoded for ${this.transport}`);
    if (this.lastingRefusal !== null) return this.lastingRefusal;
    const result = await this.tryRepeatedly(mail, { body: mail.payload, mayLeave });
    this.remember(result);
    return result;
  }

  close(): Promise<void> {
    return this.peer.close();
  }

  /** Hardening 146: a bad provider stops the run, one bad mail does not. */
  private remember(result: DeliveryResult): void {
    if (result.kind === 'refused' && result.scope === 'run' && result.permanent) this.lastingRefusal = result;
    this.doubtsInARow = result.kind === 'unknown' ? this.doubtsInARow + 1 : 0;
    if (this.doubtsInARow < DOUBTS_MAX || result.kind !== 'unknown') return;
    const response = `${String(DOUBTS_MAX)} mails in a row got no clear answer, the last: ${result.detail}`;
    this.lastingRefusal = { kind: 'refused', scope: 'run', permanent: false, response, retryAfterMs: null };
  }

  private async tryRepeatedly(
    mail: OutgoingMail,
    { body, mayLeave }: { body: Uint8Array; mayLeave: BodyGate },
  ): Promise<DeliveryResult> {
    const request = this.dialect.requestOf(mail, body);
    let doubt: string | null = null;
    for (let tryNumber = 1; ; tryNumber += 1) {
      await this.pace.turn();
      const outcome = await this.peer.request(request, mayLeave);
      if (outcome.kind === 'withdrawn') return withdrawn(doubt);
      const verdict = this.verdictOf(outcome, mail);
      if (verdict.kind === 'accepted') return verdict;
      if (verdict.kind === 'refused') return afterDoubt(verdict, doubt);
      if (verdict.kind === 'doubt') {
        doubt ??= verdict.detail;
        if (this.keyLifeMs === null || verdict.isFinal) return { kind: 'unknown', detail: verdict.detail };
      }
      const waitMs = this.waitAfter(verdict, tryNumber);
      if (waitMs === null) return givenUp(verdict, doubt);
      await this.options.pause(waitMs);
    }
  }

  private verdictOf(outcome: Exclude<HttpOutcome, { kind: 'withdrawn' }>, mail: OutgoingMail): AnswerVerdict {
    switch (outcome.kind) {
      case 'answered':
        return this.dialect.judge(outcome, { now: this.options.now(), mail });
      case 'lost':
        return { kind: 'doubt', detail: outcome.words, isFinal: false };
      case 'unsent': {
        const { words: response } = outcome;
        if (!outcome.isPermanent) return { kind: 'busy', response, retryAfterMs: null };
        return { kind: 'refused', scope: 'run', permanent: true, response, retryAfterMs: null };
      }
    }
  }

  /** Null: not again in this run. */
  private waitAfter(
    verdict: Extract<AnswerVerdict, { kind: 'busy' | 'doubt' }>,
    tryNumber: number,
  ): number | null {
    if (tryNumber >= TRIES_MAX) return null;
    const asked = verdict.kind === 'busy' ? verdict.retryAfterMs : null;
    if (asked !== null) return asked <= WAIT_IN_RUN_MS_MAX ? asked : null;
    const { retryMs, fraction } = this.options;
    return retryMs * 2 ** (tryNumber - 1) * (1 + fraction());
  }
}

/** Called back before this try; what an earlier one did is as unknown as before. */
function withdrawn(doubt: string | null): DeliveryResult {
  return doubt === null ? { kind: 'withdrawn' } : { kind: 'unknown', detail: doubt };
}

/** A no to the second try says nothing of the first. */
function afterDoubt(
  refusal: Extract<AnswerVerdict, { kind: 'refused' }>,
  doubt: string | null,
): DeliveryResult {
  if (doubt === null) return refusal;
  const { response, retryAfterMs } = refusal;
  const wait = retryAfterMs === null ? {} : { retryAfterMs };
  return { kind: 'unknown', detail: `${doubt}; asked again: ${response}`, ...wait };
}

function givenUp(
  verdict: Extract<AnswerVerdict, { kind: 'busy' | 'doubt' }>,
  doubt: string | null,
): DeliveryResult {
  if (verdict.kind === 'doubt') return { kind: 'unknown', detail: doubt ?? verdict.detail };
  const { response, retryAfterMs } = verdict;
  // A provider that is busy, or away, is so for every mail.
  return afterDoubt({ kind: 'refused', scope: 'run', permanent: false, response, retryAfterMs }, doubt);
}
