import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { recordRun } from '../../src/store/runs.ts';
import { displayWidth } from '../../src/commands/output/text.ts';
import { TEST_NOW } from '../helpers/fakes.ts';
import { telegramError } from '../servers/telegram.ts';
import { DAY_MS, desk, HOUR_MS, welcome, type Desk } from './desk.ts';
import { toldDesk } from './notices/bench.ts';

const YESTERDAY = TEST_NOW - DAY_MS;

/** A morning with a little of everything: yesterday's drafts and mails, an answer, an uncertain send, drafts that wait. */
async function busyMorning<D extends Desk>(bench: D): Promise<D> {
  const { database: db, clock } = bench;
  const sequence = bench.apply(welcome());
  for (const job of ['drip', 'nurture', 'send'])
    await bench.run([job, ...(job === 'send' ? [] : ['--force'])]);
  const person = (name: string, company: string): number =>
    bench.lead(name.toLowerCase(), { firstName: name, lastName: 'Nordly', company });
  const sentTo = bench.enroll(person('Anders', 'Nordlys AS'), sequence);
  bench.message(sentTo, 'sent');
  bench.message(bench.enroll(person('Ute', 'Ungewiss'), sequence), 'uncertain');
  // Their next steps are far off.
  db.write(() => db.prepare('UPDATE enrollments SET next_due_at = ?').run(clock.now() + 90 * DAY_MS));
  const { row_id: lead } = bench.row("SELECT row_id FROM leads WHERE first_name = 'Anders'");
  db.write(() => {
    db.prepare(
      `INSERT INTO message_events (source_id, key, kind, at, read_at, lead_row_id, detail) VALUES ('inbox', '1', 'reply', ?, ?, ?, 'answered')`,
    ).run(clock.now() + HOUR_MS, clock.now() + HOUR_MS, lead);
  });
  clock.advance(DAY_MS);
  for (const name of ['Maren', 'Priya'])
    bench.message(bench.enroll(person(name, `${name} & Söhne`), sequence), 'pending_approval');
  bench.enroll(person('Ilse', 'Kok & Zonen'), sequence);
  for (const job of ['drip', 'nurture', 'send']) await bench.run([job]);
  bench.enroll(person('Tom', 'Lakeside'), sequence);
  return bench;
}

/** A13: who typed is in the hash, and another one on every machine. */
function withoutHash(text: string): string {
  return text.replace(/(entry \d+, )[0-9a-f]{12}/, '$1000000000000');
}

