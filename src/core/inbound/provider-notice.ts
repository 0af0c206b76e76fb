import type { FeedbackReport } from './feedback-report.ts';
import type { InboundMail } from './mail.ts';
import { headerOf } from './mail.ts';

/** A failure that a provider reports as JSON. */
export interface ProviderBounce {
  readonly address: string;
  readonly isPermanent: boolean;
  readonly status: string;
  readonly diagnostic: string;
}

export interface ProviderNotice {
  readonly bounces: readonly ProviderBounce[];
  readonly complaint: FeedbackReport | null;
  readonly messageId: string | null;
}

const CHARACTERS_MAX = 200_000;
const RECIPIENTS_MAX = 50;

/**
 * Amazon's notification service sends the events of its mail service as mails whose text is JSON, once or twice
 * wrapped, with a footer below. Null for every other text.
 */
export function providerNoticeOf(mail: InboundMail): ProviderNotice | null {
  if (!/amazonaws\.com|notification/i.test(headerOf(mail.headers, 'from'))) return null;
  const event = unwrapped(mail.text.slice(0, CHARACTERS_MAX));
  const kind = stringIn(event, 'notificationType') || stringIn(event, 'eventType');
  if (kind === '') return null;
  return {
    bounces: kind === 'Bounce' ? bouncesIn(event) : [],
    complaint: kind === 'Complaint' ? complaintIn(event) : null,
    messageId: stringIn(fieldIn(event, 'mail'), 'messageId') || null,
  };
}

function unwrapped(text: string): unknown {
  const outer = parsed(text);
  const message = stringIn(outer, 'Message');
  return message === '' ? outer : parsed(message);
}

/** The JSON at the beginning of a text, a footer below left out; null for other text. */
function parsed(text: string): unknown {
  // Mails fold long lines, and a break inside a JSON string is not JSON; footers begin with two hyphens.
  const joined = text
    .trimStart()
    .replace(/\r?\n--\r?\n[^]*/, '')
    .replace(/\r?\n ?/g, '');
  try {
    const value: unknown = JSON.parse(joined);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function bouncesIn(event: unknown): readonly ProviderBounce[] {
  const bounce = fieldIn(event, 'bounce');
  const isPermanent = stringIn(bounce, 'bounceType') === 'Permanent';
  return itemsIn(bounce, 'bouncedRecipients').map((recipient) => ({
    address: stringIn(recipient, 'emailAddress').toLowerCase(),
    isPermanent,
    status: stringIn(recipient, 'status'),
    diagnostic: stringIn(recipient, 'diagnosticCode'),
  }));
}

function complaintIn(event: unknown): FeedbackReport {
  const complaint = fieldIn(event, 'complaint');
  const recipients = itemsIn(complaint, 'complainedRecipients').map((recipient) =>
    stringIn(recipient, 'emailAddress').toLowerCase(),
  );
  const type = stringIn(complaint, 'complaintFeedbackType').toLowerCase() || 'abuse';
  return { type, recipients, evidence: 'provider complaint' };
}

function fieldIn(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  const field: unknown = Reflect.get(value, name);
  return field;
}

function stringIn(value: unknown, name: string): string {
  const field = fieldIn(value, name);
  return typeof field === 'string' ? field : '';
}

function itemsIn(value: unknown, name: string): readonly unknown[] {
  const field = fieldIn(value, name);
  return Array.isArray(field) ? field.slice(0, RECIPIENTS_MAX) : [];
}
