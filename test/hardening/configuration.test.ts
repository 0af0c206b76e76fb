import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { describeFileSystem } from '../../src/config/state-place.ts';
import { resolveSecret } from '../../src/config/secrets.ts';
import { runCli } from '../helpers/cli.ts';
import { acquireLock } from '../../src/store/locks.ts';
import { expectNothingLost, expectNoOutwardAction, remember } from './general-rule.ts';
import { DAY_MS, said, sequenceFiles, Workshop } from './workshop.ts';

/** Configuration: numbers 75 to 90 of the list, by the real commands. */

const RUNS = "SELECT 1 FROM runs WHERE command IN ('drip', 'nurture', 'send', 'confirm')";

const OPEN = '[hours]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nstart = "00:00"\nend = "24:00"';

/** Everything with this configuration ends 78, says why, and has done nothing. */
async function expectRefused(sections: string, ...words: readonly (string | RegExp)[]): Promise<void> {
  const shop = await Workshop.open();
  await shop.people(3);
  const before = remember(shop.path('headgate.db'));
  shop.config(sections);
  for (const command of [['config', 'validate'], ['drip'], ['drip', '--force'], ['send'], ['status']]) {
    const result = await shop.run(command);
    expect(result.code, command.join(' ')).toBe(78);
    for (const word of words) expect(said(result)).toMatch(word);
  }
  expect(shop.drafts()).toEqual([]);
  expect(shop.rows(RUNS)).toEqual([]);
  expectNothingLost(before, remember(shop.path('headgate.db')));
  expectNoOutwardAction(before, remember(shop.path('headgate.db')));
}

test.each([
  ['[limits]\ndrafts_per_rnu_drip = 3', /headgate\.toml:4:1.*drafts_per_rnu_drip[\s\S]*drafts_per_run_drip/],
  ['[limit]\ndrafts_per_day = 3', /headgate\.toml:3:\d+.*limit[\s\S]*limits/],
  ['[limits]\nDrafts_per_day = 3', /drafts_per_day/],
])(
  'hardening 75: %j is refused with the nearest right key: a misspelt guard is no guard',
  async (sections, words) => {
    await expectRefused(sections, words);
  },
);

test.each(['"5"', '-1', '1000000', '10001', 'inf', 'nan', '2.5', '[5]', 'true'])(
  'hardening 76: a cap of %s is refused, naming the key',
  async (value) => {
    await expectRefused(`[limits]\ndrafts_per_run_drip = ${value}`, /drafts_per_run_drip/);
  },
);

test('hardening 76: a cap of 0 means none, not unlimited', async () => {
  const shop = await Workshop.open({ config: `${OPEN}\n[limits]\ndrafts_per_run_drip = 0` });
  await shop.settle();
  await shop.people(3);
  expect(await shop.drip()).toEqual([]);
  expect((await shop.run(['drip', '--force'])).code).toBe(0);
  expect(shop.drafts()).toEqual([]);
});

test('hardening 77: without any setting the caps, hours and weekdays are the safe defaults', async () => {
  const shop = await Workshop.open({ config: '' });
  await shop.settle();
  await shop.people(30);
  let most = 0;
  for (let hour = 0; hour < 24; hour += 1) {
    most = Math.max(most, (await shop.drip()).length);
    shop.clock.advance(3_600_000);
  }
  expect(most).toBe(5);
  expect(shop.drafts()).toHaveLength(10);
  for (const { madeAt } of shop.drafts()) expect(new Date(madeAt).getUTCHours()).toBeGreaterThanOrEqual(9);
});

describe('hardening 78: a strict and bounded TOML parser', () => {
  test.each([
    ['a key twice', '[limits]\ndrafts_per_day = 3\ndrafts_per_day = 4', /headgate\.toml:5/],
    ['a key redefined as a table', 'holidays = []\n[holidays.x]\ny = 1', /headgate\.toml:\d/],
    ['a control character', 'mail = "a\u0001b"', /headgate\.toml:3/],
    ['no TOML at all', '<html>', /headgate\.toml:3/],
  ])('%s is an error with its line', async (_, sections, words) => {
    await expectRefused(sections, words);
  });

  test('10 MB are refused by their size', async () => {
    await expectRefused(`# ${'x'.repeat(10_000_000)}`, /1 MiB|too large|larger/);
  });
});

