import { splitAtLines } from '../../core/notices/split.ts';
import type { NoticeChannel, OperatorMessage, PostResult } from '../../ports.ts';
import { isObject } from '../http/json.ts';
import type { TelegramAnswer } from './telegram-api.ts';
import { writeMessage, type TelegramPlace } from './telegram-message.ts';

/** Counted by the server after tags and entities are gone, so that this is never too much. */
const TELEGRAM_TEXT_MAX = 4_096;
/** About one message a second and chat, as the service asks for. */
const SPACING_MS = 1_100;

/** One chat (F1). What is longer than one message is cut at line borders; its buttons stand below the last part. */
export class TelegramChannel implements NoticeChannel {
  readonly name = 'telegram';
  private readonly place: TelegramPlace;

  constructor(place: TelegramPlace) {
    this.place = place;
  }

  async post(message: OperatorMessage): Promise<PostResult> {
    const { html, text, isQuiet, keyboard = [] } = message;
    const parts = splitAtLines((html ?? text).toWellFormed(), TELEGRAM_TEXT_MAX);
    let messageId: number | null = null;
    for (const [index, part] of parts.entries()) {
      if (index > 0) await this.place.pause(SPACING_MS);
      const isLast = index === parts.length - 1;
      const answer = await writeMessage(this.place, {
        method: 'sendMessage',
        text: part,
        isHtml: html !== null,
        keyboard: isLast ? keyboard : [],
        more: isQuiet ? { disable_notification: true } : {},
      });
      if (answer.kind !== 'ok') return failed(answer, index > 0);
      messageId = messageIdOf(answer.result);
    }
    return messageId === null ? { kind: 'taken' } : { kind: 'taken', messageId };
  }

  close(): Promise<void> {
    return this.place.api.close();
  }
}

/** The number of a message that was just written; null where the answer names none. */
export function messageIdOf(result: unknown): number | null {
  const id = isObject(result) ? result['message_id'] : null;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

function failed(answer: Exclude<TelegramAnswer, { kind: 'ok' }>, hasPart: boolean): PostResult {
  if (answer.kind === 'refused') {
    const error = `${String(answer.status)} ${answer.description}`;
    return { kind: 'failed', error, retryAfterMs: answer.retryAfterMs, mayHaveArrived: hasPart };
  }
  const mayHaveArrived = hasPart || answer.kind === 'unknown';
  return { kind: 'failed', error: answer.words, retryAfterMs: null, mayHaveArrived };
}
