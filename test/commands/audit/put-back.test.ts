import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { HOUR_MS, sendDesk } from '../send/send-desk.ts';

test('A15, D1: state and stamp put back together send nothing that the send journal knows, until a person adopts', async () => {
  const bench = sendDesk();
  const id = bench.approve('ann');
  const other = bench.approve('bob');
  const at = (name: string): string => join(bench.directory, name);
  const both = [
    ['headgate.db', 'old.db'],
    ['stamp.json', 'old.json'],
  ] as const;
  await bench.away(() => {
    for (const [from, to] of both) copyFileSync(at(from), at(to));
    return Promise.resolve();
  });
  expect((await bench.send('--only', id)).counts).toMatchObject({ sent: 1 });
  await bench.away(() => {
    for (const suffix of ['-wal', '-shm']) rmSync(at(`headgate.db${suffix}`), { force: true });
    for (const [to, from] of both) copyFileSync(at(from), at(to));
    return Promise.resolve();
  });
  bench.clock.advance(HOUR_MS);
  const lines = bench.journal().length;
  const { items } = await bench.json(['doctor', '--only', 'state']);
  expect(items.filter(({ check }) => check === 'audit')).toMatchObject([
    { verdict: 'problem', detail: expect.stringContaining('send-journal.jsonl') as unknown },
  ]);
  const verified = await bench.json(['audit', 'verify']);
  expect([verified.exit.name, verified.items[0]?.['verdict']]).toEqual(['COLD_START', 'restored']);
  expect((await bench.send()).exit).toMatchObject({ name: 'COLD_START' });
  expect(bench.stateOf(id)).toBe('held');
  await bench.json(['adopt', '--yes']);
  expect(bench.stateOf(id)).toBe('sent');
  expect((await bench.json(['audit', 'verify'])).items).toMatchObject([{ fault_count: 0 }]);
  // A person accepted it: the next mail leaves.
  await bench.json(['review', 'release', other]);
  await bench.send();
  expect([bench.stateOf(other), bench.journal().length]).toEqual(['sent', lines + 2]);
});
