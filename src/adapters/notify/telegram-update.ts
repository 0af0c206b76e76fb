import type { Incoming, IncomingBody } from '../../core/chat/incoming.ts';
import { cleanLine } from '../../core/clean-text.ts';
import { isObject } from '../http/json.ts';

type Fields = Readonly<Record<string, unknown>>;

const NAME_LENGTH_MAX = 40;
/** The service takes no longer text; whoever sends one is not the service. */
const TEXT_LENGTH_MAX = 5_000;
const DATA_LENGTH_MAX = 64;

/**
 * One update of the Bot API in our words. Null for what has no number: it can be neither stored nor confirmed. Everything that we have no
 * use for, or that is not as it should be, is kept as `other` by its number alone.
 */
export function incomingOf(update: unknown): Incoming | null {
  if (!isObject(update)) return null;
  const updateId = numberOf(update, 'update_id');
  if (updateId === null) return null;
  const tap = objectIn(update, 'callback_query');
  const message = objectIn(update, 'message');
  const from = objectIn(tap ?? message, 'from');
  const body = tap === null ? wordsOf(message) : tapOf(tap);
  const fromId = numberOf(from, 'id');
  if (body === null || fromId === null) return { updateId, fromId: 0, fromName: '', body: { kind: 'other' } };
  return { updateId, fromId, fromName: nameOf(from), body };
}

function tapOf(tap: Fields): IncomingBody | null {
  const message = objectIn(tap, 'message');
  const callbackId = textOf(tap, 'id', TEXT_LENGTH_MAX);
  const data = textOf(tap, 'data', DATA_LENGTH_MAX);
  const place = placeOf(message);
  const messageId = numberOf(message, 'message_id');
  if (callbackId === null || data === null || place === null || messageId === null) return null;
  return { kind: 'tap', callbackId, data, messageId, ...place };
}

function wordsOf(message: Fields | null): IncomingBody | null {
  const text = textOf(message, 'text', TEXT_LENGTH_MAX);
  const place = placeOf(message);
  const messageId = numberOf(message, 'message_id');
  if (text === null || place === null || messageId === null) return null;
  const replyTo = numberOf(objectIn(message, 'reply_to_message'), 'message_id');
  // Small talk of a group is nobody's business: without a slash only an answer to a message can be meant for us.
  if (replyTo === null && !text.trimStart().startsWith('/')) return null;
  return { kind: 'words', text, messageId, replyTo, ...place };
}

function placeOf(
  message: Fields | null,
): { chatId: number; chatName: string | null; isForwarded: boolean } | null {
  const chat = objectIn(message, 'chat');
  const chatId = numberOf(chat, 'id');
  if (message === null || chatId === null) return null;
  // `forward_date` is what the origin was called before Bot API 7.0.
  const isForwarded = ['forward_origin', 'forward_date', 'via_bot'].some((name) =>
    Object.hasOwn(message, name),
  );
  return { chatId, chatName: textOf(chat, 'username', NAME_LENGTH_MAX), isForwarded };
}

/** How somebody calls themselves: for people to read, never to decide by. */
function nameOf(from: Fields | null): string {
  const names = ['first_name', 'last_name'].map((name) => textOf(from, name, 1_000) ?? '');
  const { text } = cleanLine(names.join(' '), NAME_LENGTH_MAX);
  return text === '' ? 'somebody' : text;
}

function objectIn(of: Fields | null, name: string): Fields | null {
  const value = of !== null && Object.hasOwn(of, name) ? of[name] : null;
  return isObject(value) ? value : null;
}

function numberOf(of: Fields | null, name: string): number | null {
  const value = of !== null && Object.hasOwn(of, name) ? of[name] : null;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

function textOf(of: Fields | null, name: string, lengthMax: number): string | null {
  const value = of !== null && Object.hasOwn(of, name) ? of[name] : null;
  return typeof value === 'string' && value !== '' && value.length <= lengthMax ? value : null;
}