describe('hardening 79: secrets in the configuration', () => {
  test('a literal key is refused, and not repeated', async () => {
    await expectRefused('[mail.smtp]\npassword = "hunter2-hunter2"', /mail\.smtp\.password|password/);
    const shop = await Workshop.open();
    shop.config('[mail.smtp]\npassword = "hunter2-hunter2"');
    expect(said(await shop.run(['config', 'validate']))).not.toContain('hunter2');
  });

  test('a secret in a file that everybody may read is refused with the chmod', async () => {
    const shop = await Workshop.open();
    shop.write('secret', 'hunter2');
    chmodSync(shop.path('secret'), 0o644);
    const secret = resolveSecret({ kind: 'file', path: 'secret' }, contextOf(shop));
    await expect(secret).rejects.toMatchObject({ code: 'secret_exposed', exit: 'CONFIG' });
    await expect(secret).rejects.toMatchObject({ fix: expect.stringContaining('chmod') as string });
  });
});

test('hardening 80: a variable that is set but empty counts as missing', async () => {
  const shop = await Workshop.open();
  await shop.settle();
  await shop.people(30);
  await shop.run(['drip'], { env: { HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '' } });
  expect(shop.drafts()).toHaveLength(5);
});

test.each([
  ['hunter2\n', 'hunter2'],
  ['hunter2\r\n\n', 'hunter2'],
])('hardening 81: the line break behind a secret (%j) is trimmed', async (content, expected) => {
  const shop = await Workshop.open();
  shop.write('secret', content);
  expect(await resolveSecret({ kind: 'file', path: 'secret' }, contextOf(shop))).toBe(expected);
});

test.each(['hunter2\nBcc: x@y.example', 'hunter2\0', 'a\u2028b', ''])(
  'hardening 81: a secret that would break a header (%j) is refused, and not repeated',
  async (content) => {
    const shop = await Workshop.open();
    shop.write('secret', content);
    const secret = resolveSecret({ kind: 'file', path: 'secret' }, contextOf(shop));
    await expect(secret).rejects.toMatchObject({ exit: 'CONFIG' });
    await expect(secret).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') as string });
  },
);

test('hardening 82: a configuration that does not exist is named', async () => {
  const shop = await Workshop.open();
  const result = await shop.run(['-C', 'nowhere/headgate.toml', 'drip']);
  expect(result.code).toBe(78);
  expect(said(result)).toContain('nowhere/headgate.toml');
  expect(shop.rows(RUNS)).toEqual([]);
});

test('hardening 82: a configuration given twice is a usage error that names both', async () => {
  const shop = await Workshop.open();
  shop.write('other.toml', 'live = false\n');
  for (const words of [
    ['-C', 'headgate.toml', '-C', 'other.toml', 'drip'],
    ['-C', 'headgate.toml', 'drip', '--config', 'other.toml'],
    ['drip', '-C', 'headgate.toml', '-C', 'other.toml'],
  ]) {
    const result = await shop.run(words);
    expect(result.code, words.join(' ')).toBe(64);
    expect(said(result)).toMatch(/headgate\.toml and other\.toml|other\.toml and headgate\.toml/);
  }
  expect(shop.rows(RUNS)).toEqual([]);
});

describe('hardening 83: a state on a file system that forgets or cannot lock', () => {
  test('NFS and its kin are named', () => {
    for (const type of [0x6969, 0xff534d42, 0x01021997]) {
      expect(describeFileSystem('/srv/state', type)).toMatch(/\/srv\/state is on a .* file system/);
    }
    expect(describeFileSystem('/srv/state', 0xef53)).toBeNull();
  });

  test.skipIf(!existsSync('/dev/shm'))('init warns of a state in memory', async () => {
    const memory = mkdtempSync('/dev/shm/headgate-');
    onTestFinished(() => rmSync(memory, { recursive: true, force: true }));
    const who = [
      '--name',
      'X',
      '--from',
      'x@example.com',
      '--timezone',
      'UTC',
      '--postal-address',
      '1 Street',
    ];
    const result = await runCli(['init', join(memory, 'workspace'), '--no-input', ...who]);
    expect(result.code).toBe(0);
    expect(said(result)).toContain('held in memory');
  });
});

