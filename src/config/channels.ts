import type { SecretReference } from './key-spec.ts';
import type { ValueReader } from './value-reader.ts';

export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** Null: no log-in. Set exactly when `password` is. */
  readonly user: string | null;
  readonly password: SecretReference | null;
  /** TLS from the first byte; false means STARTTLS. */
  readonly secure: boolean;
}

export interface MailConfig {
  /** What `send` uses: always 'outbox' while not live (D9). */
  readonly transport: 'outbox' | 'smtp';
  /** Null unless `mail.transport` is "smtp"; also set while not live, for checks. */
  readonly smtp: SmtpConfig | null;
  /** D7: each pause between two mails of one run is drawn from this span. */
  readonly paceMinMs: number;
  readonly paceMaxMs: number;
}

export interface WebConfig {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly tokenSecret: SecretReference | null;
  /** What proves that a webhook comes from its provider; null: none is taken from it (E5). */
  readonly hooks: WebhookSecrets;
}

export interface WebhookSecrets {
  readonly resend: SecretReference | null;
  readonly mailgun: SecretReference | null;
  readonly stream: SecretReference | null;
}

const SECOND_MS = 1000;

export function createMailConfig(values: ValueReader): MailConfig {
  const host = values.textOrNull('mail.smtp.host');
  const isSmtp = values.text('mail.transport') === 'smtp';
  const smtp: SmtpConfig | null =
    isSmtp && host !== null
      ? {
          host,
          port: values.number('mail.smtp.port'),
          user: values.textOrNull('mail.smtp.user'),
          password: values.secretOrNull('mail.smtp.password'),
          secure: values.flag('mail.smtp.secure'),
        }
      : null;
  return {
    transport: smtp !== null && values.flag('live') ? 'smtp' : 'outbox',
    smtp,
    paceMinMs: values.number('mail.pace_seconds_min') * SECOND_MS,
    paceMaxMs: values.number('mail.pace_seconds_max') * SECOND_MS,
  };
}

export function createWebConfig(values: ValueReader): WebConfig {
  return {
    baseUrl: values.text('web.base_url'),
    tokenSecret: values.secretOrNull('web.token_secret'),
    hooks: {
      resend: values.secretOrNull('web.hooks.resend_secret'),
      mailgun: values.secretOrNull('web.hooks.mailgun_key'),
      stream: values.secretOrNull('web.hooks.stream_secret'),
    },
  };
}
