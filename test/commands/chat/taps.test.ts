import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { ANN, STRANGER, telegramError, TelegramServer } from '../../servers/telegram.ts';
import { chatBench, MINUTE_MS } from './chat-desk.ts';

const HOUR_MS = 60 * MINUTE_MS;

describe('a digest that can be decided about (F2, D5)', () => {
  test('a tap approves just that draft, and the message says so instead of a new one', async () => {
    const bench = await chatBench();
    const first = bench.draft();
    const second = bench.draft();
    const digest = await bench.digest();
    expect(bench.labels(digest)).toEqual([
      ...['✓ 1', '✎ 1', '✗ 1', '✓ 2', '✎ 2', '✗ 2'],
      ...['Read all 2', 'Approve all 2', 'Pause everything'],
    ]);
    const tap = bench.server.tap('✓ 1');
    expect((await bench.sync()).code).toBe(0);
    expect(bench.message(first)).toMatchObject({ state: 'approved', approvedBy: 'telegram:4711 Tom' });
    expect(bench.message(second).state).toBe('pending_approval');
    expect(bench.story(first)).toContain('approved by Tom in Telegram, unchanged');
    expect(bench.server.answers.get(tap)).toBe('Approved: leaves 09:15.');
    expect(bench.server.messages).toHaveLength(1);
    expect(digest.text).toContain('1  ✓ approved by Tom 09:00, leaves 09:15 · Lead1');
    expect(bench.labels(digest)).toContain('Undo 1');
    expect(bench.server.unconfirmed()).toBe(0);
  });

  test('D7: an approval is taken back by a tap while its undo runs, and not after', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    const digest = await bench.digest();
    bench.server.tap('✓ 1');
    await bench.sync();
    const undo = digest.buttons.flat().find(({ text }) => text === 'Undo 1')?.data ?? '';
    bench.server.tap('Undo 1');
    await bench.sync();
    expect(bench.message(id)).toMatchObject({ state: 'pending_approval', approvedBy: null });
    expect(bench.labels(digest)).toContain('✓ 1');
    bench.server.tap('✓ 1');
    await bench.sync();
    bench.clock.advance(16 * MINUTE_MS);
    bench.server.tapData(undo, { message: digest });
    await bench.sync();
    expect(bench.message(id).state).toBe('approved');
    expect(bench.outcomes().at(-1)).toContain('the time to undo is over');
    expect(bench.labels(digest)).toContain('Hold 1');
  });

  test('a rejection asks for the reason, and takes it from a reply to the same message', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    const digest = await bench.digest();
    bench.server.tap('✗ 1');
    await bench.sync();
    expect(bench.message(id).state).toBe('pending_approval');
    expect(digest.text).toContain('Tom rejects: reply to this message with the reason');
    bench.server.write('they signed\nwith <b>someone</b> else', { replyTo: digest });
    await bench.sync();
    expect(bench.message(id)).toMatchObject({
      state: 'rejected',
      note: 'they signed with <b>someone</b> else',
    });
    expect(digest.text).toContain('✗ rejected by Tom 09:00: “they signed with <b>someone</b> else” · Lead1');
    expect(bench.server.messages).toHaveLength(1);
  });

  test('a rejection without a reason, one that is taken back, and a reply of somebody who was not asked', async () => {
    const bench = await chatBench();
    const [first, second] = [bench.draft(), bench.draft()];
    const digest = await bench.digest();
    bench.server.tap('✗ 1');
    bench.server.tap('✗ 2', { by: ANN });
    await bench.sync();
    bench.server.tap('✗ without a reason 1');
    bench.server.tap('Keep 2');
    bench.server.write('too late for that', { replyTo: digest });
    await bench.sync();
    expect(bench.message(first)).toMatchObject({ state: 'rejected', note: 'rejected' });
    expect(bench.message(second).state).toBe('pending_approval');
    expect(bench.outcomes().at(-1)).toBe('nothing was asked');
  });

  test('"Approve all" asks for the number; a yes is about the very drafts that were counted', async () => {
    const bench = await chatBench();
    const ids = [bench.draft(), bench.draft(), bench.draft()];
    const digest = await bench.digest();
    bench.server.tap('Approve all 3');
    await bench.sync();
    expect(ids.map((id) => bench.message(id).state)).toEqual(Array(3).fill('pending_approval'));
    expect(digest.text).toContain('Send these 3?');
    expect(bench.labels(digest)).toEqual(['Yes, 3', 'No']);
    bench.server.tap('No');
    await bench.sync();
    expect(bench.labels(digest)).toContain('Approve all 3');
    bench.server.tap('Approve all 3');
    await bench.sync();
    // Somebody decides about one of them at a terminal before the yes.
    await bench.run(['review', 'reject', ids[2] ?? '']);
    bench.server.tap('Yes, 3');
    await bench.sync();
    expect(bench.message(ids[0] ?? '').state).toBe('pending_approval');
    expect(bench.outcomes().at(-1)).toContain('They changed since this message');
    bench.server.tap('Approve these 2');
    await bench.sync();
    bench.server.tap('Yes, 2');
    await bench.sync();
    expect(ids.map((id) => bench.message(id).state)).toEqual(['approved', 'approved', 'rejected']);
  });

  test('D5: words that changed since are not approved: the new ones are shown, with buttons of their own', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    const digest = await bench.digest();
    await bench.run(['review', 'edit', id, '--subject', 'Quite another subject']);
    const tap = bench.server.tap('✓ 1');
    await bench.sync();
    expect(bench.message(id).state).toBe('pending_approval');
    expect(bench.server.answers.get(tap)).toBe('The text changed since this message. Here is the new one.');
    expect(digest.text).toContain('✎ the text changed');
    const card = bench.page('Subject: Quite another subject');
    bench.server.tap('✓', { message: card });
    await bench.sync();
    expect(bench.message(id).state).toBe('approved');
    expect(card.text).toContain('✓ approved by Tom');
  });

  test('the whole draft can be read, held, released and dropped from its own message', async () => {
    const bench = await chatBench();
    const id = bench.draft({ bodyMarkdown: `Hi <you> & {{ all }}\n\n${'word '.repeat(1_200)}` });
    bench.draft();
    await bench.digest();
    bench.server.tap('Read all 2');
    await bench.sync();
    const card = bench.page('Subject: Subject 1');
    expect(card.text).toContain('Hi <you> & {{ all }}');
    expect(card.text).toContain('more characters: headgate review show');
    bench.server.tap('Hold', { message: card });
    await bench.sync();
    expect(bench.message(id)).toMatchObject({ state: 'held', holdCause: 'operator' });
    bench.server.tap('Release', { message: card });
    await bench.sync();
    expect(bench.message(id).state).toBe('pending_approval');
    bench.server.tap('Hold', { message: card });
    await bench.sync();
    bench.server.tap('Drop', { message: card });
    await bench.sync();
    expect(bench.message(id).state).toBe('discarded');
    expect(card.text).toContain('✗ dropped by Tom');
    expect(bench.labels(card)).toEqual([]);
  });

  test('a release by a tap is of the hold that was shown, and of none that came after it', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    await bench.digest();
    bench.server.tap('✓ 1');
    await bench.sync();
    await bench.run(['review', 'hold', id]);
    bench.server.write('/hold 1');
    await bench.sync();
    const digest = bench.page('for you');
    expect(bench.labels(digest)).toContain('Release 1');
    await bench.run(['review', 'hold', id, '--reason', 'they asked for it']);
    const tap = bench.server.tap('Release 1');
    await bench.sync();
    expect(bench.server.answers.get(tap)).toBe(
      'Not released: somebody was faster: it is another hold by now.',
    );
    expect(bench.message(id)).toMatchObject({ state: 'held', note: 'they asked for it' });
    bench.server.tap('Release 1');
    await bench.sync();
    expect(bench.message(id).state).toBe('approved');
  });

  test('A10: everything stands still at one tap, and goes on only after what is due was shown', async () => {
    const bench = await chatBench();
    bench.draft();
    const digest = await bench.digest();
    bench.server.tap('Pause everything');
    await bench.sync();
    expect((await bench.run(['send'])).code).toBe(34);
    expect(digest.text).toContain('Paused by Tom 09:00.');
    bench.server.tap('Resume', { message: digest });
    await bench.sync();
    expect((await bench.run(['send'])).code).toBe(34);
    const due = bench.page('Due now');
    bench.server.tap('Resume', { message: due });
    await bench.sync();
    expect(due.text).toContain('Resumed by Tom 09:00.');
    expect((await bench.run(['send'])).code).not.toBe(34);
  });

  test('A10: a resume that was tapped is not one of a stop that came later', async () => {
    const bench = await chatBench();
    bench.draft();
    await bench.digest();
    bench.server.tap('Pause everything');
    await bench.sync();
    bench.server.write('/resume');
    await bench.sync();
    const due = bench.page('Due now');
    const resume = due.buttons.flat()[0]?.data ?? '';
    await bench.run(['resume', '--yes']);
    writeFileSync(join(bench.directory, 'STOP'), 'for another reason\n');
    bench.server.tapData(resume, { message: due });
    await bench.sync();
    expect((await bench.run(['send'])).code).toBe(34);
  });
});

