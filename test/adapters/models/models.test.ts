import { describe, expect, test } from 'vitest';

import { createAnthropicModel } from '../../../src/adapters/models/anthropic.ts';
import type { ModelOptions } from '../../../src/adapters/models/exchange.ts';
import { createOpenAiModel } from '../../../src/adapters/models/openai.ts';
import type { LanguageModel, ModelAnswer } from '../../../src/ports.ts';
import { TEST_NOW } from '../../helpers/fakes.ts';
import { AnthropicServer, GOOD_WORDS, OpenAiServer } from '../../servers/models.ts';
import { HTML_PAGE, json, type ProviderAnswer, type ProviderFault } from '../../servers/provider-server.ts';

/** Both providers behind the one port, against servers that speak their published interfaces and fail as theirs do. */

const REQUEST = { system: 'Write.', user: 'About invoices.', maxOutputTokens: 500, mayRepeat: () => true };

interface Bench {
  readonly server: OpenAiServer | AnthropicServer;
  readonly model: LanguageModel;
  readonly pauses: number[];
}

type Provider = 'openai' | 'anthropic';

async function bench(provider: Provider, changes: Partial<ModelOptions> = {}): Promise<Bench> {
  const server = provider === 'openai' ? await OpenAiServer.start() : await AnthropicServer.start();
  const pauses: number[] = [];
  const options: ModelOptions = {
    baseUrl: provider === 'openai' ? `${server.url}/v1` : server.url,
    key: provider === 'openai' ? OpenAiServer.KEY : AnthropicServer.KEY,
    model: provider === 'openai' ? OpenAiServer.MODEL : AnthropicServer.MODEL,
    timeoutMs: 2_000,
    now: () => TEST_NOW,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    ...changes,
  };
  const model =
    provider === 'openai' ? await createOpenAiModel(options) : await createAnthropicModel(options);
  return { server, model, pauses };
}

function answers(answer: ProviderAnswer): ProviderFault {
  return { kind: 'answer', answer, acts: false };
}

async function failure(model: LanguageModel): Promise<unknown> {
  try {
    return await model.ask(REQUEST);
  } catch (error) {
    return error;
  }
}

const openAiError = (status: number, message: string, code: string | null, type = 'invalid_request_error') =>
  json(status, { error: { message, type, param: null, code } });
const anthropicError = (status: number, type: string, message: string) =>
  json(status, { type: 'error', error: { type, message }, request_id: 'req_1' });

