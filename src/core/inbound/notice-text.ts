import { addressesIn } from './addresses.ts';
import { linesOf, type MailHeader, parseFields } from './mail.ts';

/** The human-readable text of a notice, divided into what it says and what it returns. */
export interface NoticeText {
  readonly lines: readonly string[];
  /** Headers of the mail that is quoted below; empty when none is. */
  readonly returnedHeaders: readonly MailHeader[];
}

/** One address of a notice and what is said about it. */
export interface NoticeSegment {
  readonly address: string;
  readonly text: string;
}

const LINES_MAX = 3_000;
/** What a notice says stands at its beginning; the rest is the mail it returns. */
const NOTICE_LINES_MAX = 300;
const LINE_CHARACTERS_MAX = 1_500;
const SEGMENTS_MAX = 50;
const SEGMENT_LINES_MAX = 40;
const LEAD_AND_ADDRESS_CHARACTERS_MAX = 400;

/** Lines with which programs introduce the mail they return; matched without case. */
const RETURNED_FROM =
  /^[\s>]*[-=_*]{0,40}\s*(?:(?:below this line is a copy|this is a copy of (?:the|your) message|(?:here is )?a copy of (?:the|your) (?:original )?(?:message|mail)|the headers? of the original|below is a copy of|enclosed is a copy|bounced e-?mail)\b.{0,80}|(?:(?:the )?original (?:message|mail)|message headers?|unsent message|returned (?:message|mail)|full message|(?:non-delivered|undelivered) message|message text|start of (?:message )?headers?|headers? of the original message)(?: follows?| below| headers?| is attached| as follows)?)\s*[-=_*:.]{0,60}\s*$/i;
const HEADER_LINE =
  /^[\s>]{0,6}(?:received|return-path|dkim-signature|x-received|delivered-to|mime-version|message-id|arc-seal|x-google-dkim-signature|x-original-to|authentication-results)\s*:/i;
/** The first field of the returned mail; the group is what quotes or indents all of it. */
const FIELD_START = /^([\s>]*)[A-Za-z][\w-]{1,40}\s*:/;

/** Divides the text of a notice where the returned mail begins. Looks at its first 3,000 lines. */
export function readNotice(text: string): NoticeText {
  const lines = linesOf(text, LINES_MAX);
  const cut = cutOf(lines);
  return {
    lines: lines.slice(0, Math.min(cut, NOTICE_LINES_MAX)).map((line) => line.slice(0, LINE_CHARACTERS_MAX)),
    returnedHeaders: returnedHeadersIn(lines.slice(cut)),
  };
}

function cutOf(lines: readonly string[]): number {
  const at = lines.findIndex((line) => HEADER_LINE.test(line.slice(0, 60)) || isDivider(line));
  return at === -1 ? lines.length : at;
}

function isDivider(line: string): boolean {
  return line.length <= 200 && RETURNED_FROM.test(line);
}

function returnedHeadersIn(lines: readonly string[]): readonly MailHeader[] {
  for (const [start, first] of lines.entries()) {
    const indent = FIELD_START.exec(first.slice(0, 60))?.[1];
    if (indent !== undefined)
      return parseFields(
        lines.slice(start).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)),
      );
  }
  return [];
}

/**
 * The addresses a notice speaks about, in their order, each with the lines that belong to it: those from the line that
 * begins with it up to the next such line. An address of `ours` (who got the notice and who sent it) is nobody's
 * failure. The first mention of an address begins its segment; a second one adds to it, because some programs say
 * everything in two languages.
 */
export function segmentsOf(lines: readonly string[], ours: ReadonlySet<string>): readonly NoticeSegment[] {
  const segments = new Map<string, string[]>();
  let current: string[] | null = null;
  for (const line of lines) {
    const address = leadingAddress(line);
    if (address !== null && !ours.has(address) && segments.size < SEGMENTS_MAX) {
      current = segments.get(address) ?? [];
      segments.set(address, current);
    }
    if (current !== null && current.length < SEGMENT_LINES_MAX) current.push(line);
  }
  return [...segments].map(([address, own]) => ({ address, text: own.join('\n') }));
}

/** What may stand before the address that a line is about: brackets, quotes, a reply code, a few known words. */
const LEAD =
  /^[\s>*"'<([-]*(?:(?:\d{3}[ -](?:\d\.\d{1,3}\.\d{1,3} )?|recipient(?: address)?:|rcpt to:|undeliverable to|delivery failed \d+ attempts:|for|user|final-recipient:|original-recipient:|rfc822;|target mail address:)[\s<"']*)*/i;

function leadingAddress(line: string): string | null {
  const rest = line.slice(0, LEAD_AND_ADDRESS_CHARACTERS_MAX).replace(LEAD, '').toLowerCase();
  return addressesIn(rest, 1).find((address) => rest.startsWith(address)) ?? null;
}
