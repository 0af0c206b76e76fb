import { HeadgateError } from '../../core/errors.ts';
import { fatalMarker } from '../../core/fatal-markers.ts';
import type { Instant } from '../../core/model.ts';
import { objectOf } from '../http/json.ts';
import { HttpPeer, type HttpOutcome, type HttpTimeouts } from '../http/http-peer.ts';
import { RequestPace } from '../http/request-pace.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { USER_AGENT } from '../http/user-agent.ts';

export interface JsonApiOptions {
  /** As errors name it: the source's id. */
  readonly name: string;
  readonly baseUrl: string;
  /** `Authorization`, with its scheme. */
  readonly authorization: string;
  readonly requestsPerSecond: number;
  readonly timeouts: HttpTimeouts;
  /** How long a 429 without Retry-After lasts, where the service says so; left out: as any other failure. */
  readonly limitedMs?: number;
  readonly now: () => Instant;
  /** Waits, or less when the run is told to end. */
  readonly pause: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly fraction: () => number;
}

export interface JsonRequest {
  /** Below the base URL, or a whole address of the same host, as a page names the next one. */
  readonly path: string;
  /** Sent as JSON; left out: GET. */
  readonly body?: unknown;
  /** Of a request with a body; POST where it is left out. Like all that is asked here, doing it twice must do no more than once. */
  readonly method?: 'PATCH' | 'POST';
  /** No request begins, and none is waited for, after it. */
  readonly deadlineAt: Instant;
}

export interface JsonAnswer {
  readonly status: number;
  /** Null when the answer is no JSON object. */
  readonly value: Readonly<Record<string, unknown>> | null;
  readonly text: string;
  /** The server's own clock; null when it does not tell. */
  readonly servedAt: Instant | null;
}

/** Tries of one request: the first, and three more after 1, 2 and 4 seconds, or what the server asked for. */
const TRIES_MAX = 4;
const WAIT_MS = 1_000;
/** 300 events with all that a provider knows of each; beyond it something else is answering. */
const ANSWER_BYTES_MAX = 33_554_432;
/** Who asks for more is left to the next run. */
const WAIT_MS_MAX = 60_000;

/**
 * Reads a service that speaks JSON over HTTP (E2, E3): at its pace, 429 and Retry-After honoured (D7), every try and wait bounded by
 * the deadline. Reading twice harms nobody, so whatever failed in passing is simply asked again.
 */
export class JsonApi {
  readonly #options: JsonApiOptions;
  readonly #peer: HttpPeer;
  readonly #pace: RequestPace;

  constructor(options: JsonApiOptions) {
    this.#options = options;
    const { baseUrl, timeouts, requestsPerSecond, pause } = options;
    this.#peer = new HttpPeer({
      baseUrl,
      connections: 1,
      keepsAlive: true,
      timeouts,
      answerBytesMax: ANSWER_BYTES_MAX,
    });
    this.#pace = new RequestPace(requestsPerSecond, pause);
  }

  /**
   * The answer of one request, whatever its status below 500 but 401, 402, 403 and 429: those a caller can make sense of.
   * @throws HeadgateError `source_busy` (75): later it may work; `source_refused` (69): no key, no money, no right (D4).
   */
  async ask(request: JsonRequest): Promise<JsonAnswer> {
    let trouble = '';
    for (let tryNumber = 0; tryNumber < TRIES_MAX; tryNumber += 1) {
      if (this.#options.now() >= request.deadlineAt) break;
      await this.#pace.turn();
      const outcome = await this.#peer.request(this.#httpRequest(request), () => true);
      if (outcome.kind === 'answered' && !isPassing(outcome)) return this.#judged(outcome);
      trouble = wordsOf(outcome);
      const waitMs = this.#waitAfter(outcome, tryNumber);
      if (waitMs > WAIT_MS_MAX || this.#options.now() + waitMs >= request.deadlineAt) break;
      await this.#options.pause(waitMs);
    }
    throw this.#error('TEMPFAIL', 'source_busy', trouble === '' ? 'the time of the run was over' : trouble);
  }

  close(): Promise<void> {
    return this.#peer.close();
  }

  #httpRequest({ path, body, method = 'POST' }: JsonRequest): Parameters<HttpPeer['request']>[0] {
    const headers = {
      accept: 'application/json',
      authorization: this.#options.authorization,
      'user-agent': USER_AGENT,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body), 'utf8');
    return { method: bytes === null ? 'GET' : method, path: this.#pathOf(path), headers, body: bytes };
  }

  /** A next page on another host would take our key there: refused. */
  #pathOf(path: string): string {
    if (!/^https?:/i.test(path)) return path;
    const base = new URL(this.#options.baseUrl);
    const url = new URL(path);
    if (url.origin !== base.origin)
      throw this.#error('TEMPFAIL', 'source_busy', `it names a next page on another host, ${url.host}`);
    const prefix = base.pathname.replace(/\/+$/, '');
    const whole = `${url.pathname}${url.search}`;
    return prefix !== '' && whole.startsWith(`${prefix}/`) ? whole.slice(prefix.length) : whole;
  }

  #judged(outcome: Answered): JsonAnswer {
    const { status, text } = outcome;
    const isRefusal = status === 401 || status === 402 || status === 403;
    const marker = status >= 400 ? fatalMarker(text) : null;
    if (isRefusal || marker !== null)
      throw this.#error('UNAVAILABLE', 'source_refused', `${String(status)} ${marker ?? shortened(text)}`);
    const servedAt = Date.parse(outcome.headers['date'] ?? '');
    return { status, value: objectOf(text), text, servedAt: Number.isNaN(servedAt) ? null : servedAt };
  }

  #waitAfter(outcome: HttpOutcome, tryNumber: number): number {
    const asked =
      outcome.kind === 'answered' ? retryAfterMs(outcome.headers['retry-after'], this.#options.now()) : null;
    const isLimited = outcome.kind === 'answered' && outcome.status === 429 && asked === null;
    const least = Math.max(WAIT_MS * 2 ** tryNumber, isLimited ? (this.#options.limitedMs ?? 0) : 0);
    return Math.max(asked ?? 0, least * (1 + this.#options.fraction() / 4));
  }

  #error(exit: 'TEMPFAIL' | 'UNAVAILABLE', code: string, words: string): HeadgateError {
    const isFatal = exit === 'UNAVAILABLE';
    return new HeadgateError(
      `${this.#options.name} ${isFatal ? 'refuses us' : 'could not be read'}: ${words}`,
      {
        code,
        exit,
        notDone: 'What it had read before is kept; the rest is read by a later run.',
        permanent: isFatal,
        ...(isFatal ? { fix: `Look at the key and the account of the source ${this.#options.name}.` } : {}),
      },
    );
  }
}

type Answered = Extract<HttpOutcome, { kind: 'answered' }>;

/** A quota that is used up also comes as 429: that one does not pass (D4). */
function isPassing({ status, text }: Answered): boolean {
  if (status === 429) return fatalMarker(text) === null;
  return status >= 500 || status === 408 || status === 425 || (status >= 300 && status < 400);
}

function wordsOf(outcome: HttpOutcome): string {
  switch (outcome.kind) {
    case 'answered':
      return `${String(outcome.status)} ${shortened(outcome.text)}`.trim();
    case 'withdrawn':
      return 'it was called back';
    default:
      return outcome.words;
  }
}

/** The words of an answer as an error may repeat them: a service that refuses a key often repeats it. */
export function shortened(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/[\w.~+/-]{20,}/g, '…')
    .trim()
    .slice(0, 200);
}
