import type { KeyFacts } from '../../core/doctor/relay.ts';
import { shortened } from '../sources/json-api.ts';
import { askPage, type PageAnswer } from '../http/ask-page.ts';
import type { HttpTimeouts } from '../http/http-peer.ts';
import { isObject, objectOf, textField } from '../http/json.ts';

/** Which provider to look at, and with what. */
export type ProviderProbe = {
  readonly baseUrl: string;
  readonly key: string;
  readonly timeouts: HttpTimeouts;
} & (
  | { readonly transport: 'resend'; readonly senderDomains: readonly string[] }
  | { readonly transport: 'mailgun'; readonly domain: string }
  | { readonly transport: 'stream'; readonly identity: string }
);

/** Asks a provider something that changes nothing and sends nothing: is the key good, and may it send from our domains? */
export async function probeProvider(probe: ProviderProbe): Promise<KeyFacts> {
  const answer = await askPage(`${probe.baseUrl}${pathOf(probe)}`, probe.timeouts, {
    accept: 'application/json',
    authorization: authorizationOf(probe),
  });
  if (answer.kind === 'silent') return answer;
  const common = commonVerdict(probe, answer);
  if (common !== null) return common;
  const value = objectOf(answer.text);
  if (answer.status !== 200 || value === null) return { kind: 'silent', words: lineOf(answer) };
  switch (probe.transport) {
    case 'resend':
      return judgeResend(value, probe.senderDomains);
    case 'mailgun':
      return judgeMailgun(value, probe.domain);
    case 'stream':
      return { kind: 'good', detail: `identity ${probe.identity} is there, nothing sent` };
  }
}

function pathOf(probe: ProviderProbe): string {
  switch (probe.transport) {
    case 'resend':
      return '/domains';
    case 'mailgun':
      return `/v3/domains/${encodeURIComponent(probe.domain)}`;
    case 'stream':
      return `/v1/identities/${encodeURIComponent(probe.identity)}/events?limit=1&timeoutMs=0`;
  }
}

function authorizationOf({ transport, key }: ProviderProbe): string {
  return transport === 'mailgun' ? `Basic ${Buffer.from(`api:${key}`).toString('base64')}` : `Bearer ${key}`;
}

type Answered = Extract<PageAnswer, { kind: 'answered' }>;

function commonVerdict(probe: ProviderProbe, answer: Answered): KeyFacts | null {
  const { status, text } = answer;
  if (status === 401 && textField(objectOf(text), 'name') === 'restricted_api_key')
    return { kind: 'good', detail: 'may only send, so its domains cannot be looked at' };
  if (status === 401 || status === 402 || status === 403) return { kind: 'refused', words: lineOf(answer) };
  if (status !== 404) return null;
  const what = probe.transport === 'mailgun' ? `the domain ${probe.domain}` : 'what was asked for';
  const key = probe.transport === 'mailgun' ? 'mail.mailgun.domain' : `mail.${probe.transport}.base_url`;
  return { kind: 'incomplete', words: `it does not know ${what}`, fix: `headgate config explain ${key}` };
}

function judgeResend(value: Readonly<Record<string, unknown>>, senderDomains: readonly string[]): KeyFacts {
  const listed = Array.isArray(value['data']) ? value['data'].filter(isObject) : [];
  for (const domain of senderDomains) {
    const state = listed.find((each) => textField(each, 'name')?.toLowerCase() === domain);
    if (state?.['status'] === 'verified') continue;
    const words =
      state === undefined
        ? `${domain} is not there`
        : `${domain} is ${textField(state, 'status') ?? 'unknown'}`;
    return { kind: 'incomplete', words, fix: `https://resend.com/domains   and verify ${domain} there` };
  }
  return { kind: 'good', detail: `${senderDomains.join(', ')} verified, nothing sent` };
}

function judgeMailgun(value: Readonly<Record<string, unknown>>, domain: string): KeyFacts {
  const state = isObject(value['domain']) ? textField(value['domain'], 'state') : null;
  if (state === 'active') return { kind: 'good', detail: `${domain} active, nothing sent` };
  const fix = `https://app.mailgun.com/mg/sending/domains   and verify ${domain} there`;
  return { kind: 'incomplete', words: `${domain} is ${state ?? 'unknown'}`, fix };
}

function lineOf({ status, text }: Answered): string {
  return `${String(status)} ${shortened(textField(objectOf(text), 'message') ?? text)}`.trim();
}
