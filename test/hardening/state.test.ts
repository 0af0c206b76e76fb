import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { startChild } from '../helpers/child.ts';
import { DAY_MS, HOUR_MS, said, Workshop } from './workshop.ts';

/** The state: numbers 109 to 116 of the list, by the real commands. Faults of the disk and signals (117, 118) need real processes: test/acceptance. */

const PAGE_BYTES = 4096;

/** Live, with five drafts waiting and more people due than a day may take. */
async function running(): Promise<Workshop> {
  const shop = await Workshop.open();
  await shop.settle();
  await shop.people(30);
  await shop.drip();
  await shop.mustRun(['review', 'approve', '--all', '--count', '5']);
  shop.clock.advance(HOUR_MS);
  return shop;
}

function removeDatabase(shop: Workshop): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(shop.path(`headgate.db${suffix}`), { force: true });
}

const OUTBOUND = [
  ['drip'],
  ['nurture'],
  ['send'],
  ['confirm', '--yes'],
  ['drip', '--force'],
  ['drip', '--preview'],
  ['review', 'list'],
  ['status'],
];

/** Everything refuses with this code and these words, and makes nothing. */
async function expectRefusal(shop: Workshop, code: number, words: RegExp): Promise<void> {
  for (const command of OUTBOUND) {
    const result = await shop.run(command);
    expect([code, code === 30 ? 78 : code], command.join(' ')).toContain(result.code);
    expect(said(result)).toMatch(words);
  }
}

test('hardening 109: no state: nothing runs, nothing is made anew, and init alone is named for a first time', async () => {
  const shop = await running();
  removeDatabase(shop);
  await expectRefusal(shop, 30, /There is no state at .*headgate\.db[\s\S]*init/);
  expect(() => statSync(shop.path('headgate.db'))).toThrow();
  expect((await shop.run(['init', '.', '--no-input'])).code).toBe(64);
});

test('hardening 110: an empty file is no fresh state', async () => {
  const shop = await running();
  removeDatabase(shop);
  writeFileSync(shop.path('headgate.db'), '');
  await expectRefusal(shop, 30, /is empty[\s\S]*restore/);
  expect(statSync(shop.path('headgate.db')).size).toBe(0);
});

test('hardening 111: a text file is no state', async () => {
  const shop = await running();
  removeDatabase(shop);
  writeFileSync(shop.path('headgate.db'), 'lead,email\n'.repeat(500));
  await expectRefusal(shop, 78, /headgate\.db.*(not a state|not a database|damaged)[\s\S]*restore/);
});

test.each([50, 100, 5000, 3 * PAGE_BYTES])(
  'hardening 112: a state cut after %i bytes is refused',
  async (bytes) => {
    const shop = await running();
    truncateSync(shop.path('headgate.db'), bytes);
    await expectRefusal(shop, 78, /headgate\.db.*(not a state|not a database|damaged)/);
  },
);

test('hardening 113: one page of noise, wherever it is: drip and send never go on over it', async () => {
  const shop = await running();
  const whole = shop.path('whole.db');
  copyFileSync(shop.path('headgate.db'), whole);
  const pages = statSync(whole).size / PAGE_BYTES;
  const noise = Buffer.from(Array.from({ length: PAGE_BYTES }, (_, index) => (index * 197 + 31) % 256));
  const codes = new Map<number | string, number>();
  for (let page = 0; page < pages; page += 1) {
    removeDatabase(shop);
    const bytes = readFileSync(whole);
    noise.copy(bytes, page * PAGE_BYTES);
    writeFileSync(shop.path('headgate.db'), bytes);
    for (const job of ['drip', 'send']) {
      const result = await shop.run([job]);
      codes.set(result.code, (codes.get(result.code) ?? 0) + 1);
      expect([0, 30, 78], `page ${page}, ${job}: ${said(result)}`).toContain(result.code);
      if (result.code === 0) expect(integrityOf(shop)).toBe('ok');
    }
  }
  expect(codes.get(78) ?? 0).toBeGreaterThan(pages);
}, 120_000);

test('hardening 114: a newer schema is refused and left as it is', async () => {
  const shop = await running();
  const database = new Database(shop.path('headgate.db'));
  database.pragma('user_version = 9999');
  database.close();
  await expectRefusal(shop, 78, /9999/);
});

describe('hardening 115: a backup of three days ago in the place of the state', () => {
  test('is noticed by the stamp: nothing runs, not by force, until it is adopted', async () => {
    const shop = await running();
    copyFileSync(shop.path('headgate.db'), shop.path('old.db'));
    for (let day = 1; day <= 3; day += 1) {
      await shop.mustRun(['send'], [0]);
      shop.clock.advance(DAY_MS);
      await shop.mustRun(['drip']);
      await shop.mustRun(['nurture']);
    }
    const sent = shop.rows("SELECT 1 FROM messages WHERE state = 'sent'").length;
    expect(sent).toBe(5);
    const drafted = shop.drafts().length;
    removeDatabase(shop);
    copyFileSync(shop.path('old.db'), shop.path('headgate.db'));
    for (const command of [['drip'], ['nurture'], ['send'], ['drip', '--force'], ['confirm', '--yes']]) {
      const result = await shop.run(command);
      expect(result.code, command.join(' ')).toBe(30);
      expect(said(result)).toContain('restored');
    }
    expect(shop.drafts()).toHaveLength(5);
    await shop.mustRun(['adopt', '--yes']);
    // The journal knows what had left: nothing of it leaves again.
    expect(shop.rows("SELECT 1 FROM messages WHERE state IN ('sent', 'uncertain')")).toHaveLength(5);
    await shop.run(['send']);
    expect(
      shop.rows(
        "SELECT 1 FROM attempts WHERE event = 'accepted' GROUP BY message_row_id HAVING count(*) > 1",
      ),
    ).toEqual([]);
    expect(drafted).toBeGreaterThan(5);
  });
});

describe('hardening 116: what a dead process left of its lock', () => {
  test.each([
    ['of a process that is gone', 4_194_303],
    ['of a pid that another program has now', 1],
    ['of our own pid', process.pid],
  ])('a note %s stops nobody: only the kernel says who holds it', async (_, pid) => {
    const shop = await running();
    const holder = { pid, startedAt: shop.clock.now() - HOUR_MS, command: 'drip', hostName: 'vps-1' };
    writeFileSync(shop.path('locks/drip.holder.json'), JSON.stringify(holder));
    appendFileSync(shop.path('locks/drip.db'), '');
    expect(await shop.drip()).toHaveLength(5);
  });

  test('a lock is held as long as its process lives, and free the moment it was killed', async () => {
    const shop = await running();
    const child = startChild('./lock-child.ts', [shop.path('locks'), 'drip']);
    await child.line();
    child.send('go');
    await child.line();
    const busy = await shop.run(['drip']);
    expect(busy.code).toBe(75);
    expect(said(busy)).toContain(`pid ${child.process.pid ?? 0}`);
    await child.kill();
    expect(await shop.drip()).toHaveLength(5);
  });
});

function integrityOf(shop: Workshop): unknown {
  const database = new Database(shop.path('headgate.db'), { readonly: true });
  try {
    return database.pragma('integrity_check', { simple: true });
  } finally {
    database.close();
  }
}
