import { HeadgateError } from '../../core/errors.ts';
import type { Instant } from '../../core/model.ts';
import type { TokenUsage } from '../../core/writing/cost.ts';
import { judgeFault } from '../../core/writing/failure.ts';
import type { LanguageModel, ModelAnswer, ModelRequest } from '../../ports.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { USER_AGENT } from '../http/user-agent.ts';

/** What both providers are opened with. */
export interface ModelOptions {
  /** Null: the provider's own address. */
  readonly baseUrl: string | null;
  readonly key: string;
  readonly model: string;
  /** One request, from nothing to the last byte. */
  readonly timeoutMs: number;
  readonly now: () => Instant;
  readonly pause: (ms: number) => Promise<void>;
}

/** What a provider's client makes of one answer that it could read. */
export interface ReadAnswer {
  readonly text: string | null;
  /** Why there is no text, or why it is no whole one; null when it is whole. */
  readonly problem: string | null;
  readonly usage: TokenUsage | null;
}

/** A provider's own client, as far as it differs from the others. */
export interface ModelClient {
  readonly name: string;
  /** Asks once, through `fetch`. Throws what the client throws. Null: the answer is none of the provider's shapes. */
  ask(request: ModelRequest, fetch: typeof globalThis.fetch): Promise<ReadAnswer | null>;
}

/** So often one request is made: money is at stake, and hours are short. */
const ATTEMPTS_MAX = 3;
const FIRST_WAIT_MS = 2_000;
/** Whoever asks for a longer pause gets one: until the next run. */
const WAIT_MS_MAX = 60_000;
/** Larger answers are none. */
const BODY_CHARACTERS_MAX = 2_000_000;

interface Seen {
  status: number | null;
  text: string;
  retryAfter: string | undefined;
}

/**
 * One provider behind the port. The clients retry by their own rules, and take a used-up quota for a busy server; so they ask once, and
 * every body is seen here first, whatever its status and shape (D4).
 */
export function languageModel(client: ModelClient, options: ModelOptions): LanguageModel {
  return { name: client.name, ask: (request) => askBounded(client, options, request) };
}

async function askBounded(
  client: ModelClient,
  options: ModelOptions,
  request: ModelRequest,
): Promise<ModelAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const seen: Seen = { status: null, text: '', retryAfter: undefined };
    const read = await askOnce(client, request, seen);
    if (read?.text !== undefined && read.text !== null) {
      const { text, problem, usage } = read;
      return problem === null ? { kind: 'text', text, usage } : { kind: 'none', detail: problem, usage };
    }
    const problem = read?.problem ?? null;
    if (problem !== null && !hasFault(seen))
      return { kind: 'none', detail: problem, usage: read?.usage ?? null };
    const verdict = judgeFault(seen);
    if (verdict.kind === 'fatal') throw refused(client.name, verdict.words);
    if (verdict.kind === 'misconfigured') throw misconfigured(client.name, verdict.words);
    if (verdict.kind === 'item') return { kind: 'none', detail: verdict.words, usage: null };
    const waitMs = retryAfterMs(seen.retryAfter, options.now()) ?? FIRST_WAIT_MS * 4 ** (attempt - 1);
    const isOver = attempt >= ATTEMPTS_MAX || waitMs > WAIT_MS_MAX;
    if (isOver || !request.mayRepeat({ mayBePaid: !wasRefused(seen) }))
      return { kind: 'down', detail: verdict.words };
    await options.pause(waitMs);
  }
}

/** Surely nothing was written, and so nothing billed: too many, too busy, or nobody there. A silence may hide an answer. */
function wasRefused({ status, text }: Seen): boolean {
  return status === null ? REFUSED_CONNECTIONS.has(text) : REFUSED_STATUSES.has(status);
}

const REFUSED_STATUSES: ReadonlySet<number> = new Set([425, 429, 503, 529]);
const REFUSED_CONNECTIONS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A 200 may carry an error, and no words. */
function hasFault({ status, text }: Seen): boolean {
  return status === null || status >= 400 || /"error"\s*:\s*[{"]/.test(text);
}

/** Null: no answer, or none that can be read; `seen` says what there was instead. */
async function askOnce(client: ModelClient, request: ModelRequest, seen: Seen): Promise<ReadAnswer | null> {
  try {
    return await client.ask(request, (input, init) => fetchSeen(input, init, seen));
  } catch (error) {
    // The clients throw for every status from 400 on, and for bodies that are no JSON: what was seen says more.
    if (seen.status === null) seen.text = connectionWords(error);
    return null;
  }
}

async function fetchSeen(
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined,
  seen: Seen,
): Promise<Response> {
  const headers = new Headers(init?.headers);
  headers.set('user-agent', USER_AGENT);
  const response = await fetch(input, { ...init, headers, redirect: 'error' });
  const text = await response.text();
  seen.status = response.status;
  seen.text = text.slice(0, BODY_CHARACTERS_MAX);
  seen.retryAfter = retryHeader(response.headers);
  return new Response(seen.text, {
    status: response.status,
    headers: { 'content-type': 'application/json' },
  });
}

/** `retry-after-ms` is what OpenAI sends besides, and finer. */
function retryHeader(headers: Headers): string | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return String(Math.ceil(ms / 1_000));
  return headers.get('retry-after') ?? undefined;
}

function connectionWords(error: unknown): string {
  const causes: string[] = [];
  for (let each: unknown = error; each instanceof Error && causes.length < 4; each = each.cause) {
    causes.push('code' in each && typeof each.code === 'string' ? each.code : each.message);
  }
  return causes.at(-1) ?? 'no answer';
}

function refused(name: string, words: string): HeadgateError {
  return new HeadgateError(`the model provider says: ${words}`, {
    code: 'model_refused',
    exit: 'UNAVAILABLE',
    notDone: 'No draft without words exists; complete ones are kept. What was left stays due.',
    fix: `This does not heal by itself: look at key, quota and bill of ${name}, then run it again.`,
  });
}

function misconfigured(name: string, words: string): HeadgateError {
  return new HeadgateError(`${name} does not exist there: ${words}`, {
    code: 'model_misconfigured',
    exit: 'CONFIG',
    notDone: 'No draft without words exists; complete ones are kept. What was left stays due.',
    fix: 'Correct ai.model and ai.base_url in headgate.toml.',
  });
}