describe.each(['openai', 'anthropic'] as const)('%s', (provider) => {
  test('gives the words and what they cost in tokens', async () => {
    const { model, server } = await bench(provider);
    const answer = await model.ask(REQUEST);
    expect(answer).toMatchObject({ kind: 'text', text: GOOD_WORDS });
    expect((answer as Extract<ModelAnswer, { kind: 'text' }>).usage).toEqual({
      inputTokens: expect.any(Number) as number,
      outputTokens: expect.any(Number) as number,
    });
    expect(server.asked).toEqual([{ system: 'Write.', user: 'About invoices.', maxTokens: 500 }]);
  });

  test('a wrong key ends the run at once, and no part of it is shown', async () => {
    const { model, server } = await bench(provider, { key: 'sk-wrong-0987654321' });
    const error = await failure(model);
    expect(error).toMatchObject({ code: 'model_refused', exit: 'UNAVAILABLE' });
    expect(String(error)).not.toContain('sk-wrong');
    expect(server.requests).toHaveLength(1);
  });

  test('a model that does not exist is a mistake in the configuration', async () => {
    const { model } = await bench(provider, { model: 'writer-0' });
    expect(await failure(model)).toMatchObject({ code: 'model_misconfigured', exit: 'CONFIG' });
  });

  test.each<[string, ProviderFault]>([
    [
      'overloaded',
      answers(json(503, { error: { message: 'overloaded', type: 'server_error', code: null } })),
    ],
    ['HTML in place of JSON', answers(HTML_PAGE)],
    ['JSON of another shape', answers(json(200, { ok: false }))],
    ['an empty body', answers({ status: 200, body: '' })],
    ['a connection cut in the middle', { kind: 'half answer' }],
    ['a connection reset', { kind: 'reset after the body', acts: false }],
  ])('%s passes: it is asked again, and then the words are there', async (_, fault) => {
    const { model, server, pauses } = await bench(provider);
    server.fail(fault);
    expect(await model.ask(REQUEST)).toMatchObject({ kind: 'text' });
    expect(pauses).toEqual([2_000]);
  });

  test('who never answers is asked three times and no more', async () => {
    const { model, server, pauses } = await bench(provider);
    server.failBy(() => answers(json(500, { error: { message: 'no', type: 'api_error' } })));
    expect(await model.ask(REQUEST)).toMatchObject({ kind: 'down', detail: 'no (HTTP 500)' });
    expect(server.requests).toHaveLength(3);
    expect(pauses).toEqual([2_000, 8_000]);
  });

  test('a rate limit is waited for as long as it says, and not for hours', async () => {
    const { model, server, pauses } = await bench(provider);
    const limited = (wait: string): ProviderFault =>
      answers(
        json(
          429,
          { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } },
          { 'retry-after': wait },
        ),
      );
    server.fail(limited('7'));
    expect(await model.ask(REQUEST)).toMatchObject({ kind: 'text' });
    expect(pauses).toEqual([7_000]);
    server.fail(limited('7200'));
    expect(await model.ask(REQUEST)).toMatchObject({ kind: 'down' });
  });

  test('a model that hangs is left after its time', async () => {
    const { model, server } = await bench(provider, { timeoutMs: 50 });
    server.failBy(() => ({ kind: 'silence', acts: false }));
    expect(await model.ask(REQUEST)).toMatchObject({ kind: 'down' });
  });

  test('nobody there at all: no answer, and no stack', async () => {
    const { model } = await bench(provider, { baseUrl: 'http://127.0.0.1:9' });
    expect(await model.ask(REQUEST)).toMatchObject({
      kind: 'down',
      detail: expect.not.stringContaining('\n') as string,
    });
  });

  test('a redirect is followed nowhere: the key would go with it', async () => {
    const { model, server } = await bench(provider);
    server.failBy(() => answers({ status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' }));
    expect(await model.ask(REQUEST)).toMatchObject({ kind: 'down' });
  });
});

describe('D4: every way in which OpenAI and its kin say "no money, no key, no quota"', () => {
  test.each<[string, ProviderAnswer]>([
    [
      '429 with the code',
      openAiError(429, 'You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'),
    ],
    ['429 with the type alone', openAiError(429, 'quota', null, 'insufficient_quota')],
    [
      '429 with the text alone',
      openAiError(429, 'You exceeded your current quota, please check your plan', null),
    ],
    [
      '400, a spend cap',
      openAiError(400, 'Billing hard limit has been reached', 'billing_hard_limit_reached'),
    ],
    ['401, a key', openAiError(401, 'Incorrect API key provided: sk-ab***cd', 'invalid_api_key')],
    ['403, an account', openAiError(403, 'Your account has been deactivated', 'account_deactivated')],
    ['402, a gateway', openAiError(402, 'Payment Required', null)],
    [
      '200 with the error in it',
      json(200, { error: { message: 'x', type: 'y', code: 'INSUFFICIENT_QUOTA' } }),
    ],
    [
      '200 of the responses interface',
      json(200, { status: 'failed', error: { code: 'insufficient_quota' } }),
    ],
    [
      'a page of a gateway',
      { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>billing_hard_limit</h1>' },
    ],
    ['plain text', { status: 429, headers: { 'content-type': 'text/plain' }, body: 'Invalid API key' }],
  ])('%s: one call, and the run ends', async (_, answer) => {
    const { model, server, pauses } = await bench('openai');
    server.failBy(() => answers(answer));
    const error = await failure(model);
    expect(error).toMatchObject({ code: 'model_refused', exit: 'UNAVAILABLE' });
    expect(String(error)).not.toMatch(/sk-ab/);
    expect(server.requests).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  test.each<[string, ProviderAnswer]>([
    [
      '400, out of credit',
      anthropicError(
        400,
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API.',
      ),
    ],
    ['401, a key', anthropicError(401, 'authentication_error', 'invalid x-api-key')],
    ['402, a bill', anthropicError(402, 'billing_error', 'There is an issue with your billing')],
    ['403, permission', anthropicError(403, 'permission_error', 'Your API key does not have permission')],
  ])('Anthropic: %s', async (_, answer) => {
    const { model, server } = await bench('anthropic');
    server.failBy(() => answers(answer));
    expect(await failure(model)).toMatchObject({ code: 'model_refused', exit: 'UNAVAILABLE' });
    expect(server.requests).toHaveLength(1);
  });

  test('good words about a quota are words', async () => {
    const { model, server } = await bench('openai');
    server.say = () => ({ text: 'Has your insufficient_quota error been solved?' });
    expect(await model.ask(REQUEST)).toMatchObject({ kind: 'text' });
  });
});

describe('no words, for this request alone', () => {
  test.each<[Provider, string, string]>([
    ['openai', 'length', 'cut off'],
    ['openai', 'content_filter', 'filtered'],
    ['anthropic', 'max_tokens', 'cut off'],
    ['anthropic', 'refusal', 'refused'],
  ])('%s stops for %s', async (provider, stop, detail) => {
    const { model, server } = await bench(provider);
    server.say = () => ({ text: 'Half a sent', stop });
    expect(await model.ask(REQUEST)).toMatchObject({
      kind: 'none',
      detail: expect.stringContaining(detail) as string,
    });
  });

  test.each<[Provider, string]>([
    ['openai', ''],
    ['openai', ' \n'],
    ['anthropic', ''],
  ])('%s: an empty completion is no draft', async (provider, text) => {
    const { model, server } = await bench(provider);
    server.say = () => ({ text });
    expect(await model.ask(REQUEST)).toMatchObject({ kind: 'none', detail: 'the model wrote nothing' });
  });

  test('too long a question fails alone', async () => {
    const { model, server } = await bench('openai');
    server.failBy(() =>
      answers(
        openAiError(400, "This model's maximum context length is 8192 tokens", 'context_length_exceeded'),
      ),
    );
    expect(await model.ask(REQUEST)).toMatchObject({
      kind: 'none',
      detail: expect.stringContaining('context length') as string,
    });
  });
});
