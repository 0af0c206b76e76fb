import { plainOfHtml } from '../../core/notices/html.ts';
import { splitAtLines } from '../../core/notices/split.ts';
import type { NoticeChannel, OperatorMessage, PostResult } from '../../ports.ts';
import type { TelegramAnswer, TelegramApi } from './telegram-api.ts';

/** Counted by the server after tags and entities are gone, so that this is never too much. */
export const TELEGRAM_TEXT_MAX = 4_096;
/** Who asks for a longer wait is left alone for this run. */
const WAIT_IN_RUN_MS_MAX = 5_000;
/** About one message a second and chat, as the service asks for. */
const SPACING_MS = 1_100;

export interface TelegramChannelOptions {
  readonly api: TelegramApi;
  /** A number as text, or `@name`. */
  readonly chat: string;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * One chat (F1). What is longer than one message is cut at line borders; where the server cannot read our tags, the same part goes out
 * once more as plain text, for an alert must arrive. No link makes anybody fetch it for a preview.
 */
export class TelegramChannel implements NoticeChannel {
  readonly name = 'telegram';
  private readonly options: TelegramChannelOptions;

  constructor(options: TelegramChannelOptions) {
    this.options = options;
  }

  async post(message: OperatorMessage): Promise<PostResult> {
    const { html, text, isQuiet } = message;
    const parts = splitAtLines((html ?? text).toWellFormed(), TELEGRAM_TEXT_MAX);
    for (const [index, part] of parts.entries()) {
      if (index > 0) await this.options.pause(SPACING_MS);
      const answer = await this.sendPart(part, { isHtml: html !== null, isQuiet });
      if (answer.kind !== 'ok') return failed(answer, index > 0);
    }
    return { kind: 'taken' };
  }

  close(): Promise<void> {
    return this.options.api.close();
  }

  private async sendPart(part: string, how: { isHtml: boolean; isQuiet: boolean }): Promise<TelegramAnswer> {
    const answer = await this.send(part, how);
    if (how.isHtml && answer.kind === 'refused' && /can't parse entities/i.test(answer.description))
      return this.send(plainOfHtml(part), { ...how, isHtml: false });
    return answer;
  }

  private async send(text: string, how: { isHtml: boolean; isQuiet: boolean }): Promise<TelegramAnswer> {
    const { api, chat, pause } = this.options;
    const fields = {
      chat_id: chat.startsWith('@') ? chat : Number(chat),
      text,
      ...(how.isHtml ? { parse_mode: 'HTML' } : {}),
      link_preview_options: { is_disabled: true },
      ...(how.isQuiet ? { disable_notification: true } : {}),
    };
    const answer = await api.call('sendMessage', fields);
    if (answer.kind !== 'refused' || answer.status !== 429) return answer;
    const waitMs = answer.retryAfterMs ?? WAIT_IN_RUN_MS_MAX + 1;
    if (waitMs > WAIT_IN_RUN_MS_MAX) return answer;
    await pause(waitMs);
    return api.call('sendMessage', fields);
  }
}

function failed(answer: Exclude<TelegramAnswer, { kind: 'ok' }>, hasPart: boolean): PostResult {
  if (answer.kind === 'refused') {
    const error = `${String(answer.status)} ${answer.description}`;
    return { kind: 'failed', error, retryAfterMs: answer.retryAfterMs, mayHaveArrived: hasPart };
  }
  const mayHaveArrived = hasPart || answer.kind === 'unknown';
  return { kind: 'failed', error: answer.words, retryAfterMs: null, mayHaveArrived };
}
