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
}

type Fields = Readonly<Record<string, unknown>>;

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  getMe: [],
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
};
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
 * The Bot API as far as telling somebody something goes: refuses methods and fields that it does not have, texts that are too long once
 * their entities are parsed, HTML that is none, buttons with too much behind them, and whoever is not let in. No idempotency: what is
 * posted twice stands in the chat twice.
 */
export class TelegramServer extends ProviderServer {
  static readonly TOKEN = '123456789:AAloopback-Token_0123456789abcdef';
  static readonly CHAT = -1_001_234_567_890;
  readonly messages: ChatMessage[] = [];
  /** How many messages a minute the chat takes before the bot is told to wait; Infinity: any number. */
  perMinute = Infinity;

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
    return this.write(known, fields);
  }

  private write(method: string, fields: Fields): Judged {
    if (fields['chat_id'] !== TelegramServer.CHAT) return says(400, 'Bad Request: chat not found');
    const parsed = parsedText(fields);
    if ('refusal' in parsed) return says(400, `Bad Request: ${parsed.refusal}`);
    const { text } = parsed;
    if (text.trim() === '') return says(400, 'Bad Request: message text is empty');
    if (text.length > TEXT_MAX) return says(400, 'Bad Request: message is too long');
    if (hasBigButton(fields['reply_markup'])) return says(400, 'Bad Request: BUTTON_DATA_INVALID');
    if (method === 'editMessageText') return this.edit(fields, text);
    const now = this.now();
    if (this.messages.filter(({ at }) => at > now - 60_000).length >= this.perMinute)
      return says(429, 'Too Many Requests: retry after 35', { retry_after: 35 });
    const mode = typeof fields['parse_mode'] === 'string' ? fields['parse_mode'] : null;
    const isSilent = fields['disable_notification'] === true;
    const id = this.messages.length + 1;
    const act = (): void => {
      this.messages.push({ id, chat: TelegramServer.CHAT, text, mode, isSilent, at: now });
    };
    return { ...done({ message_id: id, date: Math.floor(now / 1_000), text }), act };
  }

  private edit(fields: Fields, text: string): Judged {
    const message = this.messages.find(({ id }) => id === fields['message_id']);
    if (message === undefined) return says(400, 'Bad Request: message to edit not found');
    if (message.text === text) return says(400, 'Bad Request: message is not modified');
    const act = (): void => {
      message.text = text;
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

function hasBigButton(markup: unknown): boolean {
  const data = [...JSON.stringify(markup ?? null).matchAll(/"callback_data":"((?:[^"\\]|\\.)*)"/g)];
  return data.some(([, text = '']) => text === '' || Buffer.byteLength(text) > BUTTON_BYTES_MAX);
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
