import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createActWriter } from '../../../src/adapters/spool.ts';
import { endOfTurn } from '../../../src/commands/sync.ts';
import { acquireLock } from '../../../src/store/locks.ts';
import { OPEN_CONFIG } from '../desk.ts';
import { sync, type SyncDocument } from '../../helpers/sync.ts';
import { importDesk, type ImportDesk } from '../import-desk.ts';

const CONFIG = `${OPEN_CONFIG}
[[source]]
id = "crm"
kind = "csv"
path = "incoming"
lead_source = "website"
`;

/** A desk whose folder `incoming/` is a source of leads. */
function folderDesk(config = CONFIG): ImportDesk & {
  put(name: string, content: string): void;
  sync(...flags: string[]): Promise<SyncDocument>;
} {
  const bench = importDesk({ config });
  mkdirSync(join(bench.directory, 'incoming'));
  return {
    ...bench,
    put: (name, content) => {
      writeFileSync(join(bench.directory, 'incoming', name), content);
    },
    sync: (...flags) => sync(bench, ...flags),
  };
}

describe('a source that fails', () => {
  test('an inbox of webhooks that cannot be read costs the other sources nothing (32)', async () => {
    const bench = folderDesk();
    mkdirSync(join(bench.directory, 'hooks.d', `resend.${'0'.repeat(32)}.hook`), { recursive: true });
    bench.put('a.csv', 'email\nmaren@vogt.example\n');
    const { exit } = await bench.sync();
    expect(exit.name).toBe('PARTIAL');
    expect(exit.message).toContain('hooks-resend could not be read');
    expect(bench.leads()).toHaveLength(1);
  });
});

describe('E1: leads from a folder of files', () => {
  test('new rows are enrolled, and an unchanged file is not even read again', async () => {
    const bench = folderDesk();
    bench.put('a.csv', 'email,first_name\nmaren@vogt.example,Maren\n');
    const first = await bench.sync();
    expect(first).toMatchObject({ counts: { new: 1 }, exit: { name: 'OK' } });
    expect(bench.enrollmentsOf('maren@vogt.example')).toMatchObject([{ sequence: 'website-lead' }]);
    const second = await bench.sync('--detailed-exit-code');
    expect(second).toMatchObject({ counts: { new: 0, updated: 0 }, exit: { name: 'NOTHING_DUE' } });
    expect(second.items[0]).toMatchObject({ source: 'crm', outcome: 'read', unchanged: 0 });
  });

  test('a changed file is merged: one lead per address', async () => {
    const bench = folderDesk();
    bench.put('a.csv', 'email,first_name\nmaren@vogt.example,Maren\n');
    await bench.sync();
    bench.put('a.csv', 'email,first_name,opted_out\nMaren@vogt.example,Maren,yes\n');
    expect(await bench.sync()).toMatchObject({ counts: { new: 0, updated: 1 } });
    expect(bench.leadOf('maren@vogt.example').optedOut).toBe(true);
    expect(bench.enrollmentsOf('maren@vogt.example')).toMatchObject([{ cancel_reason: 'opted_out' }]);
  });

  test('a folder named like a file, and a link to nothing, cost the files behind them nothing', async () => {
    const bench = folderDesk();
    mkdirSync(join(bench.directory, 'incoming', 'a.csv'));
    symlinkSync('gone.csv', join(bench.directory, 'incoming', 'b.csv'));
    bench.put('c.csv', 'email\nmaren@vogt.example\n');
    const first = await bench.sync();
    expect(first.exit.name).toBe('PARTIAL');
    expect(first.exit.message).toContain('a.csv');
    expect(bench.leads()).toHaveLength(1);
    // It is told of for as long as it is there: whoever gives rights to a file does not change it.
    expect((await bench.sync()).exit.name).toBe('PARTIAL');
  });

  test('a file that is no CSV of leads costs the others nothing, and is told of once', async () => {
    const bench = folderDesk();
    bench.put('a.csv', 'colour\nblue\n');
    bench.put('b.csv', 'email\nmaren@vogt.example\n');
    const first = await bench.sync();
    expect(first.exit.name).toBe('PARTIAL');
    expect(first.exit.message).toContain('a.csv');
    expect(bench.leads()).toHaveLength(1);
    expect((await bench.sync()).exit.name).toBe('OK');
  });

  test('refused rows are kept in a file, good ones land (32)', async () => {
    const bench = folderDesk();
    bench.put('a.csv', 'email\nmaren@vogt.example\nno address\n');
    expect(await bench.sync()).toMatchObject({ counts: { new: 1, rejected: 1 }, exit: { name: 'PARTIAL' } });
    expect(bench.rejectsText()).toContain('no address');
  });

  test('half-written files (dot names) are left alone', async () => {
    const bench = folderDesk();
    bench.put('.a.csv', 'email\nmaren@vogt.example\n');
    await bench.sync();
    expect(bench.leads()).toEqual([]);
  });

  test('more files than a run has time for: the next one goes on, and says so', async () => {
    const bench = folderDesk();
    for (const name of ['a', 'b', 'c']) bench.put(`${name}.csv`, `email\n${name}@vogt.example\n`);
    let time = bench.clock.now();
    bench.clock.now = () => (time += 60_000);
    expect((await bench.sync()).items).toMatchObject([{ outcome: 'unfinished' }]);
    expect(bench.leads().length).toBeLessThan(3);
    await bench.sync();
    await bench.sync();
    expect(bench.leads()).toHaveLength(3);
    expect((await bench.sync()).items).toMatchObject([{ outcome: 'read' }]);
  });

  test('a preview stores nothing and moves no place to go on from', async () => {
    const bench = folderDesk();
    bench.put('a.csv', 'email\nmaren@vogt.example\n');
    expect(await bench.sync('--preview', '--detailed-exit-code')).toMatchObject({
      counts: { new: 1 },
      exit: { name: 'WOULD_ACT' },
    });
    expect(bench.leads()).toEqual([]);
    expect(await bench.sync()).toMatchObject({ counts: { new: 1 } });
  });
});