describe('the digest (F1)', () => {
  test('cli.md 2.5: a morning on 80 columns, whole', async () => {
    const bench = await busyMorning(desk({ now: YESTERDAY }));
    const { code, stdout } = await bench.run(['digest']);
    expect(code).toBe(0);
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    await expect(withoutHash(stdout)).toMatchFileSnapshot('snapshots/digest.txt');
  });

  test('the same in the chat: once, with its head in bold, and the run is kept', async () => {
    const bench = await busyMorning(await toldDesk({ now: YESTERDAY }));
    bench.server.messages.length = 0;
    expect((await bench.run(['digest'])).code).toBe(0);
    const { messages } = bench.server;
    expect(messages).toHaveLength(1);
    expect(messages[0]?.mode).toBe('HTML');
    expect(bench.server.requests.at(-1)?.request.body.toString('utf8')).toContain('<b>Headgate');
    await expect(withoutHash(`${messages[0]?.text ?? ''}\n`)).toMatchFileSnapshot(
      'snapshots/digest-chat.txt',
    );
    expect(bench.row("SELECT mode, exit_code FROM runs WHERE command = 'digest'")).toEqual({
      mode: 'live',
      exit_code: 0,
    });
    const { items } = await bench.json(['status']);
    expect(items[0]).toMatchObject({ undelivered_notices: 0 });
    expect(JSON.stringify(items[0]?.['jobs'])).toContain('"name":"digest"');
  });

  test('entities that are refused cost the bold, not the message', async () => {
    const bench = await toldDesk();
    bench.server.fail({
      kind: 'answer',
      acts: false,
      answer: telegramError(400, "Bad Request: can't parse entities: Unsupported start tag"),
    });
    await bench.run(['digest']);
    expect(bench.server.messages).toMatchObject([{ mode: null }]);
    expect(bench.waiting()).toBe(0);
  });

  test('while the chat is down only the newest digest waits', async () => {
    const bench = await toldDesk();
    bench.server.failBy(() => ({ kind: 'answer', acts: false, answer: telegramError(403, 'Forbidden') }));
    for (let day = 0; day < 4; day += 1) {
      expect((await bench.run(['digest'])).code).toBe(0);
      bench.clock.advance(DAY_MS);
    }
    expect(bench.waiting()).toBe(1);
    bench.server.fail();
    await bench.run(['backup']);
    expect(bench.server.texts()).toHaveLength(1);
    expect(bench.server.texts()[0]).toContain('Digest Sat 21 Feb 2026');
  });

  test('--preview prints it, posts nothing and keeps no row', async () => {
    const bench = await toldDesk();
    const { stdout } = await bench.run(['digest', '-n']);
    expect(stdout).toContain('HEADGATE  vps-1  Wed 18 Feb 2026 09:00 UTC');
    expect(bench.server.messages).toEqual([]);
    expect(bench.row('SELECT count(*) AS count FROM runs')).toEqual({ count: 0 });
  });

  test('--to writes a file, whole or not at all, and nothing to the chat', async () => {
    const bench = await toldDesk();
    const { stdout } = await bench.run(['digest', '--to', 'digest.txt']);
    expect(stdout).toContain('digest.txt');
    expect(readFileSync(join(bench.directory, 'digest.txt'), 'utf8')).toContain('HEADGATE  vps-1');
    expect(bench.server.messages).toEqual([]);
    expect((await bench.run(['digest', '--to', 'no-folder/digest.txt'])).code).toBe(77);
  });

  test('--to telegram without a chat is a wrong configuration, and a day that is none a wrong flag', async () => {
    const bench = desk();
    expect((await bench.run(['digest', '--to', 'telegram'])).code).toBe(78);
    expect((await bench.run(['digest', '--date', '2026-02-30'])).code).toBe(64);
  });

  test('--quiet-if-empty says nothing on a morning without anything, and the run counts all the same', async () => {
    const bench = await toldDesk();
    for (const job of ['drip', 'nurture']) await bench.run([job, '--force']);
    await bench.run(['send']);
    bench.clock.advance(DAY_MS / 2);
    for (const job of ['drip', 'nurture', 'send']) await bench.run([job]);
    bench.server.messages.length = 0;
    expect((await bench.run(['digest', '--quiet-if-empty'])).stdout).toContain('Nothing to tell');
    expect(bench.server.messages).toEqual([]);
    expect(bench.row("SELECT mode FROM runs WHERE command = 'digest'")).toEqual({ mode: 'quiet' });
    bench.enroll(bench.lead('ann'), bench.apply(welcome()));
    await bench.run(['digest', '--quiet-if-empty']);
    expect(bench.server.messages).toHaveLength(1);
  });

  test('--date tells of the day before that day', async () => {
    const bench = await busyMorning(desk({ now: YESTERDAY }));
    const drafted = async (...words: string[]): Promise<unknown> => {
      const [item] = (await bench.json(['digest', '-n', ...words])).items;
      return (item?.['yesterday'] as { drafted: number }).drafted;
    };
    expect(await drafted()).toBe(2);
    expect(await drafted('--date', '2026-02-19')).toBe(3);
    expect(await drafted('--date', '2026-02-10')).toBe(0);
  });

  test('A9: it names jobs that are late, and those that ended 75 three times in a row', async () => {
    const bench = await busyMorning(desk({ now: YESTERDAY }));
    for (let count = 0; count < 3; count += 1) {
      bench.database.write(() =>
        recordRun(bench.database, {
          id: `r-busy${String(count)}`,
          command: 'sync',
          mode: 'failed',
          forced: false,
          narrowed: false,
          startedAt: bench.clock.now(),
          finishedAt: bench.clock.now(),
          operatorDay: '2026-02-18',
          exitCode: 75,
          reason: null,
          counts: {},
          planId: null,
          bootId: null,
        }),
      );
    }
    bench.clock.advance(3 * HOUR_MS);
    const [item] = (await bench.json(['digest', '-n'])).items;
    expect(item?.['attention']).toEqual(
      expect.arrayContaining([
        { kind: 'late', job: 'drip', last_success_at: '2026-02-18T09:00:00Z' },
        { kind: 'stuck', job: 'sync' },
      ]),
    );
  });

  test('A10, A15: paused, doubtful and without a chat, it still comes', async () => {
    const bench = desk();
    await bench.run(['pause', '--reason', 'trade fair']);
    bench.machine.become({ machineIdHash: 'machine-2' });
    const { code, stdout } = await bench.run(['digest']);
    expect(code).toBe(0);
    expect(stdout).toContain('! everything is paused: trade fair');
    expect(stdout).toMatch(/! drip, nurture, send in doubt/);
  });

  test('hardening 42: names of strangers open no tag and turn no line round', async () => {
    const bench = await toldDesk();
    const sequence = bench.apply(welcome());
    const lead = bench.lead('eve', { firstName: '<b>&\u202E', company: '</b>' });
    bench.message(bench.enroll(lead, sequence), 'pending_approval');
    await bench.run(['digest']);
    expect(bench.server.messages).toMatchObject([{ mode: 'HTML' }]);
    expect(bench.server.texts()[0]).toContain('<b>&\\u202e, </b>');
  });
});
