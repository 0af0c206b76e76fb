import type { FactKind, IncomingFact } from '../../core/facts/fact.ts';
import type { Instant } from '../../core/model.ts';
import { SECOND_MS } from '../../core/time/durations.ts';
import {
  emailKeyOf,
  fieldsAt,
  NO_REFERENCE,
  numberAt,
  ownMessageId,
  textAt,
  type Fields,
} from './event-fields.ts';
import { refusalKind } from '../../core/facts/refusal-kind.ts';

/**
 * One event of Mailgun in our words; null for one that says nothing of a mail, or is unknown (hardening 136). The same function reads
 * events, logs and webhooks, so that all three agree. An event's id is its own within a day only.
 */
export function mailgunFact(event: Fields): IncomingFact | null {
  const at = mailgunMoment(event);
  const id = textAt(event, 'id');
  const kind = kindOf(event);
  if (at === null || id === null || kind === null) return null;
  const header = textAt(fieldsAt(event, 'message', 'headers'), 'message-id');
  return {
    kind,
    key: `${new Date(at).toISOString().slice(0, 10)} ${id}`,
    at,
    about: {
      ...NO_REFERENCE,
      messageId: ownMessageId(textAt(fieldsAt(event, 'user-variables'), 'message-id')),
      messageIdHeaders: header === null ? [] : [`<${header.replaceAll(/[<>\s]/g, '')}>`],
      emailKey: emailKeyOf(textAt(event, 'recipient')),
    },
    trust: 'verified',
    detail: detailOf(event),
    text: null,
    until: null,
    isMachine: (textAt(fieldsAt(event, 'client-info'), 'bot') ?? '') !== '',
  };
}

/** When it happened: seconds in an event, a date in a log; null for neither. */
export function mailgunMoment(event: Fields): Instant | null {
  const seconds = numberAt(event, 'timestamp');
  const at =
    seconds === null ? Date.parse(textAt(event, '@timestamp') ?? '') : Math.round(seconds * SECOND_MS);
  return Number.isSafeInteger(at) && Math.abs(at) <= INSTANT_MAX ? at : null;
}

/** What a `Date` can hold. */
const INSTANT_MAX = 8.64e15;

const PLAIN: Readonly<Record<string, FactKind>> = {
  accepted: 'sent',
  delivered: 'delivered',
  opened: 'opened',
  clicked: 'clicked',
  unsubscribed: 'opt_out',
  complained: 'complaint',
  rejected: 'send_failed',
};
/** Not tried: the address stands on the provider's own list. */
const SUPPRESSED: Readonly<Record<string, FactKind>> = {
  'suppress-bounce': 'hard_bounce',
  'suppress-complaint': 'complaint',
  'suppress-unsubscribe': 'opt_out',
};

function kindOf(event: Fields): FactKind | null {
  const name = textAt(event, 'event') ?? '';
  if (name !== 'failed') return Object.hasOwn(PLAIN, name) ? (PLAIN[name] ?? null) : null;
  const reason = textAt(event, 'reason') ?? '';
  const suppressed = Object.hasOwn(SUPPRESSED, reason) ? SUPPRESSED[reason] : undefined;
  if (suppressed !== undefined) return suppressed;
  const status = fieldsAt(event, 'delivery-status');
  const code = numberAt(status, 'code');
  return refusalKind({
    text: [code, textAt(status, 'message'), textAt(status, 'description')]
      .filter((part) => part !== null)
      .join(' '),
    status: textAt(status, 'enhanced-code'),
    isPermanent: textAt(event, 'severity') === 'permanent',
  });
}

function detailOf(event: Fields): string {
  const status = fieldsAt(event, 'delivery-status');
  const words =
    textAt(status, 'message', 200) ?? textAt(status, 'description', 200) ?? textAt(event, 'url', 200);
  const name = textAt(event, 'event', 40) ?? '';
  return [name, textAt(event, 'severity', 20), words].filter((part) => part !== null).join(', ');
}
