import type { LanguageModel, ModelRequest } from '../../ports.ts';
import { languageModel, type ModelOptions, type ReadAnswer } from './exchange.ts';

/**
 * OpenAI's chat completions, and everything that speaks them: gateways, Ollama. Others than OpenAI itself may know only the older name of the
 * limit of an answer.
 */
export async function createOpenAiModel(options: ModelOptions): Promise<LanguageModel> {
  const { default: OpenAI } = await import('openai');
  const { baseUrl, key, model, timeoutMs } = options;
  return languageModel(
    {
      name: `openai ${model}`,
      ask: async ({ system, user, maxOutputTokens }: ModelRequest, fetch) => {
        const client = new OpenAI({
          apiKey: key,
          baseURL: baseUrl,
          // What the environment holds for other programs is nothing to us.
          organization: null,
          project: null,
          timeout: timeoutMs,
          maxRetries: 0,
          logLevel: 'off',
          fetch,
        });
        const completion = await client.chat.completions.create({
          model,
          messages: [
            { role: 'system', content: system },
            { role: 'user', content: user },
          ],
          ...limitOf(maxOutputTokens, baseUrl),
        });
        return readCompletion(completion);
      },
    },
    options,
  );
}

/** OpenAI's own models refuse the older name, and many servers that speak its interface know no other. */
function limitOf(
  tokens: number,
  baseUrl: string | null,
): { readonly max_completion_tokens: number } | { readonly max_tokens: number } {
  return baseUrl === null ? { max_completion_tokens: tokens } : { max_tokens: tokens };
}

/** The published shape, as far as it is read. */
interface Completion {
  readonly choices?: readonly Choice[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
}

interface Choice {
  readonly finish_reason?: string | null;
  readonly message?: { readonly content?: string | null; readonly refusal?: string | null };
}

/** Null, or a throw that the exchange takes for the same: gateways answer as they please. */
function readCompletion({ choices = [], usage }: Completion): ReadAnswer | null {
  const [choice] = choices;
  if (choice === undefined) return null;
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage ?? {};
  return {
    text: choice.message?.content ?? null,
    problem: problemOf(choice),
    usage: inputTokens === undefined || outputTokens === undefined ? null : { inputTokens, outputTokens },
  };
}

function problemOf({ finish_reason: reason, message }: Choice): string | null {
  if ((message?.refusal ?? '') !== '') return 'the model refused';
  if (reason === 'length') return 'the answer was cut off at its length';
  if (reason === 'content_filter') return 'the provider filtered the answer';
  return (message?.content ?? '').trim() === '' ? 'the model wrote nothing' : null;
}
