import { parseAddress } from '../core/email-address.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { parseDomain } from '../core/mail-domain.ts';
import type { CheckResult } from './check-result.ts';

/** A sender as `From` needs it. */
export interface Mailbox {
  /** Null for a bare address. */
  readonly displayName: string | null;
  /** Domain in lower case. */
  readonly address: string;
}

/**
 * Reads `Name <address>`, `"Name, Ltd" <address>` or a bare address. Null when it is anything else: two addresses,
 * control characters, a missing bracket. What passes here can be written into a header without further thought
 * except the quoting of the name (RFC 5322, 3.4).
 */
export function parseMailbox(text: string): Mailbox | null {
  const match = /^(?:(?<name>[^<>]*?)\s*<(?<inner>[^<>]+)>|(?<bare>[^<>\s]+))$/.exec(text.trim());
  const address = normaliseAddress(match?.groups?.['inner'] ?? match?.groups?.['bare'] ?? '');
  if (address === null) return null;
  const written = match?.groups?.['name'] ?? '';
  const displayName = /^".*"$/.test(written) ? written.slice(1, -1).replaceAll(/\\(.)/g, '$1') : written;
  if (UNFIT_FOR_A_NAME.test(displayName)) return null;
  return { displayName: displayName.trim() === '' ? null : displayName.trim(), address };
}

/** Control characters, line separators, and what turns the direction of text round. */
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const UNFIT_FOR_A_NAME = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** The address as a lead's would be stored: domain in lower case as A-labels; null when it is not exactly one. */
function normaliseAddress(text: string): string | null {
  const parsed = parseAddress(text);
  return 'problem' in parsed ? null : parsed.email;
}

export function checkAddress(text: string): CheckResult | null {
  const address = normaliseAddress(text.trim());
  return address === null ? null : { kind: 'right', value: address };
}

export function checkMailbox(text: string): CheckResult | null {
  return parseMailbox(text) === null ? null : { kind: 'right', value: text.trim() };
}

/** Kept as leads are compared: two spellings of one address are one entry. */
export function checkAddresses(value: unknown): CheckResult | null {
  return checkEach(value, (text) => {
    const parsed = parseAddress(text);
    return 'problem' in parsed ? null : parsed.emailKey;
  });
}

export function checkDomains(value: unknown): CheckResult | null {
  return checkEach(value, (text) => {
    const parsed = parseDomain(text);
    return 'problem' in parsed ? null : parsed.domain;
  });
}

export function checkHost(text: string): CheckResult | null {
  const isAddress = /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || /^[0-9a-fA-F:]*:[0-9a-fA-F:]+$/.test(text);
  const isName = /^(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/.test(text) && text.length <= 253;
  return isAddress || isName ? { kind: 'right', value: text } : null;
}

/** http only towards this machine: RFC 8058 asks for https, and a link that carries a token needs it. */
/** A link of it and a token has to fit into a header line that is not folded (RFC 5322, 2.1.1). */
const WEB_ADDRESS_LENGTH_MAX = 500;

export function checkWebAddress(text: string): CheckResult | null {
  if (text.length > WEB_ADDRESS_LENGTH_MAX || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return isSafe && isPlain ? { kind: 'right', value: url.href.replace(/\/+$/, '') } : null;
}

const MAX_ELEMENTS = 1000;

function checkEach(value: unknown, normalise: (text: string) => string | null): CheckResult | null {
  if (!Array.isArray(value) || value.length > MAX_ELEMENTS) return null;
  const elements: string[] = [];
  for (const element of value) {
    const normalised = typeof element === 'string' ? normalise(element.trim()) : null;
    if (normalised === null) return null;
    elements.push(normalised);
  }
  return { kind: 'right', value: elements };
}