describe('whose taps count (F2, cli.md finding 10)', () => {
  test('a stranger in the group, another chat, a forwarded message: nothing happens, and it is noted', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    const digest = await bench.digest();
    const data = digest.buttons.flat()[0]?.data ?? '';
    const tap = bench.server.tap('✓ 1', { by: STRANGER });
    bench.server.tapData(data, { message: digest, chat: -100_666 });
    bench.server.tapData(data, { message: digest, fields: { forward_origin: { type: 'user' } } });
    bench.server.tapData(data, { message: { id: 99 } });
    bench.server.write('/approve 1', { by: STRANGER });
    bench.server.write('/approve 1', { chat: 4_711 });
    bench.server.write('/approve 1', { fields: { forward_origin: { type: 'user' } } });
    bench.server.write('/pause', { by: { id: 1_087_968_824, first_name: 'Group' } });
    const { code, stderr } = await bench.sync();
    expect(code).toBe(0);
    expect(bench.message(id).state).toBe('pending_approval');
    expect(bench.server.answers.get(tap)).toBe('Only approvers decide here.');
    expect(bench.outcomes()).toEqual([
      'refused: not an approver',
      'refused: another chat',
      'refused: forwarded',
      'a button of another message',
      'refused: not an approver',
      'refused: another chat',
      'refused: forwarded',
      'refused: not an approver',
    ]);
    expect(stderr).toContain('telegram 666: refused: not an approver');
    expect(bench.server.messages).toHaveLength(1);
  });

  test('what is forged does nothing: another signature, another id, an old state, rubbish', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    bench.draft();
    const digest = await bench.digest();
    const [first = '', , , second = ''] = digest.buttons.flat().map(({ data }) => data);
    expect(Buffer.byteLength(first)).toBe(41);
    expect(first).not.toContain(id);
    const [firstId = ''] = first.split('.');
    const [, secondSignature = ''] = second.split('.');
    for (const data of [
      `${firstId}.${secondSignature}`,
      `${firstId}.${'A'.repeat(22)}`,
      `b-aaaaaaaaaaaaaaaa.${secondSignature}`,
      `a:${id}:9f3c21`,
      'x'.repeat(64),
      '{"action":"approve"}',
    ])
      bench.server.tapData(data, { message: digest });
    await bench.sync();
    expect(bench.message(id).state).toBe('pending_approval');
    expect(new Set(bench.outcomes())).toEqual(
      new Set(['a forged button', 'a button that this state does not know', 'not a button of ours']),
    );
    // The key is the state's own: without it no button of before does anything.
    bench.database.write(() => bench.database.prepare('UPDATE chat_key SET key = ?').run('another'));
    bench.server.tapData(first, { message: digest });
    await bench.sync();
    expect(bench.message(id).state).toBe('pending_approval');
  });

  test('whoever was taken off the list meanwhile decides nothing, whenever they tapped', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    await bench.digest();
    bench.server.tap('✓ 1');
    const config = (approver: number): string => `timezone = "UTC"
[web]
token_secret = { file = "secret" }
[telegram]
api_base = "${bench.server.url}"
token = { file = "token" }
chat = ${String(TelegramServer.CHAT)}
approvers = [${String(approver)}]
`;
    writeFileSync(join(bench.directory, 'headgate.toml'), config(ANN.id), { mode: 0o600 });
    await bench.sync();
    expect(bench.message(id).state).toBe('pending_approval');
  });

  test('an update that comes twice acts once, also when its number was used long ago', async () => {
    const bench = await chatBench();
    const [first, second] = [bench.draft(), bench.draft()];
    const digest = await bench.digest();
    bench.server.tap('✓ 1');
    await bench.sync();
    bench.server.tap('Undo 1');
    await bench.sync();
    const again = { callback_query: { id: '1', from: { id: 4_711, is_bot: false, first_name: 'Tom' } } };
    bench.server.push(again, 900_000_001);
    await bench.sync();
    expect(bench.message(first).state).toBe('pending_approval');
    // The very same tap once more, and a clock that is a week ahead: a repeat all the same.
    const data1 = digest.buttons.flat().find(({ text }) => text === '✓ 1')?.data ?? '';
    const same = (id: string, tapped: string) => ({
      callback_query: {
        ...again.callback_query,
        id,
        data: tapped,
        message: { message_id: digest.id, date: 1, chat: { id: TelegramServer.CHAT } },
      },
    });
    bench.server.push(same('7', data1), 900_000_050);
    await bench.sync();
    await bench.run(['review', 'undo', first]);
    bench.clock.advance(7 * 24 * HOUR_MS);
    bench.server.push(same('7', data1), 900_000_050);
    await bench.sync();
    expect(bench.message(first).state).not.toBe('approved');
    bench.clock.advance(-7 * 24 * HOUR_MS);
    // After a week of silence the service begins with any number: here with one that is known.
    bench.clock.advance(8 * 24 * HOUR_MS);
    const data = digest.buttons.flat().find(({ text }) => text === '✓ 2')?.data ?? '';
    bench.server.push(same('8', data), 900_000_001);
    await bench.sync();
    expect(bench.outcomes().at(-1)).toContain(second);
  });

  test('without approvers there are no buttons, and nobody asks the chat', async () => {
    const bench = await chatBench();
    const config = `timezone = "UTC"
[web]
token_secret = { file = "secret" }
[telegram]
api_base = "${bench.server.url}"
token = { file = "token" }
chat = ${String(TelegramServer.CHAT)}
`;
    writeFileSync(join(bench.directory, 'headgate.toml'), config, { mode: 0o600 });
    bench.draft();
    const digest = await bench.digest();
    expect(bench.labels(digest)).toEqual([]);
    await bench.sync();
    expect(bench.server.requests.filter(({ request }) => request.path.endsWith('getUpdates'))).toEqual([]);
    const { stdout } = await bench.run(['config', 'validate']);
    expect(stdout).toContain('the group only reads, nobody decides in Telegram');
  });
});

