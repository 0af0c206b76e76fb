import type { Pool } from 'undici';

import { systemCode } from '../../core/errors.ts';
import type { BodyGate } from '../../ports.ts';
import { Gate, MailBody } from '../mail/smtp-body.ts';
import { printable } from '../mail/smtp-reply.ts';

/** Every wait has an end. All in milliseconds. */
export interface HttpTimeouts {
  /** Name, TCP and TLS. */
  readonly connectMs: number;
  /** From nothing to the last byte of the answer, however slowly it trickles in. */
  readonly requestMs: number;
}

export const HTTP_TIMEOUTS: HttpTimeouts = { connectMs: 15_000, requestMs: 60_000 };

export interface HttpPeerOptions {
  /** https, or http to this machine; may have a path of its own. */
  readonly baseUrl: string;
  readonly connections: number;
  /**
   * False: a connection for each request. A server may close an idle connection at the moment at which the next mail enters it; who
   * has no key to ask with would never learn what became of that mail.
   */
  readonly keepsAlive: boolean;
  readonly timeouts: HttpTimeouts;
  /** An answer that is longer is none; 1 MB where it is left out. */
  readonly answerBytesMax?: number;
  /** PEM of an authority to trust instead of the system's. */
  readonly ca?: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'PATCH' | 'POST';
  /** Below the base URL, with its slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Ends the request at once: for one that waits long, in a program that is told to end. */
  readonly signal?: AbortSignal;
}

/** What came of one request. Until `answered` and `lost` not one byte of the body has left. */
export type HttpOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly text: string;
    }
  /** Surely not sent: there was no connection. `isPermanent`: certificates and protocols do not mend themselves. */
  | { readonly kind: 'unsent'; readonly words: string; readonly isPermanent: boolean }
  /** The gate said no. */
  | { readonly kind: 'withdrawn' }
  /** The body left, or may have, and there is no whole answer. */
  | { readonly kind: 'lost'; readonly words: string };

/** Names in lower case; of a name that came twice the first. */
export type AnswerHeaders = Readonly<Record<string, string>>;

const ANSWER_BYTES_MAX = 1_048_576;
const CERTIFICATE_OR_PROTOCOL = /CERT|SELF_SIGNED|ERR_SSL|ERR_TLS|EPROTO|UNABLE_TO_/;

/**
 * One provider's HTTP API, over undici. Redirects are not followed, an answer over 1 MB is none, each request has one deadline, and the
 * body is handed over only when the connection stands: the gate is asked at the last moment at which a mail can be called back.
 */
export class HttpPeer {
  private readonly options: HttpPeerOptions;
  private readonly basePath: string;
  private pool: Promise<Pool> | null = null;

  constructor(options: HttpPeerOptions) {
    this.options = options;
    this.basePath = new URL(options.baseUrl).pathname.replace(/\/+$/, '');
  }

  /** Never throws for what the peer does; rethrows what `mayLeave` throws. */
  async request(request: HttpRequest, mayLeave: BodyGate): Promise<HttpOutcome> {
    const gate = new Gate(mayLeave);
    const outcome = await this.attempt(request, gate);
    gate.rethrow();
    return outcome;
  }

  /** Waits for what is under way, which is bounded. */
  async close(): Promise<void> {
    const pool = await this.pool;
    await pool?.close();
  }

  private async attempt(request: HttpRequest, gate: Gate): Promise<HttpOutcome> {
    const pool = await (this.pool ??= this.open());
    const progress = { hasLeft: false, isWithdrawn: false };
    const deadline = new AbortController();
    const mayLeave = (): boolean => {
      progress.hasLeft = gate.isOpen();
      progress.isWithdrawn = !progress.hasLeft;
      return progress.hasLeft;
    };
    const timer = setTimeout(() => {
      deadline.abort(new Error('the server took too long'));
    }, this.options.timeouts.requestMs);
    try {
      const { method, path, headers, body, signal } = request;
      const answer = await pool.request({
        method,
        path: `${this.basePath}${path}`,
        headers: { ...headers, ...(body === null ? {} : { 'content-length': String(body.length) }) },
        // Read by the library when the connection stands, and before it has written the first byte of the request.
        body: body === null ? null : new MailBody(body, mayLeave),
        signal: signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]),
      });
      const text = await answer.body.text();
      return { kind: 'answered', status: answer.statusCode, headers: headersOf(answer.headers), text };
    } catch (error) {
      // A signal's reason is whatever its owner says, not always an Error.
      if (request.signal?.aborted === true) return lost(new Error('ended by ourselves'));
      if (!(error instanceof Error)) throw error;
      if (progress.isWithdrawn) return { kind: 'withdrawn' };
      return progress.hasLeft || request.body === null ? lost(error) : unsent(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async open(): Promise<Pool> {
    const { Pool: PoolClass } = await import('undici');
    const { baseUrl, connections, keepsAlive, timeouts, ca, answerBytesMax } = this.options;
    return new PoolClass(new URL(baseUrl).origin, {
      connections,
      pipelining: keepsAlive ? 1 : 0,
      allowH2: false,
      connect: { timeout: timeouts.connectMs, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
      headersTimeout: timeouts.requestMs,
      bodyTimeout: timeouts.requestMs,
      maxResponseSize: answerBytesMax ?? ANSWER_BYTES_MAX,
    });
  }
}

function unsent(error: Error): HttpOutcome {
  const code = systemCode(error);
  const isPermanent = CERTIFICATE_OR_PROTOCOL.test(code ?? '');
  return { kind: 'unsent', words: `no connection: ${wordsOf(error, code)}`, isPermanent };
}

function lost(error: Error): HttpOutcome {
  return { kind: 'lost', words: `no answer: ${wordsOf(error, systemCode(error))}` };
}

function wordsOf({ message }: Error, code: string | null): string {
  return printable(code === null || message.includes(code) ? message : `${message} (${code})`);
}

function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): AnswerHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat()[0] ?? '']),
  );
}
