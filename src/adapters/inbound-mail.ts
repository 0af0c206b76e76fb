import type { Attachment, Email } from 'postal-mime';

import { htmlToText } from '../core/inbound/html-text.ts';
import {
  type InboundMail,
  linesOf,
  type MailHeader,
  type MailPart,
  parseFields,
} from '../core/inbound/mail.ts';
import { decodeReferences } from './mail/character-references.ts';

/** What a mail may cost us; a reply with a film attached has its words at the beginning. */
const BYTES_MAX = 4_000_000;
/** Of one made to be dear to read: each line and each part takes a hundred times its bytes of memory, and the unit has a gigabyte. */
const DEAR_BYTES_MAX = 500_000;
/** More than 4 MB of an attachment have, and a longer line than any program that keeps to RFC 5322, 2.1.1 (998) comes near to. */
const LINES_MAX = 60_000;
/** How many lines, and pieces of base64 that are padded each, are read of a mail that has more of them than `LINES_MAX`. */
const DEAR_LINES_MAX = 20_000;
const LINE_BYTES_MAX = 100_000;
const HEADERS_BYTES_MAX = 1_000_000;
const HEADERS_MAX = 500;
const HEADER_CHARACTERS_MAX = 20_000;
const NESTING_MAX = 30;
const PARTS_MAX = 50;
const PART_CHARACTERS_MAX = 200_000;
const TEXT_CHARACTERS_MAX = 500_000;
const HEAD_LINES_MAX = 2_000;

/** Parts whose text the rules read; pictures and documents are left unread. */
const READABLE = /^(?:message\/|text\/)/;

/**
 * Reads the bytes of one mail into data (RFC 5322, 2045 to 2047). It never throws for what the bytes hold: a mail that
 * is too long is read up to 4 MB, or half of one where it is made of very many lines or a very long one, one whose MIME structure is broken or nested deeper than 30 is read as headers and
 * plain text, and both say so (`isWhole`). Nothing is unpacked, fetched or run (hardening 145).
 */
export async function readInboundMail(bytes: Uint8Array): Promise<InboundMail> {
  const cut = cutToCost(bytes.subarray(0, BYTES_MAX));
  const isCut = cut.length < bytes.length;
  const email = await parsed(unflowed(cut));
  if (email === null) return withoutStructure(cut);
  const { decodeWords } = await import('postal-mime');
  const headers = email.headers.slice(0, HEADERS_MAX).map(({ key, value }): MailHeader => ({
    name: key,
    value: decodeWords(value.slice(0, HEADER_CHARACTERS_MAX)).replace(/\s+/g, ' '),
  }));
  const parts = email.attachments
    .filter(({ mimeType }) => READABLE.test(mimeType))
    .slice(0, PARTS_MAX)
    .map(partOf);
  const text = textOf(email);
  // A boundary that does not occur leaves nothing; the lines are there all the same.
  if (text === '' && parts.length === 0) return { ...withoutStructure(cut), headers, isWhole: !isCut };
  return { headers, text, parts, isWhole: !isCut && email.attachments.length <= PARTS_MAX };
}

/**
 * The beginning alone of a mail with more lines, or longer ones, than any of a person or a mail server. A piece of base64 that is padded
 * counts as a line: the parser keeps each of them apart until the end.
 */
function cutToCost(bytes: Uint8Array): Uint8Array {
  const mail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const hasBase64 = /base64/i.test(mail.toString('latin1'));
  let lines = 0;
  let end = DEAR_BYTES_MAX;
  for (let at = 0; at < mail.length;) {
    const feed = mail.indexOf(NEWLINE, at);
    const next = feed === -1 ? mail.length : feed + 1;
    lines += 1 + (hasBase64 ? paddedPieces(mail.subarray(at, next)) : 0);
    if (lines <= DEAR_LINES_MAX) end = Math.min(next, DEAR_BYTES_MAX);
    if (next - at > LINE_BYTES_MAX || lines > LINES_MAX) return bytes.subarray(0, end);
    at = next;
  }
  return bytes;
}

/** How many pieces of base64 end inside a line, its own end apart; none in a line that has anything else in it. */
function paddedPieces(line: Buffer): number {
  if (!line.includes(PADDING)) return 0;
  const text = line.toString('latin1').trimEnd();
  return /^[A-Za-z0-9+/=]*$/.test(text) ? (text.match(/=+(?=[^=])/g)?.length ?? 0) : 0;
}

const PADDING = 0x3d;
const NEWLINE = 10;

/**
 * The parser joins flowed lines (RFC 3676) without looking at their quotes, so that an answer right below a quoted line
 * would become part of it. Lines are folded later, where words are compared; here they stay as they are.
 */
function unflowed(bytes: Uint8Array): Uint8Array {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!/format="?flowed/i.test(raw.subarray(0, HEADERS_BYTES_MAX).toString('latin1'))) return bytes;
  return Buffer.from(raw.toString('latin1').replace(/(format="?)flowed/gi, '$1fixed'), 'latin1');
}

/** Null for what the parser refuses: deeper or longer than the limits, or a structure it cannot follow. */
async function parsed(bytes: Uint8Array): Promise<Email | null> {
  const { default: PostalMime } = await import('postal-mime');
  return PostalMime.parse(bytes, {
    maxNestingDepth: NESTING_MAX,
    maxHeadersSize: HEADERS_BYTES_MAX,
    // A returned mail is evidence, not text of the notice.
    forceRfc822Attachments: true,
  }).catch(() => null);
}

function textOf({ text, html }: Email): string {
  const plain = (text ?? '').slice(0, TEXT_CHARACTERS_MAX);
  if (plain.trim() !== '' || html === undefined) return plain;
  return htmlToText(html, { decodeReferences, charactersMax: TEXT_CHARACTERS_MAX });
}

function partOf({ mimeType, content }: Attachment): MailPart {
  const text = typeof content === 'string' ? content : Buffer.from(bytesOf(content)).toString('utf8');
  return { contentType: mimeType, text: text.slice(0, PART_CHARACTERS_MAX) };
}

function bytesOf(content: ArrayBuffer | Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content);
  // Cut before decoding, so that 4 MB of a returned mail are not turned into text for their headers.
  return bytes.subarray(0, PART_CHARACTERS_MAX);
}

function withoutStructure(bytes: Uint8Array): InboundMail {
  const raw = Buffer.from(bytes.subarray(0, TEXT_CHARACTERS_MAX)).toString('utf8');
  const end = /\r?\n\r?\n/.exec(raw);
  const head = end === null ? raw : raw.slice(0, end.index);
  return {
    headers: parseFields(linesOf(head, HEAD_LINES_MAX)),
    text: end === null ? '' : raw.slice(end.index + end[0].length),
    parts: [],
    isWhole: false,
  };
}
