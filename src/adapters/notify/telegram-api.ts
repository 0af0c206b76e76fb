import { HeadgateError } from '../../core/errors.ts';
import { isObject, objectOf, textField } from '../http/json.ts';
import { HttpPeer, type HttpOutcome, type HttpTimeouts } from '../http/http-peer.ts';
import { USER_AGENT } from '../http/user-agent.ts';

/** Long enough for a slow link, short enough for a run that waits for it. */
export const NOTIFY_TIMEOUTS: HttpTimeouts = { connectMs: 4_000, requestMs: 8_000 };

export interface TelegramApiOptions {
  readonly apiBase: string;
  readonly token: string;
  readonly timeouts?: HttpTimeouts;
  /** Of one answer at most; 1 MB where it is left out. */
  readonly answerBytesMax?: number;
}

/** What one call came to. */
export type TelegramAnswer =
  | { readonly kind: 'ok'; readonly result: unknown }
  /** Surely not done. `retryAfterMs`: the whole bot is to wait so long. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly description: string;
      readonly retryAfterMs: number | null;
    }
  /** Nobody was reached. */
  | { readonly kind: 'unsent'; readonly words: string }
  /** Perhaps done: no whole answer, or one of a server that failed. */
  | { readonly kind: 'unknown'; readonly words: string };

/**
 * The Bot API by hand (docs/adr/0013): one POST of JSON per call. The token is part of every address, so it is taken out of whatever
 * words come back before anybody sees them (F1).
 */
export class TelegramApi {
  private readonly peer: HttpPeer;
  private readonly token: string;

  constructor({ apiBase, token, timeouts = NOTIFY_TIMEOUTS, answerBytesMax }: TelegramApiOptions) {
    if (!/^\d{1,20}:[A-Za-z0-9_-]{10,200}$/.test(token)) throw unusableToken();
    this.token = token;
    this.peer = new HttpPeer({
      baseUrl: apiBase,
      connections: 1,
      keepsAlive: false,
      timeouts,
      ...(answerBytesMax === undefined ? {} : { answerBytesMax }),
    });
  }

  /** Calls a method, such as `sendMessage`. Never throws for what the server does. */
  async call(
    method: string,
    fields: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<TelegramAnswer> {
    const outcome = await this.peer.request(
      {
        method: 'POST',
        path: `/bot${this.token}/${method}`,
        headers: { 'content-type': 'application/json', 'user-agent': USER_AGENT },
        body: Buffer.from(JSON.stringify(fields)),
        ...(signal === undefined ? {} : { signal }),
      },
      () => true,
    );
    return this.judge(outcome);
  }

  close(): Promise<void> {
    return this.peer.close();
  }

  private judge(outcome: HttpOutcome): TelegramAnswer {
    switch (outcome.kind) {
      case 'unsent':
        return { kind: 'unsent', words: this.clean(outcome.words) };
      case 'withdrawn':
        return { kind: 'unsent', words: 'called back' };
      case 'lost':
        return { kind: 'unknown', words: this.clean(outcome.words) };
      case 'answered':
        return this.judgeAnswer(outcome.status, objectOf(outcome.text));
    }
  }

  private judgeAnswer(status: number, body: ReturnType<typeof objectOf>): TelegramAnswer {
    if (status === 200 && body?.['ok'] === true) return { kind: 'ok', result: body['result'] };
    const description = this.clean(textField(body, 'description') ?? 'an answer that is not of the Bot API');
    // Whoever stands in between, and a server that failed, may have passed it on all the same.
    if (status < 400 || status >= 500) return { kind: 'unknown', words: `${String(status)} ${description}` };
    const parameters = isObject(body?.['parameters']) ? body['parameters'] : {};
    const seconds = parameters['retry_after'];
    const movedTo = parameters['migrate_to_chat_id'];
    const moved = typeof movedTo === 'number' ? `; write telegram.chat = ${String(movedTo)}` : '';
    return {
      kind: 'refused',
      status,
      description: `${description}${moved}`,
      retryAfterMs: typeof seconds === 'number' && seconds >= 0 ? seconds * 1_000 : null,
    };
  }

  private clean(words: string): string {
    return words.replaceAll(this.token, '***').replaceAll(encodeURIComponent(this.token), '***');
  }
}

function unusableToken(): HeadgateError {
  return new HeadgateError('telegram.token is not the token of a bot', {
    code: 'secret_unusable',
    exit: 'CONFIG',
    notDone: 'Nothing was told in Telegram.',
    fix: 'Ask BotFather for the token: digits, a colon, letters.',
    permanent: true,
  });
}
