import { TRANSPORT_TRAITS, TRANSPORTS } from '../core/transports.ts';
import { checkGoingLive, goingLiveRemarks } from './check-live.ts';
import { parseMailbox } from './check-mail.ts';
import { minuteOfDay } from './check-value.ts';
import type { ConfigIssueKind } from './issue.ts';
import type { ValueReader } from './value-reader.ts';

/** What is wrong with keys that are each right by themselves. */
export interface CrossIssue {
  readonly kind: ConfigIssueKind;
  readonly key: string;
  readonly expected: string;
  /** The keys that were judged together: none of them may be wrong by itself. */
  readonly involves: readonly string[];
}

/** Checks of headgate.toml across keys, on values with their defaults filled in. */
export function crossCheckConfig(values: ValueReader): readonly CrossIssue[] {
  return [
    ...checkHours(values),
    ...checkBounceAddress(values),
    ...checkPace(values),
    ...checkSmtp(values),
    ...checkProvider(values),
    ...checkGoingLive(values),
  ];
}

/** Checks of brand.toml across keys (hardening 58). */
export function crossCheckBrand(values: ValueReader): readonly CrossIssue[] {
  const from = values.textOrNull('from');
  const domain = from === null ? undefined : parseMailbox(from)?.address.split('@').at(-1);
  const domains = values.texts('domains');
  if (domain === undefined || domains.length === 0 || domains.includes(domain)) return [];
  const expected = `its domain ${domain} is not one of domains (${domains.join(', ')})`;
  return [{ kind: 'conflict', key: 'from', expected, involves: ['from', 'domains'] }];
}

/** Remarks that stop nothing. */
export function configRemarks(values: ValueReader): readonly string[] {
  const remarks: string[] = [];
  const start = minuteOfDay(values.text('hours.start'), 'start') ?? 0;
  const end = minuteOfDay(values.text('hours.end'), 'end') ?? MINUTES_A_DAY;
  const minutes = end > start ? end - start : end + MINUTES_A_DAY - start;
  if (minutes < TICK_MINUTES) {
    remarks.push('hours are open for less than an hour a day; the timers run once an hour and may miss them');
  }
  if (!values.flag('live') && values.text('mail.transport') !== 'outbox') {
    remarks.push('live is false: mail goes to outbox/, whatever mail.transport says');
  }
  if (values.text('mail.transport') === 'stream') {
    remarks.push(
      'the stream API takes no headers of ours: its mail has the visible unsubscribe link, and no List-Unsubscribe unless the service adds one',
    );
  }
  return [...remarks, ...unusedDkim(values), ...goingLiveRemarks(values)];
}

/** D6: who makes the mail of its parts signs it too, whatever key there is here. */
function unusedDkim(values: ValueReader): readonly string[] {
  const transport = values.text('mail.transport');
  const hasKey = values.blocks('sender').some((block) => block.secretOrNull('dkim.key') !== null);
  if (!hasKey || transport === 'outbox' || transport === 'smtp') return [];
  return [
    `sender.dkim is not used: ${transport} signs the mail with the key of its own account; leave dkim out of the [[sender]] blocks`,
  ];
}

const MINUTES_A_DAY = 1440;
const TICK_MINUTES = 60;

function checkHours(values: ValueReader): readonly CrossIssue[] {
  const [start, end] = [values.text('hours.start'), values.text('hours.end')];
  if (start !== end) return [];
  const advice = 'for the whole day write start = "00:00" and end = "24:00"';
  const expected = `equal to hours.start (${start}), which leaves no hour open; ${advice}`;
  return [{ kind: 'conflict', key: 'hours.end', expected, involves: ['hours.start', 'hours.end'] }];
}

/** RFC 5321, 4.5.3.1.1: the part before the @ has 64 octets, of which the name of the mail takes 28. */
const BOUNCE_LOCAL_MAX = 64 - 28;

