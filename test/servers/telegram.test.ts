import { describe, expect, test } from 'vitest';

import { TelegramServer } from './telegram.ts';

async function ask(
  server: TelegramServer,
  method: string,
  fields: object,
  token = TelegramServer.TOKEN,
): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
  const response = await fetch(`${server.url}/bot${token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
}

describe('the Bot API on loopback refuses what the published one refuses', () => {
  const chat_id = TelegramServer.CHAT;

  test.each([
    ['a token of nobody', 'getMe', {}, 401, 'Unauthorized', 'nobody'],
    ['a method that is none', 'sendMesage', {}, 404, 'Not Found', undefined],
    [
      'a field that is none',
      'sendMessage',
      { chat_id, text: 'a', txt: 'b' },
      400,
      'unknown field txt',
      undefined,
    ],
    ['a chat that it is not in', 'sendMessage', { chat_id: 7, text: 'a' }, 400, 'chat not found', undefined],
    ['an empty text', 'sendMessage', { chat_id, text: ' ' }, 400, 'message text is empty', undefined],
    [
      '4,097 characters',
      'sendMessage',
      { chat_id, text: 'a'.repeat(4_097) },
      400,
      'message is too long',
      undefined,
    ],
    [
      'a tag that is open',
      'sendMessage',
      { chat_id, text: '<b>a', parse_mode: 'HTML' },
      400,
      "can't parse entities",
      undefined,
    ],
    [
      'a tag that is none',
      'sendMessage',
      { chat_id, text: '<x>', parse_mode: 'HTML' },
      400,
      "can't parse entities",
      undefined,
    ],
    [
      'a button with 65 bytes behind it',
      'sendMessage',
      {
        chat_id,
        text: 'a',
        reply_markup: { inline_keyboard: [[{ text: 'a', callback_data: 'x'.repeat(65) }]] },
      },
      400,
      'BUTTON_DATA_INVALID',
      undefined,
    ],
  ])('%s', async (_name, method, fields, status, description, token) => {
    const server = await TelegramServer.start();
    const answer = await ask(server, method, fields, token);
    expect(answer).toMatchObject({ status, body: { ok: false, error_code: status } });
    expect(answer.body['description']).toContain(description);
    expect(server.messages).toEqual([]);
  });

  test('4,096 characters are counted when entities are gone, and method names have no case', async () => {
    const server = await TelegramServer.start();
    const text = `<b>${'&amp;'.repeat(4_096)}</b>`;
    expect(await ask(server, 'sendmessage', { chat_id, text, parse_mode: 'HTML' })).toMatchObject({
      status: 200,
      body: { ok: true, result: { message_id: 1 } },
    });
    expect(server.texts()).toEqual(['&'.repeat(4_096)]);
  });

  test('too many in a minute are told how long to wait; the same edit twice is refused', async () => {
    const server = await TelegramServer.start();
    server.perMinute = 1;
    await ask(server, 'sendMessage', { chat_id, text: 'one' });
    expect(await ask(server, 'sendMessage', { chat_id, text: 'two' })).toMatchObject({
      status: 429,
      body: { parameters: { retry_after: 35 } },
    });
    expect(await ask(server, 'editMessageText', { chat_id, message_id: 1, text: 'ONE' })).toMatchObject({
      status: 200,
    });
    const again = await ask(server, 'editMessageText', { chat_id, message_id: 1, text: 'ONE' });
    expect(again.body['description']).toContain('message is not modified');
    expect(server.texts()).toEqual(['ONE']);
  });

  test('an offset confirms all below it, for good; a negative one forgets what is older; nothing else is forgotten', async () => {
    const server = await TelegramServer.start();
    for (const text of ['/one', '/two', '/three']) server.write(text);
    const ids = async (fields: object): Promise<readonly number[]> => {
      const { body } = await ask(server, 'getUpdates', fields);
      return (body['result'] as readonly { update_id: number }[]).map(
        ({ update_id }) => update_id - 900_000_000,
      );
    };
    expect(await ids({ limit: 2 })).toEqual([1, 2]);
    expect(await ids({})).toEqual([1, 2, 3]);
    expect(await ids({ offset: 900_000_002 })).toEqual([2, 3]);
    expect(await ids({})).toEqual([2, 3]);
    expect(await ids({ offset: -1 })).toEqual([3]);
    expect(await ids({ offset: 900_000_004 })).toEqual([]);
    expect(server.unconfirmed()).toBe(0);
  });

  test('one question waits at a time: the second ends the first with 409, and gets what comes', async () => {
    const server = await TelegramServer.start();
    const waits = new Promise<void>((resolve) => (server.onWait = resolve));
    const first = ask(server, 'getUpdates', { timeout: 30 });
    await waits;
    const waitsToo = new Promise<void>((resolve) => (server.onWait = resolve));
    const second = ask(server, 'getUpdates', { timeout: 30 });
    expect((await first).body['description']).toContain('terminated by other getUpdates request');
    await waitsToo;
    server.write('/status');
    expect(await second).toMatchObject({ status: 200, body: { result: [{ message: { text: '/status' } }] } });
    server.hasWebhook = true;
    expect(await ask(server, 'getUpdates', {})).toMatchObject({ status: 409 });
  });

  test('a tap is answered within seconds or not at all', async () => {
    const server = await TelegramServer.start();
    let now = 0;
    server.now = () => now;
    const id = server.tapData('x', {});
    const answer = { callback_query_id: id, text: 'ok' };
    expect(await ask(server, 'answerCallbackQuery', { ...answer, text: 'x'.repeat(201) })).toMatchObject({
      status: 400,
    });
    expect(await ask(server, 'answerCallbackQuery', answer)).toMatchObject({ status: 200 });
    now = 60_000;
    const late = await ask(server, 'answerCallbackQuery', answer);
    expect(late.body['description']).toContain('query is too old');
  });
});
