import type { TransportName } from '../core/transports.ts';
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
  /** The name in its certificate, where that is not `host`. */
  readonly serverName: string | null;
  /** Of an authority to trust instead of the system's; relative to the workspace. */
  readonly caFile: string | null;
  /** False: no TLS, no mail, except to this machine. */
  readonly allowPlain: boolean;
}

interface ProviderBase {
  readonly key: SecretReference;
  readonly baseUrl: string;
  readonly requestsPerSecond: number;
}

/** A provider with an HTTP API. */
export type ProviderConfig =
  | (ProviderBase & { readonly transport: 'resend' })
  | (ProviderBase & { readonly transport: 'mailgun'; readonly domain: string })
  | (ProviderBase & { readonly transport: 'stream'; readonly identity: string });

export interface MailConfig {
  /** What `send` uses: always 'outbox' while not live (D9). */
  readonly transport: TransportName;
  /** Null unless `mail.transport` is "smtp"; also set while not live, for checks. */
  readonly smtp: SmtpConfig | null;
  /** Null unless `mail.transport` names a provider; also set while not live. */
  readonly provider: ProviderConfig | null;
  /** Where notices of failure go, each under an address of its own below this one; null: to the sender. */
  readonly bounceAddress: string | null;
  /** Of one request to a provider, to the last byte of its answer. */
  readonly requestTimeoutMs: number;
  /** The first wait before a provider is asked again within a run. */
  readonly requestRetryMs: number;
  /** D7: each pause between two mails of one run is drawn from this span. */
  readonly paceMinMs: number;
  readonly paceMaxMs: number;
}

export interface WebConfig {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly tokenSecret: SecretReference | null;
  /** Those it replaced: links that they signed go on working (hardening 122). */
  readonly oldTokenSecrets: readonly SecretReference[];
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
  const smtp = smtpOf(values);
  const provider = providerOf(values);
  return {
    transport: values.flag('live')
      ? ((smtp === null ? null : 'smtp') ?? provider?.transport ?? 'outbox')
      : 'outbox',
    smtp,
    provider,
    bounceAddress: values.textOrNull('mail.bounce_address'),
    requestTimeoutMs: values.number('mail.http.timeout_seconds') * SECOND_MS,
    requestRetryMs: values.number('mail.http.retry_seconds') * SECOND_MS,
    paceMinMs: values.number('mail.pace_seconds_min') * SECOND_MS,
    paceMaxMs: values.number('mail.pace_seconds_max') * SECOND_MS,
  };
}

function smtpOf(values: ValueReader): SmtpConfig | null {
  const host = values.textOrNull('mail.smtp.host');
  if (values.text('mail.transport') !== 'smtp' || host === null) return null;
  return {
    host,
    port: values.number('mail.smtp.port'),
    user: values.textOrNull('mail.smtp.user'),
    password: values.secretOrNull('mail.smtp.password'),
    secure: values.flag('mail.smtp.secure'),
    serverName: values.textOrNull('mail.smtp.server_name'),
    caFile: values.textOrNull('mail.smtp.ca_file'),
    allowPlain: values.flag('mail.smtp.allow_plain'),
  };
}

/** Whole, or not at all: the cross-checks say what is missing. */
function providerOf(values: ValueReader): ProviderConfig | null {
  const transport = values.text('mail.transport');
  if (transport !== 'resend' && transport !== 'mailgun' && transport !== 'stream') return null;
  const key = values.secretOrNull(`mail.${transport}.key`);
  if (key === null) return null;
  const base = {
    key,
    baseUrl: values.text(`mail.${transport}.base_url`),
    requestsPerSecond: values.number(`mail.${transport}.requests_per_second`),
  };
  if (transport === 'resend') return { transport, ...base };
  if (transport === 'mailgun') {
    const domain = values.textOrNull('mail.mailgun.domain');
    return domain === null ? null : { transport, ...base, domain };
  }
  const identity = values.textOrNull('mail.stream.identity');
  return identity === null ? null : { transport, ...base, identity };
}

export function createWebConfig(values: ValueReader): WebConfig {
  return {
    baseUrl: values.text('web.base_url'),
    tokenSecret: values.secretOrNull('web.token_secret'),
    oldTokenSecrets: values.secrets('web.old_token_secrets'),
    hooks: {
      resend: values.secretOrNull('web.hooks.resend_secret'),
      mailgun: values.secretOrNull('web.hooks.mailgun_key'),
      stream: values.secretOrNull('web.hooks.stream_secret'),
    },
  };
}
