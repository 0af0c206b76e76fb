import { describe, expect, test } from 'vitest';

import { probeModel } from '../../../src/adapters/models/probe-model.ts';
import { judgeModel } from '../../../src/core/doctor/model.ts';
import { AccountServer } from '../../servers/accounts.ts';
import { TelegramServer } from '../../servers/telegram.ts';
import { doctorBench, of, type DoctorBench } from './bench.ts';

async function telegramBench(token = TelegramServer.TOKEN): Promise<[DoctorBench, TelegramServer]> {
  const server = await TelegramServer.start();
  const bench = doctorBench();
  bench.write('token', token);
  bench.configure([
    '[telegram]',
    `api_base = "${server.url}"`,
    'token = { file = "token" }',
    `chat = ${String(TelegramServer.CHAT)}`,
  ]);
  return [bench, server];
}

describe('F7, F1: the bot and its chat are looked at, and nobody is written to', () => {
  test('a bot that may write passes, with the names of both', async () => {
    const [bench, server] = await telegramBench();
    expect(of(await bench.findings('people'), 'telegram')).toMatchObject([
      { verdict: 'pass', title: 'Telegram bot @ops_bot', detail: 'can post to Ops' },
    ]);
    expect(server.texts()).toEqual([]);
    const methods = server.requests.map(({ request }) => request.path.split('/').at(-1));
    expect(methods.toSorted()).toEqual(['getChat', 'getChatMember', 'getMe']);
  });

  test('a token that was revoked is a problem, and no word of it is repeated', async () => {
    const token = TelegramServer.TOKEN.replace('AA', 'BB');
    const [bench] = await telegramBench(token);
    const [finding] = of(await bench.findings('people'), 'telegram');
    expect(finding).toMatchObject({
      verdict: 'problem',
      detail: '401 Unauthorized',
      fix: /^sudoedit .*\/token$/,
    });
    expect(JSON.stringify(finding)).not.toContain(token);
  });

  test.each([
    ['was thrown out', { status: 'kicked' }, {}, 'problem'],
    ['is silenced', { status: 'restricted', can_send_messages: false }, {}, 'problem'],
    [
      'is a member where only administrators write',
      { status: 'member' },
      { permissions: { can_send_messages: false } },
      'problem',
    ],
    [
      'is an administrator there',
      { status: 'administrator' },
      { permissions: { can_send_messages: false } },
      'pass',
    ],
    ['may not post in a channel', { status: 'administrator' }, { type: 'channel' }, 'problem'],
    [
      'may post in a channel',
      { status: 'administrator', can_post_messages: true },
      { type: 'channel' },
      'pass',
    ],
    ['talks to one person', { status: 'member' }, { type: 'private', first_name: 'Tom' }, 'pass'],
  ])('a bot that %s', async (_name, member, place, verdict) => {
    const [bench, server] = await telegramBench();
    server.members.set(123_456_789, member);
    Object.assign(server.place, place);
    expect(of(await bench.findings('people'), 'telegram')).toMatchObject([{ verdict }]);
  });

  test('approvers are looked for in the chat, and one who is not there is named', async () => {
    const [bench, server] = await telegramBench();
    server.members.set(4_711, { status: 'member' });
    const configure = (approvers: string): void => {
      bench.configure([
        '[telegram]',
        `api_base = "${server.url}"`,
        'token = { file = "token" }',
        `chat = ${String(TelegramServer.CHAT)}`,
        `approvers = ${approvers}`,
      ]);
    };
    configure('[4711]');
    expect(of(await bench.findings('people'), 'approvers')).toMatchObject([
      { verdict: 'pass', detail: '1 approver known' },
    ]);
    configure('[4711, 99]');
    expect(of(await bench.findings('people'), 'approvers')).toMatchObject([
      { verdict: 'warn', detail: '99 not in Ops' },
    ]);
  });

  test('a chat that the bot does not see names the key of the configuration', async () => {
    const [bench, server] = await telegramBench();
    bench.configure([
      '[telegram]',
      `api_base = "${server.url}"`,
      'token = { file = "token" }',
      'chat = -100999',
    ]);
    const [finding] = of(await bench.findings('people'), 'telegram');
    expect(finding).toMatchObject({ verdict: 'problem', detail: 'Bad Request: chat not found' });
    expect(finding?.fix).toContain('headgate config explain telegram.chat');
  });

  test('a server that breaks down is told within its time, beside what else there is', async () => {
    const [bench, server] = await telegramBench();
    server.fail({ kind: 'silence', acts: false });
    const findings = await bench.findings('people', ['--timeout', '0.3']);
    expect(of(findings, 'telegram')).toMatchObject([
      { verdict: 'problem', title: 'Telegram did not answer' },
    ]);
    expect(of(findings, 'ping')).toMatchObject([{ verdict: 'skipped' }]);
  });
});