function checkBounceAddress(values: ValueReader): readonly CrossIssue[] {
  const key = 'mail.bounce_address';
  const address = values.textOrNull(key);
  if (address === null) return [];
  const local = address.slice(0, address.lastIndexOf('@'));
  const issue = (expected: string): readonly CrossIssue[] => [
    { kind: 'conflict', key, expected, involves: [key, 'mail.transport', 'web.token_secret'] },
  ];
  if (local.includes('+') || local.length > BOUNCE_LOCAL_MAX)
    return issue(`it needs up to ${String(BOUNCE_LOCAL_MAX)} characters without "+" before the @`);
  if (values.secretOrNull('web.token_secret') === null)
    return issue('it needs web.token_secret, which signs these addresses');
  const isOurs = ['outbox', 'smtp'].includes(values.text('mail.transport'));
  return isOurs ? [] : issue('it means nothing here: a provider sets the return address itself');
}

function checkPace(values: ValueReader): readonly CrossIssue[] {
  const [least, most] = [values.number('mail.pace_seconds_min'), values.number('mail.pace_seconds_max')];
  if (least <= most) return [];
  const key = 'mail.pace_seconds_max';
  const expected = `below mail.pace_seconds_min (${String(least)})`;
  return [{ kind: 'conflict', key, expected, involves: ['mail.pace_seconds_min', key] }];
}

function checkSmtp(values: ValueReader): readonly CrossIssue[] {
  const involves = ['mail.smtp.user', 'mail.smtp.password'];
  const issues: CrossIssue[] = [];
  const hasUser = values.textOrNull('mail.smtp.user') !== null;
  const hasPassword = values.secretOrNull('mail.smtp.password') !== null;
  if (hasUser && !hasPassword) {
    const expected = 'where the password of mail.smtp.user is';
    issues.push({ kind: 'missing', key: 'mail.smtp.password', expected, involves });
  }
  if (hasPassword && !hasUser) {
    const expected = 'the name that mail.smtp.password belongs to';
    issues.push({ kind: 'missing', key: 'mail.smtp.user', expected, involves });
  }
  if (values.text('mail.transport') === 'smtp') issues.push(...checkRelay(values));
  return issues;
}

function checkRelay(values: ValueReader): readonly CrossIssue[] {
  const involves = ['mail.transport', 'mail.smtp.host'];
  const host = values.textOrNull('mail.smtp.host');
  if (host === null) {
    const expected = 'the relay, as mail.transport is "smtp"';
    return [{ kind: 'missing', key: 'mail.smtp.host', expected, involves }];
  }
  return [];
}

/** What else a provider cannot do without, besides its key. */
const NEEDED_BY_PROVIDER: Readonly<Record<string, readonly (readonly [key: string, expected: string])[]>> = {
  resend: [['mail.resend.key', 'where the API key is, as mail.transport is "resend"']],
  mailgun: [
    ['mail.mailgun.key', 'where the API key is, as mail.transport is "mailgun"'],
    ['mail.mailgun.domain', 'the sending domain, as mail.transport is "mailgun"'],
  ],
  stream: [
    ['mail.stream.key', 'where the API key is, as mail.transport is "stream"'],
    ['mail.stream.identity', 'the handle of the identity, as mail.transport is "stream"'],
  ],
};

function checkProvider(values: ValueReader): readonly CrossIssue[] {
  const needed = NEEDED_BY_PROVIDER[values.text('mail.transport')] ?? [];
  const missing = needed
    .filter(([key]) => !values.isSet(key))
    .map(
      ([key, expected]) => ({ kind: 'missing', key, expected, involves: ['mail.transport', key] }) as const,
    );
  return [...missing, ...checkOwnSenders(values)];
}

/** D6: caps that a transport with mailboxes of its own would pass by must not look as if they held. */
function checkOwnSenders(values: ValueReader): readonly CrossIssue[] {
  const name = TRANSPORTS.find((each) => each === values.text('mail.transport'));
  if (name === undefined || !TRANSPORT_TRAITS[name].ownsSenders || values.blocks('sender').length === 0)
    return [];
  const expected = `mail.transport = "${name}" chooses the mailbox itself; leave the [[sender]] blocks out`;
  return [{ kind: 'conflict', key: 'sender[0].address', expected, involves: ['mail.transport'] }];
}
