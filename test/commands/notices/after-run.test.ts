import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { acquireLock } from '../../../src/store/locks.ts';
import { claimNotice, waitingNotices } from '../../../src/store/notices.ts';
import { telegramError, TelegramServer } from '../../servers/telegram.ts';
import { DAY_MS, desk, HOUR_MS, welcome } from '../desk.ts';
import { toldDesk } from './bench.ts';

const MINUTE_MS = 60_000;
const DOWN = { kind: 'answer', acts: false, answer: telegramError(502, 'Bad Gateway') } as const;
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';

describe('after a run, what the operator must hear (F1)', () => {
  test('A4: a job that distrusts itself says so once, in the chat, and not again within the day', async () => {
    const bench = await toldDesk();
    expect((await bench.run(['drip'])).code).toBe(30);
    expect((await bench.run(['drip'])).code).toBe(30);
    expect(bench.server.texts()).toHaveLength(1);
    expect(bench.server.texts()[0]).toContain('Headgate · vps-1 · drip\n\ndrip turned itself into a preview');
    expect(bench.waiting()).toBe(0);
  });

  test('A8: a held batch is told at once', async () => {
    const bench = await toldDesk({ more: '\n[limits]\nblast_radius_floor = 1\nblast_radius_factor = 1\n' });
    const sequence = bench.apply(welcome());
    for (const name of ['ann', 'bob', 'cat']) bench.enroll(bench.lead(name), sequence);
    expect((await bench.run(['drip', '--force'])).code).toBe(31);
    expect(bench.server.texts().join('\n')).toContain('HELD  drip made 3 drafts today');
  });

  test('what a preview finds is not told, and a preview delivers nothing', async () => {
    const bench = await toldDesk();
    bench.notice('waits');
    await bench.run(['drip', '--preview']);
    expect(bench.server.messages).toEqual([]);
    expect(bench.waiting()).toBe(1);
  });

  test('names of strangers cannot move the lines of a message', async () => {
    const bench = await toldDesk();
    bench.notice('a \u202Eevil\u0007 <b>name</b>');
    await bench.run(['nurture']);
    expect(bench.server.texts()[0]).toContain('a \\u202eevil\\x07 <b>name</b>');
  });

  test('without a channel everything waits, and status says how much', async () => {
    const bench = desk();
    await bench.run(['drip']);
    expect((await bench.json(['status'])).items[0]).toMatchObject({ undelivered_notices: 1 });
  });
});

