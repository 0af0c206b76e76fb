import { describe, expect, test } from 'vitest';

import { acquireLock } from '../../../src/store/locks.ts';
import { parseWords } from '../../../src/core/chat/words.ts';
import { ANN, STRANGER, telegramError, type ChatMessage } from '../../servers/telegram.ts';
import { welcome } from '../desk.ts';
import { chatBench, type ChatBench } from './chat-desk.ts';
import { toldDesk } from '../notices/bench.ts';

describe('an edit by reply (F2, D5)', () => {
  async function editing(): Promise<{
    bench: ChatBench;
    id: string;
    digest: ChatMessage;
    card: ChatMessage;
  }> {
    const bench = await chatBench();
    const id = bench.draft();
    const digest = await bench.digest();
    bench.server.tap('✎ 1');
    await bench.sync();
    return { bench, id, digest, card: bench.page(`Draft ${id}`) };
  }

  test('shows the result with its hash and asks again: the new words are approved by another tap', async () => {
    const { bench, id, digest, card } = await editing();
    expect(digest.text).toContain('Tom is editing: reply to this message with the new text');
    expect(card.text).toContain('see https://example.com/a');
    bench.server.write('Hi there,\n\nquite other words.\n\nTom', { replyTo: digest });
    await bench.sync();
    const message = bench.message(id);
    expect(message).toMatchObject({
      state: 'pending_approval',
      subject: 'Subject 1',
      bodyMarkdown: 'Hi there,\n\nquite other words.\n\nTom',
    });
    expect(bench.story(id)).toContain('edited by Tom in Telegram, the text changed');
    const result = bench.page(`text ${(message.textHash ?? '').slice(0, 6)}`);
    expect(result.text).toContain('quite other words.');
    expect(digest.text).toContain('✎ the text changed by Tom 09:00');
    bench.server.tap('✓', { message: result });
    await bench.sync();
    expect(bench.message(id)).toMatchObject({ state: 'approved', textHash: message.textHash });
  });

  test('takes a subject in front of the text, and a reply to the message with the whole draft', async () => {
    const { bench, id, card } = await editing();
    bench.server.write('Subject: [Vogt] next steps: #4 <b>for</b> you\n\nHello {braces} & co', {
      replyTo: card,
    });
    await bench.sync();
    expect(bench.message(id)).toMatchObject({
      subject: '[Vogt] next steps: #4 <b>for</b> you',
      bodyMarkdown: 'Hello {braces} & co',
    });
    expect(bench.page('[Vogt] next steps').text).toContain('Hello {braces} & co');
  });

  test.each([
    ['Liquid that was not there before', 'Hi {{ first_name }}', '"{{" would be sent as it stands'],
    ['a Liquid tag', 'Hi {% include "x" %}', '"{%" would be sent as it stands'],
    ['nothing visible', '\u200B \u2060', 'the text is empty'],
    ['control characters', 'Hi\u0007 there', 'the text holds control characters'],
    ['an empty subject', 'Subject: \n\nHello', 'the subject is empty'],
    [
      'a second line in the headers',
      'Subject: one\nBcc: all@example.com\n\nHello',
      'no Subject or Preheader',
    ],
    [
      'a subject of another kind of line break',
      'Subject: one\u2028Bcc: x\n\nHello',
      'no Subject or Preheader',
    ],
    ['what the chat may have cut', 'x'.repeat(4_096), 'cuts what is longer than 4,096'],
  ])('refuses %s, changes nothing, and the question stays open', async (_name, text, problem) => {
    const { bench, id, digest } = await editing();
    const before = bench.message(id).textHash;
    bench.server.write(text, { replyTo: digest });
    await bench.sync();
    expect(bench.message(id)).toMatchObject({ state: 'pending_approval', textHash: before });
    expect(bench.server.texts().join('\n')).toContain(problem);
    bench.server.write('Good words.', { replyTo: digest });
    await bench.sync();
    expect(bench.message(id).bodyMarkdown).toBe('Good words.');
  });

  test('HTML and names of strangers are shown as they are, and open no tag', async () => {
    const { bench, id, digest } = await editing();
    bench.server.write('</b><a href="tg://x">tap</a> & \u202Eevil', { replyTo: digest });
    await bench.sync();
    expect(bench.message(id).bodyMarkdown).toBe('</b><a href="tg://x">tap</a> & evil');
    expect(bench.page('</b><a href="tg://x">tap</a> & evil').mode).toBe('HTML');
  });

  test('is of the words that were seen: a draft that changed meanwhile is shown anew', async () => {
    const { bench, id, digest } = await editing();
    await bench.run(['review', 'edit', id, '--subject', 'From a terminal']);
    bench.server.write('From the chat', { replyTo: digest });
    await bench.sync();
    expect(bench.message(id).bodyMarkdown).not.toContain('From the chat');
    expect(bench.page('Subject: From a terminal').text).toContain('see https://example.com/a');
  });

  test('is the asked person’s alone, and can be stopped', async () => {
    const { bench, id, digest } = await editing();
    const before = bench.message(id).textHash;
    bench.server.write('Words of Ann', { replyTo: digest, by: ANN });
    bench.server.write('Words of Eve', { replyTo: digest, by: STRANGER });
    bench.server.tap('Stop editing 1');
    bench.server.write('Too late', { replyTo: digest });
    await bench.sync();
    expect(bench.message(id).textHash).toBe(before);
    expect(bench.labels(digest)).toContain('✓ 1');
  });
});

