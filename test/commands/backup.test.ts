import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { inspectBackup } from '../../src/store/backup-files.ts';
import { acquireLock } from '../../src/store/locks.ts';
import { readHeader } from '../../src/store/header.ts';
import { DAY_MS, MINUTE_MS, sendDesk, type SendDesk } from './send/send-desk.ts';

const folder = (bench: SendDesk): string => join(bench.directory, 'backup');
const copies = (bench: SendDesk): string[] => readdirSync(folder(bench)).sort();

describe('backup', () => {
  test('F8: the copy is opened, counted and found sound before it counts', async () => {
    const bench = sendDesk();
    bench.approveMany(3);
    const { items, exit } = await bench.json(['backup']);
    expect(exit.code).toBe(0);
    expect(items).toMatchObject([{ leads: 3, messages: 3, enrollments: 3, pruned: [] }]);
    const file = String(items[0]!['file']);
    expect(inspectBackup(file)).toMatchObject({
      stateId: readHeader(bench.database).stateId,
      leads: 3,
      messages: 3,
      faults: [],
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(copies(bench)).toEqual([expect.stringMatching(/^headgate-20260218T090000Z\.db$/)]);
  });

  test('F8: it works while a job runs and writes', async () => {
    const bench = sendDesk();
    const holder = { pid: 1, startedAt: bench.clock.now(), command: 'send', hostName: 'vps-1' };
    const lock = acquireLock({ directory: join(bench.directory, 'locks'), job: 'send', holder });
    const { items } = await bench.database.write(() => {
      bench.database.prepare(`UPDATE state_header SET last_clock_at = last_clock_at`).run();
      return { items: bench.json(['backup']) };
    }).items;
    expect(items).toHaveLength(1);
    if (lock.kind === 'held') lock.release();
  });

  test('F8: what a killed run left of a copy is gone with the next one, and nobody else’s file is', async () => {
    const bench = sendDesk();
    await bench.run(['backup']);
    const halves = ['.headgate-20260218T085900Z.db.new', '.headgate-20260218T085900Z-1.db.new-journal'];
    for (const name of [...halves, '.notes.new']) writeFileSync(join(folder(bench), name), 'x');
    bench.clock.advance(MINUTE_MS);
    expect((await bench.run(['backup'])).code).toBe(0);
    expect(copies(bench)).toEqual([
      '.notes.new',
      'headgate-20260218T090000Z.db',
      'headgate-20260218T090100Z.db',
    ]);
  });

  test('A10: it touches nobody, so a pause does not stop it, nor another machine', async () => {
    const bench = sendDesk();
    bench.stop();
    bench.machine.become({ machineIdHash: 'machine-2' });
    expect((await bench.run(['backup'])).code).toBe(0);
  });

  test('A15: it is no proof that a restored state is the present one', async () => {
    const bench = sendDesk();
    const { writeCounter } = readHeader(bench.database);
    bench.stampFile.write({ ...bench.stampFile.read()!, writeCounter: writeCounter + 2 });
    for (let run = 0; run < 4; run += 1) {
      await bench.run(['backup']);
      bench.clock.advance(MINUTE_MS);
    }
    expect((await bench.send()).exit.code).toBe(30);
  });

  test('F8: the newest fourteen are kept, or as many as asked for', async () => {
    const bench = sendDesk();
    for (let day = 0; day < 16; day += 1) {
      await bench.run(['backup']);
      bench.clock.advance(DAY_MS);
    }
    expect(copies(bench)).toHaveLength(14);
    expect(copies(bench)[0]).toBe('headgate-20260220T090000Z.db');
    const { items } = await bench.json(['backup', '--keep', '2']);
    expect(items[0]!['pruned']).toHaveLength(13);
    expect(copies(bench)).toHaveLength(2);
  });

  test('F8: two within a second are two copies', async () => {
    const bench = sendDesk();
    await bench.run(['backup']);
    await bench.run(['backup']);
    expect(copies(bench)).toHaveLength(2);
  });

  test('F8: pruning touches nothing that is not a copy of ours', async () => {
    const bench = sendDesk();
    await bench.run(['backup']);
    writeFileSync(join(folder(bench), 'before-the-move.db'), 'mine');
    bench.clock.advance(MINUTE_MS);
    await bench.run(['backup', '--keep', '1']);
    expect(copies(bench)).toHaveLength(2);
    expect(existsSync(join(folder(bench), 'before-the-move.db'))).toBe(true);
  });

  test('F8: --to puts it somewhere else', async () => {
    const bench = sendDesk();
    const to = join(bench.directory, 'elsewhere', 'deep');
    expect((await bench.run(['backup', '--to', to])).code).toBe(0);
    expect(readdirSync(to)).toHaveLength(1);
    expect(existsSync(folder(bench))).toBe(false);
  });

  test('F8: a place that cannot be written ends 77 with its name, and leaves nothing half done', async () => {
    const bench = sendDesk();
    const to = join(bench.directory, 'headgate.toml', 'below-a-file');
    const { code, stderr } = await bench.run(['backup', '--to', to]);
    expect(code).toBe(77);
    expect(stderr).toContain(to);
  });

  test('F8: to keep none is a misunderstanding', async () => {
    expect((await sendDesk().run(['backup', '--keep', '0'])).code).toBe(64);
  });

  test('A13: it is a run that can be looked up', async () => {
    const bench = sendDesk();
    await bench.run(['backup']);
    expect((await bench.json(['runs', 'list'])).items).toMatchObject([{ command: 'backup', exit: 0 }]);
  });
});
