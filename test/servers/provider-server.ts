import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { onTestFinished } from 'vitest';

import { TEST_NOW } from '../helpers/fakes.ts';

/** One request as it came in, body and all. */
export interface ProviderRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ProviderAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a provider makes of a request: an answer, and, where it takes a mail, what it does before it gives it. */
export interface Judged {
  readonly answer: ProviderAnswer;
  /** The id of the mail that the request is about, ours: `m-…`; null where there is none. */
  readonly messageId: string | null;
  /** Where the true answer is only known after a while: a long poll. `answer` stands for it until then. */
  readonly later?: Promise<ProviderAnswer>;
  /** Takes the mail. Called once or not at all. */
  readonly act?: () => void;
  /** Called when the request is over, whatever became of the answer. */
  readonly done?: () => void;
}

/** What goes wrong, on demand. `acts`: the provider has done its work before it goes wrong. */
export type ProviderFault =
  /** Another answer than the true one. */
  | { readonly kind: 'answer'; readonly answer: ProviderAnswer; readonly acts: boolean }
  | { readonly kind: 'reset before the body' }
  | { readonly kind: 'reset after the body'; readonly acts: boolean }
  /** The true answer, cut in the middle, and the connection with it. */
  | { readonly kind: 'half answer' }
  /** Nothing is ever said. */
  | { readonly kind: 'silence'; readonly acts: boolean }
  /** The true answer, one byte at a time. */
  | { readonly kind: 'slow answer'; readonly msPerByte: number }
  /** The true answer, with so many bytes of nothing in front. */
  | { readonly kind: 'huge answer'; readonly bytes: number };

/** Chosen per request: `nth` is how many requests there were about this message before. */
export type FaultPlan = (about: { messageId: string | null; nth: number }) => ProviderFault | null;

export interface LoggedRequest {
  readonly request: ProviderRequest;
  readonly messageId: string | null;
  readonly status: number | null;
  readonly fault: ProviderFault['kind'] | null;
}

const BODY_BYTES_MAX = 26_214_400;

/**
 * A provider on loopback: a real HTTP server that speaks one provider's published dialect, refuses what that one would refuse, fails on
 * demand, and remembers what it has taken. Its log is the truth that a test compares with the state.
 */
