import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { recordRun } from '../../src/store/runs.ts';
import { DAY_MS, desk, HOUR_MS, welcome, type Desk } from './desk.ts';

/** A desk after one live run that drafted for one lead of two. */
async function workedDesk(): Promise<Desk> {
  const bench = desk();
  const sequence = bench.apply(welcome());
  bench.enroll(bench.lead('ann'), sequence);
  bench.enroll(bench.lead('bob'), sequence, { dueAt: bench.clock.now() + DAY_MS });
  await bench.run(['drip', '--force']);
  return bench;
}

type Item = Readonly<Record<string, unknown>>;

async function status(bench: Desk): Promise<Item> {
  return (await bench.json(['status'])).items[0]!;
}

describe('status', () => {
  test('cli.md 2.6: a state that did nothing yet shows zeros and nulls, and does not fail', async () => {
    const item = await status(desk());
    expect(item).toMatchObject({
      queue: { pending_approval: 0, approved: 0, next_leaves_at: null, held: 0, uncertain: 0 },
      today: { sent: 0, drafted: 0, failed: 0 },
      volume: { average_7d: 0, limit: 12, days: [{ day: '2026-02-18', drafts: 0 }] },
      machine: { host: 'vps-1', matches: true },
      live: false,
      paused: false,
    });
    expect(item['jobs']).toMatchObject([
      { name: 'drip', last_success_at: null, result: null, late_after: null, late: false },
      { name: 'nurture' },
      { name: 'send' },
    ]);
  });

  test('F4: it counts what waits, what happened today, and names the next command', async () => {
    const bench = await workedDesk();
    expect(await bench.json(['status'])).toMatchObject({
      items: [{ queue: { pending_approval: 1 }, today: { drafted: 1 } }],
      next: ['headgate review', 'headgate nurture --preview'],
    });
  });

  test('A9: a job is late when its last success is older than twice its interval', async () => {
    const bench = await workedDesk();
    const drip = async (): Promise<Item> => ((await status(bench))['jobs'] as Item[])[0]!;
    expect(await drip()).toMatchObject({
      last_success_at: '2026-02-18T09:00:00Z',
      late_after: '2026-02-18T11:00:00Z',
      late: false,
      result: 'ok, 1 drafted',
    });
    bench.clock.advance(2 * HOUR_MS);
    expect(await drip()).toMatchObject({ late: false });
    bench.clock.advance(1);
    expect(await drip()).toMatchObject({ late: true });
  });

  test('A8: the volume has the days with a live run and the hold line over them', async () => {
    const bench = await workedDesk();
    bench.clock.advance(DAY_MS);
    await bench.run(['drip']);
    expect(await status(bench)).toMatchObject({
      volume: {
        average_7d: 1,
        limit: 12,
        days: [
          { day: '2026-02-18', drafts: 1 },
          { day: '2026-02-19', drafts: 1 },
        ],
        nurture: { days: [{ day: '2026-02-19', drafts: 0 }] },
      },
    });
  });

  test('A10, A14: it works while paused, on another machine and by a wrong clock', async () => {
    const bench = await workedDesk();
    await bench.run(['pause', '--reason', 'fair']);
    bench.machine.become({ machineIdHash: 'machine-2', hostName: 'vps-2' });
    bench.clock.advance(-DAY_MS);
    const document = await bench.json(['status']);
    expect(document).toMatchObject({
      items: [
        {
          paused: true,
          paused_reason: 'fair',
          machine: { host: 'vps-1', this_host: 'vps-2', matches: false },
        },
      ],
      exit: { code: 0 },
    });
    expect(document['next']).toEqual(['headgate adopt', 'headgate resume', 'headgate review']);
    const { doubts } = document.items[0]!['guards'] as { doubts: Item[] };
    expect(doubts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ job: 'drip', reason: 'machine', lifted_by: 'adopt' }),
        expect.objectContaining({ job: 'send', reason: 'clock' }),
      ]),
    );
  });

  test('A15: a damaged stamp is shown as a doubt, not as a failure', async () => {
    const bench = await workedDesk();
    writeFileSync(join(bench.directory, 'stamp.json'), '{');
    const { doubts } = (await status(bench))['guards'] as { doubts: Item[] };
    expect(doubts).toContainEqual(expect.objectContaining({ job: 'drip', reason: 'restored' }));
  });

  test('A5: after a first boot the next command is the saved plan', async () => {
    const bench = await workedDesk();
    bench.machine.reboot();
    bench.clock.advance(HOUR_MS);
    await bench.run(['drip']);
    expect((await bench.json(['status']))['next']).toContain('headgate confirm');
  });

  test('cli.md 2.4: one screen of 80 columns with all its parts', async () => {
    const bench = await workedDesk();
    const { stdout, code } = await bench.run(['status', '--no-color'], { stdoutIsTty: true, columns: 80 });
    expect(code).toBe(0);
    for (const part of [
      'HEADGATE  vps-1',
      'Queue',
      'Today',
      'Volume',
      'hold line 12.0',
      'drip',
      'Guards',
      'Next',
    ]) {
      expect(stdout).toContain(part);
    }
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test('F3: looking changes nothing', async () => {
    const bench = await workedDesk();
    const before = bench.row('SELECT write_counter FROM state_header');
    await bench.run(['status']);
    await bench.run(['runs', 'list']);
    expect(bench.row('SELECT write_counter FROM state_header')).toEqual(before);
  });

  test('F1: alerts that no channel took yet are on the screen', async () => {
    const bench = desk();
    await bench.run(['drip']);
    expect(await status(bench)).toMatchObject({ undelivered_notices: 1 });
  });

  test('A9: a job that keeps no checkpoint is known by its last good end', async () => {
    const bench = desk();
    const run = {
      mode: 'live',
      forced: false,
      narrowed: false,
      operatorDay: '2026-02-18',
      reason: null,
    } as const;
    const rest = { counts: {}, planId: null, bootId: null };
    const at = bench.clock.now();
    bench.database.write(() => {
      recordRun(bench.database, {
        ...run,
        ...rest,
        id: 'r-1',
        command: 'digest',
        startedAt: at,
        finishedAt: at,
        exitCode: 0,
      });
      recordRun(bench.database, {
        ...run,
        ...rest,
        id: 'r-2',
        command: 'digest',
        startedAt: at + 1,
        finishedAt: at + 1,
        exitCode: 75,
      });
    });
    const jobs = (await status(bench))['jobs'] as Item[];
    expect(jobs.at(-1)).toMatchObject({
      name: 'digest',
      last_success_at: '2026-02-18T09:00:00Z',
      late_after: '2026-02-20T09:00:00Z',
      result: 'exit 75 TEMPFAIL',
    });
  });
});

