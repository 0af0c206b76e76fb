import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { adoptHeader, readHeader, recordClock } from '../../src/store/header.ts';
import { readJob, silencesOf, writeCheckpoint } from '../../src/store/jobs.ts';
import { acquireLock } from '../../src/store/locks.ts';
import { draftsMade } from '../../src/store/volume.ts';
import { sequenceDefinition } from '../helpers/definitions.ts';
import { DAY_MS, desk, HOUR_MS, welcome, type Desk, type Document } from './desk.ts';

/** A desk that has run once, with a lead that waits, one approved message and one that was being sent. */
async function usedDesk(): Promise<Desk> {
  const bench = desk();
  const sequence = bench.apply(welcome());
  bench.enroll(bench.lead('ann'), sequence);
  await bench.run(['drip', '--force']);
  bench.message(bench.enroll(bench.lead('tom'), sequence), 'approved');
  bench.message(bench.enroll(bench.lead('eve'), sequence), 'sending');
  return bench;
}

const states = (bench: Desk): unknown[] =>
  bench.database
    .prepare<[], { state: string; hold_cause: string | null; held_from: string | null }>(
      'SELECT state, hold_cause, held_from FROM messages ORDER BY row_id',
    )
    .all();

async function doubtsOf(bench: Desk, job = 'drip'): Promise<readonly string[]> {
  const { items } = await bench.json(['status']);
  const { doubts } = items[0]!['guards'] as { doubts: { job: string; reason: string }[] };
  return doubts.filter((doubt) => doubt.job === job).map((doubt) => doubt.reason);
}

const lowered = (document: Document): unknown => document.items[0]!['lowered'];

describe('adopt, on another machine', () => {
  test('A15: a copy on a second machine drafts nothing until a person adopts it', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2', hostName: 'vps-2' });
    expect((await bench.run(['drip'])).code).toBe(30);
    expect((await bench.run(['drip', '--force'])).code).toBe(30);
    const adopted = await bench.json(['adopt', '--yes']);
    expect(adopted).toMatchObject({
      items: [{ adopted: true, machine: 'vps-2', doubts: [{ reason: 'machine' }], held: 1, uncertain: 1 }],
      exit: { code: 0 },
    });
    expect(await doubtsOf(bench)).not.toContain('machine');
  });

  test('A15: what was approved is held, what was being sent is uncertain; a waiting draft stays', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2' });
    await bench.run(['adopt', '--yes']);
    expect(states(bench)).toEqual([
      { state: 'pending_approval', hold_cause: null, held_from: null },
      { state: 'held', hold_cause: 'doubt', held_from: 'approved' },
      { state: 'uncertain', hold_cause: null, held_from: null },
    ]);
    expect(bench.row(`SELECT count(*) AS count FROM attempts WHERE event = 'unknown'`)).toEqual({ count: 1 });
  });

  test('A4: an adopted state starts cold, so that a person sees its first plan', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2' });
    await bench.run(['adopt', '--yes']);
    expect(await doubtsOf(bench)).toEqual(['no_checkpoint']);
    expect((await bench.run(['drip'])).code).toBe(30);
    bench.clock.advance(HOUR_MS);
    expect((await bench.run(['confirm'])).code).toBe(0);
    expect(readJob(bench.database, 'drip').checkpointAt).toBeNull();
    expect((await bench.run(['confirm', '--yes'])).code).toBe(0);
    expect(readJob(bench.database, 'drip').checkpointAt).not.toBeNull();
  });

  test('A17: plans of before the adoption cannot be confirmed any more', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2' });
    await bench.run(['drip']);
    expect((await bench.json(['adopt', '--yes'])).items).toMatchObject([{ plans_superseded: 1 }]);
    expect(bench.row(`SELECT count(*) AS count FROM plans WHERE state = 'waiting'`)).toEqual({ count: 0 });
  });

  test('A5: nothing approves itself after an adoption until a person has acted on a message', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2' });
    await bench.run(['adopt', '--yes']);
    expect(readHeader(bench.database).personNeededSinceAt).not.toBeNull();
  });

  test('A13: the adoption is a run that can be looked up later', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2' });
    const run = (await bench.json(['adopt', '--yes'])).items[0]!['run'] as string;
    expect((await bench.json(['runs', 'show', run])).items).toMatchObject([
      { command: 'adopt', counts: { held: 1, uncertain: 1 } },
    ]);
  });
});