describe('a chat that is late, or down (F1, F2)', () => {
  test('a tap of yesterday is honoured: the message is edited, the tap itself needs no answer any more', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    const digest = await bench.digest();
    const tap = bench.server.tap('✓ 1');
    bench.clock.advance(23 * HOUR_MS);
    expect((await bench.sync()).code).toBe(0);
    expect(bench.message(id).state).toBe('approved');
    expect(bench.server.answers.has(tap)).toBe(false);
    expect(digest.text).toContain('✓ approved by Tom');
  });

  test.each([
    ['401', telegramError(401, 'Unauthorized')],
    ['404', telegramError(404, 'Not Found')],
    ['409', telegramError(409, 'Conflict: terminated by other getUpdates request')],
    ['429', telegramError(429, 'Too Many Requests: retry after 35', { retry_after: 35 })],
    ['502', telegramError(502, 'Bad Gateway')],
  ])('%s fails no run, and loses no tap', async (_name, answer) => {
    const bench = await chatBench();
    const id = bench.draft();
    await bench.digest();
    bench.server.tap('✓ 1');
    bench.server.failBy(() => ({ kind: 'answer', acts: false, answer }));
    const { code, stdout } = await bench.sync();
    expect(code).toBe(0);
    expect(stdout).toContain('asked again by the next runs');
    bench.server.fail();
    expect((await bench.sync()).stdout).toContain('left alone for a while');
    bench.clock.advance(HOUR_MS);
    await bench.sync();
    expect(bench.message(id).state).toBe('approved');
  });

  test('a decision whose message could not be edited is a decision, and is shown by the next run', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    const digest = await bench.digest();
    bench.server.tap('✓ 1');
    const down = { kind: 'answer', acts: false, answer: telegramError(502, 'Bad Gateway') } as const;
    bench.server.failBy(() => {
      const path = bench.server.requests.at(-1)?.request.path ?? '';
      return path.endsWith('getUpdates') && bench.message(id).state === 'approved' ? down : null;
    });
    bench.server.watch = ({ path }) => {
      bench.server.failBy(() => (/edit|answer/.test(path) ? down : null));
    };
    await bench.sync();
    expect(bench.message(id).state).toBe('approved');
    expect(digest.edits).toBe(0);
    bench.server.watch = null;
    bench.server.fail();
    bench.clock.advance(HOUR_MS);
    await bench.sync();
    expect(digest.edits).toBe(1);
  });

  test('another program that polls for the bot is told of, once a day', async () => {
    const bench = await chatBench();
    bench.draft();
    await bench.digest();
    bench.server.hasWebhook = true;
    for (let turn = 0; turn < 4; turn += 1) {
      await bench.sync();
      bench.clock.advance(HOUR_MS);
    }
    const told = bench.server.texts().filter((text) => text.includes('Taps in Telegram are not heard'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('webhook is active');
  });

  test('small talk is nobody’s business: only its number is kept', async () => {
    const bench = await chatBench();
    bench.server.write('what a nice day', { by: STRANGER });
    bench.server.push({ my_chat_member: { chat: { id: 1 } } });
    bench.server.push({ message: { text: 7 } });
    await bench.sync();
    expect(
      bench.one('SELECT group_concat(body_json) AS all_of_it, max(from_id) AS who FROM chat_updates'),
    ).toEqual({
      all_of_it: Array(3).fill('{"kind":"other"}').join(','),
      who: 0,
    });
    expect(bench.server.unconfirmed()).toBe(0);
  });
});
