import type MimeNode from 'nodemailer/lib/mime-node';

import { HeadgateError } from '../../core/errors.ts';
import type { Instant } from '../../core/model.ts';
import { headerText } from '../../core/template-text.ts';
import type { OutgoingMail } from '../../ports.ts';
import { frameHtml, frameText } from './mail-frame.ts';
import type { MailFooter } from './mail-frame.ts';
import { renderHtml } from './markdown-html.ts';
import { readMarkdown } from './markdown-reader.ts';
import { renderText } from './markdown-text.ts';
import { isPublicMessageId, messageIdHeader, normaliseMessageId } from './message-id.ts';

/** Everything that one mail is made of. */
export interface MailToCompose {
  /** `m-…` */
  readonly messageId: string;
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
  readonly lead: { readonly email: string; readonly name: string | null };
  /** Without a display name the brand's name is shown. */
  readonly from: { readonly address: string; readonly displayName: string | null };
  readonly replyTo: string | null;
  readonly brand: { readonly name: string; readonly postalAddress: string };
  /** Stands in `Date`: give the same one on every attempt. */
  readonly date: Instant;
  /** Null for a mail to the operator, which has no List-Unsubscribe. */
  readonly unsubscribeUrl: string | null;
  /** D9: every mail that was not for real says so. */
  readonly isRehearsal: boolean;
  /** Message-IDs of the mail that this one answers, and of those before it, oldest first; null starts a thread. */
  readonly thread: { readonly inReplyTo: string; readonly references: readonly string[] } | null;
}