describe('adopt, after a restore', () => {
  test('A15: a state older than its stamp is trusted again only by adopt, which writes the stamp anew', async () => {
    const bench = await usedDesk();
    bench.stampFile.write({ ...bench.stampFile.read()!, writeCounter: 10_000 });
    expect(await doubtsOf(bench)).toContain('restored');
    await bench.run(['adopt', '--yes']);
    expect(bench.stampFile.read()!.writeCounter).toBe(readHeader(bench.database).writeCounter);
    expect(await doubtsOf(bench)).toEqual(['no_checkpoint']);
  });

  test('A15: a person who works on in a restored state cannot lift it past its stamp unseen', async () => {
    const bench = await usedDesk();
    const { writeCounter } = readHeader(bench.database);
    bench.stampFile.write({ ...bench.stampFile.read()!, writeCounter: writeCounter + 2 });
    for (const notes of ['a', 'b', 'c', 'd'])
      await bench.run(['leads', 'set', 'ann@ann.example', `notes=${notes}`]);
    expect(readHeader(bench.database).writeCounter).toBeGreaterThan(writeCounter + 2);
    expect(await doubtsOf(bench)).toContain('restored');
    expect((await bench.run(['drip'])).code).toBe(30);
  });

  test('A15: nor can an import, however many batches it takes', async () => {
    const bench = await usedDesk();
    const { writeCounter } = readHeader(bench.database);
    bench.stampFile.write({ ...bench.stampFile.read()!, writeCounter: writeCounter + 2 });
    const rows = Array.from({ length: 3_000 }, (_, index) => `lead${String(index)}@a.example\n`);
    writeFileSync(join(bench.directory, 'leads.csv'), `email\n${rows.join('')}`);
    expect((await bench.run(['leads', 'import', 'leads.csv', '--yes'])).code).toBe(0);
    expect(readHeader(bench.database).writeCounter).toBeGreaterThan(writeCounter + 2);
    expect(await doubtsOf(bench)).toContain('restored');
  });

  test.each([
    ['missing', (file: string) => rmSync(file)],
    ['damaged', (file: string) => writeFileSync(file, '{ half')],
  ])('A15: a %s stamp is adopted like a restored state', async (word, harm) => {
    const bench = await usedDesk();
    harm(join(bench.directory, 'stamp.json'));
    const asked = await bench.run(['adopt'], { answers: ['no'] });
    expect(asked.stderr).toContain(`its stamp (stamp.json) is ${word}`);
    expect((await bench.run(['adopt', '--yes'])).code).toBe(0);
    expect(bench.stampFile.read()!.writeCounter).toBe(readHeader(bench.database).writeCounter);
  });

  test('A15: there is nothing to adopt where no state is, and none is made', async () => {
    const bench = await usedDesk();
    const empty = join(bench.directory, 'empty');
    expect((await bench.run(['adopt', '--yes', '--state', empty])).code).toBe(30);
  });
});

