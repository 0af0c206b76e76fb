import type { ModelFacts } from '../../core/doctor/model.ts';
import { askPage } from '../http/ask-page.ts';
import type { HttpTimeouts } from '../http/http-peer.ts';
import { isObject, objectOf, textField } from '../http/json.ts';
import { shortened } from '../sources/json-api.ts';
import { PUBLISHED_VERSION } from './anthropic.ts';

export interface ModelProbe {
  /** openai stands for everything that speaks its protocol. */
  readonly provider: 'openai' | 'anthropic';
  /** Null for the provider's own address. */
  readonly baseUrl: string | null;
  readonly key: string;
  readonly timeouts: HttpTimeouts;
}

/** Where a provider answers when the configuration says nothing else. */
export const MODEL_ADDRESSES = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com',
} as const;

/** Asks for the list of models, which costs nothing: no word of anybody leaves. Never throws for what the other side does. */
export async function probeModel({ provider, baseUrl, key, timeouts }: ModelProbe): Promise<ModelFacts> {
  const base = baseUrl ?? MODEL_ADDRESSES[provider];
  const [address, headers] =
    provider === 'openai'
      ? [`${base}/models`, { authorization: `Bearer ${key}` }]
      : [`${base}/v1/models?limit=1000`, { 'x-api-key': key, 'anthropic-version': PUBLISHED_VERSION }];
  const answer = await askPage(address, timeouts, headers);
  if (answer.kind === 'silent') return answer;
  const value = objectOf(answer.text);
  if (answer.status === 200 && value !== null) return { kind: 'listed', models: idsOf(value['data']) };
  const error = isObject(value?.['error']) ? value['error'] : value;
  const words = `${String(answer.status)} ${shortened(textField(error, 'message') ?? answer.text)}`.trim();
  return {
    kind: answer.status >= 400 && answer.status < 500 && answer.status !== 429 ? 'refused' : 'silent',
    words,
  };
}

function idsOf(data: unknown): readonly string[] {
  if (!Array.isArray(data)) return [];
  return data.filter(isObject).flatMap((each) => textField(each, 'id') ?? []);
}
