import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { HOUR_MS, sendDesk } from '../send/send-desk.ts';

/** A mail has left since the copy was made, and the copy lies in the state's place, put there by `cp`. */
async function copiedBack(): Promise<ReturnType<typeof sendDesk>> {
  const bench = sendDesk();
  bench.lead('bob');
  bench.clock.advance(HOUR_MS);
  const copy = String((await bench.json(['backup'])).items[0]!['file']);
  bench.approve('ann');
  await bench.send();
  await bench.away(() => {
    const file = join(bench.directory, 'headgate.db');
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    copyFileSync(copy, file);
    return Promise.resolve();
  });
  return bench;
}

describe('A13, A15: a state that an older copy took the place of says so before anybody writes into it', () => {
  test.for([{ stamp: 'there' }, { stamp: 'gone' }] as const)(
    'with the stamp $stamp, no number that the send journal knows is given to another entry',
    async ({ stamp }) => {
      const bench = await copiedBack();
      if (stamp === 'gone') rmSync(join(bench.directory, 'stamp.json'));
      await bench.json(['leads', 'set', 'bob@bob.example', 'first_name=Bob']);
      await bench.json(['leads', 'set', 'bob@bob.example', 'first_name=Robert']);
      await bench.json(['adopt', '--yes']);
      const verified = await bench.json(['audit', 'verify']);
      expect(verified.items).toMatchObject([{ fault_count: 0, faults: [] }]);
      expect(verified.exit.name).toBe('OK');
      const { items } = await bench.json(['audit', 'show', '--kind', 'restored']);
      expect(items).toHaveLength(1);
    },
  );
});
