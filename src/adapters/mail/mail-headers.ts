import type * as Codec from 'nodemailer/lib/mime-funcs';

import { headerText, templateValue } from '../../core/template-text.ts';
import type { MailToCompose } from './compose.ts';
import { messageIdHeader, normaliseMessageId } from './message-id.ts';

/** The library's pure functions for header values. */
type Library = typeof Codec;

/** Kept: in the bundle every import copies the whole namespace. */
let library: Promise<Library> | null = null;

/** RFC 5322, 2.1.1: what a line should not pass. */
const LINE_CHARACTERS = 76;
/** Of one encoded word; RFC 2047, 2 allows 75. */
const ENCODED_WORD_CHARACTERS = 52;
const NAME_CHARACTERS_MAX = 120;
/** A word of more than a line cannot be folded, and a line break right after the colon is read as a space; encoded it can. */
const FOLDABLE_WORD_MAX = 60;
const LONG_WORD = new RegExp(`\\S{${FOLDABLE_WORD_MAX}}`);
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const REFERENCES_MAX = 30;

/**
 * The header lines of one mail in a fixed order, each folded and ending without its CRLF; all but the ones that speak of the
 * body (RFC 5322, 3.6). The subject is cleaned already.
 */
export async function mailHeaders(mail: MailToCompose, subject: string): Promise<readonly string[]> {
  library ??= import('nodemailer/lib/mime-funcs');
  const codec = await library;
  return [
    ...addressLines(codec, mail),
    codec.foldLines(`Subject: ${subjectValue(codec, subject)}`, LINE_CHARACTERS),
    `Date: ${new Date(mail.date).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${messageIdHeader(mail.messageId, mail.from.address)}`,
    ...threadLines(codec, mail.thread),
    ...unsubscribeLines(mail.unsubscribeUrl),
    `X-Headgate-Message: ${mail.messageId}`,
    ...(mail.isRehearsal ? ['X-Headgate-Rehearsal: yes'] : []),
  ];
}

function addressLines(codec: Library, { from, brand, lead, replyTo }: MailToCompose): string[] {
  const line = (name: string, mailbox: string): string =>
    codec.foldLines(`${name}: ${mailbox}`, LINE_CHARACTERS);
  return [
    line('From', mailboxOf(codec, from.displayName ?? brand.name, from.address)),
    line('To', mailboxOf(codec, lead.name ?? '', lead.email)),
    ...(replyTo === null ? [] : [line('Reply-To', replyTo)]),
  ];
}

/** RFC 5322, 3.4: the name bare where it is words alone, quoted where it is ASCII, else encoded (hardening 57). */
function mailboxOf(codec: Library, displayName: string, address: string): string {
  const name = nameText(displayName);
  if (name === '') return address;
  if (/^[\w ]+$/.test(name)) return `${name} <${address}>`;
  const phrase = PRINTABLE_ASCII.test(name) ? codec.quoteString(name) : encoded(codec, name);
  return `${phrase} <${address}>`;
}

/** A display name: one line, no longer than a header can show, nothing in it that looks encoded or stands for nothing (hardening 43, 44, 49, 57). */
export function nameText(name: string): string {
  const text = headerText(templateValue(name) ?? '').replaceAll('=?', '= ?');
  return text.length <= NAME_CHARACTERS_MAX
    ? text
    : [...text].slice(0, NAME_CHARACTERS_MAX).join('').trimEnd();
}

/** Encoded where it has to be, and where it would be read as something else: a word too long to fold, or one that looks encoded. */
function subjectValue(codec: Library, subject: string): string {
  const isPlain = PRINTABLE_ASCII.test(subject) && !subject.includes('=?') && !LONG_WORD.test(subject);
  return isPlain ? subject : encoded(codec, subject);
}

/** RFC 2047: letter by letter where most letters are Latin, else in base64. */
function encoded(codec: Library, text: string): string {
  let latin = 0;
  let others = 0;
  for (const character of text) {
    if (character > '\u007f') others += 1;
    else if (/[A-Za-z]/.test(character)) latin += 1;
  }
  return codec.encodeWord(text, others < latin ? 'Q' : 'B', ENCODED_WORD_CHARACTERS);
}

function threadLines(codec: Library, thread: MailToCompose['thread']): string[] {
  const references = referencesOf(thread);
  const inReplyTo = references.at(-1);
  if (inReplyTo === undefined) return [];
  return [
    `In-Reply-To: ${inReplyTo}`,
    codec.foldLines(`References: ${references.join(' ')}`, LINE_CHARACTERS),
  ];
}

/** Oldest first, the answered one last (RFC 5322, 3.6.4); of a very long thread its beginning and its end. */
function referencesOf(thread: MailToCompose['thread']): readonly string[] {
  if (thread === null) return [];
  const answered = normaliseMessageId(thread.inReplyTo);
  const before = thread.references.map(normaliseMessageId);
  const ids = [...before.filter((id) => id !== answered), answered].filter((id) => id !== null);
  const unique = [...new Set(ids)];
  return unique.length <= REFERENCES_MAX
    ? unique
    : [...unique.slice(0, 1), ...unique.slice(1 - REFERENCES_MAX)];
}

/** D10, RFC 8058. In one line each: folded, they have broken DKIM signatures of relays. */
function unsubscribeLines(unsubscribeUrl: string | null): string[] {
  if (unsubscribeUrl === null) return [];
  return [`List-Unsubscribe: <${unsubscribeUrl}>`, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click'];
}
