import { json, ProviderServer, type Judged, type ProviderRequest } from './provider-server.ts';
import { isObject, parseJson } from './shape.ts';

/** One question as the model got it. */
export interface Asked {
  readonly system: string;
  readonly user: string;
  readonly maxTokens: number;
}

/** What a model says to a question: the words, and how it stopped. */
export interface Said {
  readonly text: string;
  /** In the provider's own words; its ordinary one where it is left out. */
  readonly stop?: string;
}

/** Words that pass every check of a step with Length: short. */
export const GOOD_WORDS =
  'You wrote that two people match invoices by hand every week, one of them for a whole day. We have taken that step out of a firm of your size in six weeks, and the people who did it now answer customers instead. Which of your invoices would you like to see matched first?';

/** OpenAI's chat completions on loopback, as the published interface has them. */
export class OpenAiServer extends ProviderServer {
  static readonly KEY = 'sk-loopback-1234567890';
  static readonly MODEL = 'writer-1';
  readonly asked: Asked[] = [];
  /** What it says to each question, by its number. */
  say: (asked: Asked, nth: number) => Said = () => ({ text: GOOD_WORDS });

  static async start(): Promise<OpenAiServer> {
    return new OpenAiServer().listen();
  }

  private constructor() {
    super();
  }

  protected messageOf(): null {
    return null;
  }

  protected judge({ method, path, headers, body }: ProviderRequest): Judged {
    if (headers['authorization'] !== `Bearer ${OpenAiServer.KEY}`)
      return none(401, { message: 'Incorrect API key provided: sk-wrong', code: 'invalid_api_key' });
    if (method !== 'POST' || path !== '/v1/chat/completions')
      return none(404, { message: 'Not found', code: null });
    const read = parseJson(body);
    const request = isObject(read) ? read : {};
    if (request['model'] !== OpenAiServer.MODEL)
      return none(404, { message: 'The model does not exist', code: 'model_not_found' });
    const messages = Array.isArray(request['messages'])
      ? (request['messages'] as { role: string; content: string }[])
      : [];
    const asked = {
      system: messages.find(({ role }) => role === 'system')?.content ?? '',
      user: messages.find(({ role }) => role === 'user')?.content ?? '',
      maxTokens: Number(request['max_tokens'] ?? request['max_completion_tokens']),
    };
    if (!(asked.maxTokens > 0)) return none(400, { message: 'max_tokens is wrong', code: null });
    const { text, stop = 'stop' } = this.say(asked, this.asked.length);
    this.asked.push(asked);
    const usage = tokensOf(asked, text);
    return {
      messageId: null,
      answer: json(200, {
        id: `chatcmpl-${String(this.asked.length)}`,
        object: 'chat.completion',
        created: 1_771_400_000,
        model: OpenAiServer.MODEL,
        choices: [
          { index: 0, message: { role: 'assistant', content: text, refusal: null }, finish_reason: stop },
        ],
        usage: {
          prompt_tokens: usage.input,
          completion_tokens: usage.output,
          total_tokens: usage.input + usage.output,
        },
      }),
    };
  }
}

/** Anthropic's messages on loopback. */
export class AnthropicServer extends ProviderServer {
  static readonly KEY = 'sk-ant-loopback-1234567890';
  static readonly MODEL = 'writer-2';
  readonly asked: Asked[] = [];
  say: (asked: Asked, nth: number) => Said = () => ({ text: GOOD_WORDS });

  static async start(): Promise<AnthropicServer> {
    return new AnthropicServer().listen();
  }

  private constructor() {
    super();
  }

  protected messageOf(): null {
    return null;
  }

  protected judge({ method, path, headers, body }: ProviderRequest): Judged {
    if (headers['x-api-key'] !== AnthropicServer.KEY)
      return refusal(401, 'authentication_error', 'invalid x-api-key');
    if (headers['anthropic-version'] === undefined)
      return refusal(400, 'invalid_request_error', 'anthropic-version: header is required');
    if (method !== 'POST' || path !== '/v1/messages') return refusal(404, 'not_found_error', 'Not found');
    const read = parseJson(body);
    const request = isObject(read) ? read : {};
    if (request['model'] !== AnthropicServer.MODEL) return refusal(404, 'not_found_error', 'model: unknown');
    const messages = Array.isArray(request['messages'])
      ? (request['messages'] as { role: string; content: string }[])
      : [];
    const asked = {
      system: typeof request['system'] === 'string' ? request['system'] : '',
      user: messages[0]?.content ?? '',
      maxTokens: Number(request['max_tokens']),
    };
    if (!(asked.maxTokens > 0)) return refusal(400, 'invalid_request_error', 'max_tokens: required');
    const { text, stop = 'end_turn' } = this.say(asked, this.asked.length);
    this.asked.push(asked);
    const usage = tokensOf(asked, text);
    return {
      messageId: null,
      answer: json(200, {
        id: `msg_${String(this.asked.length)}`,
        type: 'message',
        role: 'assistant',
        model: AnthropicServer.MODEL,
        content: [{ type: 'text', text }],
        stop_reason: stop,
        usage: { input_tokens: usage.input, output_tokens: usage.output },
      }),
    };
  }
}

/** Four characters a token, as it roughly is. */
function tokensOf(
  { system, user }: Asked,
  text: string,
): { readonly input: number; readonly output: number } {
  return { input: Math.ceil((system.length + user.length) / 4), output: Math.ceil(text.length / 4) };
}

function none(
  status: number,
  { message, code }: { readonly message: string; readonly code: string | null },
): Judged {
  return {
    messageId: null,
    answer: json(status, { error: { message, type: 'invalid_request_error', param: null, code } }),
  };
}

function refusal(status: number, type: string, message: string): Judged {
  return {
    messageId: null,
    answer: json(status, { type: 'error', error: { type, message }, request_id: 'req_1' }),
  };
}
