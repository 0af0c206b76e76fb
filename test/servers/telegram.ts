import {
  json,
  ProviderServer,
  type Judged,
  type ProviderAnswer,
  type ProviderRequest,
} from './provider-server.ts';

/** A message as the chat shows it, tags and entities gone. */
export interface ChatMessage {
  readonly id: number;
  readonly chat: number | string;
  text: string;
  readonly mode: string | null;
  readonly isSilent: boolean;
  readonly at: number;
  /** Rows of what can be tapped: label and data. */
  buttons: readonly (readonly { readonly text: string; readonly data: string }[])[];
  edits: number;
}

/** Who taps and writes. */
export interface ChatPerson {
  readonly id: number;
  readonly first_name: string;
  readonly last_name?: string;
}

export const TOM: ChatPerson = { id: 4_711, first_name: 'Tom' };
export const ANN: ChatPerson = { id: 4_712, first_name: 'Ann' };
export const STRANGER: ChatPerson = { id: 666, first_name: 'Eve' };

type Fields = Readonly<Record<string, unknown>>;

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  getMe: [],
  getChat: ['chat_id'],
  getChatMember: ['chat_id', 'user_id'],
  sendMessage: [
    'chat_id',
    'text',
    'parse_mode',
    'entities',
    'link_preview_options',
    'disable_notification',
    'protect_content',
    'reply_parameters',
    'reply_markup',
  ],
  editMessageText: [
    'chat_id',
    'message_id',
    'text',
    'parse_mode',
    'entities',
    'link_preview_options',
    'reply_markup',
  ],
  getUpdates: ['offset', 'limit', 'timeout', 'allowed_updates'],
  answerCallbackQuery: ['callback_query_id', 'text', 'show_alert', 'cache_time'],
};
const ANSWER_TEXT_MAX = 200;
const CALLBACK_LIFE_MS = 15_000;
const TEXT_MAX = 4_096;
const BUTTON_BYTES_MAX = 64;
const TAGS = new Set([
  'b',
  'strong',
  'i',
  'em',
  'u',
  'ins',
  's',
  'strike',
  'del',
  'code',
  'pre',
  'blockquote',
]);

/**
 * The Bot API as far as telling somebody something, and hearing of their taps, goes: refuses methods and fields that it does not have, texts that are too long once
 * their entities are parsed, HTML that is none, buttons with too much behind them, and whoever is not let in. No idempotency: what is
 * posted twice stands in the chat twice.
 */
export class TelegramServer extends ProviderServer {
  static readonly TOKEN = '123456789:AAloopback-Token_0123456789abcdef';
  static readonly CHAT = -1_001_234_567_890;
  readonly messages: ChatMessage[] = [];
  /** What the chat is, and who is in it by number: `member`, `administrator`, `left` … The bot is 123456789. */
  readonly place: Record<string, unknown> = { type: 'supergroup', title: 'Ops' };
  readonly members = new Map<number, Fields>([[123_456_789, { status: 'member' }]]);
  /** How many messages a minute the chat takes before the bot is told to wait; Infinity: any number. */
  perMinute = Infinity;
  /** What answers to taps said, by the id of the tap. */
  readonly answers = new Map<string, string>();
  /** Somebody has set a webhook: nobody may poll. */
  hasWebhook = false;
  /** Called when a question that waits begins to. */
  onWait: (() => void) | null = null;
  private updates: { readonly update_id: number; readonly [field: string]: unknown }[] = [];
  private nextUpdateId = 900_000_001;
  private nextMessageId = 1;
  private readonly callbacks = new Map<string, number>();
  private waiting: { readonly wake: (judged: Judged) => void; readonly fields: Fields } | null = null;

  static async start(): Promise<TelegramServer> {
    return new TelegramServer().listen();
  }

  private constructor() {
    super();
  }

  /** What the chat shows, oldest first. */
  texts(): readonly string[] {
    return this.messages.map(({ text }) => text);
  }

  /** Taps a button of a message by what it says; returns the id of the tap. Throws when there is no such button. */
  tap(label: string | RegExp, options: { by?: ChatPerson; message?: ChatMessage } = {}): string {
    const holders = options.message === undefined ? [...this.messages].reverse() : [options.message];
    for (const message of holders) {
      const button = message.buttons
        .flat()
        .find(({ text }) => (typeof label === 'string' ? text === label : label.test(text)));
      if (button !== undefined) return this.tapData(button.data, { ...options, message });
    }
    throw new Error(
      `no button ${String(label)}: ${holders.map(({ buttons }) => JSON.stringify(buttons)).join()}`,
    );
  }

  /** A tap as a client could make one up: any data, any message, any chat. */
  tapData(
    data: string,
    of: { by?: ChatPerson; message?: Pick<ChatMessage, 'id'>; chat?: number; fields?: Fields } = {},
  ): string {
    const { by = TOM, message = { id: 1 }, chat = TelegramServer.CHAT, fields = {} } = of;
    const id = `40${String(this.nextUpdateId)}`;
    this.callbacks.set(id, this.now());
    this.push({
      callback_query: {
        id,
        from: { is_bot: false, ...by },
        message: {
          message_id: message.id,
          date: 1,
          chat: chatOf(chat),
          from: { id: 1, is_bot: true },
          text: '…',
          ...fields,
        },
        chat_instance: '1',
        data,
      },
    });
    return id;
  }