describe('words (F2, cli.md 2.5)', () => {
  test('decide by the number of the list that stood there when they were written, and never expire', async () => {
    const bench = await chatBench();
    const ids = [bench.draft(), bench.draft(), bench.draft()];
    await bench.digest();
    bench.server.write('/approve@ops_bot 1 3');
    bench.server.write('/reject 2 they signed with someone else');
    bench.clock.advance(20 * 3_600_000);
    await bench.sync();
    expect(ids.map((id) => bench.message(id).state)).toEqual(['approved', 'rejected', 'approved']);
    expect(bench.message(ids[1] ?? '').note).toBe('they signed with someone else');
    bench.server.write('/undo 1');
    bench.server.write('/hold 1');
    bench.server.write('/release 1');
    bench.server.write('/discard 1');
    await bench.sync();
    expect(bench.story(ids[0] ?? '').map((line) => line.split(' ')[0])).toEqual([
      ...['approved', 'taken_back', 'held', 'released', 'discarded'],
    ]);
  });

  test('name the words that were shown under a number: others are not approved', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    await bench.digest();
    await bench.run(['review', 'edit', id, '--subject', 'Other words']);
    bench.server.write('/approve 1');
    await bench.sync();
    expect(bench.message(id).state).toBe('pending_approval');
    expect(bench.page('1  Lead1: The text changed since this message.').text).toContain(
      'Here is the new one',
    );
    bench.server.write(`/approve ${id}`);
    await bench.sync();
    expect(bench.message(id).state).toBe('approved');
  });

  test('a list is newer than the words before it: its numbers are not theirs', async () => {
    const bench = await chatBench();
    const first = bench.draft();
    await bench.digest();
    bench.server.write('/approve 1');
    bench.clock.advance(60_000);
    const second = bench.draft();
    await bench.run(['review', 'hold', first]);
    await bench.run(['digest']);
    await bench.sync();
    expect(bench.message(second).state).toBe('pending_approval');
    expect(bench.message(first).state).toBe('held');
  });

  test('/review lists, /status tells, /help helps, /pause pauses with a reason; nonsense is answered or left alone', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    for (const words of ['/review', '/status', '/help', '/start', '/approve', '/approve 7', '/weather now'])
      bench.server.write(words);
    bench.server.write('/pause a customer called');
    await bench.sync();
    expect(bench.labels(bench.page('1 draft waits for you\n\n1  Lead1'))).toContain('✓ 1');
    expect(bench.page('Yesterday: 0 drafted').text).toContain('Headgate · vps-1');
    expect(bench.server.texts().filter((text) => text.startsWith('What you can write here'))).toHaveLength(2);
    expect(bench.page('Say which: /approve 1 3').buttons).toEqual([]);
    expect(bench.page('7  There is no such draft').buttons).toEqual([]);
    expect(bench.page('Paused by Tom 09:00.').buttons).toEqual([]);
    expect((await bench.run(['status', '--json'])).stdout).toContain('Tom in Telegram: a customer called');
    expect(bench.outcomes()).toContain('a word of nobody of ours');
    expect(bench.message(id).state).toBe('pending_approval');
  });

  test.each([
    ['/approve 1 3', { verb: 'approve', names: ['1', '3'], rest: '' }],
    ['/approve 1,3, 3', { verb: 'approve', names: ['1', '3'], rest: '' }],
    ['/Reject@ops_bot 2  2 of them left', { verb: 'reject', names: ['2'], rest: 'of them left' }],
    ['/reject 2 they signed, with 3', { verb: 'reject', names: ['2'], rest: 'they signed, with 3' }],
    ['  /pause 7 days off', { verb: 'pause', names: [], rest: '7 days off' }],
    ['/confirm p-ABCD2345', { verb: 'confirm', names: ['p-abcd2345'], rest: '' }],
  ])('%s', (text, command) => {
    expect(parseWords(text)).toEqual({ kind: 'command', ...command });
  });

  test.each(['approve 1', 'hello /approve 1', '/', '/approve1x/', '//approve'])(
    '%s is no command',
    (text) => {
      expect(parseWords(text).kind).not.toBe('command');
    },
  );
});

