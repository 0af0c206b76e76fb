import type { SectionSpec } from './key-spec.ts';
import { HOOKS, NOTICES, TELEGRAM, WATCH } from './schema-notify.ts';
import { PROVIDER_KEYS } from './schema-providers.ts';
import { WEBHOOK_KEYS } from './schema-webhooks.ts';
import { SENDER_SECTION } from './schema-senders.ts';
import { SOURCE_SECTION } from './schema-sources.ts';
import { AI_SECTION } from './schema-ai.ts';

const MAIL: SectionSpec = {
  section: 'mail',
  title: 'Mail',
  summary: 'How mail leaves. The sender itself stands in brand.toml.',
  keys: [
    {
      key: 'mail.transport',
      type: {
        kind: 'choice',
        choices: ['outbox', 'smtp', 'resend', 'mailgun', 'stream'],
      },
      defaultValue: 'outbox',
      summary:
        'outbox writes .eml files, smtp talks to a relay, resend, mailgun and stream to the API of that provider. Anything but outbox takes effect only with `live = true`.',
    },
    {
      key: 'mail.smtp.host',
      type: { kind: 'host' },
      defaultValue: null,
      summary: 'The relay. Needed when `mail.transport` is "smtp".',
    },
    {
      key: 'mail.smtp.port',
      type: { kind: 'integer', minimum: 1, maximum: 65_535 },
      defaultValue: 587,
      summary: 'Usually 587 with STARTTLS or 465 with `secure = true`.',
    },
    {
      key: 'mail.smtp.user',
      type: { kind: 'text', maximumLength: 320 },
      defaultValue: null,
      summary: 'Name to log in with; needs `mail.smtp.password`. Without both there is no log-in.',
    },
    {
      key: 'mail.smtp.password',
      type: { kind: 'secret' },
      defaultValue: null,
      summary: 'Where the password is. Never the password itself.',
    },
    {
      key: 'mail.smtp.secure',
      type: { kind: 'boolean' },
      defaultValue: false,
      summary: 'true: TLS from the first byte. false: STARTTLS, without which no mail leaves this machine.',
    },
    {
      key: 'mail.smtp.server_name',
      type: { kind: 'host' },
      defaultValue: null,
      defaultNote: '`mail.smtp.host`',
      summary: 'The name that the certificate of the relay must bear, where that is not its host.',
    },
    {
      key: 'mail.smtp.ca_file',
      type: { kind: 'text', maximumLength: 4096 },
      defaultValue: null,
      summary:
        'A PEM file with the authority that signed the certificate of the relay, instead of those of the system. A relative path begins at the workspace.',
    },
    {
      key: 'mail.smtp.allow_plain',
      type: { kind: 'boolean' },
      defaultValue: false,
      summary:
        'true: a relay that offers no STARTTLS gets mail and password in plain text. Only for a relay in a network of your own.',
    },
    ...PROVIDER_KEYS,
    {
      key: 'mail.pace_seconds_min',
      type: { kind: 'number', minimum: 0, maximum: 3600 },
      defaultValue: 40,
      unit: 'seconds',
      summary: 'Shortest pause between two mails of one run; each pause is drawn anew.',
    },
    {
      key: 'mail.pace_seconds_max',
      type: { kind: 'number', minimum: 0, maximum: 3600 },
      defaultValue: 90,
      unit: 'seconds',
      summary: 'Longest pause between two mails of one run.',
    },
    {
      key: 'mail.bounce_address',
      type: { kind: 'address' },
      defaultValue: null,
      summary:
        'smtp: where notices of failure go, each with the mail that it is about behind a `+` in its name. A mailbox that `sync` reads and that takes such addresses. Not set: they go to the sender.',
    },
    {
      key: 'mail.allowlist',
      type: { kind: 'addresses' },
      defaultValue: [],
      summary: 'When it names anyone, nobody else receives anything.',
    },
  ],
};

const WEB: SectionSpec = {
  section: 'web',
  title: 'Web',
  summary: 'What the links in a mail point at.',
  keys: [
    {
      key: 'web.base_url',
      type: { kind: 'web_address' },
      defaultValue: 'http://127.0.0.1:8026',
      summary:
        'Start of every unsubscribe link: where the unsubscribe page answers. An address of this machine is enough while not live.',
    },
    {
      key: 'web.token_secret',
      type: { kind: 'secret' },
      defaultValue: null,
      summary:
        'Signs unsubscribe links, with at least 32 bytes. `headgate init` makes one; whoever loses it breaks the links already sent.',
    },
    {
      key: 'web.old_token_secrets',
      type: { kind: 'secrets' },
      defaultValue: [],
      summary:
        'Secrets that `web.token_secret` has replaced: links signed with them go on working. Keep one for as long as its mails may be read.',
    },
    ...WEBHOOK_KEYS,
  ],
};

export const CHANNEL_SECTIONS: readonly SectionSpec[] = [
  MAIL,
  WEB,
  AI_SECTION,
  TELEGRAM,
  NOTICES,
  WATCH,
  HOOKS,
  SOURCE_SECTION,
  SENDER_SECTION,
];