describe('adopt, after the clock was ahead', () => {
  const AHEAD_MS = 30 * DAY_MS;

  /** Everything that a live run writes, written by a clock that was a month ahead; then the clock is put right. */
  async function aheadDesk(): Promise<Desk & { readonly realNow: number }> {
    const bench = desk();
    const realNow = bench.clock.now();
    const sequence = bench.apply(sequenceDefinition('welcome', ['hello', 'case-study']));
    bench.clock.advance(AHEAD_MS);
    bench.enroll(bench.lead('ann', { lastContactAt: bench.clock.now() }), sequence);
    await bench.run(['drip', '--force']);
    bench.message(bench.enroll(bench.lead('tom'), sequence), 'sent');
    bench.enroll(bench.lead('eve'), sequence, { dueAt: bench.clock.now() + 2 * DAY_MS });
    bench.clock.set(realNow);
    return { ...bench, realNow };
  }

  test('A14: the operator sees by kind what lies ahead, before anything is lowered', async () => {
    const bench = await aheadDesk();
    const asked = await bench.run(['adopt'], { answers: ['n'] });
    expect(asked.stderr).toContain('the clock went back by 30 days');
    for (const words of ['2 watermarks', '3 anchors', '2 messages', '2 drafts counted', '1 job presences']) {
      expect(asked.stderr).toContain(words);
    }
    expect(asked.stdout).toContain('Not adopted');
    expect(readHeader(bench.database).lastClockAt).toBe(bench.realNow + AHEAD_MS);
  });

  test('A14: afterwards nothing in the state waits for a moment that is a month away', async () => {
    const bench = await aheadDesk();
    const adopted = await bench.json(['adopt', '--yes']);
    expect(lowered(adopted)).toMatchObject({
      watermarks: 2,
      anchors: 3,
      messages: 2,
      drafts_counted: 2,
      job_days: 1,
    });
    const { realNow, database } = bench;
    const latest = bench.row(
      `SELECT (SELECT max(watermark_at) FROM leads) AS watermark, (SELECT max(anchor_at) FROM enrollments) AS anchor,
         (SELECT max(max(reserved_at, coalesce(drafted_at, 0), coalesce(sent_at, 0))) FROM messages) AS message,
         (SELECT max(made_at) FROM draft_log) AS made, (SELECT max(present_at) FROM jobs) AS present,
         (SELECT max(last_contact_at) FROM leads) AS contact`,
    );
    for (const [what, at] of Object.entries(latest)) expect(at, what).toBeLessThanOrEqual(realNow);
    expect(readHeader(database).lastClockAt).toBe(realNow);
    expect(bench.row('SELECT count(*) AS count FROM job_days')).toEqual({ count: 0 });
    for (const { endedAt } of silencesOf(database, 'drip', realNow))
      expect(endedAt).toBeLessThanOrEqual(realNow);
  });

  test('C2: a due time that counted from the wrong clock counts from the right one', async () => {
    const bench = await aheadDesk();
    await bench.run(['adopt', '--yes']);
    const due = bench.row(
      `SELECT due_at, next_due_at FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id WHERE l.first_name = 'eve'`,
    );
    expect(due).toEqual({ due_at: bench.realNow + 2 * DAY_MS, next_due_at: bench.realNow + 2 * DAY_MS });
  });

  test('A6: drafts of the days that never were use the cap of today up, and no mean', async () => {
    const bench = await aheadDesk();
    await bench.run(['adopt', '--yes']);
    expect(draftsMade(bench.database, bench.realNow, '2026-02-18')).toEqual({
      onOperatorDay: 2,
      inLast24Hours: 2,
    });
    const { items } = await bench.json(['status']);
    expect(items).toMatchObject([{ volume: { days: [{ day: '2026-02-18', drafts: 0 }] } }]);
  });

  test('A2: the watermark still holds for its hours from the adoption on', async () => {
    const bench = await aheadDesk();
    await bench.run(['adopt', '--yes']);
    const { items } = await bench.json(['leads', 'why', 'ann@ann.example']);
    expect(items[0]).toMatchObject({ reasons: expect.arrayContaining(['waiting', 'watermark']) as unknown });
  });

  test('A14: a hold that a person dated stays as it was given', async () => {
    const bench = await aheadDesk();
    await bench.run(['leads', 'set', 'eve@eve.example', 'hold_until=2026-12-01']);
    await bench.run(['adopt', '--yes']);
    expect((await bench.json(['leads', 'show', 'eve@eve.example'])).items).toMatchObject([
      { held_until: '2026-12-01T00:00:00Z' },
    ]);
  });

  test('A14: what an import of a wrong clock left ahead is lowered even when no doubt names it', async () => {
    const bench = desk();
    const realNow = bench.clock.now();
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence, { enrolledAt: realNow + 400 * DAY_MS });
    expect(lowered(await bench.json(['adopt', '--yes']))).toEqual({ anchors: 1, due_times: 1 });
    expect((await bench.json(['adopt', '--yes'])).exit.message).toBe('nothing_to_adopt');
  });

  test('A14: a clock that is right again after two years without a run is accepted by a person only', async () => {
    const bench = await usedDesk();
    bench.clock.advance(730 * DAY_MS);
    expect((await bench.run(['drip', '--force'])).code).toBe(30);
    await bench.run(['adopt', '--yes']);
    expect(await doubtsOf(bench)).toEqual(['no_checkpoint']);
  });

  test('A21: a source of replies that was read in the future counts as never read', async () => {
    const bench = await aheadDesk();
    bench.database.write(() =>
      bench.database
        .prepare('INSERT INTO reply_sources (source_id, read_to_end_at, boot_id) VALUES (?, ?, ?)')
        .run('imap', bench.realNow + AHEAD_MS, 'boot-1'),
    );
    await bench.run(['adopt', '--yes']);
    expect(bench.row('SELECT read_to_end_at FROM reply_sources')).toEqual({ read_to_end_at: null });
  });
});

