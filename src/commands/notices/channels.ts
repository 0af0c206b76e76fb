import { HeadgateError } from '../../core/errors.ts';
import { pauseFor } from '../../adapters/pause.ts';
import type { NoticeChannel } from '../../ports.ts';
import type { Invocation } from '../cli-context.ts';
import { fetchSecret, type Workspace } from '../workspace.ts';

/** Whether there is any way to the operator. */
export function hasChannel({ notify }: Workspace): boolean {
  return notify.telegram !== null || notify.webhook !== null;
}

/** The configured channels in the order in which they are asked. A secret that cannot be read makes its channel one that fails. */
export async function openChannels(
  invocation: Invocation,
  workspace: Workspace,
): Promise<readonly NoticeChannel[]> {
  const { telegram, webhook } = workspace.notify;
  const channels: NoticeChannel[] = [];
  if (telegram !== null)
    channels.push(await openOrBroken('telegram', () => openTelegram(invocation, workspace, telegram)));
  if (webhook !== null)
    channels.push(await openOrBroken('webhook', () => openWebhook(invocation, workspace, webhook)));
  return channels;
}

type Configured<K extends 'telegram' | 'webhook'> = NonNullable<Workspace['notify'][K]>;

async function openTelegram(
  invocation: Invocation,
  workspace: Workspace,
  { apiBase, token: reference, chat }: Configured<'telegram'>,
): Promise<NoticeChannel> {
  const [{ TelegramApi }, { TelegramChannel }] = await Promise.all([
    import('../../adapters/notify/telegram-api.ts'),
    import('../../adapters/notify/telegram.ts'),
  ]);
  const token = await fetchSecret(invocation, { key: 'telegram.token', reference, workspace });
  const { signal } = invocation.context;
  const pause = (ms: number): Promise<void> => pauseFor(ms, signal);
  return new TelegramChannel({ api: new TelegramApi({ apiBase, token }), chat, pause });
}

async function openWebhook(
  invocation: Invocation,
  workspace: Workspace,
  { url, secret: reference }: Configured<'webhook'>,
): Promise<NoticeChannel> {
  const { WebhookChannel } = await import('../../adapters/notify/webhook.ts');
  const secret = await fetchSecret(invocation, { key: 'notices.webhook_secret', reference, workspace });
  const { clock, machine } = invocation.context;
  return new WebhookChannel({ url, secret, host: machine.identity().hostName, clock });
}

async function openOrBroken(
  name: NoticeChannel['name'],
  open: () => Promise<NoticeChannel>,
): Promise<NoticeChannel> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    const result = {
      kind: 'failed',
      error: error.message,
      retryAfterMs: null,
      mayHaveArrived: false,
    } as const;
    return { name, post: () => Promise.resolve(result), close: () => Promise.resolve() };
  }
}