describe('one source is no other source', () => {
  const TWO = `${CONFIG}\n[[source]]\nid = "gone"\nkind = "csv"\npath = "nowhere"\n`;

  test('a source that fails is left alone for a while, and the other goes on (32)', async () => {
    const bench = folderDesk(TWO);
    bench.put('a.csv', 'email\nmaren@vogt.example\n');
    const first = await bench.sync();
    expect(first.exit.name).toBe('PARTIAL');
    expect(first.items).toMatchObject([
      { source: 'crm', outcome: 'read', new: 1 },
      { source: 'gone', outcome: 'failed' },
    ]);
    const second = await bench.sync();
    expect(second.items[1]).toMatchObject({ source: 'gone', outcome: 'resting' });
    expect(second.exit.name).toBe('OK');
    expect((await bench.sync('--source', 'gone')).items).toMatchObject([{ outcome: 'failed' }]);
  });

  test('after its rest it is asked again, and three failures in a row are worth a message', async () => {
    const bench = folderDesk(TWO);
    for (let round = 0; round < 3; round += 1) {
      await bench.sync();
      bench.clock.advance(2 * 3_600_000);
    }
    const notices = bench.row("SELECT count(*) AS count FROM notices WHERE kind = 'source_failed'");
    expect(notices).toEqual({ count: 1 });
  });

  test('while another run reads it, a source is busy and nothing waits for it', async () => {
    const bench = folderDesk();
    const holder = { pid: process.pid, startedAt: bench.clock.now(), command: 'sync', hostName: 'here' };
    const lock = acquireLock({ directory: join(bench.directory, 'locks'), job: 'sync-crm', holder });
    expect(lock.kind).toBe('held');
    expect((await bench.sync()).items).toMatchObject([{ source: 'crm', outcome: 'busy' }]);
    if (lock.kind === 'held') lock.release();
  });

  test('a misspelt source is a misunderstanding (64), and the right one is named', async () => {
    const bench = folderDesk();
    const result = await bench.run(['sync', '--source', 'crn']);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('headgate sync --source crm');
  });
});

describe('E2: the time of a run is shared', () => {
  const minutes = (count: number): number => count * 60_000;

  test('a source may have all of it but a minute for each behind it', () => {
    expect(endOfTurn({ now: 0, deadlineAt: minutes(8), waiting: 0 })).toBe(minutes(8));
    expect(endOfTurn({ now: 0, deadlineAt: minutes(8), waiting: 3 })).toBe(minutes(5));
  });

  test('of many sources, or late in the run, each has its equal share', () => {
    expect(endOfTurn({ now: 0, deadlineAt: minutes(8), waiting: 15 })).toBe(minutes(0.5));
    expect(endOfTurn({ now: minutes(7), deadlineAt: minutes(8), waiting: 1 })).toBe(minutes(7.5));
  });
});