export abstract class ProviderServer {
  readonly requests: LoggedRequest[] = [];
  connections = 0;
  /** Milliseconds since the epoch as the provider has it. */
  now: () => number = () => TEST_NOW;
  /** Called before a request is judged: the world changes meanwhile. */
  watch: ((request: ProviderRequest) => void) | null = null;
  private plan: FaultPlan = () => null;
  private readonly seen = new Map<string | null, number>();
  private readonly takenById = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  protected constructor() {
    this.server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
      void this.serve(request, response);
    });
    this.server.on('connection', (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Faults from now on, in order: the first request meets the first, and so on; then none. */
  fail(...faults: readonly ProviderFault[]): void {
    const rest = [...faults];
    this.plan = () => rest.shift() ?? null;
  }

  failBy(plan: FaultPlan): void {
    this.plan = plan;
  }

  /** How often a mail was taken, by our id of it. */
  timesTaken(messageId: string): number {
    return this.takenById.get(messageId) ?? 0;
  }

  /** Every id that was taken, and how often. */
  taken(): ReadonlyMap<string, number> {
    return this.takenById;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  /** Starts it on a free port; it ends with the test. */
  protected async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => this.stop());
    return this;
  }

  protected take(messageId: string): void {
    this.takenById.set(messageId, this.timesTaken(messageId) + 1);
  }

  /** The one thing that differs from provider to provider. */
  protected abstract judge(request: ProviderRequest): Judged;

  /** Which mail a request is about, as far as its headers tell: for faults that strike before the body was read. */
  protected abstract messageOf(headers: Readonly<Record<string, string>>, body: Buffer): string | null;

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = headersOf(incoming);
    const early = this.messageOf(headers, Buffer.alloc(0));
    const earlyFault = early === null ? null : this.faultFor(early);
    if (earlyFault?.kind === 'reset before the body') {
      this.log({ request: requestOf(incoming, Buffer.alloc(0)), messageId: early, fault: earlyFault.kind });
      incoming.socket.resetAndDestroy();
      return;
    }
    const body = await bodyOf(incoming);
    if (body === null) return;
    const request = requestOf(incoming, body);
    this.watch?.(request);
    const messageId = early ?? this.messageOf(headers, body);
    const fault = early === null ? this.faultFor(messageId) : earlyFault;
    this.answer({ request, messageId, fault }, response);
  }

  private answer(
    {
      request,
      messageId,
      fault,
    }: { request: ProviderRequest; messageId: string | null; fault: ProviderFault | null },
    response: ServerResponse,
  ): void {
    if (fault?.kind === 'reset before the body') {
      this.log({ request, messageId, fault: fault.kind });
      response.socket?.resetAndDestroy();
      return;
    }
    const acts = fault === null || !('acts' in fault) || fault.acts;
    // Who does not act has not looked either: no key is remembered.
    const judged = acts ? this.judge(request) : null;
    judged?.act?.();
    const answer = fault?.kind === 'answer' ? fault.answer : (judged?.answer ?? null);
    this.log({ request, messageId, fault: fault?.kind ?? null, status: answer?.status ?? null });
    response.on('close', () => judged?.done?.());
    if (fault !== null || judged?.later === undefined) strike(response, { fault, answer });
    else
      void judged.later.then((late) => {
        strike(response, { fault: null, answer: late });
      });
  }

  private faultFor(messageId: string | null): ProviderFault | null {
    const nth = this.seen.get(messageId) ?? 0;
    this.seen.set(messageId, nth + 1);
    return this.plan({ messageId, nth });
  }

  private log(entry: {
    request: ProviderRequest;
    messageId: string | null;
    fault: ProviderFault['kind'] | null;
    status?: number | null;
  }): void {
    this.requests.push({ status: null, ...entry });
  }
}

/** JSON with its type, as the providers here answer. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): ProviderAnswer {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

export const HTML_PAGE: ProviderAnswer = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Welcome</title><p>Sign in to this network',
};

function strike(
  response: ServerResponse,
  { fault, answer }: { fault: ProviderFault | null; answer: ProviderAnswer | null },
): void {
  if (fault?.kind === 'reset after the body') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (answer === null || fault?.kind === 'silence') return;
  const body = Buffer.from(answer.body);
  const size = { 'content-length': String(body.length) };
  switch (fault?.kind) {
    case 'half answer':
      response.writeHead(answer.status, { ...answer.headers, ...size });
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
      return;
    case 'slow answer':
      response.writeHead(answer.status, { ...answer.headers, ...size });
      trickle(response, body, fault.msPerByte);
      return;
    case 'huge answer':
      response.writeHead(answer.status, answer.headers);
      response.end(Buffer.concat([Buffer.alloc(fault.bytes, ' '), body]));
      return;
    default:
      response.writeHead(answer.status, { ...answer.headers, ...size });
      response.end(body);
  }
}

function trickle(response: ServerResponse, rest: Buffer, msPerByte: number): void {
  if (rest.length === 0) {
    response.end();
    return;
  }
  if (response.destroyed) return;
  response.write(rest.subarray(0, 1));
  setTimeout(() => {
    trickle(response, rest.subarray(1), msPerByte);
  }, msPerByte);
}

function headersOf(incoming: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function requestOf(incoming: IncomingMessage, body: Buffer): ProviderRequest {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://provider');
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: searchParams,
    headers: headersOf(incoming),
    body,
  };
}

/** Null when the peer went away in the middle. */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > BODY_BYTES_MAX) return null;
      chunks.push(bytes);
    }
  } catch {
    // Whoever sends half a request has sent none.
    return null;
  }
  return Buffer.concat(chunks);
}
