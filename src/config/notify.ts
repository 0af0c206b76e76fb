import type { CrossIssue } from './cross-checks.ts';
import { minuteOfDay } from './check-value.ts';
import type { SecretReference } from './key-spec.ts';
import type { ValueReader } from './value-reader.ts';

export interface TelegramConfig {
  readonly apiBase: string;
  readonly token: SecretReference;
  /** A number as text, or `@name`. */
  readonly chat: string;
  /** F2: the people whose taps count; empty: nobody's. */
  readonly approvers: readonly number[];
}

/** How the operator hears of things (F1). */
export interface NotifyConfig {
  readonly telegram: TelegramConfig | null;
  readonly webhook: { readonly url: string; readonly secret: SecretReference } | null;
  /** Minutes of the operator's day; null: there are no quiet hours. */
  readonly quiet: { readonly startMinute: number; readonly endMinute: number } | null;
  readonly ping: { readonly pattern: string; readonly key: SecretReference | null } | null;
  readonly hooks: { readonly onHeld: readonly string[]; readonly onFailed: readonly string[] };
}

export function createNotifyConfig(values: ValueReader): NotifyConfig {
  return {
    telegram: telegramOf(values),
    webhook: webhookOf(values),
    quiet: quietOf(values),
    ping: pingOf(values),
    hooks: { onHeld: values.texts('hooks.on_held'), onFailed: values.texts('hooks.on_failed') },
  };
}

/** A half of a channel is no channel, and must not look like one. */
export function crossCheckNotify(values: ValueReader): readonly CrossIssue[] {
  return [
    ...together(values, ['telegram.token', 'telegram.chat']),
    ...together(values, ['notices.webhook_url', 'notices.webhook_secret']),
    ...together(values, ['notices.quiet_start', 'notices.quiet_end']),
    ...checkApprovers(values),
    ...checkPingKey(values),
  ];
}

function together(values: ValueReader, pair: readonly [string, string]): readonly CrossIssue[] {
  const missing = pair.filter((key) => !values.isSet(key));
  const [key] = missing;
  if (key === undefined || missing.length === pair.length) return [];
  const other = pair.find((each) => each !== key) ?? '';
  return [{ kind: 'missing', key, expected: `needed beside ${other}`, involves: pair }];
}

/** F2: whoever may decide needs a chat to do it in. */
function checkApprovers(values: ValueReader): readonly CrossIssue[] {
  const involves = ['telegram.approvers', 'telegram.chat'];
  if (!values.isSet('telegram.approvers') || values.isSet('telegram.chat')) return [];
  return [{ kind: 'missing', key: 'telegram.chat', expected: 'needed beside telegram.approvers', involves }];
}

/** Remarks that stop nothing. */
export function notifyRemarks(values: ValueReader): readonly string[] {
  const chat = values.textOrNull('telegram.chat');
  const isGroup = chat !== null && (chat.startsWith('-') || chat.startsWith('@'));
  if (!isGroup || values.isSet('telegram.approvers')) return [];
  return [
    'telegram.chat is a group and telegram.approvers is not set: the group only reads, nobody decides in Telegram',
  ];
}

function checkPingKey(values: ValueReader): readonly CrossIssue[] {
  const wants = values.textOrNull('watch.ping')?.includes('ping_key') === true;
  if (wants === values.isSet('watch.ping_key')) return [];
  const involves = ['watch.ping', 'watch.ping_key'];
  if (wants)
    return [
      { kind: 'missing', key: 'watch.ping_key', expected: 'needed: watch.ping has {{ping_key}}', involves },
    ];
  const expected = 'set, but watch.ping has no {{ping_key}} to put it into';
  return [{ kind: 'conflict', key: 'watch.ping_key', expected, involves }];
}

function telegramOf(values: ValueReader): TelegramConfig | null {
  const token = values.secretOrNull('telegram.token');
  const chat = values.textOrNull('telegram.chat');
  if (token === null || chat === null) return null;
  return {
    apiBase: values.text('telegram.api_base'),
    token,
    chat,
    approvers: values.numbers('telegram.approvers'),
  };
}

function webhookOf(values: ValueReader): NotifyConfig['webhook'] {
  const url = values.textOrNull('notices.webhook_url');
  const secret = values.secretOrNull('notices.webhook_secret');
  return url === null || secret === null ? null : { url, secret };
}

function quietOf(values: ValueReader): NotifyConfig['quiet'] {
  const startMinute = minuteOfDay(values.textOrNull('notices.quiet_start') ?? '', 'start');
  const endMinute = minuteOfDay(values.textOrNull('notices.quiet_end') ?? '', 'end');
  return startMinute === null || endMinute === null ? null : { startMinute, endMinute };
}

function pingOf(values: ValueReader): NotifyConfig['ping'] {
  const pattern = values.textOrNull('watch.ping');
  return pattern === null ? null : { pattern, key: values.secretOrNull('watch.ping_key') };
}
