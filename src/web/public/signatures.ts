import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import type { Instant } from '../../core/model.ts';

/** A webhook as it arrived: nothing of it was parsed, decoded or written anew (hardening 133). */
export interface SignedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly now: Instant;
}

export type SignatureVerdict =
  /** `eventId` is covered by the signature, so that nobody can make a second event of one. */
  | { readonly kind: 'genuine'; readonly eventId: string }
  /** Rightly signed at another time: a replay, or a clock that is wrong. */
  | { readonly kind: 'untimely'; readonly eventId: string }
  | { readonly kind: 'refused' };

export type SignatureCheck = (request: SignedRequest) => SignatureVerdict;

const REFUSED: SignatureVerdict = { kind: 'refused' };
const SECOND_MS = 1_000;
/** Both directions; the two reference libraries of the Standard Webhooks form agree on it to the second. */
const WINDOW_SECONDS = 300;
/** Mailgun tries for about eight hours with what it signed first. */
const MAILGUN_WINDOW_SECONDS = 9 * 3_600;
/** While a secret is changed there are two. */
const SIGNATURES_MAX = 10;
const EVENT_ID = /^[\x21-\x7e]{1,256}$/;
const TIMESTAMP = /^\d{1,12}$/;

/**
 * Standard Webhooks under svix's header names, as Resend sends it: base64 of HMAC-SHA256 over `id.timestamp.body`. Throws RangeError
 * for a secret that is no base64 after `whsec_`.
 */
export function resendCheck(secret: string): SignatureCheck {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (!/^(?:whsec_)?[A-Za-z0-9+/]{16,}={0,2}$/.test(secret) || key.length === 0)
    throw new RangeError('whsec_ and base64');
  return ({ headers, body, now }) => {
    const [eventId, timestamp] = [oneHeader(headers['svix-id']), oneHeader(headers['svix-timestamp'])];
    const signatures = oneHeader(headers['svix-signature']).split(' ', SIGNATURES_MAX);
    if (!EVENT_ID.test(eventId) || !TIMESTAMP.test(timestamp)) return REFUSED;
    const expected = hmac(key, [`${eventId}.${timestamp}.`, body]).toString('base64');
    const isRight = signatures.some((signature) => isSame(signature, `v1,${expected}`));
    return isRight ? timely({ eventId, timestamp, now }, WINDOW_SECONDS) : REFUSED;
  };
}

/** Mailgun: hex of HMAC-SHA256 over timestamp and token, which stand in the body and do not cover it. */
export function mailgunCheck(signingKey: string): SignatureCheck {
  return ({ body, now }) => {
    const signature = fieldsOf(fieldsOf(parsed(body)).get('signature'));
    const [token, given] = [textOf(signature.get('token')), textOf(signature.get('signature'))];
    const timestamp = textOf(signature.get('timestamp'));
    if (!EVENT_ID.test(token) || !TIMESTAMP.test(timestamp)) return REFUSED;
    const expected = hmac(Buffer.from(signingKey), [timestamp, token]).toString('hex');
    return isSame(given, expected)
      ? timely({ eventId: token, timestamp, now }, MAILGUN_WINDOW_SECONDS)
      : REFUSED;
  };
}

/** The stream API: `t=<seconds>,v1=<hex of HMAC-SHA256 over "t.body">`. The header that names the event is not signed; the body is. */
export function streamCheck(secret: string): SignatureCheck {
  return ({ headers, body, now }) => {
    const header = oneHeader(headers['x-inboxbase-signature']);
    const fields = header.split(',', SIGNATURES_MAX).map((field) => field.trim());
    const timestamp = fields.find((field) => field.startsWith('t='))?.slice(2) ?? '';
    if (!TIMESTAMP.test(timestamp)) return REFUSED;
    const expected = hmac(Buffer.from(secret), [`${timestamp}.`, body]).toString('hex');
    if (!fields.some((field) => isSame(field, `v1=${expected}`))) return REFUSED;
    const id = textOf(fieldsOf(parsed(body)).get('id'));
    const eventId = EVENT_ID.test(id) ? id : createHash('sha256').update(body).digest('hex');
    return timely({ eventId, timestamp, now }, WINDOW_SECONDS);
  };
}

function timely(
  signed: { readonly eventId: string; readonly timestamp: string; readonly now: Instant },
  windowSeconds: number,
): SignatureVerdict {
  const ageSeconds = Math.floor(signed.now / SECOND_MS) - Number(signed.timestamp);
  const { eventId } = signed;
  return { kind: Math.abs(ageSeconds) <= windowSeconds ? 'genuine' : 'untimely', eventId };
}

function hmac(key: Buffer, parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** In a time that says nothing of where they differ. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Node joins a header that came twice with commas; such an id or time is none. */
function oneHeader(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // A stranger's bytes: not JSON is one more way of not being signed.
    return null;
  }
}

/** Own fields only: `__proto__` in a body is a name like any other (hardening 136). */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function textOf(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value : '';
}