describe('alerts that can be decided about (F2)', () => {
  const APPROVERS = 'approvers = [4711]\n';
  const LOW_LINE = `${APPROVERS}\n[limits]\nblast_radius_floor = 1\nblast_radius_factor = 1\n`;

  /** `usual`: as many were drafted on each day of the week before. */
  async function heldBench(names: readonly string[], { usual = 0 } = {}) {
    const bench = await toldDesk({ more: LOW_LINE });
    const sequence = bench.apply(welcome());
    const add = bench.database.prepare(
      `INSERT INTO draft_log (message_row_id, revision, lead_row_id, job, run_id, made_at, operator_day)
       SELECT row_id, ?, lead_row_id, 'drip', 'r-before', ?, ? FROM messages ORDER BY row_id LIMIT 1`,
    );
    if (usual > 0) {
      bench.message(bench.enroll(bench.lead('old'), sequence), 'rejected');
      const yesterday = bench.clock.now() - 26 * 3_600_000;
      bench.database.write(() => {
        bench.database
          .prepare("UPDATE draft_log SET made_at = ?, operator_day = '2026-02-17'")
          .run(yesterday);
        bench.database
          .prepare("INSERT INTO job_days (job, operator_day) VALUES ('drip', '2026-02-17')")
          .run();
        for (let nth = 1; nth < usual; nth += 1) add.run(nth + 1, yesterday, '2026-02-17');
      });
    }
    for (const name of names) bench.enroll(bench.lead(name), sequence);
    expect((await bench.run(['drip', '--force'])).code).toBe(31);
    const alert = bench.server.messages.find(({ text }) => text.includes('HELD'));
    if (alert === undefined) throw new Error('no alert');
    const states = (): string =>
      String(
        bench.row("SELECT group_concat(state) AS all_of_them FROM messages WHERE run_id <> 'r-test'")[
          'all_of_them'
        ],
      );
    return { bench, alert, states };
  }

  test('A8: a held batch is shown, and dropped as one by a tap', async () => {
    const { bench, alert, states } = await heldBench(['ann', 'bob', 'cat']);
    expect(alert.buttons.flat().map(({ text }) => text)).toEqual(['Show me', 'Drop all 3', 'Release all 3']);
    bench.server.tap('Show me');
    await bench.run(['sync']);
    expect(bench.server.texts().at(-1)).toContain('Held: 3 messages to 3 leads');
    bench.server.tap('Drop all 3');
    await bench.run(['sync']);
    expect(states()).toBe('discarded,discarded,discarded');
    expect(alert.text).toContain('✓ 3 dropped by Tom 09:00');
    expect(alert.buttons).toEqual([]);
  });

  test('A8: as many as usual are kept, each still to be approved, and the rest is dropped', async () => {
    const { bench, alert, states } = await heldBench(['ann', 'bob', 'cat'], { usual: 2 });
    expect(alert.buttons.flat().map(({ text }) => text)).toContain('Keep the first 2, drop 1');
    bench.server.tap('Keep the first 2, drop 1');
    await bench.run(['sync']);
    expect(states()).toBe('pending_approval,pending_approval,discarded');
    expect(alert.text).toContain('✓ 2 released, 1 dropped by Tom 09:00');
  });

  test('A8: a whole batch is released only after a second tap', async () => {
    const { bench, alert, states } = await heldBench(['ann', 'bob', 'cat']);
    bench.server.tap('Release all 3');
    await bench.run(['sync']);
    expect(states()).toBe('held,held,held');
    expect(alert.buttons.flat().map(({ text }) => text)).toEqual(['Yes, release 3', 'No']);
    bench.server.tap('No');
    await bench.run(['sync']);
    bench.server.tap('Release all 3');
    await bench.run(['sync']);
    bench.server.tap('Yes, release 3');
    await bench.run(['sync']);
    expect(states()).toBe('pending_approval,pending_approval,pending_approval');
  });

  test('a batch that changed since its message decides nothing: the new numbers are shown', async () => {
    const { bench, alert, states } = await heldBench(['ann', 'bob', 'cat']);
    const [first] = (await bench.json(['review', 'list'])).items;
    await bench.run(['review', 'discard', String(first?.['id'])]);
    const tap = bench.server.tap('Drop all 3');
    await bench.run(['sync']);
    expect(states()).toBe('discarded,held,held');
    expect(bench.server.answers.get(tap)).toContain('The batch changed since this message: 2 are held now.');
    expect(alert.buttons.flat().map(({ text }) => text)).toContain('Drop all 2');
  });

  test('A4, A5: the plan of a first run is shown, confirmed or stopped by a tap', async () => {
    const bench = await toldDesk({ more: APPROVERS });
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    expect((await bench.run(['drip'])).code).toBe(30);
    const [alert] = bench.server.messages;
    expect(alert?.buttons.flat().map(({ text }) => text)).toEqual(['Show me', 'Draft this one', 'Stop']);
    bench.server.tap('Show me');
    await bench.run(['sync']);
    expect(bench.server.texts().at(-1)).toContain('It would draft 1 email');
    bench.server.tap('Draft this one');
    await bench.run(['sync']);
    expect(alert?.text).toContain('✓ confirmed by Tom 09:00: 1 drafted');
    expect(bench.row('SELECT state FROM messages')).toEqual({ state: 'pending_approval' });
    expect(alert?.buttons).toEqual([]);
  });

  test('A5: a veto by a tap keeps the job to previews', async () => {
    const bench = await toldDesk({ more: APPROVERS });
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    await bench.run(['drip']);
    bench.server.tap('Stop');
    await bench.run(['sync']);
    expect(bench.server.texts()[0]).toContain('✗ stopped by Tom 09:00');
    expect(bench.row('SELECT vetoed_at IS NOT NULL AS vetoed FROM jobs')).toEqual({ vetoed: 1 });
    bench.server.write('/confirm');
    await bench.run(['sync']);
    expect(bench.row('SELECT count(*) AS count FROM messages')).toEqual({ count: 0 });
  });

  test('a tap that needs a job which runs is done as soon as it is over', async () => {
    const bench = await toldDesk({ more: APPROVERS });
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    await bench.run(['drip']);
    const tap = bench.server.tap('Draft this one');
    const holder = { pid: 1, startedAt: bench.clock.now(), command: 'drip', hostName: 'vps-1' };
    const lock = acquireLock({ directory: `${bench.directory}/locks`, job: 'drip', holder });
    expect((await bench.run(['sync'])).code).toBe(0);
    expect(bench.server.answers.get(tap)).toBe('A run is busy: done as soon as it is over.');
    expect(bench.row('SELECT count(*) AS count FROM messages')).toEqual({ count: 0 });
    if (lock.kind === 'held') lock.release();
    await bench.run(['sync']);
    expect(bench.row('SELECT state FROM messages')).toEqual({ state: 'pending_approval' });
  });

  test('A5: /confirm is of the plans that were there when it was written, never of one that came later', async () => {
    const bench = await toldDesk({ more: APPROVERS });
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    await bench.run(['drip']);
    bench.server.write('/confirm');
    const holder = { pid: 1, startedAt: bench.clock.now(), command: 'drip', hostName: 'vps-1' };
    const lock = acquireLock({ directory: `${bench.directory}/locks`, job: 'drip', holder });
    await bench.run(['sync']);
    if (lock.kind === 'held') lock.release();
    bench.clock.advance(60_000);
    bench.enroll(bench.lead('bob'), sequence);
    expect((await bench.run(['drip'])).code).toBe(30);
    await bench.run(['sync']);
    expect(bench.row('SELECT count(*) AS count FROM messages')).toEqual({ count: 0 });
    const { id } = bench.row('SELECT id FROM plans ORDER BY made_at DESC');
    const answer = String(bench.server.texts().at(-1));
    expect(answer).toContain(`Not confirmed: ${String(id)} of drip was saved after you wrote this.`);
    bench.server.write(answer.slice(answer.indexOf('/confirm')));
    await bench.run(['sync']);
    expect(bench.row('SELECT count(*) AS count FROM messages')).toEqual({ count: 2 });
  });

  test('A5: /confirm alone drafts what waits of each job, and says when nothing does', async () => {
    const bench = await toldDesk({ more: APPROVERS });
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    await bench.run(['drip']);
    bench.server.write('/confirm');
    await bench.run(['sync']);
    expect(bench.server.texts().at(-1)).toContain('✓ confirmed by Tom 09:00: 1 drafted');
    bench.server.write('/confirm');
    await bench.run(['sync']);
    expect(bench.server.texts().at(-1)).toBe('Not confirmed: no plan waits.');
    expect(bench.row('SELECT count(*) AS count FROM messages')).toEqual({ count: 1 });
  });

  test('a plan that is gone is said to be gone, once, and stands in nobody’s way', async () => {
    const bench = await toldDesk({ more: APPROVERS });
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    await bench.run(['drip']);
    const tap = bench.server.tap('Show me');
    bench.server.tap('Draft this one');
    bench.server.write('/help');
    bench.database.write(() => {
      for (const table of ['plan_items', 'plans']) bench.database.prepare(`DELETE FROM ${table}`).run();
    });
    expect((await bench.run(['sync'])).code).toBe(0);
    expect(bench.server.answers.get(tap)).toContain('This could not be done: there is no plan');
    expect(bench.server.texts().at(-1)).toContain('What you can write here');
  });

  test('a chat that numbers its messages anew takes nothing down: the page of the former one is forgotten', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    const digest = await bench.digest();
    bench.database.write(() => {
      bench.database.prepare('UPDATE chat_pages SET message_id = ?').run(digest.id + 1);
    });
    expect((await bench.run(['digest'])).code).toBe(0);
    bench.server.tap('✓ 1');
    expect((await bench.sync()).code).toBe(0);
    expect(bench.message(id).state).toBe('approved');
    expect(bench.one('SELECT count(*) AS count FROM chat_pages')).toEqual({ count: 1 });
  });

  test('what two approvers say to each other is not kept: it answers no message of ours', async () => {
    const bench = await chatBench();
    bench.draft();
    const digest = await bench.digest();
    bench.server.write('lunch at one, then call Maren', { replyTo: { ...digest, id: digest.id + 900 } });
    await bench.sync();
    expect(bench.outcomes()).toEqual(['answers no page of ours']);
    expect(JSON.stringify(bench.one('SELECT body_json FROM chat_updates'))).not.toContain('Maren');
  });

  test('what a stranger writes is not kept', async () => {
    const bench = await chatBench();
    bench.server.write(`/${'x'.repeat(4_000)}`, { by: STRANGER });
    await bench.sync();
    expect(bench.one('SELECT from_id, length(body_json) < 300 AS short FROM chat_updates')).toEqual({
      from_id: STRANGER.id,
      short: 1,
    });
  });

  test('F1: a summary after a silence has no buttons, and says how to see what waits', async () => {
    const bench = await toldDesk({ more: APPROVERS });
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    const down = { kind: 'answer', acts: false, answer: telegramError(502, 'Bad Gateway') } as const;
    bench.server.failBy(() => down);
    await bench.run(['drip']);
    for (const nth of [1, 2, 3, 4]) bench.notice(`alert ${String(nth)}`);
    bench.clock.advance(2 * 3_600_000);
    bench.server.fail();
    expect((await bench.run(['sync'])).code).toBe(0);
    expect(bench.server.messages).toHaveLength(1);
    expect(bench.server.texts()[0]).toContain('/review shows what waits now.');
    expect(bench.server.messages[0]?.buttons).toEqual([]);
  });
});
