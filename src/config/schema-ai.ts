import type { SectionSpec } from './key-spec.ts';

/** `[ai]`: who writes copy for steps with `Mode: ai` or `assist`, and what it may cost. */
export const AI_SECTION: SectionSpec = {
  section: 'ai',
  title: 'Language model',
  summary: 'Who writes copy for steps with `Mode: ai` or `assist`. Without a provider such steps wait.',
  keys: [
    {
      key: 'ai.provider',
      type: { kind: 'choice', choices: ['openai', 'anthropic'] },
      defaultValue: null,
      summary:
        'Whose interface the model speaks; openai stands for everything compatible, such as gateways and Ollama.',
    },
    {
      key: 'ai.base_url',
      type: { kind: 'web_address' },
      defaultValue: null,
      summary:
        'Where the model answers, when it is not the provider itself: `http://127.0.0.1:11434/v1` for Ollama.',
    },
    {
      key: 'ai.key',
      type: { kind: 'secret' },
      defaultValue: null,
      summary: 'Where the API key is. A server that wants none takes any text.',
    },
    {
      key: 'ai.model',
      type: { kind: 'text', maximumLength: 200 },
      defaultValue: null,
      summary: 'Name of the model, as the provider calls it.',
    },
    {
      key: 'ai.max_output_tokens',
      type: { kind: 'integer', minimum: 100, maximum: 100_000 },
      defaultValue: 2_000,
      unit: 'tokens',
      summary:
        'Longest answer of one call. A model that thinks aloud needs more than the 450 words of the longest mail.',
    },
    {
      key: 'ai.timeout_seconds',
      type: { kind: 'integer', minimum: 1, maximum: 450 },
      defaultValue: 120,
      unit: 'seconds',
      summary: 'How long one call may take, to the last byte of its answer.',
    },
    {
      key: 'ai.input_price',
      type: { kind: 'number', minimum: 0, maximum: 10_000 },
      defaultValue: null,
      unit: 'in your currency, for a million tokens',
      summary: 'What a million tokens cost that are sent to the model.',
    },
    {
      key: 'ai.output_price',
      type: { kind: 'number', minimum: 0, maximum: 10_000 },
      defaultValue: null,
      unit: 'in your currency, for a million tokens',
      summary: 'What a million tokens cost that the model answers.',
    },
    {
      key: 'ai.budget_per_day',
      type: { kind: 'number', minimum: 0, maximum: 1_000_000 },
      defaultValue: null,
      unit: 'in your currency',
      summary:
        'Most that all runs of a day may spend. A call whose worst case does not fit is not made, and its step waits.',
    },
    {
      key: 'ai.budget_per_run',
      type: { kind: 'number', minimum: 0, maximum: 1_000_000 },
      defaultValue: null,
      unit: 'in your currency',
      summary: 'The same for one run.',
    },
  ],
};
