import { HeadgateError } from '../../core/errors.ts';
import type { Instant } from '../../core/model.ts';
import type { MailHeader, MailParts, OutgoingMail } from '../../ports.ts';
import { mailBodies, type MailWords } from './mail-bodies.ts';
import { mailHeaders, nameText } from './mail-headers.ts';
import { isPublicMessageId, messageIdHeader } from './message-id.ts';
import { quotedPrintable } from './quoted-printable.ts';

/** Everything that one mail is made of. */
export interface MailToCompose extends MailWords {
  /** `m-…` */
  readonly messageId: string;
  readonly lead: { readonly email: string; readonly name: string | null };
  /** Without a display name the brand's name is shown. */
  readonly from: { readonly address: string; readonly displayName: string | null };
  /** Stands in `Date`: give the same one on every attempt. */
  readonly date: Instant;
  /** D9: every mail that was not for real says so. */
  readonly isRehearsal: boolean;
  /** Message-IDs of the mail that this one answers, and of those before it, oldest first; null starts a thread. */
  readonly thread: { readonly inReplyTo: string; readonly references: readonly string[] } | null;
}

/** A mail as bytes, and the same as parts. */
export interface ComposedMail extends OutgoingMail {
  readonly parts: MailParts;
}

/** What no mail server need take: other than ASCII, and half a line end. */
const STRAY = /[^\t\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n/;
/** RFC 5322, 2.1.1. */
const LINE_BYTES_MAX = 998;
/** Text and HTML of the longest copy are a hundredth of this (hardening 60). */
const MAIL_BYTES_MAX = 1_048_576;
const CRLF = '\r\n';
/** One address that needs no quoting (RFC 5322, 3.4.1, dot-atoms): what import and configuration let through. */
const BARE_ADDRESS =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;
const UNSUBSCRIBE_URL = /^https?:\/\/[\x21-\x3b\x3d\x3f-\x7e]{1,900}$/;

/**
 * Makes the bytes of one mail: multipart/alternative, text and HTML from the same Markdown, with the footer and the
 * one-click headers that D10 and RFC 8058 ask for. The same input makes the same bytes, whenever and wherever (D1):
 * no clock, no randomness. Throws HeadgateError `mail_not_composed` for what should never have come this far.
 */
export async function composeMail(mail: MailToCompose): Promise<ComposedMail> {
  const { subject, bodyText, text, html } = await mailBodies(mail);
  requireSound(mail, { subject, bodyText });
  const headers = await mailHeaders(mail, subject);
  const mime = mimeOf(mail, { headers, text, html });
  requireTransportable(mail, mime);
  return {
    id: mail.messageId,
    from: mail.from.address,
    to: mail.lead.email,
    messageIdHeader: messageIdHeader(mail.messageId, mail.from.address),
    raw: Buffer.from(mime, 'latin1'),
    payload: null,
    parts: { ...partiesOf(mail), subject, text, html, headers: extraHeaders(headers), thread: mail.thread },
  };
}

function partiesOf({
  from,
  brand,
  lead,
  replyTo,
}: MailToCompose): Pick<MailParts, 'from' | 'to' | 'replyTo'> {
  return {
    from: { address: from.address, name: nameText(from.displayName ?? brand.name) || null },
    to: { address: lead.email, name: nameText(lead.name ?? '') || null },
    replyTo,
  };
}

/** What every transport that makes the mail itself is told in a field of its own, or makes up. */
const MADE_BY_TRANSPORT = /^(?:From|To|Reply-To|Subject|Date|Message-ID):/i;

function extraHeaders(lines: readonly string[]): readonly MailHeader[] {
  return lines
    .filter((line) => !MADE_BY_TRANSPORT.test(line))
    .map((line) => {
      const colon = line.indexOf(':');
      const value = line.slice(colon + 1).replaceAll(/\r\n(?=[ \t])/g, '');
      return { name: line.slice(0, colon), value: value.trim() };
    });
}

/** RFC 2046, 5.1.4: the plainest part first. */
function mimeOf(
  mail: MailToCompose,
  parts: { readonly headers: readonly string[]; readonly text: string; readonly html: string },
): string {
  // "=_" cannot occur in quoted-printable text, so no body can hold the boundary.
  const boundary = `=_headgate-${mail.messageId}-Part_1`;
  return [
    ...parts.headers,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative;',
    ` boundary="${boundary}"`,
    '',
    ...partLines('text/plain', parts.text, boundary),
    ...partLines('text/html', parts.html, boundary),
    `--${boundary}--`,
    '',
  ].join(CRLF);
}

/** Always encoded, also where 7bit would do: long lines and lone dots arrive as they were written (hardening 51). */
function partLines(contentType: string, content: string, boundary: string): string[] {
  return [
    `--${boundary}`,
    `Content-Type: ${contentType}; charset=utf-8`,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    quotedPrintable(content),
  ];
}

function requireSound(mail: MailToCompose, made: { subject: string; bodyText: string }): void {
  const faults: readonly (readonly [isSound: boolean, fault: string])[] = [
    [isPublicMessageId(mail.messageId), 'its id is not one of ours'],
    [BARE_ADDRESS.test(mail.lead.email), 'the address of the lead is not a plain address'],
    [BARE_ADDRESS.test(mail.from.address), 'the address of the sender is not a plain address'],
    [mail.replyTo === null || BARE_ADDRESS.test(mail.replyTo), 'the reply address is not a plain address'],
    [!answersGoBack(mail), 'answers to it would go to the lead itself'],
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

/** Hardening 59: who answers would write to himself, and we would never hear of it. */
function answersGoBack({ replyTo, lead }: MailToCompose): boolean {
  return replyTo?.toLowerCase() === lead.email.toLowerCase();
}

/** What every server takes: ASCII, CRLF line ends, no line over 998 bytes. */
function requireTransportable(mail: MailToCompose, mime: string): void {
  if (mime.length > MAIL_BYTES_MAX) throw notComposed(mail, `it is longer than ${MAIL_BYTES_MAX} bytes`);
  if (STRAY.test(mime) || longestLine(mime) > LINE_BYTES_MAX) {
    throw notComposed(mail, 'a line of it is not fit for every mail server');
  }
}

function longestLine(mime: string): number {
  let longest = 0;
  let start = 0;
  for (let end = mime.indexOf(CRLF); end !== -1; end = mime.indexOf(CRLF, start)) {
    longest = Math.max(longest, end - start);
    start = end + CRLF.length;
  }
  return Math.max(longest, mime.length - start);
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