const NAME_CHARACTERS_MAX = 120;
/** RFC 5322, 2.1.1. */
const LINE_BYTES_MAX = 998;
/** Text and HTML of the longest copy are a hundredth of this (hardening 60). */
const MAIL_BYTES_MAX = 1_048_576;
/** Longer words cannot be folded; encoded they can. */
const FOLDABLE_WORD_MAX = 400;
const REFERENCES_MAX = 30;
/** One address that needs no quoting: what import and configuration let through. */
const BARE_ADDRESS = /^[\w!#$%&'*+/=?^`{|}~.-]+@[A-Za-z0-9.-]+$/;
const UNSUBSCRIBE_URL = /^https?:\/\/[\x21-\x3b\x3d\x3f-\x7e]{1,900}$/;

/**
 * Makes the bytes of one mail: multipart/alternative, text and HTML from the same Markdown, with the footer and the
 * one-click headers that D10 and RFC 8058 ask for. The same input makes the same bytes, whenever and wherever (D1):
 * no clock, no randomness. Throws HeadgateError `mail_not_composed` for what should never have come this far.
 */
export async function composeMail(mail: MailToCompose): Promise<OutgoingMail> {
  const subject = headerText(mail.subject);
  const tokens = await readMarkdown(mail.bodyMarkdown);
  const bodyText = renderText(tokens);
  requireSound(mail, { subject, bodyText });
  const footer = footerOf(mail);
  const raw = await buildMime(mail, {
    subject,
    text: frameText(bodyText, footer),
    html: frameHtml(renderHtml(tokens), { title: subject, preheader: preheaderOf(mail), footer }),
  });
  requireTransportable(mail, raw);
  return {
    id: mail.messageId,
    from: mail.from.address,
    to: mail.lead.email,
    messageIdHeader: messageIdHeader(mail.messageId, mail.from.address),
    raw,
  };
}

function preheaderOf({ preheader }: MailToCompose): string | null {
  return preheader === null ? null : headerText(preheader) || null;
}

function footerOf({ brand, from, replyTo, unsubscribeUrl }: MailToCompose): MailFooter {
  return {
    senderName: headerText(brand.name),
    postalAddress: brand.postalAddress,
    contact: replyTo ?? from.address,
    unsubscribeUrl,
  };
}

async function buildMime(
  mail: MailToCompose,
  parts: { readonly subject: string; readonly text: string; readonly html: string },
): Promise<Buffer> {
  const { default: Node } = await import('nodemailer/lib/mime-node');
  // "=_" cannot occur in quoted-printable text, so no body can hold the boundary.
  const root = new Node('multipart/alternative', {
    boundaryPrefix: '=_headgate',
    baseBoundary: mail.messageId,
  });
  setAddresses(root, mail);
  root.setHeader('Subject', await subjectHeader(parts.subject));
  setIdentity(root, mail);
  addPart(root, { contentType: 'text/plain; charset=utf-8', content: parts.text });
  addPart(root, { contentType: 'text/html; charset=utf-8', content: parts.html });
  // Stores and filters put a ">" before a line that begins with "From " (hardening 51). No header line does.
  return Buffer.from((await root.build()).toString('latin1').replace(/\r\nFrom /g, '\r\n=46rom '), 'latin1');
}

function setAddresses(root: MimeNode, { from, brand, lead, replyTo }: MailToCompose): void {
  root.setHeader('From', { name: nameText(from.displayName ?? brand.name), address: from.address });
  root.setHeader('To', { name: nameText(lead.name ?? ''), address: lead.email });
  if (replyTo !== null) root.setHeader('Reply-To', { name: '', address: replyTo });
}

function setIdentity(root: MimeNode, mail: MailToCompose): void {
  root.setHeader('Date', new Date(mail.date).toUTCString().replace('GMT', '+0000'));
  root.setHeader('Message-ID', messageIdHeader(mail.messageId, mail.from.address));
  const references = referencesOf(mail.thread);
  const inReplyTo = references.at(-1);
  if (inReplyTo !== undefined) {
    root.setHeader('In-Reply-To', inReplyTo);
    root.setHeader('References', references.join(' '));
  }
  if (mail.unsubscribeUrl !== null) {
    // In one line: folded, it has broken DKIM signatures of relays.
    root.setHeader('List-Unsubscribe', { prepared: true, value: `<${mail.unsubscribeUrl}>` });
    root.setHeader('List-Unsubscribe-Post', 'List-Unsubscribe=One-Click');
  }
  root.setHeader('X-Headgate-Message', mail.messageId);
  if (mail.isRehearsal) root.setHeader('X-Headgate-Rehearsal', 'yes');
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

function addPart(
  root: MimeNode,
  { contentType, content }: { readonly contentType: string; readonly content: string },
): void {
  const part = root.createChild(contentType);
  // Always, also where 7bit would do: long lines, lone dots and "From " arrive as they were written (hardening 51).
  part.setHeader('Content-Transfer-Encoding', 'quoted-printable');
  part.setContent(content.replace(/\r?\n|\r/g, '\r\n'));
}

/**
 * Encoded and folded by the library (RFC 2047), except where it would leave alone what must be encoded: a word too long
 * to fold, and a lead's value that looks encoded and would be decoded into something else.
 */
async function subjectHeader(
  subject: string,
): Promise<string | { prepared: boolean; foldLines: boolean; value: string }> {
  if (!subject.includes('=?') && !new RegExp(`\\S{${FOLDABLE_WORD_MAX}}`).test(subject)) return subject;
  const { encodeWord } = await import('nodemailer/lib/mime-funcs');
  return { prepared: true, foldLines: true, value: encodeWord(subject, 'Q', 52) };
}

/** A display name: one line, no longer than a header can show, nothing in it that looks encoded (hardening 43, 44, 57). */
function nameText(name: string): string {
  const characters = [...headerText(name).replaceAll('=?', '= ?')];
  return characters.slice(0, NAME_CHARACTERS_MAX).join('');
}

function requireSound(mail: MailToCompose, made: { subject: string; bodyText: string }): void {
  const faults: readonly (readonly [isSound: boolean, fault: string])[] = [
    [isPublicMessageId(mail.messageId), 'its id is not one of ours'],
    [BARE_ADDRESS.test(mail.lead.email), 'the address of the lead is not a plain address'],
    [BARE_ADDRESS.test(mail.from.address), 'the address of the sender is not a plain address'],
    [mail.replyTo === null || BARE_ADDRESS.test(mail.replyTo), 'the reply address is not a plain address'],
    [made.subject !== '', 'its subject is empty'],
    [made.bodyText.trim() !== '', 'its body is empty'],
    [mail.brand.postalAddress.trim() !== '', 'the postal address of the sender is missing'],
    [
      mail.unsubscribeUrl === null || UNSUBSCRIBE_URL.test(mail.unsubscribeUrl),
      'its unsubscribe link is not a plain web address',
    ],
  ];
  const first = faults.find(([isSound]) => !isSound);
  if (first !== undefined) throw notComposed(mail, first[1]);
}

/** What every server takes: ASCII, CRLF line ends, no line over 998 bytes. */
function requireTransportable(mail: MailToCompose, raw: Buffer): void {
  if (raw.length > MAIL_BYTES_MAX) throw notComposed(mail, `it is longer than ${MAIL_BYTES_MAX} bytes`);
  const text = raw.toString('latin1');
  const isPlain = !/[^\t\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n/.test(text);
  if (!isPlain || text.split('\r\n').some((line) => line.length > LINE_BYTES_MAX)) {
    throw notComposed(mail, 'a line of it is not fit for every mail server');
  }
}

function notComposed(mail: MailToCompose, fault: string): HeadgateError {
  return new HeadgateError(`message ${mail.messageId} cannot be made into a mail: ${fault}`, {
    code: 'mail_not_composed',
    exit: 'SOFTWARE',
    notDone: 'It was not sent.',
    fix: `Look at it: headgate review show ${mail.messageId}`,
    permanent: true,
  });
}
