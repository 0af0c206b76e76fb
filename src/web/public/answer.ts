import type { IncomingMessage, ServerResponse } from 'node:http';

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

/** How long a sender who is refused may go on sending: long enough to hear the answer. */
const LINGER_MS = 2_000;

/** Sends it. What the peer still sends is thrown away for a moment, since closing at once would take the answer back (hardening 128). */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(answer.status, {
    ...ALWAYS,
    'Content-Type': answer.type,
    'Content-Length': answer.body.length,
    ...answer.headers,
  });
  response.end(answer.body);
  if (request.complete) return;
  request.resume();
  const linger = setTimeout(() => request.socket.destroy(), LINGER_MS);
  linger.unref();
  request.once('close', () => {
    clearTimeout(linger);
  });
}
