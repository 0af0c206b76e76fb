import { said } from './mailgun.ts';
import { HTML_PAGE, json, type ProviderAnswer, type ProviderFault } from './provider-server.ts';

const failed = (status: number, headers: Readonly<Record<string, string>> = {}): ProviderAnswer =>
  json(status, { statusCode: status, name: 'loopback_fault', message: 'on demand' }, headers);

/** Every way in which a provider has failed somebody, and whether it took the mail before. */
export const FAULTS: readonly ProviderFault[] = [
  { kind: 'answer', answer: failed(429, { 'retry-after': '0' }), acts: false },
  { kind: 'answer', answer: failed(429, { 'retry-after': new Date(0).toUTCString() }), acts: false },
  { kind: 'answer', answer: failed(429), acts: false },
  { kind: 'answer', answer: failed(429, { 'retry-after': '315360000' }), acts: false },
  { kind: 'answer', answer: failed(500), acts: true },
  { kind: 'answer', answer: failed(503), acts: false },
  { kind: 'answer', answer: { status: 502, body: '<html>bad gateway' }, acts: true },
  { kind: 'answer', answer: HTML_PAGE, acts: false },
  { kind: 'answer', answer: HTML_PAGE, acts: true },
  { kind: 'answer', answer: json(200, { ok: false }), acts: false },
  { kind: 'answer', answer: failed(422), acts: false },
  { kind: 'answer', answer: said(400, 'to parameter is not a valid address'), acts: false },
  { kind: 'answer', answer: { status: 303, headers: { location: '/' }, body: '' }, acts: true },
  { kind: 'reset before the body' },
  { kind: 'reset after the body', acts: false },
  { kind: 'reset after the body', acts: true },
  { kind: 'half answer' },
  { kind: 'huge answer', bytes: 1_100_000 },
];
/** These cost the deadline of a request each, so there are few. */
export const SLOW_FAULTS: readonly ProviderFault[] = [
  { kind: 'silence', acts: true },
  { kind: 'silence', acts: false },
  { kind: 'slow answer', msPerByte: 30 },
];