describe('adopt, as an act', () => {
  test('A15: where nothing differs nothing is changed', async () => {
    const bench = await usedDesk();
    const before = readHeader(bench.database);
    expect(await bench.json(['adopt', '--yes'])).toMatchObject({
      items: [],
      exit: { message: 'nothing_to_adopt' },
    });
    expect(readHeader(bench.database)).toEqual(before);
  });

  test('A12: while a job runs nothing is adopted', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2' });
    const lock = acquireLock({
      directory: join(bench.directory, 'locks'),
      job: 'send',
      holder: { pid: 1, startedAt: bench.clock.now(), command: 'send', hostName: 'vps-1' },
    });
    expect((await bench.run(['adopt', '--yes'])).code).toBe(75);
    expect(readHeader(bench.database).machine.machineIdHash).toBe('machine-1');
    if (lock.kind === 'held') lock.release();
    expect((await bench.run(['adopt', '--yes'])).code).toBe(0);
  });

  test('A15: where nobody can be asked it needs --yes', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2' });
    expect((await bench.run(['adopt'])).code).toBe(64);
    expect(readHeader(bench.database).machine.machineIdHash).toBe('machine-1');
  });

  test('A20: adopting lifts no gap and no reboot by itself', async () => {
    const bench = await usedDesk();
    bench.machine.become({ machineIdHash: 'machine-2' });
    bench.machine.reboot();
    bench.clock.advance(3 * DAY_MS);
    await bench.run(['adopt', '--yes']);
    expect((await bench.run(['drip'])).code).toBe(30);
  });

  test('A9: the checkpoints of jobs that touch nobody are kept', async () => {
    const bench = await usedDesk();
    bench.database.write(() => {
      writeCheckpoint(bench.database, { job: 'backup', now: bench.clock.now(), bootId: null, runId: 'r-b' });
      recordClock(bench.database, bench.clock.now());
      const machine = { ...readHeader(bench.database).machine, machineIdHash: 'machine-9' };
      adoptHeader(bench.database, { machine, now: bench.clock.now() });
    });
    await bench.run(['adopt', '--yes']);
    expect(readJob(bench.database, 'backup').checkpointAt).toBe(bench.clock.now());
    expect(readJob(bench.database, 'drip').checkpointAt).toBeNull();
  });
});
