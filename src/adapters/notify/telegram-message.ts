import { plainOfHtml } from '../../core/notices/html.ts';
import type { ChatKeyboard } from '../../ports.ts';
import type { TelegramAnswer, TelegramApi } from './telegram-api.ts';

/** Who asks for a longer wait is left alone for this run. */
const WAIT_IN_RUN_MS_MAX = 5_000;

/** How and where calls of one chat go. */
export interface TelegramPlace {
  readonly api: TelegramApi;
  /** A number as text, or `@name`. */
  readonly chat: string;
  readonly pause: (ms: number) => Promise<void>;
}

/** `sendMessage` or `editMessageText`, as far as they are the same. */
export interface MessageCall {
  readonly method: 'sendMessage' | 'editMessageText';
  readonly text: string;
  readonly isHtml: boolean;
  readonly keyboard: ChatKeyboard;
  /** What only one of the two methods has. */
  readonly more: Readonly<Record<string, unknown>>;
}

/**
 * Writes one message. Where the server cannot read our tags, the same words go out once more as plain text: an alert must arrive. A short
 * wait that is asked for is waited. No link makes anybody fetch it for a preview.
 */
export async function writeMessage(place: TelegramPlace, call: MessageCall): Promise<TelegramAnswer> {
  const answer = await callOnceMore(place, call);
  if (call.isHtml && answer.kind === 'refused' && /can't parse entities/i.test(answer.description))
    return callOnceMore(place, { ...call, text: plainOfHtml(call.text), isHtml: false });
  return answer;
}

async function callOnceMore(place: TelegramPlace, call: MessageCall): Promise<TelegramAnswer> {
  const { api, chat, pause } = place;
  const { method, text, isHtml, keyboard, more } = call;
  const fields = {
    chat_id: chat.startsWith('@') ? chat : Number(chat),
    text,
    ...(isHtml ? { parse_mode: 'HTML' } : {}),
    link_preview_options: { is_disabled: true },
    ...(keyboard.length > 0 ? { reply_markup: markupOf(keyboard) } : {}),
    ...more,
  };
  const answer = await api.call(method, fields);
  if (answer.kind !== 'refused' || answer.status !== 429) return answer;
  const waitMs = answer.retryAfterMs ?? WAIT_IN_RUN_MS_MAX + 1;
  if (waitMs > WAIT_IN_RUN_MS_MAX) return answer;
  await pause(waitMs);
  return api.call(method, fields);
}

function markupOf(keyboard: ChatKeyboard): Readonly<Record<string, unknown>> {
  return {
    inline_keyboard: keyboard.map((row) =>
      row.map(({ label, data }) => ({ text: label, callback_data: data })),
    ),
  };
}