  /** Somebody writes into the chat. */
  write(
    text: string,
    of: { by?: ChatPerson; replyTo?: Pick<ChatMessage, 'id'>; chat?: number; fields?: Fields } = {},
  ): void {
    const { by = TOM, replyTo, chat = TelegramServer.CHAT, fields = {} } = of;
    this.push({
      message: {
        message_id: this.newMessageId(),
        date: Math.floor(this.now() / 1_000),
        chat: chatOf(chat),
        from: { is_bot: false, ...by },
        text,
        ...(replyTo === undefined
          ? {}
          : { reply_to_message: { message_id: replyTo.id, date: 1, chat: chatOf(chat) } }),
        ...fields,
      },
    });
  }

  /** Anything that the service may send. After a week of silence its numbers begin anew: `updateId` says where. */
  push(update: Fields, updateId?: number): void {
    if (updateId !== undefined) this.nextUpdateId = updateId;
    this.updates.push({ update_id: this.nextUpdateId, ...update });
    this.nextUpdateId += 1;
    const { waiting } = this;
    this.waiting = null;
    waiting?.wake(this.heard(waiting.fields));
  }

  /** One row of numbers for everything in a chat, whoever wrote it. */
  private newMessageId(): number {
    this.nextMessageId += 1;
    return this.nextMessageId - 1;
  }

  /** Updates that were not confirmed. */
  unconfirmed(): number {
    return this.updates.length;
  }

  protected messageOf(): string | null {
    return null;
  }