describe('hardening 84: hours', () => {
  test('17:00 to 09:00 is open through the night', async () => {
    const shop = await Workshop.open({
      config: '[hours]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nstart = "17:00"\nend = "09:00"',
    });
    await shop.settle();
    await shop.people(1);
    shop.clock.set(Date.UTC(2026, 2, 4, 12));
    expect(await shop.drip()).toEqual([]);
    shop.clock.set(Date.UTC(2026, 2, 4, 22));
    expect(await shop.drip()).toHaveLength(1);
  });

  test.each(['start = "09:00"\nend = "09:00"', 'start = "25:00"', 'end = "24:01"', 'start = 900'])(
    '%j is refused',
    async (lines) => {
      await expectRefused(`[hours]\n${lines}`, /hours\.|hours/);
    },
  );
});

describe('hardening 85: weekdays', () => {
  test('a window with no weekdays is open every day', async () => {
    const shop = await Workshop.open();
    shop.sequence(
      'welcome',
      sequenceFiles({ sections: '[send]\nwindow = { weekdays = [], start = "00:00", end = "24:00" }' }),
    );
    await shop.mustRun(['sequences', 'apply', '--yes']);
    await shop.settle();
    await shop.people(1);
    expect(await shop.drip()).toHaveLength(1);
  });

  test('hours.weekdays = [] is refused: it would close for ever', async () => {
    await expectRefused('[hours]\nweekdays = []', /weekdays/);
  });
});

test.each(['2026-13-01', '2026-02-30', '1 May 2026', '2026-5-1', ''])(
  'hardening 86: the holiday %j is refused',
  async (day) => {
    await expectRefused(`holidays = ["${day}"]`, /headgate\.toml:3:\d+.*holidays/);
  },
);

describe('hardening 87: two profiles on one state', () => {
  test('they share one lock and one count: the second cannot run beside the first, nor past its caps', async () => {
    const shop = await Workshop.open();
    await shop.settle();
    await shop.people(40);
    shop.write('generous/headgate.toml', `${shop.read('headgate.toml')}[limits]\ndrafts_per_run_drip = 20\n`);
    shop.write('generous/brand.toml', shop.read('brand.toml'));
    const lock = acquireLock({
      directory: shop.path('locks'),
      job: 'drip',
      holder: { pid: process.pid, startedAt: shop.clock.now(), command: 'drip', hostName: 'vps-1' },
    });
    const generous = ['-C', 'generous/headgate.toml', '--state', shop.directory, 'drip'];
    expect((await shop.run(generous)).code).toBe(75);
    if (lock.kind === 'busy') throw new Error('the lock was taken');
    lock.release();
    expect(await shop.drip()).toHaveLength(5);
    await shop.run(generous);
    expect(shop.drafts()).toHaveLength(10);
  });
});

test('hardening 88: --force with --preview previews: nothing is drafted, and no checkpoint is written', async () => {
  const shop = await Workshop.open();
  await shop.people(3);
  const result = await shop.run(['drip', '--force', '--preview']);
  expect([0, 64]).toContain(result.code);
  expect(shop.drafts()).toEqual([]);
  expect((await shop.run(['drip'])).code).toBe(30);
});

test.each([
  ['drip', '500'],
  ['drip', '6'],
  ['nurture', '6'],
])('hardening 89: %s --limit %s is above the cap: refused, nothing done', async (job, limit) => {
  const shop = await Workshop.open();
  await shop.settle();
  await shop.people(9);
  const result = await shop.run([job, '--limit', limit]);
  expect(result.code).toBe(64);
  expect(said(result)).toContain('5');
  expect(shop.drafts()).toEqual([]);
});

test.each([
  ['drip', '--forse'],
  ['drip', 'now'],
  ['drip', '--limit'],
  ['drip', '--limit', 'many'],
  ['drip', '--limit', '-1'],
  ['nurture', '--all'],
  ['send', '--force'],
  ['send', 'everything'],
  ['confirm', 'p-one', 'p-two'],
  ['dripp'],
  ['--state'],
])('hardening 90: `%s %s` is a usage error: 64, nothing done', async (...words) => {
  const shop = await Workshop.open();
  await shop.settle();
  await shop.people(3);
  const runs = shop.rows(RUNS).length;
  shop.clock.advance(DAY_MS);
  const result = await shop.run(words);
  expect(result.code).toBe(64);
  expect(result.stdout).toBe('');
  expect(result.stderr.trimEnd().split('\n').at(-1)).toBe('exit 64 USAGE');
  expect(shop.rows(RUNS)).toHaveLength(runs);
});

function contextOf(shop: Workshop): Parameters<typeof resolveSecret>[1] {
  return { key: 'mail.smtp.password', environment: {}, workspaceDir: shop.directory };
}
