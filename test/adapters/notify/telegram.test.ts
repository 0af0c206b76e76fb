import { describe, expect, onTestFinished, test } from 'vitest';

import { TelegramApi } from '../../../src/adapters/notify/telegram-api.ts';
import { TelegramChannel } from '../../../src/adapters/notify/telegram.ts';
import type { OperatorMessage } from '../../../src/ports.ts';
import { HTML_PAGE } from '../../servers/provider-server.ts';
import { telegramError, TelegramServer } from '../../servers/telegram.ts';

interface Bench {
  readonly server: TelegramServer;
  readonly channel: TelegramChannel;
  readonly pauses: number[];
}

async function bench(options: { token?: string; chat?: string } = {}): Promise<Bench> {
  const server = await TelegramServer.start();
  const pauses: number[] = [];
  const api = new TelegramApi({
    apiBase: server.url,
    token: options.token ?? TelegramServer.TOKEN,
    timeouts: { connectMs: 1_000, requestMs: 300 },
  });
  const channel = new TelegramChannel({
    api,
    chat: options.chat ?? String(TelegramServer.CHAT),
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  });
  onTestFinished(() => channel.close());
  return { server, channel, pauses };
}

function message(text: string, html: string | null = null): OperatorMessage {
  return { text, html, isQuiet: false, notices: [] };
}

describe('a message to Telegram (F1)', () => {
  test('stands in the chat once, as it was written', async () => {
    const { server, channel } = await bench();
    expect(await channel.post(message('HELD <b>drip</b> & co'))).toMatchObject({ kind: 'taken' });
    expect(server.messages).toMatchObject([{ text: 'HELD <b>drip</b> & co', mode: null, isSilent: false }]);
    expect(server.requests[0]?.request.body.toString()).toContain(
      '"link_preview_options":{"is_disabled":true}',
    );
  });

  test('makes no sound in quiet hours', async () => {
    const { server, channel } = await bench();
    await channel.post({ ...message('hello'), isQuiet: true });
    expect(server.messages[0]?.isSilent).toBe(true);
  });

  test('hardening 150: is cut at line borders when it is too long, a second apart', async () => {
    const { server, channel, pauses } = await bench();
    const lines = Array.from({ length: 300 }, (_, index) => `line ${String(index)} ${'x'.repeat(30)}`);
    await channel.post(message(lines.join('\n')));
    expect(server.messages.length).toBeGreaterThan(2);
    expect(server.texts().join('\n')).toBe(lines.join('\n'));
    expect(pauses).toEqual(Array.from({ length: server.messages.length - 1 }, () => 1_100));
  });

  test('goes out as plain text when its entities are refused', async () => {
    const { server, channel } = await bench();
    expect(await channel.post(message('a < b', '<b>a &lt; b</i>'))).toMatchObject({ kind: 'taken' });
    expect(server.messages).toMatchObject([{ text: 'a < b', mode: null }]);
  });

  test('waits once for a short 429, and does not hold a run up for a long one', async () => {
    const { server, channel, pauses } = await bench();
    const busy = (seconds: number) =>
      ({
        kind: 'answer',
        acts: false,
        answer: telegramError(429, `Too Many Requests: retry after ${String(seconds)}`, {
          retry_after: seconds,
        }),
      }) as const;
    server.fail(busy(3));
    expect(await channel.post(message('one'))).toMatchObject({ kind: 'taken' });
    expect(pauses).toEqual([3_000]);
    server.fail(busy(35));
    expect(await channel.post(message('two'))).toMatchObject({ retryAfterMs: 35_000, mayHaveArrived: false });
    expect(server.texts()).toEqual(['one']);
  });

  test.each([
    ['a reset after the body', { kind: 'reset after the body', acts: true }, true],
    ['half an answer', { kind: 'half answer' }, true],
    ['silence', { kind: 'silence', acts: true }, true],
    ['a page of HTML', { kind: 'answer', answer: HTML_PAGE, acts: false }, true],
    ['a 502', { kind: 'answer', answer: telegramError(502, 'Bad Gateway'), acts: true }, true],
    [
      'a 403',
      { kind: 'answer', answer: telegramError(403, 'Forbidden: bot was blocked by the user'), acts: false },
      false,
    ],
  ] as const)(
    'hardening 150: after %s it says whether it may have arrived',
    async (_name, fault, mayHaveArrived) => {
      const { server, channel } = await bench();
      server.fail(fault);
      expect(await channel.post(message('one'))).toMatchObject({ kind: 'failed', mayHaveArrived });
    },
  );

  test('no error has the token in it, whatever the server says', async () => {
    const token = '987654321:BBanother-Token_0123456789abcdef';
    const { server, channel } = await bench({ token });
    expect(await channel.post(message('one'))).toMatchObject({ error: '401 Unauthorized' });
    server.fail({
      kind: 'answer',
      acts: false,
      answer: telegramError(404, `Not Found: /bot${token}/sendMessage`),
    });
    const echoed = await channel.post(message('one'));
    await server.stop();
    const gone = await channel.post(message('one'));
    expect(JSON.stringify([echoed, gone])).not.toContain(token.slice(10));
    expect(gone).toMatchObject({ kind: 'failed', mayHaveArrived: false });
  });

  test('a group that became a supergroup is told with its new number', async () => {
    const { server, channel } = await bench();
    server.fail({
      kind: 'answer',
      acts: false,
      answer: telegramError(400, 'Bad Request: group chat was upgraded', { migrate_to_chat_id: -1_009 }),
    });
    expect(await channel.post(message('one'))).toMatchObject({
      error: expect.stringContaining('telegram.chat = -1009') as string,
    });
  });

  test('what is no token is refused before it becomes part of an address', () => {
    expect(() => new TelegramApi({ apiBase: 'https://api.telegram.org', token: '../x' })).toThrow(
      expect.objectContaining({ exit: 'CONFIG', message: expect.not.stringContaining('../x') as string }),
    );
  });
});
