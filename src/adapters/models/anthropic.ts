import type { LanguageModel, ModelRequest } from '../../ports.ts';
import { languageModel, type ModelOptions, type ReadAnswer } from './exchange.ts';

/** Of the interface whose answers are read below. */
export const PUBLISHED_VERSION = '2023-06-01';

/** Anthropic's messages. */
export async function createAnthropicModel(options: ModelOptions): Promise<LanguageModel> {
  const { default: Anthropic } = await import('@anthropic-ai/sdk');
  const { baseUrl, key, model, timeoutMs } = options;
  return languageModel(
    {
      name: `anthropic ${model}`,
      ask: async ({ system, user, maxOutputTokens }: ModelRequest, fetch) => {
        const client = new Anthropic({
          apiKey: key,
          authToken: null,
          baseURL: baseUrl,
          // The published interface; the client's own habits follow its releases.
          defaultHeaders: { 'x-api-key': key, 'anthropic-version': PUBLISHED_VERSION },
          timeout: timeoutMs,
          maxRetries: 0,
          logLevel: 'off',
          fetch,
        });
        const message = await client.messages.create({
          model,
          max_tokens: maxOutputTokens,
          system,
          messages: [{ role: 'user', content: user }],
        });
        return readMessage(message);
      },
    },
    options,
  );
}

/** The published shape, as far as it is read. */
interface Message {
  readonly content?: readonly { readonly type?: string; readonly text?: string }[];
  readonly stop_reason?: string | null;
  readonly usage?: { readonly input_tokens?: number; readonly output_tokens?: number } | null;
}

/** Null, or a throw that the exchange takes for the same: it is no message. */
function readMessage({ content, stop_reason: reason, usage }: Message): ReadAnswer | null {
  if (content === undefined) return null;
  const texts = content.filter(({ type }) => type === 'text').map(({ text }) => text ?? '');
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage ?? {};
  const text = texts.join('');
  return {
    text,
    problem: problemOf(text, reason),
    usage: inputTokens === undefined || outputTokens === undefined ? null : { inputTokens, outputTokens },
  };
}

function problemOf(text: string, reason: string | null | undefined): string | null {
  if (reason === 'refusal') return 'the model refused';
  if (reason === 'max_tokens') return 'the answer was cut off at its length';
  return text.trim() === '' ? 'the model wrote nothing' : null;
}
