import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { MailgunServer } from '../../servers/mailgun.ts';
import type { ProviderServer } from '../../servers/provider-server.ts';
import { ResendServer } from '../../servers/resend.ts';
import { StreamServer } from '../../servers/stream.ts';
import { sendDesk, type SendConfig, type SendDesk } from './send-desk.ts';

export const PROVIDERS = ['resend', 'mailgun', 'stream'] as const;
export type Provider = (typeof PROVIDERS)[number];

const KEYS: Readonly<Record<Provider, string>> = {
  resend: ResendServer.KEY,
  mailgun: MailgunServer.KEY,
  stream: StreamServer.KEY,
};
const OWN_LINES: Readonly<Record<Provider, readonly string[]>> = {
  resend: [],
  mailgun: [`mailgun.domain = "${MailgunServer.DOMAIN}"`],
  stream: ['stream.identity = "tom.ledd@inbox.example"'],
};

/** Lines below `[mail]` that send through this server, with waits that no test notices. */
export function providerLines(provider: Provider, url: string): readonly string[] {
  return [
    `transport = "${provider}"`,
    `${provider}.key = { file = "provider-key" }`,
    `${provider}.base_url = "${url}"`,
    `${provider}.requests_per_second = 10000`,
    'http.timeout_seconds = 0.5',
    'http.retry_seconds = 0',
    ...OWN_LINES[provider],
  ];
}

/** A desk that went live through a provider on loopback, and has run `send` once with nothing to send. */
export async function providerDesk(
  provider: Provider,
  server: ProviderServer,
  config: SendConfig = {},
): Promise<SendDesk> {
  const mail = [...providerLines(provider, server.url), ...(config.mail ?? [])];
  const bench = sendDesk({ ...config, isLive: true, mail });
  useKey(bench, KEYS[provider]);
  server.now = () => bench.clock.now();
  await bench.run(['go-live', '--keep', '--yes']);
  await bench.send();
  return bench;
}

export function useKey(bench: SendDesk, key: string): void {
  writeFileSync(join(bench.directory, 'provider-key'), key, { mode: 0o600 });
}

export async function startServer(provider: Provider): Promise<ProviderServer> {
  switch (provider) {
    case 'resend':
      return ResendServer.start();
    case 'mailgun':
      return MailgunServer.start();
    case 'stream':
      return StreamServer.start();
  }
}
