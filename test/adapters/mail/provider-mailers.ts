import type { ComposedMail } from '../../../src/adapters/mail/compose.ts';
import { composeMail } from '../../../src/adapters/mail/compose.ts';
import type { HttpMailerOptions } from '../../../src/adapters/mail/http/http-mailer.ts';
import { createMailgunMailer } from '../../../src/adapters/mail/mailgun.ts';
import { createResendMailer } from '../../../src/adapters/mail/resend.ts';
import { createStreamMailer } from '../../../src/adapters/mail/stream.ts';
import type { Mailer, MailOccasion, OutgoingMail } from '../../../src/ports.ts';
import { TEST_NOW } from '../../helpers/fakes.ts';
import { MailgunServer } from '../../servers/mailgun.ts';
import type { ProviderServer } from '../../servers/provider-server.ts';
import { ResendServer } from '../../servers/resend.ts';
import { StreamServer } from '../../servers/stream.ts';
import { mailToCompose } from './sample-mail.ts';

export const PROVIDERS = ['resend', 'mailgun', 'stream'] as const;
export type Provider = (typeof PROVIDERS)[number];

export const OCCASION: MailOccasion = {
  sequenceId: 'welcome',
  stepId: 'hello',
  noReplyMs: null,
  conversationId: null,
};

/** Waits that a mailer asked for: nobody waits in a test. */
export interface Rig<Server extends ProviderServer> {
  readonly server: Server;
  readonly mailer: Mailer;
  readonly waits: number[];
}

const SERVERS = {
  resend: () => ResendServer.start(),
  mailgun: () => MailgunServer.start(),
  stream: () => StreamServer.start(),
} as const;

export async function rigOf<P extends Provider>(
  provider: P,
  change: Partial<HttpMailerOptions & { key: string }> = {},
): Promise<Rig<Awaited<ReturnType<(typeof SERVERS)[P]>>>> {
  const server = (await SERVERS[provider]()) as Awaited<ReturnType<(typeof SERVERS)[P]>>;
  const waits: number[] = [];
  const options: HttpMailerOptions = {
    baseUrl: server.url,
    connections: 10,
    requestsPerSecond: 1_000_000,
    timeouts: { connectMs: 2_000, requestMs: 300 },
    retryMs: 1_000,
    now: () => TEST_NOW,
    pause: (ms) => {
      if (ms >= 1) waits.push(ms);
      return Promise.resolve();
    },
    fraction: () => 0,
    ...change,
  };
  return { server, mailer: mailerOf(provider, options, change.key), waits };
}

function mailerOf(provider: Provider, options: HttpMailerOptions, key?: string): Mailer {
  switch (provider) {
    case 'resend':
      return createResendMailer({ ...options, key: key ?? ResendServer.KEY });
    case 'mailgun':
      return createMailgunMailer({ ...options, key: key ?? MailgunServer.KEY, domain: MailgunServer.DOMAIN });
    case 'stream':
      return createStreamMailer({
        ...options,
        key: key ?? StreamServer.KEY,
        identity: 'tom.ledd@inbox.example',
      });
  }
}

/** A composed mail with the body that this transport sends. */
export async function encodedMail(
  mailer: Mailer,
  change: Parameters<typeof mailToCompose>[0] = {},
  occasion: Partial<MailOccasion> = {},
): Promise<OutgoingMail> {
  const { parts, ...mail }: ComposedMail = await composeMail(mailToCompose(change));
  return { ...mail, payload: mailer.encode!(mail, parts, { ...OCCASION, ...occasion }) };
}
