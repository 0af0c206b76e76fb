import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { pauseFor } from '../adapters/pause.ts';
import { createOutboxMailer } from '../adapters/mail/outbox-mailer.ts';
import type { ProviderConfig, SmtpConfig } from '../config/channels.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Mailer } from '../ports.ts';
import type { Invocation } from './cli-context.ts';
import { fetchSecret, type Workspace } from './workspace.ts';

/** Deliveries at a time where no pace is set, and files at a time into the outbox; each round of them is one commit. */
const CONNECTIONS = 10;
/** Long enough for a body of a megabyte over a slow line, once there is a connection. */
const CONNECT_MS_MAX = 15_000;

/** The one way out: the outbox while not live, whatever the transport says (D9); else what `mail.transport` names. */
export async function openMailer(invocation: Invocation, workspace: Workspace): Promise<Mailer> {
  const { mail, paths } = workspace;
  const { clock } = invocation.context;
  if (mail.transport === 'smtp' && mail.smtp !== null) return openSmtp(invocation, workspace, mail.smtp);
  if (mail.transport !== 'outbox' && mail.provider !== null)
    return openProvider(invocation, workspace, mail.provider);
  return createOutboxMailer({ outboxDir: paths.outboxDir, clock, connections: CONNECTIONS });
}

function connectionsOf({ mail }: Workspace): number {
  return mail.paceMaxMs === 0 ? CONNECTIONS : 1;
}

async function openSmtp(invocation: Invocation, workspace: Workspace, smtp: SmtpConfig): Promise<Mailer> {
  const { createSmtpMailer } = await import('../adapters/mail/smtp.ts');
  const { host, port, user, password, secure, serverName, caFile, allowPlain } = smtp;
  const secret =
    password === null
      ? null
      : await fetchSecret(invocation, { key: 'mail.smtp.password', reference: password, workspace });
  return createSmtpMailer({
    host,
    port,
    secure,
    user,
    password: secret,
    serverName,
    allowPlain,
    connections: connectionsOf(workspace),
    ...(caFile === null ? {} : { ca: readAuthority(resolve(workspace.paths.workspaceDir, caFile)) }),
  });
}

async function openProvider(
  invocation: Invocation,
  workspace: Workspace,
  provider: ProviderConfig,
): Promise<Mailer> {
  const { clock, random, signal } = invocation.context;
  const { requestTimeoutMs, requestRetryMs } = workspace.mail;
  const { transport, baseUrl, requestsPerSecond } = provider;
  const reference = { key: `mail.${transport}.key`, reference: provider.key, workspace };
  const options = {
    key: await fetchSecret(invocation, reference),
    baseUrl,
    requestsPerSecond,
    connections: connectionsOf(workspace),
    timeouts: { connectMs: Math.min(CONNECT_MS_MAX, requestTimeoutMs), requestMs: requestTimeoutMs },
    retryMs: requestRetryMs,
    now: () => clock.now(),
    pause: (ms: number) => pauseFor(ms, signal),
    fraction: () => random.fraction(),
  };
  switch (provider.transport) {
    case 'resend':
      return (await import('../adapters/mail/resend.ts')).createResendMailer(options);
    case 'mailgun':
      return (await import('../adapters/mail/mailgun.ts')).createMailgunMailer({
        ...options,
        domain: provider.domain,
      });
    case 'stream':
      return (await import('../adapters/mail/stream.ts')).createStreamMailer({
        ...options,
        identity: provider.identity,
      });
  }
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new HeadgateError(`mail.smtp.ca_file cannot be read: ${path}`, {
      code: 'ca_file_unreadable',
      exit: 'CONFIG',
      notDone: 'Nothing was sent.',
      fix: 'Correct mail.smtp.ca_file, or make the file readable for whoever runs send',
      cause: error,
    });
  }
}
