import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { collectWaste } from './garbage.ts';
import { STYLE_HASH } from './html.ts';

/** On every answer, whatever it is (hardening 131). No answer names the host, the path or anything else that was asked. */
export const ALWAYS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; style-src '${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
};

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly type: 'text/html; charset=utf-8' | 'text/plain; charset=utf-8';
  readonly headers?: Readonly<Record<string, string>>;
}

export function html(status: number, body: Buffer, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body, type: 'text/html; charset=utf-8', headers };
}

export function plain(status: number, words: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: Buffer.from(`${words}\n`), type: 'text/plain; charset=utf-8', headers };
}

/** How long a sender who is refused may go on sending, so as to hear the answer. */
const LINGER_MS = 2_000;
/** And how much: many programs read nothing before they have sent everything. */
const DISCARDED_BYTES_MAX = 2 * 1_048_576;
/** And how many of them at once. */
const LINGERING_MAX = 50;
const lingering = new Set<Socket>();

/**
 * Sends it. A peer that is refused while it still sends is listened to for a moment, since closing at once would take the answer back;
 * what it sends is thrown away, and soon not even read (hardening 128).
 */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  if (!request.complete) discardRest(request);
  response.writeHead(answer.status, {
    ...ALWAYS,
    'Content-Type': answer.type,
    'Content-Length': answer.body.length,
    ...answer.headers,
  });
  response.end(answer.body);
  if (!request.complete) linger(request);
}

/** Node itself would read on to the end, however far that is, unless somebody else reads. */
function discardRest(request: IncomingMessage): void {
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    collectWaste();
    if (discarded > DISCARDED_BYTES_MAX) request.pause();
  });
  request.resume();
}

function linger(request: IncomingMessage): void {
  const { socket } = request;
  if (lingering.size >= LINGERING_MAX) {
    socket.destroySoon();
    return;
  }
  lingering.add(socket);
  const patience = setTimeout(() => socket.destroy(), LINGER_MS);
  patience.unref();
  const forget = (): void => {
    clearTimeout(patience);
    lingering.delete(socket);
  };
  // All was read, and the connection is as good as new; or it is gone.
  request.once('end', forget);
  socket.once('close', forget);
}