describe('a channel that is down (F1)', () => {
  test('never fails a run: the notice is marked, and the channel left alone for a while', async () => {
    const bench = await toldDesk({ apiBase: NOWHERE });
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    expect((await bench.run(['drip', '--force'])).code).toBe(0);
    expect(bench.waiting()).toBe(1);
    expect(bench.row('SELECT attempts, claimed_at, last_error FROM notices')).toMatchObject({
      attempts: 1,
      claimed_at: null,
      last_error: expect.stringContaining('telegram: no connection') as string,
    });
    await bench.run(['nurture']);
    expect(bench.trouble()).toMatchObject({ failures: 1, retry_at: bench.clock.now() + 5 * MINUTE_MS });
  });

  test('its pauses double and end at an hour', async () => {
    const bench = await toldDesk({ apiBase: NOWHERE });
    bench.notice('waits');
    const pauses: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      await bench.run(['nurture']);
      pauses.push((Number(bench.trouble()?.['retry_at']) - bench.clock.now()) / MINUTE_MS);
      bench.clock.set(Number(bench.trouble()?.['retry_at']));
    }
    expect(pauses).toEqual([5, 10, 20, 40, 60, 60]);
  });

  test('a 429 is obeyed: nobody asks before its time is over', async () => {
    const bench = await toldDesk();
    bench.notice('waits');
    const busy = telegramError(429, 'Too Many Requests: retry after 900', { retry_after: 900 });
    bench.server.fail({ kind: 'answer', acts: false, answer: busy });
    await bench.run(['nurture']);
    bench.clock.advance(899_000);
    await bench.run(['nurture']);
    expect(bench.server.requests).toHaveLength(1);
    bench.clock.advance(1_000);
    await bench.run(['nurture']);
    expect(bench.server.texts().filter((text) => text.includes('waits'))).toHaveLength(1);
  });

  test('hardening 150: a week of it: no run fails, nothing is lost, one summary when it is back', async () => {
    const bench = await toldDesk();
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence, { dueAt: bench.clock.now() + 90 * DAY_MS });
    await bench.run(['drip', '--force']);
    bench.server.messages.length = 0;
    bench.server.failBy(() => DOWN);
    for (let hour = 0; hour < 7 * 24; hour += 6) {
      if (hour % 12 === 0) bench.notice(`alert ${String(hour)}`);
      bench.clock.advance(6 * HOUR_MS);
      expect((await bench.run(['drip'])).code).toBe(0);
    }
    expect(bench.waiting()).toBe(14);
    bench.server.fail();
    bench.clock.advance(HOUR_MS);
    await bench.run(['drip']);
    expect(bench.waiting()).toBe(0);
    expect(bench.server.texts()).toHaveLength(1);
    const [summary = ''] = bench.server.texts();
    expect(summary).toContain('14 notices, the first from Wed 18 Feb 2026 09:00 UTC');
    for (let hour = 0; hour < 7 * 24; hour += 12) expect(summary).toContain(`alert ${String(hour)}\n`);
    expect(summary).toContain('(This channel, telegram, did not take anything for 6 d, since');
    expect(bench.trouble()).toBeUndefined();
  });

  test('the next channel takes over at once, and after a day says which one is away', async () => {
    const hook = await TelegramServer.start();
    const bench = await toldDesk({
      apiBase: NOWHERE,
      more: `\n[notices]\nwebhook_url = "${hook.url}"\nwebhook_secret = { file = "secret" }\n`,
    });
    hook.failBy(() => ({ kind: 'answer', acts: false, answer: { status: 200, body: 'ok' } }));
    const told = (): readonly string[] => hook.requests.map(({ request }) => request.body.toString('utf8'));
    bench.notice('first');
    await bench.run(['backup']);
    expect(bench.waiting()).toBe(0);
    expect(told().join('\n')).toContain('first');
    expect(told().join('\n')).not.toContain('has not taken anything');
    for (const text of ['second', 'third']) {
      bench.clock.advance(DAY_MS);
      bench.notice(text);
      await bench.run(['backup']);
      expect(told().at(-1)).toContain('(telegram has not taken anything for');
    }
    bench.notice('fourth');
    await bench.run(['backup']);
    expect(told().at(-1)).not.toContain('has not taken anything');
  });
});

describe('a run that is killed between the call and its mark', () => {
  test('is followed by one repeat, which says that it may be one', async () => {
    const bench = await toldDesk();
    bench.notice('once');
    const { database: db, clock } = bench;
    // As the killed run left it: claimed, perhaps delivered.
    db.write(() => claimNotice(db, waitingNotices(db, 1)[0]!.rowId, clock.now()));
    await bench.run(['backup']);
    await bench.run(['backup']);
    expect(bench.server.texts()).toHaveLength(1);
    expect(bench.server.texts()[0]).toContain('once\n\n(Perhaps a repeat: an earlier run ended');
  });

  test('an answer that is lost on the way is one repeat too, and a refusal is none', async () => {
    const bench = await toldDesk();
    bench.notice('once');
    bench.server.fail({ kind: 'reset after the body', acts: true }, DOWN_FOR_GOOD);
    for (let turn = 0; turn < 3; turn += 1) {
      await bench.run(['backup']);
      bench.clock.advance(DAY_MS);
    }
    expect(bench.server.texts()).toHaveLength(2);
    expect(bench.server.texts()[0]).not.toContain('Perhaps a repeat');
    expect(bench.server.texts()[1]).toContain('Perhaps a repeat');
  });
});

