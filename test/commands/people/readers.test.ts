import { copyFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';

import { inspectBackup } from '../../../src/store/backup-files.ts';
import { sendDesk, type SendDesk } from '../send/send-desk.ts';
import { ADDRESS, filesWith, personDesk } from './person-desk.ts';

/** Another program that replicates the state: reads for as long as it likes, and copies the log into the file itself. */
function replicator(bench: SendDesk): Database.Database {
  const connection = new Database(bench.file);
  onTestFinished(() => {
    connection.close();
  });
  connection.pragma('wal_autocheckpoint = 0');
  connection.exec('BEGIN');
  connection.prepare('SELECT count(*) FROM leads').get();
  return connection;
}

describe('F8: another program replicates the state while jobs run', () => {
  test('a reader that never ends keeps no run from drafting, sending or backing up', async () => {
    const bench = sendDesk();
    replicator(bench);
    bench.enroll(bench.lead('ann'), bench.sequence);
    expect((await bench.json(['drip', '--force'])).exit.name).toBe('OK');
    const { items } = await bench.json(['review', 'list']);
    await bench.json(['review', 'approve', String(items[0]!['id'])]);
    expect((await bench.send()).counts).toMatchObject({ sent: 1 });
    expect((await bench.json(['backup'])).items).toMatchObject([{ messages: 1 }]);
  });

  test('A15: a copy of file and log, taken in the middle, is restored as an older state that knows what left since', async () => {
    const bench = sendDesk();
    replicator(bench);
    bench.approve('ann');
    // As a replica is put together: the file, and of its log whatever had come by then.
    const copy = join(bench.directory, 'replica.db');
    copyFileSync(bench.file, copy);
    copyFileSync(`${bench.file}-wal`, `${copy}-wal`);
    expect(inspectBackup(copy)).toMatchObject({ faults: [], messages: 1 });
    const folded = new Database(copy);
    folded.pragma('journal_mode = DELETE');
    folded.close();
    await bench.send();
    const { exit } = await bench.away(() => bench.json(['restore', copy, '--yes']));
    // The state that is there is in use by the other program: it must be ended first.
    expect(exit).toMatchObject({ name: 'TEMPFAIL' });
  });

  test('after it has ended the copy is restored, and the journal proves the mail', async () => {
    const bench = sendDesk();
    bench.approve('ann');
    const copy = join(bench.directory, 'replica.db');
    const other = replicator(bench);
    copyFileSync(bench.file, copy);
    copyFileSync(`${bench.file}-wal`, `${copy}-wal`);
    other.close();
    const folded = new Database(copy);
    folded.pragma('journal_mode = DELETE');
    folded.close();
    await bench.send();
    const restored = await bench.away(() => bench.json(['restore', copy, '--yes']));
    expect(restored.items).toMatchObject([{ restored: true, journal: { sent: 1, uncertain: 0 } }]);
    await bench.json(['adopt', '--yes']);
    expect((await bench.send()).counts).not.toMatchObject({ sent: 1 });
    expect(bench.outbox()).toHaveLength(1);
  });

  test('GDPR: an erasure says that a reader keeps old words alive, and finishes once it has ended', async () => {
    const bench = await personDesk();
    const other = replicator(bench);
    const first = await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    expect(first.items).toMatchObject([{ outcome: 'erased', compaction: 'log' }]);
    other.close();
    const again = await bench.json(['leads', 'erase', bench.person.id, '--yes']);
    expect(again.items).toMatchObject([{ outcome: 'erased_before', compaction: 'done' }]);
    expect(filesWith(bench.directory, 'maren.vogt')).toEqual([]);
  });
});
