import { copyFileSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { outboxFileName } from '../../src/adapters/mail/outbox.ts';
import { readHeader } from '../../src/store/header.ts';
import { inspectBackup } from '../../src/store/backup-files.ts';
import { openState } from '../../src/store/database.ts';
import { SmtpTestServer } from '../helpers/smtp-server.ts';
import {
  DAY_MS,
  HOUR_MS,
  liveDesk,
  MINUTE_MS,
  sendDesk,
  verdicts,
  type SendConfig,
  type SendDesk,
} from './send/send-desk.ts';

const WIDE: SendConfig = {
  limits: [
    'drafts_per_run_drip = 100',
    'drafts_per_day = 100',
    'sends_per_run = 100',
    'sends_per_day = 100',
    'blast_radius_floor = 100',
  ],
};

/** How often each step reached each person: `ann@ann.example: Subject of hello`. */
function deliveries(server: SmtpTestServer): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { to, raw } of server.allTaken()) {
    const subject = /^Subject: (.*?)\r$/m.exec(raw.toString('latin1'))?.[1] ?? '';
    const key = `${to}: ${subject}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const most = (server: SmtpTestServer): number => Math.max(0, ...deliveries(server).values());

/** Everybody who is due gets a draft, and every draft is approved; returns how many. */
async function draftAndApprove(bench: SendDesk): Promise<number> {
  const drip = await bench.json(['drip', '--force']);
  if (drip.exit.code !== 0) throw new Error(JSON.stringify(drip.exit));
  const { items } = await bench.json(['review', 'list', '--state', 'pending_approval']);
  for (const { id } of items) {
    const { code, stderr } = await bench.run(['review', 'approve', String(id)]);
    if (code !== 0) throw new Error(stderr);
  }
  return items.length;
}

async function backUp(bench: SendDesk): Promise<string> {
  return String((await bench.json(['backup'])).items[0]!['file']);
}

const restore = (bench: SendDesk, file: string): ReturnType<SendDesk['json']> =>
  bench.away(() => bench.json(['restore', file, '--yes']));

async function releaseAll(bench: SendDesk): Promise<void> {
  const { items } = await bench.json(['review', 'list', '--state', 'held']);
  if (items.length === 0) return;
  await bench.run(['review', 'release', '--all', '--count', String(items.length)]);
}

/** Days on which everything that is due is drafted, approved and sent. */
async function days(bench: SendDesk, count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    await draftAndApprove(bench);
    await bench.send();
    bench.clock.advance(DAY_MS);
  }
}

interface Afternoon {
  readonly server: SmtpTestServer;
  readonly bench: SendDesk;
  readonly copy: string;
}

/**
 * Noon: ann, bob and eve have an approved message, fay is enrolled, and a backup is made. Afternoon: all of them are sent to, of eve
 * nobody knows, and gus, who came after the backup, is sent to as well.
 */
async function afternoon(): Promise<Afternoon> {
  const server = await SmtpTestServer.start();
  const bench = await liveDesk(server.port, WIDE);
  for (const name of ['ann', 'bob', 'eve']) bench.enroll(bench.lead(name), bench.sequence);
  await draftAndApprove(bench);
  bench.enroll(bench.lead('fay'), bench.sequence);
  const copy = await backUp(bench);
  bench.clock.advance(HOUR_MS);
  bench.enroll(bench.lead('gus'), bench.sequence);
  server.plan([{ at: 'DOT', fault: { kind: 'lost', then: 'cut' }, times: 1 }]);
  const { items } = await bench.json(['review', 'list', '--state', 'approved']);
  const eve = items.find(({ lead }) => (lead as { email: string }).email === 'eve@eve.example')!;
  await bench.send('--only', String(eve['id']));
  await draftAndApprove(bench);
  expect((await bench.send()).counts).toMatchObject({ sent: 4 });
  bench.clock.advance(HOUR_MS);
  return { server, bench, copy };
}

describe('A15, F8: backup at noon, sends, restore', () => {
  test('the journal settles what left since: sent, uncertain, or somebody this copy cannot place', async () => {
    const { bench, copy } = await afternoon();
    expect(await restore(bench, copy)).toMatchObject({
      items: [
        {
          restored: true,
          journal: {
            sent: 3,
            uncertain: 1,
            unknown: [{ recipient: 'gus@gus.example', sequence: 'welcome', step: 'hello' }],
          },
          held: 0,
        },
      ],
      exit: { code: 0 },
    });
    expect(bench.row(`SELECT reason FROM suppressions WHERE email_key = 'gus@gus.example'`)).toEqual({
      reason: 'sent_after_backup',
    });
    const { items } = await bench.json(['sends', 'list']);
    expect(items.map(({ lead, state }) => [(lead as { email: string }).email, state]).toSorted()).toEqual([
      ['ann@ann.example', 'sent'],
      ['bob@bob.example', 'sent'],
      ['eve@eve.example', 'uncertain'],
      ['fay@fay.example', 'sent'],
    ]);
  });

  test('not one mail leaves by itself, run after run, reboots included', async () => {
    const { server, bench, copy } = await afternoon();
    const before = server.totalTaken;
    await restore(bench, copy);
    for (let run = 0; run < 6; run += 1) {
      expect((await bench.send()).exit.code).toBe(30);
      expect((await bench.run(['drip'])).code).toBe(30);
      expect((await bench.run(['drip', '--force'])).code).toBe(30);
      bench.clock.advance(7 * HOUR_MS);
      if (run === 3) bench.machine.reboot();
    }
    expect(server.totalTaken).toBe(before);
  });

  test('after adopt and release nobody ever gets a step twice, and everybody gets on', async () => {
    const { server, bench, copy } = await afternoon();
    await restore(bench, copy);
    expect((await bench.run(['adopt', '--yes'])).code).toBe(0);
    await releaseAll(bench);
    await days(bench, 12);
    expect(most(server)).toBe(1);
    expect([...deliveries(server).keys()].toSorted()).toEqual([
      // Of eve nobody knows; until a person settles it she waits.
      ...['ann', 'bob'].flatMap((name) => all(name)),
      'eve@eve.example: Subject of hello',
      ...all('fay'),
      // Suppressed until a person has looked.
      'gus@gus.example: Subject of hello',
    ]);
  });

  test('and the uncertain one goes on as soon as a person has settled it', async () => {
    const { server, bench, copy } = await afternoon();
    await restore(bench, copy);
    await bench.run(['adopt', '--yes']);
    const { items } = await bench.json(['review', 'list', '--state', 'uncertain']);
    expect((await bench.run(['review', 'settle', String(items[0]!['id']), 'sent'])).code).toBe(0);
    await days(bench, 12);
    expect([...deliveries(server).keys()]).toEqual(expect.arrayContaining(all('eve')));
    expect(most(server)).toBe(1);
  });

  test('restored twice, or once more after going on, it comes to the same', async () => {
    const { server, bench, copy } = await afternoon();
    await restore(bench, copy);
    await restore(bench, copy);
    await bench.run(['adopt', '--yes']);
    await days(bench, 5);
    await restore(bench, copy);
    await bench.run(['adopt', '--yes']);
    await releaseAll(bench);
    await days(bench, 12);
    expect(most(server)).toBe(1);
  });

  test('a lead that is imported again stays suppressed until a person takes it off the list', async () => {
    const { server, bench, copy } = await afternoon();
    await restore(bench, copy);
    await bench.run(['adopt', '--yes']);
    writeFileSync(join(bench.directory, 'gus.csv'), 'email,first_name,source\ngus@gus.example,Gus,web\n');
    await bench.run(['leads', 'import', join(bench.directory, 'gus.csv')]);
    await days(bench, 6);
    expect(deliveries(server).get('gus@gus.example: Subject of hello')).toBe(1);
  });

  test('what had been approved at noon and not left is held, and leaves after one release', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, WIDE);
    bench.enroll(bench.lead('ann'), bench.sequence);
    await draftAndApprove(bench);
    const copy = await backUp(bench);
    expect(await restore(bench, copy)).toMatchObject({ items: [{ held: 1, journal: { sent: 0 } }] });
    await bench.run(['adopt', '--yes']);
    expect((await bench.send()).exit.code).toBe(0);
    expect(server.totalTaken).toBe(0);
    await releaseAll(bench);
    await bench.send();
    expect(server.totalTaken).toBe(1);
  });

  test('what became of a round is in the journal even when the next one claims nothing', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, WIDE);
    const ids = bench.approveMany(11);
    server.watch = (moment) => {
      // The eleventh, a round of its own, is taken back while the first ten are under way.
      if (moment !== 'DOT') return;
      const { database: db } = bench;
      db.write(() => {
        db.prepare(`UPDATE messages SET state = 'pending_approval' WHERE id = ?`).run(ids[10]);
      });
    };
    expect((await bench.send()).counts).toMatchObject({ sent: 10, undo: 1 });
    const accepted = bench.journal().filter(({ event }) => event === 'accepted');
    expect(new Set(accepted.map(({ messageId }) => messageId))).toEqual(new Set(ids.slice(0, 10)));
  });
});

describe('A15: a backup that was made in the middle of a run', () => {
  test.each([
    ['refused', 'held'],
    ['withdrawn', 'held'],
    ['accepted', 'sent'],
    ['unknown', 'uncertain'],
    [null, 'uncertain'],
  ])('what was being sent and ended as %s is %s, not a riddle for a person', async (ending, state) => {
    const bench = sendDesk(WIDE);
    const id = bench.approve('ann');
    const { database: db, clock } = bench;
    db.write(() => {
      db.prepare(`UPDATE messages SET state = 'sending', claimed_at = ?, attempts = 1`).run(clock.now());
    });
    const copy = await backUp(bench);
    const entry = {
      messageId: id,
      attempt: 1,
      at: clock.now(),
      stateId: readHeader(db).stateId,
      recipient: 'ann@ann.example',
      enrollmentId: 'e-any',
      sequenceId: 'welcome',
      stepId: 'hello',
      transport: 'smtp',
      isRehearsal: false,
    };
    const events = ['claimed', ...(ending === null ? [] : [ending])];
    const lines = events.map((event) => JSON.stringify({ ...entry, event }));
    writeFileSync(join(bench.directory, 'send-journal.jsonl'), `${lines.join('\n')}\n`);
    await restore(bench, copy);
    expect(bench.stateOf(id)).toBe(state);
  });
});

describe('A15: words that only the lost part of the history had', () => {
  test('are never sent: settled as not sent, the step is written anew under the same Message-ID', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, WIDE);
    bench.enroll(bench.lead('ann'), bench.sequence);
    const copy = await backUp(bench);
    bench.clock.advance(MINUTE_MS);
    await draftAndApprove(bench);
    server.plan([{ at: 'BODY', fault: { kind: 'cut' }, times: 1 }]);
    expect((await bench.send()).counts).toMatchObject({ uncertain: 1 });
    await restore(bench, copy);
    await bench.run(['adopt', '--yes']);
    const { items } = await bench.json(['review', 'list', '--state', 'uncertain']);
    const id = String(items[0]!['id']);
    expect((await bench.run(['review', 'settle', id, 'not-sent'])).code).toBe(0);
    expect(bench.stateOf(id)).toBe('discarded');
    bench.clock.advance(DAY_MS);
    await draftAndApprove(bench);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    expect([...deliveries(server)]).toEqual([['ann@ann.example: Subject of hello', 1]]);
    expect(server.timesTaken(`<${id}@mail.example.com>`)).toBe(1);
  });
});

describe('A15, D9: what only went to the outbox', () => {
  test('is known again as a rehearsal, so that go-live can still restart it', async () => {
    const bench = sendDesk(WIDE);
    const id = bench.approve('ann');
    const copy = await backUp(bench);
    await bench.send();
    await restore(bench, copy);
    expect(bench.of(id)).toMatchObject({ state: 'sent', dry: true });
  });

  test('is settled by the file where the run was killed before it could say', async () => {
    const bench = sendDesk(WIDE);
    const [there, gone] = [bench.approve('ann'), bench.approve('bob')];
    const copy = await backUp(bench);
    const entry = {
      attempt: 1,
      at: bench.clock.now(),
      stateId: readHeader(bench.database).stateId,
      event: 'claimed',
      recipient: 'x@x.example',
      enrollmentId: 'e-unknown',
      sequenceId: 'welcome',
      stepId: 'hello',
      transport: 'outbox',
      isRehearsal: true,
    };
    const lines = [there, gone].map((messageId) => JSON.stringify({ ...entry, messageId }));
    writeFileSync(join(bench.directory, 'send-journal.jsonl'), `${lines.join('\n')}\n`);
    mkdirSync(join(bench.directory, 'outbox'));
    writeFileSync(join(bench.directory, 'outbox', outboxFileName(there, bench.clock.now())), 'whole\r\n');
    expect(await restore(bench, copy)).toMatchObject({ items: [{ journal: { sent: 1, uncertain: 0 } }] });
    expect([bench.stateOf(there), bench.stateOf(gone)]).toEqual(['sent', 'held']);
  });
});

describe('A15: who is unknown to a state', () => {
  test('is suppressed once: whom a person took off the list stays off it through later adoptions', async () => {
    const { bench, copy } = await afternoon();
    await restore(bench, copy);
    await bench.run(['adopt', '--yes']);
    await bench.away(async () => {
      const db = openState({ file: bench.file, mode: 'write' });
      db.write(() => db.prepare('DELETE FROM suppressions').run());
      db.close();
      return Promise.resolve();
    });
    bench.clock.advance(HOUR_MS);
    bench.machine.become({ machineIdHash: 'machine-2' });
    await bench.run(['adopt', '--yes']);
    expect(bench.row('SELECT count(*) AS count FROM suppressions')).toEqual({ count: 0 });
  });
});

describe('restore, as an act', () => {
  test('A15: what was there is kept beside it, whole', async () => {
    const bench = sendDesk();
    bench.approve('ann');
    const copy = await backUp(bench);
    bench.approve('bob');
    const { items } = await restore(bench, copy);
    const aside = String(items[0]!['set_aside']);
    expect(inspectBackup(aside)).toMatchObject({ leads: 2, messages: 2, faults: [] });
    expect(bench.row('SELECT count(*) AS count FROM leads')).toEqual({ count: 1 });
  });

  test.each([
    ['a missing state', (file: string) => rmSync(file)],
    ['an empty state', (file: string) => truncateSync(file, 0)],
    ['a damaged state', (file: string) => writeFileSync(file, 'this is no database '.repeat(500))],
  ])('A15: brings %s back, and nothing leaves until adopt', async (_, harm) => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    const copy = await backUp(bench);
    const after = await bench.away(async () => {
      harm(bench.file);
      rmSync(`${bench.file}-wal`, { force: true });
      expect((await bench.run(['send'])).code).not.toBe(0);
      return bench.json(['restore', copy, '--yes']);
    });
    expect(after.exit.code).toBe(0);
    expect((await bench.send()).exit.code).toBe(30);
    expect([bench.stateOf(id), bench.outbox()]).toEqual(['held', []]);
  });

  test('A15: a copy that somebody puts in place by hand is known as one, though no stamp tells', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    const copy = await backUp(bench);
    await bench.away(async () => {
      copyFileSync(copy, bench.file);
      return Promise.resolve();
    });
    expect(await bench.send()).toMatchObject({ run: { reason: 'restored' }, exit: { code: 30 } });
    expect(bench.outbox()).toEqual([]);
    expect(bench.stateOf(id)).toBe('held');
  });

  test('D11: what the copy holds as approved, and a later step has overtaken, is passed over and not sent after it', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, WIDE);
    bench.enroll(bench.lead('ann'), bench.sequence);
    await draftAndApprove(bench);
    const [hello] = (await bench.json(['review', 'list'])).items;
    const copy = await backUp(bench);
    await bench.run(['review', 'reject', String(hello!['id']), '--reason', 'she has met us']);
    bench.clock.advance(2 * DAY_MS);
    await bench.send();
    await draftAndApprove(bench);
    await bench.send();
    expect([...deliveries(server).keys()]).toEqual(['ann@ann.example: Subject of case-study']);

    expect((await restore(bench, copy)).items[0]).toMatchObject({ journal: { sent: 1 }, held: 0 });
    expect(bench.of(String(hello!['id']))).toMatchObject({
      state: 'skipped',
      note: 'a later step has gone out',
    });
  });

  test('A6, A8: what expired in the copy and was written anew since uses the caps of its day up, and is the last draft of its lead', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, WIDE);
    bench.enroll(bench.lead('ann'), bench.sequence);
    await bench.run(['drip', '--force']);
    bench.clock.advance(8 * DAY_MS);
    await bench.send();
    expect(bench.row('SELECT state FROM messages')).toEqual({ state: 'expired' });
    const copy = await backUp(bench);
    await draftAndApprove(bench);
    await bench.send();
    const log = 'SELECT revision, operator_day, made_at FROM draft_log ORDER BY revision';
    const watermark = 'SELECT watermark_at FROM leads';
    const before = [bench.rows(log), bench.row(watermark)];
    expect(bench.rows(log)).toHaveLength(2);
    bench.clock.advance(HOUR_MS);

    expect((await restore(bench, copy)).items[0]).toMatchObject({ journal: { sent: 1 } });
    expect(bench.row('SELECT state, revision FROM messages')).toEqual({ state: 'sent', revision: 2 });
    expect([bench.rows(log), bench.row(watermark)]).toEqual(before);
  });

  test('A12: while a job runs, or somebody has the state open, nothing is restored', async () => {
    const bench = sendDesk();
    const copy = await backUp(bench);
    // The desk itself has it open.
    const { exit } = await bench.json(['restore', copy, '--yes']);
    expect(exit).toMatchObject({ code: 75 });
    expect(readHeader(bench.database).restoredAt).toBeNull();
    expect(readdirSync(bench.directory).filter((name) => name.includes('before-restore'))).toEqual([]);
  });

  test.each([
    ['a file that is no database', 'text'.repeat(5_000), 78],
    ['an empty file', '', 65],
  ])('F8: %s is refused, and the state stays as it is', async (_, content, code) => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    const bad = join(bench.directory, 'bad.db');
    writeFileSync(bad, content);
    const before = readHeader(bench.database);
    expect((await bench.away(() => bench.run(['restore', bad, '--yes']))).code).toBe(code);
    expect([bench.stateOf(id), bench.row('SELECT restored_at FROM state_header')]).toEqual([
      'approved',
      { restored_at: null },
    ]);
    expect(before.restoredAt).toBeNull();
  });

  test('F8: a copy that does not exist is said to be missing', async () => {
    const bench = sendDesk();
    const { code, stderr } = await bench.run(['restore', 'nowhere.db', '--yes']);
    expect(code).not.toBe(0);
    expect(code).not.toBe(70);
    expect(stderr).toContain('nowhere.db');
  });

  test('A15: it asks first, and off a terminal it needs --yes', async () => {
    const bench = sendDesk();
    const copy = await backUp(bench);
    const unasked = await bench.run(['restore', copy]);
    expect(unasked.code).toBe(64);
    expect(unasked.stderr).toContain(`headgate restore ${copy} --yes`);
    const asked = await bench.run(['restore', copy], { answers: ['n'] });
    expect(asked).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing was changed') as string,
    });
    expect(readHeader(bench.database).restoredAt).toBeNull();
  });
});

function all(name: string): string[] {
  return ['case-study', 'hello', 'last-touch'].map((step) => `${name}@${name}.example: Subject of ${step}`);
}
