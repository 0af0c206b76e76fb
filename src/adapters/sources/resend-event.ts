import type { FactKind, IncomingFact } from '../../core/facts/fact.ts';
import type { Instant } from '../../core/model.ts';
import { emailKeyOf, fieldsAt, NO_REFERENCE, textAt, type Fields } from './event-fields.ts';
import { refusalKind } from '../../core/facts/refusal-kind.ts';

const PLAIN: Readonly<Record<string, FactKind>> = {
  sent: 'sent',
  delivered: 'delivered',
  opened: 'opened',
  clicked: 'clicked',
  complained: 'complaint',
  failed: 'send_failed',
};

/** One webhook of Resend in our words; null for what says nothing of a mail of ours (hardening 136). `eventId`: the signed one. */
export function resendHookFact(hook: Fields, eventId: string): IncomingFact | null {
  const data = fieldsAt(hook, 'data');
  const at = momentOf(textAt(hook, 'created_at') ?? textAt(data, 'created_at'));
  const event = (textAt(hook, 'type') ?? '').replace(/^email\./, '');
  const kind = kindOf(event, data);
  const id = textAt(data, 'email_id');
  if (at === null || kind === null || id === null) return null;
  const words =
    textAt(fieldsAt(data, 'bounce'), 'message', 200) ?? textAt(fieldsAt(data, 'failed'), 'reason', 200);
  const detail = [textAt(hook, 'type', 60), words].filter((part) => part !== null).join(', ');
  const stateKey = stateKeyOf(id, event);
  return { ...factOf({ kind, key: `${stateKey} ${eventId}`, at, id, to: data, detail }), stateKey };
}

/**
 * One mail of Resend's list as it stands now: its last event is a state, not a history, so it is a fact of its own each time that it
 * changes. It names the Message-ID that was really used, which answers quote.
 */
export function resendListFact(mail: Fields, now: Instant): IncomingFact | null {
  const id = textAt(mail, 'id');
  const event = textAt(mail, 'last_event', 60) ?? '';
  const kind = kindOf(event, mail) ?? (event === 'bounced' ? 'soft_bounce' : null);
  if (id === null || kind === null) return null;
  const at = momentOf(textAt(mail, 'created_at')) ?? now;
  const stateKey = stateKeyOf(id, event);
  const detail = `last event ${event}`;
  const fact = { ...factOf({ kind, key: stateKey, at, id, to: mail, detail }), stateKey };
  const header = /^<?([^<>\s]{1,500})>?$/.exec(textAt(mail, 'message_id') ?? '')?.[1];
  return header === undefined ? fact : { ...fact, messageIdUsed: `<${header}>` };
}

/** All that the list and a webhook have in common: the list names neither the event nor when it happened. */
function stateKeyOf(id: string, event: string): string {
  return `${id} ${event}`;
}

function factOf(of: {
  readonly kind: FactKind;
  readonly key: string;
  readonly at: Instant;
  readonly id: string;
  readonly to: Fields;
  readonly detail: string;
}): IncomingFact {
  const { kind, key, at, id, to, detail } = of;
  const recipients = Object.hasOwn(to, 'to') ? to['to'] : null;
  const first: unknown = Array.isArray(recipients) ? recipients[0] : recipients;
  const about = {
    ...NO_REFERENCE,
    providerId: id,
    emailKey: emailKeyOf(typeof first === 'string' ? first : null),
  };
  return { kind, key, at, about, trust: 'verified', detail, text: null, until: null, isMachine: false };
}

function kindOf(event: string, data: Fields): FactKind | null {
  if (event === 'suppressed') return suppressedKind(data);
  if (event !== 'bounced') return Object.hasOwn(PLAIN, event) ? (PLAIN[event] ?? null) : null;
  const bounce = fieldsAt(data, 'bounce');
  // The list names no bounce: what is not known condemns nobody.
  if (Object.keys(bounce).length === 0) return null;
  const subType = textAt(bounce, 'subType');
  const isPermanent = textAt(bounce, 'type') === 'Permanent';
  if (isPermanent && subType === 'NoEmail') return 'hard_bounce';
  const codes: readonly unknown[] = Array.isArray(bounce['diagnosticCode']) ? bounce['diagnosticCode'] : [];
  const words = [...codes.slice(0, 5), textAt(bounce, 'message')].filter((part) => typeof part === 'string');
  return refusalKind({ text: words.join(' '), status: null, isPermanent });
}

/** Not tried: the address stands on the provider's own list. */
function suppressedKind(data: Fields): FactKind {
  const reason = textAt(fieldsAt(data, 'suppressed'), 'reason') ?? '';
  return reason === 'previous_complaint'
    ? 'complaint'
    : reason === 'previous_bounce'
      ? 'hard_bounce'
      : 'send_failed';
}

function momentOf(text: string | null): Instant | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}
