import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { ProviderConfig, SmtpConfig } from '../../config/channels.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import { judgeProviderKey, judgeRelay, type RelayFacts } from '../../core/doctor/relay.ts';
import type { RelayProbe } from '../../adapters/mail/probe-relay.ts';
import { attemptOnline, httpTimeouts, secretFix, seeSecret, withoutConfig, type Checkup } from './checkup.ts';
import { dnsChecks, senderDomains } from './dns-checks.ts';
import { unsubscribeCheck } from './unsubscribe-check.ts';

/** Mail: the way out, the records that receivers look at, the way to opt out. Nothing is sent. */
export async function mailChecks(checkup: Checkup): Promise<readonly Finding[]> {
  const { config } = checkup;
  if (config === null) return withoutConfig('mail', 'mail');
  const parts = await Promise.all([
    wayOut(checkup, config),
    dnsChecks(checkup, config),
    unsubscribeCheck(checkup, config),
  ]);
  return parts.flat();
}

function wayOut(checkup: Checkup, config: LoadedConfig): Promise<readonly Finding[]> {
  const { smtp, provider } = config.mail;
  if (smtp !== null) {
    const title = `SMTP ${smtp.host}:${String(smtp.port)}`;
    return attemptOnline(checkup, { group: 'mail', check: 'relay', title }, () =>
      relayCheck(checkup, smtp, title),
    );
  }
  if (provider !== null) {
    const title = `${provider.transport} key`;
    return attemptOnline(checkup, { group: 'mail', check: 'provider', title }, () =>
      providerCheck(checkup, config, provider),
    );
  }
  const why = 'mail.transport is outbox: every mail stays on this machine';
  return Promise.resolve([checkDesk('mail', 'relay').skipped('way out', why)]);
}

async function relayCheck(checkup: Checkup, smtp: SmtpConfig, title: string): Promise<readonly Finding[]> {
  const desk = checkDesk('mail', 'relay');
  const { host, port, user, secure, serverName, caFile, allowPlain, password } = smtp;
  const secret =
    password === null ? null : await seeSecret(checkup, { key: 'mail.smtp.password', reference: password });
  const fix = password === null ? 'headgate config explain mail.smtp.user' : secretFix(password, checkup);
  if (secret?.kind === 'wrong') return [desk.problem('the SMTP password cannot be read', secret.words, fix)];
  const { probeRelay } = await import('../../adapters/mail/probe-relay.ts');
  const { timeoutMs, paths } = checkup;
  const probe = await probeRelay({
    host,
    port,
    secure,
    serverName,
    allowPlain,
    user: secret?.kind === 'read' ? user : null,
    password: secret?.kind === 'read' ? secret.value : null,
    timeouts: { connectMs: timeoutMs, greetingMs: timeoutMs, setupMs: timeoutMs, closeMs: timeoutMs },
    ...(caFile === null ? {} : { ca: readFileSync(resolve(paths?.workspaceDir ?? '.', caFile), 'utf8') }),
  });
  const finding = judgeRelay(relayFacts(smtp, probe), fix);
  if (secret?.kind !== 'hidden' || finding.verdict !== 'pass') return [finding];
  return [
    desk.skipped(`${title} log-in`, `it answers over ${finding.detail.split(',')[0] ?? ''}; ${secret.why}`),
  ];
}

function relayFacts({ host, port, secure, user }: SmtpConfig, probe: RelayProbe): RelayFacts {
  if (probe.kind === 'refused') return { host, port, ...probe };
  const security = !probe.isEncrypted ? 'no TLS' : secure ? 'TLS' : 'STARTTLS';
  return { host, port, kind: 'ready', security, hasLogin: user !== null, tookMs: probe.tookMs };
}

async function providerCheck(
  checkup: Checkup,
  config: LoadedConfig,
  provider: ProviderConfig,
): Promise<readonly Finding[]> {
  const { transport, baseUrl, key: reference } = provider;
  const desk = checkDesk('mail', 'provider');
  const secret = await seeSecret(checkup, { key: `mail.${transport}.key`, reference });
  const keyFix = secretFix(reference, checkup);
  if (secret.kind === 'hidden') return [desk.skipped(`${transport} key`, secret.why)];
  if (secret.kind === 'wrong')
    return [desk.problem(`the key of ${transport} cannot be read`, secret.words, keyFix)];
  const { probeProvider } = await import('../../adapters/mail/probe-provider.ts');
  const base = { baseUrl, key: secret.value, timeouts: httpTimeouts(checkup) };
  switch (provider.transport) {
    case 'resend':
      return [
        judgeProviderKey(
          await probeProvider({ ...base, transport: 'resend', senderDomains: senderDomains(config) }),
          {
            name: 'resend',
            keyFix,
          },
        ),
      ];
    case 'mailgun':
      return [
        judgeProviderKey(await probeProvider({ ...base, transport: 'mailgun', domain: provider.domain }), {
          name: 'mailgun',
          keyFix,
        }),
      ];
    case 'stream':
      return [
        judgeProviderKey(await probeProvider({ ...base, transport: 'stream', identity: provider.identity }), {
          name: 'stream',
          keyFix,
        }),
      ];
  }
}
