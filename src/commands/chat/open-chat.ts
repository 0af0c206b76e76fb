import { pauseFor } from '../../adapters/pause.ts';
import type { OperatorChat } from '../../ports.ts';
import type { Invocation } from '../cli-context.ts';
import { fetchSecret, type Workspace } from '../workspace.ts';

/** The longest time that one question waits for something to happen. */
export const POLL_SECONDS_MAX = 50;
const SLACK_MS = 10_000;
const ANSWER_BYTES_MAX = 8_388_608;

/** F2: whether anybody may decide in the chat. */
export function hasApprovers({ notify }: Workspace): boolean {
  return (notify.telegram?.approvers.length ?? 0) > 0;
}

/** Opens the operator's chat both ways; nobody is called yet. Throws what a token does that cannot be read or used (77, 78). */
export async function openChat(invocation: Invocation, workspace: Workspace): Promise<OperatorChat> {
  const { telegram } = workspace.notify;
  if (telegram === null) throw new Error('No chat is configured');
  const [{ NOTIFY_TIMEOUTS, TelegramApi }, { TelegramChat }] = await Promise.all([
    import('../../adapters/notify/telegram-api.ts'),
    import('../../adapters/notify/telegram-chat.ts'),
  ]);
  const { apiBase, token: reference, chat } = telegram;
  const token = await fetchSecret(invocation, { key: 'telegram.token', reference, workspace });
  const { signal } = invocation.context;
  const timeouts = { ...NOTIFY_TIMEOUTS, requestMs: POLL_SECONDS_MAX * 1_000 + SLACK_MS };
  return new TelegramChat({
    api: new TelegramApi({ apiBase, token }),
    poller: new TelegramApi({ apiBase, token, timeouts, answerBytesMax: ANSWER_BYTES_MAX }),
    chat,
    pause: (ms) => pauseFor(ms, signal),
  });
}