describe('sync hears at all times', () => {
  test('neither pause nor weekend nor a missing checkpoint stops it: it touches nobody', async () => {
    const bench = folderDesk(CONFIG.replace('[1, 2, 3, 4, 5, 6, 7]', '[1]'));
    writeFileSync(join(bench.directory, 'STOP'), 'hand on the brake\n');
    bench.put('a.csv', 'email\nmaren@vogt.example\n');
    expect(await bench.sync()).toMatchObject({ counts: { new: 1 }, exit: { name: 'OK' } });
    expect(bench.row("SELECT command, mode, exit_code FROM runs WHERE command = 'sync'")).toEqual({
      command: 'sync',
      mode: 'live',
      exit_code: 0,
    });
  });

  test('D10: what readers decided on the unsubscribe page is taken in first', async () => {
    const bench = folderDesk();
    bench.put('a.csv', 'email\nmaren@vogt.example\n');
    await bench.sync();
    mkdirSync(join(bench.directory, 'unsub.d'));
    const leadId = bench.leadOf('maren@vogt.example').id;
    createActWriter(join(bench.directory, 'unsub.d')).record({ leadId, act: 'stop', at: bench.clock.now() });
    await bench.sync();
    expect(bench.leadOf('maren@vogt.example').optedOut).toBe(true);
    expect(bench.enrollmentsOf('maren@vogt.example')).toMatchObject([{ cancel_reason: 'opted_out' }]);
  });

  test('D10: without a source it says what it took in, not only that there is none', async () => {
    const bench = importDesk({ config: OPEN_CONFIG });
    const typed = async (...flags: string[]): Promise<{ code: number; stdout: string }> =>
      bench.run(['sync', ...flags]);
    expect((await typed()).stdout).toContain('No source is configured');
    mkdirSync(join(bench.directory, 'unsub.d'));
    const writer = createActWriter(join(bench.directory, 'unsub.d'));
    const lead = `l-${'a'.repeat(16)}`;
    writer.record({ leadId: lead, act: 'stop', at: bench.clock.now() });
    const preview = await typed('--preview');
    expect(preview.stdout).toContain('1 decision of the unsubscribe page would be taken in');
    const live = await typed('--detailed-exit-code');
    expect(live.stdout).toContain('1 decision of the unsubscribe page taken in');
    expect(live.code).toBe(0);
    expect((await typed('--detailed-exit-code')).code).toBe(20);
  });

  test('A15: reading does not lift a restored state past its stamp unseen', async () => {
    const bench = folderDesk();
    const stampFile = join(bench.directory, 'stamp.json');
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8')) as Record<string, unknown>;
    const counter = Object.keys(stamp).find((key) => /counter/i.test(key)) ?? '';
    writeFileSync(stampFile, JSON.stringify({ ...stamp, [counter]: 3 + Number(stamp[counter]) + 1 }));
    for (let round = 0; round < 6; round += 1) await bench.sync();
    const drip = (await bench.run(['drip', '--json'])).json() as SyncDocument;
    expect(drip.exit.name).toBe('COLD_START');
    expect(drip.exit.message).toMatch(/restored|older/);
  });

  test('A15: nor do new leads, whose rows are the first that such a sync writes', async () => {
    const bench = folderDesk();
    const stampFile = join(bench.directory, 'stamp.json');
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8')) as Record<string, unknown>;
    const { writeCounter } = bench.row('SELECT write_counter AS writeCounter FROM state_header');
    writeFileSync(stampFile, JSON.stringify({ ...stamp, writeCounter: Number(writeCounter) + 1 }));
    bench.put('a.csv', 'email\nmaren@vogt.example\n');
    expect(await bench.sync()).toMatchObject({ counts: { new: 1 } });
    const drip = (await bench.run(['drip', '--json'])).json() as SyncDocument;
    expect(drip.exit.name).toBe('COLD_START');
    expect(drip.exit.message).toMatch(/restored|older/);
  });
});
