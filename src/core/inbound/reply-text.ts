import { linesOf } from './mail.ts';
import {
  dividerAt,
  isQuoted,
  isSignatureStart,
  QUOTE_HEADER_LINES_MAX,
  quoteHeaderAt,
} from './quote-signs.ts';

/** The new words of a mail. */
export interface ReplyText {
  /** Without what was quoted and without the signature; answers between quoted lines keep the lines they answer. */
  readonly text: string;
  /** The same without any quoted line: the words of this person alone. */
  readonly ownWords: string;
}

/** New words stand above; what lies below so many lines is what they answer. */
const LINES_MAX = 2_000;
const LINE_CHARACTERS_MAX = 2_000;

/**
 * Divides a reply from the mail it answers (A7, hardening 143): attribution lines in many languages, "Original Message"
 * dividers, blocks of From/Sent/To/Subject, `>`; then takes the signature away. Text that stands below a quote is kept,
 * since some people answer there.
 */
export function readReply(text: string): ReplyText {
  const lines = cleanLines(text);
  const reply = withoutSignature(withoutQuote(lines));
  const words = reply.filter((line) => !isQuoted(line));
  return { text: joined(reply), ownWords: joined(words) };
}

// Zero width characters, byte order marks, and the letter with which Streak marks what it tracks.
const STRAY = /[\u200B\u200C\u200D\u2060\uFEFF\u1427]/g;

function cleanLines(text: string): readonly string[] {
  return linesOf(text, LINES_MAX).map((line) =>
    line.slice(0, LINE_CHARACTERS_MAX).replace(STRAY, '').replaceAll('\u00A0', ' ').trimEnd(),
  );
}

/** Without the empty lines above and below. */
function joined(lines: readonly string[]): string {
  const first = lines.findIndex((line) => !isBlank(line));
  const last = lines.findLastIndex((line) => !isBlank(line));
  return lines.slice(first, last + 1).join('\n');
}

/** Lines are without white space at their ends (cleanLines). */
function isBlank(line: string): boolean {
  return line === '';
}

/** A mail that begins with more attributions than these answers none of them. */
const ATTRIBUTIONS_MAX = 3;

function withoutQuote(lines: readonly string[], attributions = 0): readonly string[] {
  const divider = lines.findIndex((_, index) => dividerAt(lines, index));
  const whole = divider === -1 ? lines : lines.slice(0, divider);
  const header = attributions < ATTRIBUTIONS_MAX ? firstQuoteHeader(whole) : null;
  if (header === null) return withoutTrailingQuote(whole);
  const before = whole.slice(0, header.start);
  const after = whole.slice(header.end);
  const isAtTop = before.every(isBlank);
  const answer = afterQuote(after, isAtTop);
  // Not marked as a quote: with words above it is the old mail; at the top of the mail it can only be the answer.
  if (answer === null) return isAtTop ? withoutQuote(after, attributions + 1) : before;
  return [...before, ...answer];
}

function firstQuoteHeader(lines: readonly string[]): { readonly start: number; readonly end: number } | null {
  for (const start of lines.keys()) {
    const count = quoteHeaderAt(lines.slice(start, start + QUOTE_HEADER_LINES_MAX));
    if (count > 0) return { start, end: start + count };
  }
  return null;
}

/** What of the lines below "On … wrote:" was written by the person; null when they are not marked as a quote. */
function afterQuote(below: readonly string[], isAtTop: boolean): readonly string[] | null {
  const after = withoutSignature(below, true);
  const first = after.findIndex((line) => !isBlank(line));
  if (!isQuoted(after[first] ?? '')) return null;
  const last = after.findLastIndex(isQuoted);
  const tail = after.slice(last + 1);
  if (after.slice(first, last).some(isOwn)) return withoutTrailingQuote(after);
  return isAtTop || tail.every(isBlank) ? tail : [...after.slice(first, last + 1), ...tail];
}

/** A quote without an attribution line at the end; anything above it stays. */
function withoutTrailingQuote(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex(isOwn) + 1);
}

function isOwn(line: string): boolean {
  return !isBlank(line) && !isQuoted(line);
}

function withoutSignature(lines: readonly string[], areWordsAbove = false): readonly string[] {
  let isCode = false;
  let hasWords = areWordsAbove;
  for (const [index, line] of lines.entries()) {
    if (line.trimStart().startsWith('```')) isCode = !isCode;
    if (!isCode && isSignatureStart(line) && (hasWords || lines.slice(index + 1).every(isBlank)))
      return lines.slice(0, index);
    hasWords ||= isOwn(line);
  }
  return lines;
}
