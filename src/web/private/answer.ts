import type { Answer, Headers } from '../http/answer.ts';
import type { Markup } from '../markup.ts';

/**
 * On every answer. Scripts and styles come from this page's own files alone; nothing may frame it but itself, and it frames only the
 * mail. `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null` from our own forms.
 */
export const ALWAYS: Headers = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
};

/**
 * For the mail in its frame: no script, no form, nothing loaded from anywhere, whatever it holds. It keeps its origin so that the page
 * around it can ask how tall it is; without scripts it can do nothing with that.
 */
const MAIL_HEADERS: Headers = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin",
  'X-Frame-Options': 'SAMEORIGIN',
};

export function pageAnswer(status: number, page: Markup, headers: Headers = {}): Answer {
  return { status, body: Buffer.from(page.toString()), type: HTML, headers };
}

const HTML = 'text/html; charset=utf-8';

/** The HTML part of a mail, as it is. */
export function mailAnswer(mail: string): Answer {
  return { status: 200, body: Buffer.from(mail), type: HTML, headers: MAIL_HEADERS };
}

/** After every act: whoever reloads what comes next does nothing twice. */
export function seeOther(location: string, headers: Headers = {}): Answer {
  return {
    status: 303,
    body: Buffer.alloc(0),
    type: 'text/plain; charset=utf-8',
    headers: { Location: location, ...headers },
  };
}

export function plain(status: number, words: string, headers: Headers = {}): Answer {
  return { status, body: Buffer.from(`${words}\n`), type: 'text/plain; charset=utf-8', headers };
}
