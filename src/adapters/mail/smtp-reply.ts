import { fatalMarker } from '../../core/fatal-markers.ts';
import { headerText } from '../../core/template-text.ts';

/** One answer of an SMTP server (RFC 5321, 4.2). */
export interface SmtpReply {
  readonly code: number;
  /** All its lines as one, safe to print, code included. */
  readonly text: string;
}

const TEXT_CHARACTERS_MAX = 500;
const SECOND_MS = 1000;
const UNITS_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: 60 * SECOND_MS, h: 3600 * SECOND_MS };
const WAIT_MS_MAX = 24 * 3600 * SECOND_MS;

/** No log-in, or a bad one (RFC 4954, 6), wherever it is said. */
const LOGIN_CODES: readonly number[] = [530, 534, 535, 538];
/** The sender's own allowance and account, in the words of relays; a recipient's full mailbox is none of these. */
const SENDER_WORDS: readonly RegExp[] = [
  /\b(?:sending|sender|daily|hourly|monthly|relay|outbound|message|recipients?)\s(?:\w+\s){0,3}(?:quota|limit)\s(?:has been\s|is\s|was\s)?(?:exceeded|reached)/i,
  /\bexceeded\s(?:\w+\s){0,4}(?:sending|daily|hourly|monthly|message)\s(?:\w+\s)?(?:quota|limit)/i,
  /\bmaximum credits exceeded/i,
  /\b(?:client|user|you)\s(?:was\s|is\s|are\s|must be\s)?(?:not )?authenticated/i,
  /\bauthentication (?:is )?required/i,
  /\bmust issue a starttls/i,
];
/** Enhanced codes X.2.Y speak of the recipient's mailbox (RFC 3463, 3.3). */
const ABOUT_MAILBOX = /^\d{3}[ -][45]\.2\.\d/;

/** Reads the lines of one reply; null when they are no reply, or do not agree on their code. */
export function parseReply(raw: string): SmtpReply | null {
  const lines = raw.split(/\r?\n/).filter((line) => line.trim() !== '');
  const codes = lines.map((line) => /^([2-5]\d\d)(?:[ -]|$)/.exec(line)?.[1]);
  const [first] = codes;
  if (first === undefined || codes.some((code) => code !== first)) return null;
  const words = lines.map((line) => line.slice(4)).join(' ');
  return { code: Number(first), text: printable(`${first} ${words}`) };
}

/** What another program said, in one line of a bounded length. */
export function printable(text: string): string {
  return headerText(text).slice(0, TEXT_CHARACTERS_MAX).toWellFormed();
}

/** D4: true where no other mail would fare better: no log-in, no quota, no money. */
export function isAboutSender({ code, text }: SmtpReply): boolean {
  if (code < 400) return false;
  if (LOGIN_CODES.includes(code)) return true;
  if (ABOUT_MAILBOX.test(text)) return false;
  return fatalMarker(text) !== null || SENDER_WORDS.some((words) => words.test(text));
}

/** D7: the wait that a temporary refusal names ("try again in 5 minutes"), at most a day; null when it names none. */
export function waitAskedFor({ code, text }: SmtpReply): number | null {
  if (code < 400 || code > 499) return null;
  const match = /\b(?:in|after|for|wait)\s+(\d{1,6})\s*(s|m|h)(?:ec|in|our|\b)/i.exec(text);
  const unit = UNITS_MS[match?.[2]?.toLowerCase() ?? ''];
  return unit === undefined ? null : Math.min(Number(match?.[1]) * unit, WAIT_MS_MAX);
}
