import type { ChatFailure, ChatText, OperatorChat } from '../../ports.ts';
import { messageIdOf } from './telegram.ts';
import type { TelegramAnswer, TelegramApi } from './telegram-api.ts';
import { writeMessage, type TelegramPlace } from './telegram-message.ts';
import { incomingOf } from './telegram-update.ts';

export interface TelegramChatOptions extends TelegramPlace {
  /** For waiting calls: its deadline is longer than the longest wait. */
  readonly poller: TelegramApi;
}

/** Each may quote a message of ours: so many fit into an answer that is read whole (8 MB) whatever strangers write. */
const UPDATES_MAX = 50;
/** What the service shows of an answer. */
const ANSWER_LENGTH_MAX = 200;

/** The operator's chat, both ways (F2, docs/adr/0013). */
export class TelegramChat implements OperatorChat {
  private readonly options: TelegramChatOptions;

  constructor(options: TelegramChatOptions) {
    this.options = options;
  }

  async updates({
    after,
    waitSeconds,
    signal,
  }: Parameters<OperatorChat['updates']>[0]): ReturnType<OperatorChat['updates']> {
    const fields = {
      ...(after === null ? {} : { offset: after + 1 }),
      limit: UPDATES_MAX,
      timeout: waitSeconds,
      allowed_updates: ['callback_query', 'message'],
    };
    const answer = await this.options.poller.call('getUpdates', fields, signal);
    if (answer.kind !== 'ok') return failureOf(answer);
    if (!Array.isArray(answer.result)) return { kind: 'failed', error: 'an answer without updates' };
    return { kind: 'updates', updates: answer.result.flatMap((update: unknown) => incomingOf(update) ?? []) };
  }

  async post(page: ChatText): ReturnType<OperatorChat['post']> {
    const answer = await this.write('sendMessage', page, page.isQuiet ? { disable_notification: true } : {});
    if (answer.kind !== 'ok') return failureOf(answer);
    const messageId = messageIdOf(answer.result);
    return messageId === null
      ? { kind: 'failed', error: 'an answer without a message' }
      : { kind: 'posted', messageId };
  }

  async edit(messageId: number, page: ChatText): ReturnType<OperatorChat['edit']> {
    const answer = await this.write('editMessageText', page, { message_id: messageId });
    const isSame = answer.kind === 'refused' && /message is not modified/i.test(answer.description);
    return answer.kind === 'ok' || isSame ? { kind: 'edited' } : failureOf(answer);
  }

  async answer(callbackId: string, text: string): Promise<void> {
    // After seconds the service knows nothing of the tap any more; the page says what became of it.
    await this.options.api.call('answerCallbackQuery', {
      callback_query_id: callbackId,
      ...(text === '' ? {} : { text: text.slice(0, ANSWER_LENGTH_MAX).toWellFormed() }),
    });
  }

  async close(): Promise<void> {
    await this.options.api.close();
    await this.options.poller.close();
  }

  private write(
    method: 'sendMessage' | 'editMessageText',
    { html, keyboard }: ChatText,
    more: Readonly<Record<string, unknown>>,
  ): Promise<TelegramAnswer> {
    const text = html.toWellFormed();
    return writeMessage(this.options, { method, text, isHtml: true, keyboard, more });
  }
}

/** 409 is for whoever polls elsewhere to mend; 400, 401, 403 and 404 do not mend themselves. */
function failureOf(answer: Exclude<TelegramAnswer, { kind: 'ok' }>): ChatFailure {
  if (answer.kind !== 'refused') return { kind: 'failed', error: answer.words };
  const { status, description, retryAfterMs } = answer;
  const isConflict = status === 409;
  const isForGood = !isConflict && status !== 429;
  const error = `${String(status)} ${description}`;
  return { kind: 'refused', error, retryAfterMs, isForGood, isConflict };
}
