import { classifyMail } from '../../core/inbound/classify.ts';
import type { InboundMail, MailHeader } from '../../core/inbound/mail.ts';
import type { FactKind, IncomingFact } from '../../core/facts/fact.ts';
import { factsOfMail } from '../../core/facts/from-mail.ts';
import type { Instant } from '../../core/model.ts';
import {
  emailKeyOf,
  fieldsAt,
  NO_REFERENCE,
  numberAt,
  objectsAt,
  textAt,
  type Fields,
} from './event-fields.ts';
import { refusalKind } from '../../core/facts/refusal-kind.ts';

/** Text of one mail; what is longer is no answer any more. */
const TEXT_MAX = 200_000;

/**
 * One event of the stream in our words; several where a report speaks of several addresses, none where it says nothing of a mail
 * (hardening 136). What people write passes the classifier: the service's own timer takes an absence note for an answer (E3). `sent`
 * settles and never advances.
 */
export function streamFacts(event: Fields): readonly IncomingFact[] {
  const key = numberAt(event, 'seq');
  const at = momentOf(event);
  const type = textAt(event, 'type') ?? '';
  if (key === null || at === null) return [];
  const seen = { key: String(key), at };
  if (type === 'email.received' || type === 'email.replied') return inbound(event, seen);
  const kind = kindOf(type, event);
  return kind === null ? [] : [outbound(event, { ...seen, kind })];
}

/** The moment, under either of the names that the documentation gives it. */
function momentOf(event: Fields): Instant | null {
  const ms = numberAt(event, 'ts');
  if (ms !== null && Math.abs(ms) <= 8.64e15) return Math.round(ms);
  const at = Date.parse(textAt(event, 'tsIso') ?? textAt(event, 'createdAt') ?? '');
  return Number.isNaN(at) ? null : at;
}

const PLAIN: Readonly<Record<string, FactKind>> = {
  'email.queued': 'sent',
  'email.sent': 'sent',
  'email.cancelled': 'send_failed',
  'email.send_failed_permanently': 'send_failed',
};

function kindOf(type: string, event: Fields): FactKind | null {
  if (type !== 'email.bounced') return Object.hasOwn(PLAIN, type) ? (PLAIN[type] ?? null) : null;
  const data = fieldsAt(event, 'data');
  const status = textAt(data, 'code') ?? textAt(data, 'status') ?? textAt(data, 'smtpCode');
  const isHard = (textAt(data, 'bounceType') ?? textAt(data, 'kind') ?? textAt(data, 'type')) === 'hard';
  return refusalKind({
    text: textAt(data, 'reason') ?? textAt(data, 'diagnostic') ?? textAt(data, 'message') ?? '',
    status,
    isPermanent: isHard || status?.startsWith('5') === true,
  });
}

function outbound(
  event: Fields,
  { kind, key, at }: { readonly kind: FactKind; readonly key: string; readonly at: Instant },
): IncomingFact {
  const data = fieldsAt(event, 'data');
  return {
    kind,
    key,
    at,
    about: {
      ...NO_REFERENCE,
      providerId: textAt(data, 'pendingId'),
      conversationId: conversationOf(event),
      emailKey: emailKeyOf(textAt(data, 'recipient') ?? textAt(data, 'to')),
    },
    trust: 'verified',
    detail: [textAt(event, 'type', 60), textAt(data, 'reason', 200)]
      .filter((part) => part !== null)
      .join(', '),
    text: null,
    until: null,
    isMachine: false,
  };
}

function conversationOf(event: Fields): string | null {
  return textAt(event, 'convId', 200) ?? textAt(fieldsAt(event, 'data'), 'convId', 200);
}

/** A mail as the service hands it over: no bytes, so its parts are put together as data. */
function inbound(
  event: Fields,
  { key, at }: { readonly key: string; readonly at: Instant },
): readonly IncomingFact[] {
  const data = fieldsAt(event, 'data');
  const from = addressIn(data, 'from');
  const subject = textAt(data, 'subject') ?? '';
  const verdict = classifyMail(mailOf(data, { from, subject }), {
    receivedOn: new Date(at).toISOString().slice(0, 10),
  });
  const read = { verdict, key, at, from, subject, messageId: null, conversationId: conversationOf(event) };
  // The service says which conversation it belongs to: that is its own record, whoever wrote the words.
  return factsOfMail(read).map((fact) => ({ ...fact, trust: 'verified' }));
}

function mailOf(data: Fields, of: { readonly from: string | null; readonly subject: string }): InboundMail {
  const given = fieldsAt(data, 'headers');
  const headers: MailHeader[] = Object.keys(given)
    .slice(0, 200)
    .map((name) => ({ name: name.toLowerCase(), value: textAt(given, name) ?? '' }));
  const listed = objectsAt(data, 'headers', 200).map((header) => ({
    name: (textAt(header, 'name') ?? '').toLowerCase(),
    value: textAt(header, 'value') ?? '',
  }));
  const own: MailHeader[] = [
    { name: 'from', value: of.from ?? '' },
    { name: 'subject', value: of.subject },
  ];
  const all = [...headers, ...listed];
  const text =
    textAt(data, 'text', TEXT_MAX) ??
    textAt(data, 'body', TEXT_MAX) ??
    textAt(data, 'snippet', TEXT_MAX) ??
    '';
  return {
    headers: [...own.filter(({ name }) => !all.some((each) => each.name === name)), ...all],
    text,
    parts: [],
    isWhole: true,
  };
}

/** An address as text, or as an object that holds one. */
function addressIn(data: Fields, name: string): string | null {
  const text =
    textAt(data, name) ?? textAt(fieldsAt(data, name), 'email') ?? textAt(fieldsAt(data, name), 'address');
  return text === null ? null : (/<([^<>\s]+)>\s*$/.exec(text)?.[1] ?? text.trim());
}
