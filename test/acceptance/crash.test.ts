import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { temporaryDirectory } from '../helpers/state.ts';
import { Box, canMountIds, fakeTimeLibrary, HOUR_MS, MINUTE_MS, type Ran } from './rig/box.ts';
import { healthyMachine, type HealthyMachine } from './rig/healthy-machine.ts';
import { installation, removeInstallations } from './rig/installation.ts';

const canRun = fakeTimeLibrary() !== null && canMountIds();
const canTrace = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;

/** Wednesday 4 March 2026. */
const MORNING = Date.UTC(2026, 2, 4, 9, 3);
const DRAFTS_PER_RUN = 5;
const DRAFTS_PER_DAY = 10;
const LONG_MS = 600_000;

afterAll(removeInstallations);

describe.skipIf(!canRun)('many copies of one job at once', () => {
  test('A6, A12: twenty of drip and twenty of nurture make no more than one of each may; who comes too late ends 75', async () => {
    const box = readyToDraft(temporaryDirectory());
    const jobs = Array.from({ length: 20 }, () => ['drip', 'nurture']).flat();
    const ran = await Promise.all(jobs.map(async (job) => ({ job, ...(await box.start(job)) })));
    for (const { job, code, stdout, stderr } of ran) {
      expect([0, 75], `${job}: ${stdout}${stderr}`).toContain(code);
    }
    for (const job of ['drip', 'nurture']) {
      expect(ran.filter((each) => each.job === job && each.code === 0).length).toBeGreaterThanOrEqual(1);
    }
    const losers = ran.filter(({ code }) => code === 75);
    expect(losers.length).toBeGreaterThan(0);
    for (const { stderr } of losers)
      expect(stderr).toMatch(/holds the lock: (?:drip|nurture), [\s\S]*exit 75 TEMPFAIL/);
    expectSoundDrafts(box);
    expect(box.count('SELECT count(*) FROM draft_log')).toBe(DRAFTS_PER_DAY);
  });

  test('A12: every command at once, twice over: each ends as it may, and the state is whole', async () => {
    const box = readyToDraft(temporaryDirectory());
    const rows = Array.from({ length: 100 }, (_, index) => `more${index}@firm.example,form:contact`);
    writeFileSync(box.path('more.csv'), ['email,source', ...rows, ''].join('\n'));
    const commands = [
      ...[['drip'], ['nurture'], ['send'], ['confirm'], ['backup'], ['status'], ['drip', '--preview']],
      ...[
        ['leads', 'import', 'more.csv', '--yes'],
        ['leads', 'set', 'priya@kestrel.example', 'stage=customer'],
      ],
      ...[
        ['review', 'approve', '--all', '--count', '5'],
        ['review', 'hold', '--all'],
        ['sequences', 'apply', '--yes'],
      ],
    ];
    const ran = await Promise.all([...commands, ...commands].map((words) => box.start(...words)));
    for (const { code, stderr } of ran) expect([0, 32, 64, 75], stderr).toContain(code);
    expect(box.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(box.rows('PRAGMA foreign_key_check')).toEqual([]);
    expect(box.rows('SELECT 1 FROM draft_log GROUP BY lead_row_id HAVING count(*) > 1')).toEqual([]);
    expect(box.count('SELECT count(*) FROM draft_log')).toBeLessThanOrEqual(DRAFTS_PER_DAY);
    const again =
      "SELECT 1 FROM attempts WHERE event = 'accepted' GROUP BY message_row_id HAVING count(*) > 1";
    expect(box.rows(again)).toEqual([]);
    expect(box.count("SELECT count(*) FROM leads WHERE email LIKE 'more%'")).toBe(100);
  }, 60_000);
});

describe.skipIf(!canRun || !canTrace)('kill -9', () => {
  let ready: string;
  let machine: HealthyMachine;
  beforeAll(() => {
    ready = mkdtempSync(join(tmpdir(), 'headgate-crash-'));
    readyToDraft(ready);
    machine = healthyMachine(installation());
  }, 120_000);
  afterAll(() => {
    rmSync(ready, { recursive: true, force: true });
    machine.remove();
  });

  test.each(callsOf('fsync', 'fdatasync', 'rename', 'unlink', 'pwrite64'))(
    'D1, A6: at any $call of drip leaves nothing half done, and the next runs make exactly what one day may',
    ({ call, step }) => {
      const points = killAtEach({ call, step, job: 'drip', fresh: () => copyOf(ready, MORNING) }, (box) => {
        // The rest of the day: whatever the killed run had made counts, and what it had only reserved does not.
        for (const hour of [1, 2, 3]) {
          box.now = MORNING + hour * HOUR_MS;
          expect(box.run('drip').code).toBe(0);
        }
        expect(box.count("SELECT count(*) FROM messages WHERE state = 'reserved'")).toBe(0);
        expectSoundDrafts(box);
        expect(box.count('SELECT count(*) FROM draft_log')).toBe(DRAFTS_PER_DAY);
      });
      console.log(`drip was killed at ${points} points of ${call}; every next run was clean`);
      if (call === 'fsync') expect(points).toBeGreaterThanOrEqual(5);
    },
    LONG_MS,
  );

  test.each(callsOf('fsync', 'fdatasync', 'rename', 'write', 'pwrite64'))(
    'D1: at any $call of send delivers no message twice, and loses none',
    ({ call, step }) => {
      const fresh = (): Box => copyOf(machine.directory, machine.now);
      const points = killAtEach({ call, step, job: 'send', fresh }, (box) => {
        box.advance(10 * MINUTE_MS);
        expect([0, 32]).toContain(box.run('send').code);
        const files = outboxMessageIds(box);
        expect(new Set(files).size, 'one file per message').toBe(files.length);
        const stateOf = new Map(
          box
            .rows<{ id: string; state: string }>('SELECT id, state FROM messages')
            .map(({ id, state }) => [id, state]),
        );
        const ends = machine.approvedIds.map((id) => stateOf.get(id) ?? 'lost');
        // Delivered, or listed for a person to settle, or still to send: never lost, never in between.
        for (const end of ends) expect(['sent', 'uncertain', 'approved', 'held']).toContain(end);
        const left = machine.approvedIds.filter((id) => files.some((file) => file.includes(id)));
        for (const id of left) expect(['sent', 'uncertain']).toContain(stateOf.get(id));
      });
      console.log(`send was killed at ${points} points of ${call}; nothing left twice`);
      if (call === 'fsync') expect(points).toBeGreaterThanOrEqual(5);
    },
    LONG_MS,
  );
});

/** Commits are syncs; between two of them are many writes. The long run takes every point, this one the syncs and some of the writes. */
function callsOf(...calls: readonly string[]): readonly { call: string; step: number }[] {
  const isLong = process.env['HEADGATE_ACCEPTANCE'] === 'full';
  if (isLong) return calls.map((call) => ({ call, step: 1 }));
  return [
    { call: 'fsync', step: 1 },
    { call: 'pwrite64', step: 16 },
  ];
}

/** The sample's leads, all due, and a gap that a person has accepted. */
function readyToDraft(directory: string): Box {
  const box = new Box({ directory, installation: installation(), now: MORNING - HOUR_MS, mountsIds: true });
  const who = ['--name', 'Test', '--from', 'test@sender.example', '--postal-address', '1 Example Street'];
  box.expect([0], 'init', '.', '--no-input', '--sample', '--timezone', 'UTC', ...who);
  for (const job of ['drip', 'nurture']) box.expect([30], job);
  box.expect([0], 'confirm', '--none', '--yes');
  box.now = MORNING;
  return box;
}

function copyOf(directory: string, now: number): Box {
  const copy = mkdtempSync(join(tmpdir(), 'headgate-killed-'));
  cpSync(directory, copy, { recursive: true });
  return new Box({ directory: copy, installation: installation(), now, mountsIds: true });
}

interface Killing {
  readonly call: string;
  readonly step: number;
  readonly job: string;
  readonly fresh: () => Box;
}

/** Kills a run at its k-th system call of this name for k = 1, 1 + step, … until it makes no more of them; returns how many kills landed. */
function killAtEach({ call, step, job, fresh }: Killing, check: (box: Box) => void): number {
  for (let kills = 0; kills < 1000; kills += 1) {
    const box = fresh();
    try {
      const inject = `inject=${call}:signal=SIGKILL:when=${1 + kills * step}`;
      const under = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
      const ran = box.runWith({ under }, job);
      if (!wasKilled(ran)) {
        expect(ran.code, ran.stderr).toBe(0);
        return kills;
      }
      check(box);
    } finally {
      rmSync(box.directory, { recursive: true, force: true });
    }
  }
  throw new Error(`${job} never gets past its calls of ${call}`);
}

function wasKilled({ code, signal }: Ran): boolean {
  return signal === 'SIGKILL' || code === 137;
}

/** A1, A2, A6: whatever happened, no lead twice, no run and no day above its cap, and every draft whole. */
function expectSoundDrafts(box: Box): void {
  const twice = box.rows('SELECT lead_row_id FROM draft_log GROUP BY lead_row_id HAVING count(*) > 1');
  expect(twice).toEqual([]);
  const runs = box.rows<{ made: number }>('SELECT count(*) AS made FROM draft_log GROUP BY run_id');
  for (const { made } of runs) expect(made).toBeLessThanOrEqual(DRAFTS_PER_RUN);
  const marked = box.count('SELECT count(*) FROM leads WHERE watermark_at IS NOT NULL');
  expect(marked).toBe(box.count('SELECT count(*) FROM draft_log'));
  const whole =
    "state = 'pending_approval' AND length(subject) > 0 AND length(body_markdown) > 0 AND text_hash IS NOT NULL";
  expect(box.count(`SELECT count(*) FROM messages WHERE ${whole}`)).toBe(marked);
}

/** The message of every file that lies in the outbox. */
function outboxMessageIds(box: Box): readonly string[] {
  const outbox = box.path('outbox');
  if (!existsSync(outbox)) return [];
  return readdirSync(outbox)
    .filter((file) => file.endsWith('.eml'))
    .map((file) => /^message-id:\s*(.+)$/im.exec(readFileSync(join(outbox, file), 'utf8'))?.[1] ?? file);
}
