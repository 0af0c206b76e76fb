import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { systemClock } from '../../../src/adapters/clock.ts';
import { toldDesk } from './bench.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('F1: a run that is killed while the chat answers is followed by one repeat, which says so', async () => {
  const bench = await toldDesk({ now: systemClock.now() });
  bench.notice('once');
  const child = spawn(
    process.execPath,
    ['--import', join(ROOT, 'test/helpers/sql-as-text.mjs'), join(ROOT, 'src/entry.ts'), 'backup'],
    { cwd: bench.directory, stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  // The message is taken; whoever sent it never hears of it.
  bench.server.watch = () => child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  bench.server.watch = null;
  expect(bench.waiting()).toBe(1);
  for (let turn = 0; turn < 3; turn += 1) await bench.run(['backup']);
  expect(bench.waiting()).toBe(0);
  expect(bench.server.texts()).toHaveLength(2);
  expect(bench.server.texts()[0]).not.toContain('Perhaps a repeat');
  expect(bench.server.texts()[1]).toContain('Perhaps a repeat');
});
