import type { IncomingMessage, ServerResponse } from 'node:http';

import { sendAnswer, type Answer, type Headers } from '../http/answer.ts';
import { STYLE_HASH } from './html.ts';

export type { Answer };

/** On every answer, whatever it is (hardening 131). No answer names the host, the path or anything else that was asked. */
export const ALWAYS: Headers = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; style-src '${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
};

export function html(status: number, body: Buffer, headers: Headers = {}): Answer {
  return { status, body, type: 'text/html; charset=utf-8', headers };
}

export function plain(status: number, words: string, headers: Headers = {}): Answer {
  return { status, body: Buffer.from(`${words}\n`), type: 'text/plain; charset=utf-8', headers };
}

/** Sends it under the headers of this page. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  sendAnswer({ request, response }, answer, ALWAYS);
}