describe('runs list and show', () => {
  test('A13: every run is there, newest first, with its counts by reason', async () => {
    const bench = await workedDesk();
    await bench.run(['nurture']);
    const { items } = await bench.json(['runs', 'list']);
    expect(items).toMatchObject([
      {
        command: 'nurture',
        mode: 'preview',
        exit: 30,
        reason: 'no_checkpoint',
        plan: expect.stringMatching(/^p-/) as unknown,
      },
      { command: 'drip', mode: 'live', exit: 0, forced: true, ms: 0, counts: { drafted: 1 } },
    ]);
    expect((await bench.json(['runs', 'list', '--command', 'drip'])).items).toHaveLength(1);
    expect((await bench.json(['runs', 'list', '--limit', '1'])).items).toHaveLength(1);
  });

  test('F4: one run names the messages that it made', async () => {
    const bench = await workedDesk();
    const id = (await bench.json(['runs', 'list'])).items[0]!['id'] as string;
    expect((await bench.json(['runs', 'show', id])).items).toMatchObject([
      { id, messages: [{ state: 'pending_approval', lead: { email: 'ann@ann.example' }, step: 'hello' }] },
    ]);
    const { stdout } = await bench.run(['runs', 'show', id], { stdoutIsTty: true, columns: 80 });
    expect(stdout).toContain('ann@ann.example');
    expect(stdout).toContain('--force');
  });

  test('an unknown run is 64 and names the list', async () => {
    const bench = desk();
    const result = await bench.run(['runs', 'show', 'r-nothing']);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('headgate runs list');
    expect((await bench.run(['runs', 'list'])).stdout).toContain('No run is recorded');
  });
});
