import { addressesIn } from './addresses.ts';
import { headerOf, type InboundMail, linesOf, type MailHeader, parseFields } from './mail.ts';
import type { InboundReferences } from './verdict.ts';

const IDS_MAX = 50;
const HEADER_CHARACTERS_MAX = 20_000;
/** RFC 5322 3.6.4; an id without brackets is not one. Bounded, so that brackets that never close cost nothing. */
const MESSAGE_ID = /(?<=<)[^<>\s]{1,500}(?=>)/g;
const RETURNED = new Set([
  'message/rfc822',
  'text/rfc822-headers',
  'message/global',
  'message/global-headers',
]);
/** Where the address that a mail was really delivered to may stand; the first ones are written by servers. */
const DELIVERED = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-rcpt-to', 'to', 'cc'];
const RETURNED_LINES_MAX = 500;

/** Collects what could lead to the send that a mail answers. Ids keep their case: they are compared exactly. */
export function referencesOf(mail: InboundMail, returnedHeaders: readonly MailHeader[]): InboundReferences {
  const { headers } = mail;
  const deliveredTo = addressesIn(
    DELIVERED.map((name) => valuesOf(headers, name))
      .join(' ')
      .slice(0, HEADER_CHARACTERS_MAX),
    IDS_MAX,
  );
  return {
    inReplyTo: idsIn(valuesOf(headers, 'in-reply-to')),
    references: idsIn(valuesOf(headers, 'references')).toReversed(),
    returnedMessageIds: returnedIds(mail, returnedHeaders),
    deliveredTo,
    tokens: deliveredTo.flatMap((address) => tokenOf(address) ?? []),
  };
}

function returnedIds(mail: InboundMail, returnedHeaders: readonly MailHeader[]): readonly string[] {
  const fromParts = mail.parts
    .filter(({ contentType }) => RETURNED.has(contentType))
    .map(({ text }) => headerOf(parseFields(linesOf(text.trimStart(), RETURNED_LINES_MAX)), 'message-id'));
  // PMDF and Exchange name the id in a field of the report itself.
  const inText = /^[ \t]{0,20}(?:original-)?message-id:[ \t]{0,20}(<[^<>\s]{1,500}>)/im.exec(
    mail.text.slice(0, 50_000),
  )?.[1];
  const all = [...fromParts, headerOf(returnedHeaders, 'message-id'), inText].join(' ');
  return [...new Set(idsIn(all))];
}

function valuesOf(headers: readonly MailHeader[], wanted: string): string {
  return headers
    .filter(({ name }) => name === wanted)
    .map(({ value }) => value)
    .join(' ');
}

function idsIn(value: string): readonly string[] {
  const ids = value.slice(0, HEADER_CHARACTERS_MAX).match(MESSAGE_ID) ?? [];
  return ids.slice(-IDS_MAX);
}

function tokenOf(address: string): string | null {
  const local = address.slice(0, address.lastIndexOf('@'));
  const plus = local.indexOf('+');
  return plus === -1 || plus === local.length - 1 ? null : local.slice(plus + 1);
}
