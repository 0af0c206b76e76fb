import { parseDomain } from './mail-domain.ts';

/** A remark about an address that is accepted all the same. */
export type AddressWarning = 'look_alike_domain';

export interface ParsedAddress {
  /** As written, trimmed, NFC; the domain in lower case as A-labels. */
  readonly email: string;
  /** The same with the local part in lower case: one lead and one suppression per key (hardening 18). */
  readonly emailKey: string;
  readonly warnings: readonly AddressWarning[];
}

/** One sentence without the address itself, which the caller names with file and line. */
export interface AddressProblem {
  readonly problem: string;
}

/** RFC 5321 4.5.3.1.1. */
const LOCAL_BYTES_MAX = 64;
/** RFC 5321 4.5.3.1.3: a path of 256 bytes with its angle brackets. */
const ADDRESS_BYTES_MAX = 254;

/** Nearly every address: decided by one look. The order of parts leaves the expression nothing to retry. */
const PLAIN =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$/;
const BAD_HYPHEN = /(?:^|\.)-|-(?:\.|$)|xn--/i;
const LOCAL_CHARACTERS = /^[\w!#$%&'*+/=?^`{|}~.-]+$/;
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/;
const INVISIBLE = /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/;
const NON_ASCII = /[\u0080-\uFFFF]/;
const ANGLE = /<\s*([^<>\s]+@[^<>\s]+)\s*>/;

const NO_WARNINGS: readonly AddressWarning[] = [];

/**
 * Reads the address of one lead from one cell or argument (hardening 18 to 30). Local parts keep the case in which
 * they were written, but two that differ in case alone are one lead; `a+tag@` and `a@`, and `john.doe@` and
 * `johndoe@`, are two (19, 20). A display name, a second address, quoted local parts, address literals and local
 * parts outside ASCII (they need SMTPUTF8, which no transport here is known to have) are problems.
 */
export function parseAddress(text: string): ParsedAddress | AddressProblem {
  if (text.length <= ADDRESS_BYTES_MAX && PLAIN.test(text)) {
    const at = text.indexOf('@');
    const isPlain = at <= LOCAL_BYTES_MAX && !(text.includes('-', at) && BAD_HYPHEN.test(text.slice(at + 1)));
    if (isPlain) return plainAddress(text, at);
  }
  return parseSlowly(text.trim().normalize('NFC'));
}

/** Nearly every address is its own key: then it is one text, which nobody has to compare, hash or keep twice. */
function plainAddress(text: string, at: number): ParsedAddress {
  const emailKey = text.toLowerCase();
  const isKey = emailKey === text;
  return {
    email: isKey ? emailKey : text.slice(0, at) + emailKey.slice(at),
    emailKey,
    warnings: NO_WARNINGS,
  };
}

function parseSlowly(text: string): ParsedAddress | AddressProblem {
  const problem = shapeProblem(text);
  if (problem !== null) return { problem };
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  const localProblem = problemOfLocal(local);
  if (localProblem !== null) return { problem: localProblem };
  const parsed = parseDomain(text.slice(at + 1));
  if ('problem' in parsed) return parsed;
  const email = `${local}@${parsed.domain}`;
  if (email.length > ADDRESS_BYTES_MAX) {
    return { problem: `the address is longer than ${String(ADDRESS_BYTES_MAX)} bytes` };
  }
  return {
    email,
    emailKey: email.toLowerCase(),
    warnings: parsed.isLookAlike ? ['look_alike_domain'] : NO_WARNINGS,
  };
}

/** What is wrong before the parts are looked at; the most helpful sentence first. */
function shapeProblem(text: string): string | null {
  if (text === '') return 'no email address';
  if (CONTROL.test(text)) return 'control characters in the address';
  if (INVISIBLE.test(text)) return 'invisible characters in the address';
  const ats = text.split('@').length - 1;
  if (ats === 0) return 'no @ in the address';
  if (ats > 1 && /[,;\s]/.test(text)) return 'more than one address in one cell';
  const inAngles = ANGLE.exec(text)?.[1];
  if (inAngles !== undefined) return `a name with the address: write ${inAngles} alone`;
  if (ats > 1) return 'more than one @ in the address';
  if (/\s/.test(text)) return 'a space in the address';
  return null;
}

function problemOfLocal(local: string): string | null {
  if (local === '') return 'nothing before the @';
  if (NON_ASCII.test(local))
    return 'letters outside ASCII before the @ need SMTPUTF8, which is not supported';
  if (local.length > LOCAL_BYTES_MAX)
    return `the part before the @ is longer than ${String(LOCAL_BYTES_MAX)} bytes`;
  if (local.startsWith('.') || local.endsWith('.')) return 'a dot at the edge of the part before the @';
  if (local.includes('..')) return 'two dots in a row before the @';
  if (!LOCAL_CHARACTERS.test(local)) return 'characters before the @ that an address cannot have';
  return null;
}