  protected judge({ method, path, headers, body }: ProviderRequest): Judged {
    const [, token, name = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
    if (token === undefined) return says(404, 'Not Found');
    if (token !== TelegramServer.TOKEN) return says(401, 'Unauthorized');
    const known = Object.keys(FIELDS).find((each) => each.toLowerCase() === name.toLowerCase());
    if (known === undefined || method !== 'POST') return says(404, 'Not Found');
    if (headers['content-type'] !== 'application/json') return says(400, 'Bad Request: unsupported body');
    const fields = fieldsOf(body);
    if (fields === null) return says(400, "Bad Request: can't parse JSON object");
    const unknown = Object.keys(fields).find((field) => FIELDS[known]?.includes(field) !== true);
    if (unknown !== undefined) return says(400, `Bad Request: unknown field ${unknown}`);
    if (known === 'getMe')
      return done({ id: 123_456_789, is_bot: true, first_name: 'Ops', username: 'ops_bot' });
    if (known === 'getChat' || known === 'getChatMember') return this.look(known, fields);
    if (known === 'getUpdates') return this.poll(fields);
    if (known === 'answerCallbackQuery') return this.answerTap(fields);
    return this.put(known, fields);
  }

  /** One listener at a time: who asks while another waits ends that one's waiting, as the service does. */
  private poll(fields: Fields): Judged {
    if (this.hasWebhook)
      return says(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    const { waiting } = this;
    this.waiting = null;
    waiting?.wake(
      says(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      ),
    );
    const heard = this.heard(fields);
    if (this.updates.length > 0 || Number(fields['timeout'] ?? 0) === 0) return heard;
    let wake: (judged: Judged) => void = () => undefined;
    const later = new Promise<Judged>((resolve) => (wake = resolve));
    const own = { wake, fields };
    this.waiting = own;
    this.onWait?.();
    const ends = setTimeout(
      () => {
        wake(this.heard(fields));
      },
      Number(fields['timeout']) * 1_000,
    );
    const done = (): void => {
      clearTimeout(ends);
      if (this.waiting === own) this.waiting = null;
    };
    return { ...heard, later: later.then(({ answer }) => answer), done };
  }

  /** From the first that is not confirmed; an offset confirms all below it, for good. */
  private heard({ offset, limit = 100 }: Fields): Judged {
    if (typeof offset === 'number')
      this.updates =
        offset < 0 ? this.updates.slice(offset) : this.updates.filter(({ update_id }) => update_id >= offset);
    return done(this.updates.slice(0, Number(limit)));
  }

  private answerTap({ callback_query_id: id, text = '' }: Fields): Judged {
    const tappedAt = typeof id === 'string' ? this.callbacks.get(id) : undefined;
    if (typeof id !== 'string' || tappedAt === undefined || this.now() - tappedAt > CALLBACK_LIFE_MS)
      return says(400, 'Bad Request: query is too old and response timeout expired or query ID is invalid');
    if (typeof text !== 'string' || text.length > ANSWER_TEXT_MAX)
      return says(400, 'Bad Request: MESSAGE_TOO_LONG');
    this.answers.set(id, text);
    return done(true);
  }

  private look(method: string, fields: Fields): Judged {
    if (fields['chat_id'] !== TelegramServer.CHAT) return says(400, 'Bad Request: chat not found');
    if (method === 'getChat') return done({ id: TelegramServer.CHAT, ...this.place });
    const member = this.members.get(Number(fields['user_id']));
    return member === undefined ? says(400, 'Bad Request: user not found') : done(member);
  }

  private put(method: string, fields: Fields): Judged {
    if (fields['chat_id'] !== TelegramServer.CHAT) return says(400, 'Bad Request: chat not found');
    const parsed = parsedText(fields);
    if ('refusal' in parsed) return says(400, `Bad Request: ${parsed.refusal}`);
    const { text } = parsed;
    if (text.trim() === '') return says(400, 'Bad Request: message text is empty');
    if (text.length > TEXT_MAX) return says(400, 'Bad Request: message is too long');
    const buttons = buttonsOf(fields['reply_markup']);
    if (buttons === null) return says(400, 'Bad Request: BUTTON_DATA_INVALID');
    if (method === 'editMessageText') return this.edit(fields, { text, buttons });
    const now = this.now();
    if (this.messages.filter(({ at }) => at > now - 60_000).length >= this.perMinute)
      return says(429, 'Too Many Requests: retry after 35', { retry_after: 35 });
    const mode = typeof fields['parse_mode'] === 'string' ? fields['parse_mode'] : null;
    const isSilent = fields['disable_notification'] === true;
    const id = this.nextMessageId;
    const act = (): void => {
      this.newMessageId();
      this.messages.push({ id, chat: TelegramServer.CHAT, text, mode, isSilent, at: now, buttons, edits: 0 });
    };
    return { ...done({ message_id: id, date: Math.floor(now / 1_000), text }), act };
  }

  private edit(fields: Fields, { text, buttons }: Pick<ChatMessage, 'text' | 'buttons'>): Judged {
    const message = this.messages.find(({ id }) => id === fields['message_id']);
    if (message === undefined) return says(400, 'Bad Request: message to edit not found');
    if (message.text === text && JSON.stringify(message.buttons) === JSON.stringify(buttons))
      return says(400, 'Bad Request: message is not modified');
    const act = (): void => {
      message.text = text;
      message.buttons = buttons;
      message.edits += 1;
    };
    return { ...done({ message_id: message.id, text }), act };
  }
}

function fieldsOf(body: Buffer): Fields | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

function parsedText({ text, parse_mode: mode }: Fields): { text: string } | { refusal: string } {
  if (typeof text !== 'string') return { refusal: 'message text is empty' };
  if (mode === undefined) return { text };
  if (mode !== 'HTML') return { refusal: 'unsupported parse_mode' };
  const open: string[] = [];
  for (const [tag, slash, name = ''] of text.matchAll(/<(\/?)([a-z-]*)[^>]*>?/g)) {
    if (!TAGS.has(name) || !tag.endsWith('>'))
      return { refusal: `can't parse entities: Unsupported start tag "${name}"` };
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return { refusal: `can't parse entities: Unmatched end tag "${name}"` };
  }
  if (open.length > 0)
    return {
      refusal: `can't parse entities: Can't find end tag corresponding to start tag "${open.join()}"`,
    };
  const bare = text.replaceAll(/<[^>]*>/g, '');
  return {
    text: bare
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&'),
  };
}

/** Rows of buttons; null for what is no inline keyboard, and for a button that carries nothing or more than 64 bytes. */
function buttonsOf(markup: unknown): ChatMessage['buttons'] | null {
  if (markup === undefined) return [];
  const { inline_keyboard: rows } = markup as { readonly inline_keyboard?: unknown };
  if (!Array.isArray(rows)) return null;
  const buttons: (ChatMessage['buttons'][number][number] | null)[][] = rows.map((row: unknown) =>
    (Array.isArray(row) ? row : []).map(buttonOf),
  );
  const whole = buttons.map((row) => row.filter((button) => button !== null));
  return whole.flat().length === buttons.flat().length ? whole : null;
}

function buttonOf(button: unknown): { readonly text: string; readonly data: string } | null {
  const { text, callback_data: data, ...rest } = button as Readonly<Record<string, unknown>>;
  if (typeof text !== 'string' || text === '' || typeof data !== 'string' || Object.keys(rest).length > 0)
    return null;
  return data === '' || Buffer.byteLength(data) > BUTTON_BYTES_MAX ? null : { text, data };
}

function chatOf(id: number): Fields {
  return { id, type: id < 0 ? 'supergroup' : 'private' };
}

/** A refusal as the service words them. */
export function telegramError(status: number, description: string, parameters?: Fields): ProviderAnswer {
  const more = parameters === undefined ? {} : { parameters };
  return json(status, { ok: false, error_code: status, description, ...more });
}

function says(status: number, description: string, parameters?: Fields): Judged {
  return { answer: telegramError(status, description, parameters), messageId: null };
}

function done(result: unknown): Judged {
  return { answer: json(200, { ok: true, result }), messageId: null };
}
