import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { ADDRESS, personDesk } from './person-desk.ts';

/** As docs/security.md lists them. */
const PRIVATE = [
  'headgate.db*',
  'stamp.json',
  'send-journal.jsonl',
  'erasures.jsonl',
  'backup/*',
  'everything.json',
  'all.csv',
];

test('docs/security.md: what names people can be read by its owner alone', async () => {
  const bench = await personDesk();
  await bench.json(['leads', 'export', ADDRESS, '--to', 'everything.json']);
  await bench.json(['leads', 'export', '--all', '--to', 'all.csv']);
  await bench.json(['leads', 'erase', ADDRESS, '--yes']);
  await bench.json(['leads', 'import', '-', '--source', 'form'], { input: 'email\nnobody\n' });
  await bench.json(['backup']);
  const page = readFileSync(join(import.meta.dirname, '../../../docs/security.md'), 'utf8');
  expect(page).toContain(
    '`headgate.db`, its log, `stamp.json`, `send-journal.jsonl`, `erasures.jsonl`, backups',
  );
  for (const pattern of PRIVATE) {
    const files = globSync(pattern, { cwd: bench.directory });
    expect(files, pattern).not.toEqual([]);
    for (const file of files) expect(statSync(join(bench.directory, file)).mode & 0o777, file).toBe(0o600);
  }
  for (const file of globSync('rejects/standard*', { cwd: bench.directory }))
    expect(statSync(join(bench.directory, file)).mode & 0o777, file).toBe(0o600);
});