const DOWN_FOR_GOOD = {
  kind: 'answer',
  acts: false,
  answer: telegramError(403, 'Forbidden: bot was kicked'),
} as const;

describe('many notices at once', () => {
  test('sixty in a minute are a few messages, with every word in them', async () => {
    const bench = await toldDesk();
    bench.server.perMinute = 20;
    for (let count = 0; count < 60; count += 1) bench.notice(`alert ${String(count)} ${'x'.repeat(10)}`);
    await bench.run(['backup']);
    expect(bench.waiting()).toBe(0);
    expect(bench.server.messages.length).toBeLessThanOrEqual(5);
    const all = bench.server.texts().join('\n');
    for (let count = 0; count < 60; count += 1) expect(all).toContain(`alert ${String(count)} x`);
  });

  test('a chat that is configured late does not begin with months of history', async () => {
    const bench = await toldDesk();
    for (let month = 0; month < 3; month += 1) {
      bench.notice(`old ${String(month)}`);
      bench.clock.advance(30 * DAY_MS);
    }
    bench.notice('new');
    await bench.run(['backup']);
    expect(bench.waiting()).toBe(0);
    const all = bench.server.texts().join('\n');
    expect(all).toContain('3 notices of more than 14 days ago could not be told');
    expect(all).toContain('new');
    expect(all).not.toContain('old 1');
  });

  test('two runs that end together do not both deliver', async () => {
    const bench = await toldDesk();
    bench.notice('once');
    const holder = { pid: 1, startedAt: bench.clock.now(), command: 'send', hostName: 'vps-1' };
    const directory = join(bench.directory, 'locks');
    const lock = acquireLock({ directory, job: 'notices', holder });
    await bench.run(['backup']);
    expect(bench.server.messages).toEqual([]);
    if (lock.kind === 'held') lock.release();
    await bench.run(['backup']);
    expect(bench.server.texts()).toHaveLength(1);
  });
});

describe('quiet hours', () => {
  test('take the sound away and keep nothing back', async () => {
    const more = '\n[notices]\nquiet_start = "08:00"\nquiet_end = "09:30"\n';
    const bench = await toldDesk({ more });
    bench.notice('early');
    await bench.run(['backup']);
    bench.clock.advance(HOUR_MS);
    bench.notice('late');
    await bench.run(['backup']);
    expect(bench.server.messages.map(({ isSilent }) => isSilent)).toEqual([true, false]);
  });
});

describe('secrets', () => {
  test('the token is in no line that a run prints and in no row that it writes, whatever the server says', async () => {
    const bench = await toldDesk();
    bench.notice('waits');
    const echo = telegramError(404, `Not Found: /bot${TelegramServer.TOKEN}/sendMessage`);
    bench.server.fail({ kind: 'answer', acts: false, answer: echo });
    const { stdout, stderr } = await bench.run(['backup', '--verbose']);
    const stored = JSON.stringify([bench.row('SELECT * FROM notices'), bench.trouble()]);
    expect(stored).toContain('404 Not Found: /bot***');
    for (const text of [stdout, stderr, stored]) expect(text).not.toContain(TelegramServer.TOKEN.slice(10));
  });

  test('a token that cannot be read is the trouble of its channel, and of no run', async () => {
    const bench = await toldDesk();
    bench.notice('waits');
    writeFileSync(join(bench.directory, 'token'), 'what is this');
    expect((await bench.run(['backup'])).code).toBe(0);
    rmSync(join(bench.directory, 'token'));
    bench.clock.advance(DAY_MS);
    expect((await bench.run(['backup'])).code).toBe(0);
    expect(bench.trouble()).toMatchObject({
      failures: 2,
      last_error: expect.stringContaining('telegram.token') as string,
    });
  });
});