describe('F7: the dead-man service is looked up, and never told that a run went well', () => {
  test.each([
    ['http://127.0.0.1:1/ping/{{unit}}', 'pass'],
    ['http://localhost:1/ping/{{unit}}', 'pass'],
    ['https://nowhere.invalid/{{unit}}', 'problem'],
  ])('%s: %s', async (ping, verdict) => {
    const bench = doctorBench();
    bench.configure(['[watch]', `ping = "${ping}"`]);
    expect(of(await bench.findings('people', ['--timeout', '5']), 'ping')).toMatchObject([{ verdict }]);
  });
});

describe('F7, A6: the key of a model is tried with the list of models, which is free', () => {
  const timeouts = { connectMs: 5_000, requestMs: 5_000 };
  const about = { host: 'models.example', model: 'small', keyFix: 'sudoedit key' };

  test.each([
    ['openai', '', ['small', 'large'], AccountServer.KEY, 'pass'],
    ['anthropic', '', ['small'], AccountServer.KEY, 'pass'],
    ['openai', '', ['large'], AccountServer.KEY, 'problem'],
    ['openai', '', [], AccountServer.KEY, 'pass'],
    ['openai', '', ['small'], 'sk-wrong', 'problem'],
    ['anthropic', '', ['small'], 'sk-wrong', 'problem'],
    ['openai', '/elsewhere', ['small'], AccountServer.KEY, 'problem'],
  ] as const)('%s%s with the models %j', async (provider, path, models, key, verdict) => {
    const server = await AccountServer.start();
    server.models.push(...models);
    const facts = await probeModel({ provider, baseUrl: `${server.url}${path}`, key, timeouts });
    const finding = judgeModel(facts, about);
    expect(finding).toMatchObject({ group: 'ai', verdict });
    expect(JSON.stringify(finding)).not.toContain(AccountServer.KEY);
  });

  test('as it is configured, and the key only from where it is', async () => {
    const server = await AccountServer.start();
    server.models.push('small');
    const bench = doctorBench();
    bench.write('key', AccountServer.KEY);
    const lines = ['[ai]', 'provider = "openai"', `base_url = "${server.url}"`, 'model = "small"'];
    bench.configure([...lines, 'key = { file = "key" }']);
    expect(await bench.findings('ai')).toMatchObject([
      { verdict: 'pass', detail: 'small, no word paid for' },
    ]);
    bench.write('key', 'sk-wrong');
    expect(await bench.findings('ai')).toMatchObject([{ verdict: 'problem', fix: /^sudoedit .*\/key$/ }]);
    bench.configure([...lines, 'key = { credential = "ai-key" }']);
    expect(await bench.findings('ai')).toMatchObject([{ verdict: 'skipped' }]);
  });

  test('without a model there is nothing to try', async () => {
    expect(await doctorBench().findings('ai')).toMatchObject([
      { verdict: 'skipped', title: 'language model' },
    ]);
  });
});
