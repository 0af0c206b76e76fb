import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { Sample, WEDNESDAY } from './workspace.ts';

interface Rehearsal {
  readonly items: readonly { day: string; drafts: number; sends: number; doubted: number; off: boolean }[];
  readonly violations: readonly unknown[];
  readonly max_per_run: number;
  readonly max_per_lead_per_day: number;
  readonly drafts: number;
  readonly sends: number;
  readonly drained_by: string | null;
  readonly without: Readonly<Record<string, { max_per_run: number; promises: readonly string[] }>>;
  readonly left: { readonly waiting: number };
  readonly exit: { readonly code: number };
}

const FOLDERS = ['/dev/shm', tmpdir()].filter((path) => existsSync(path));

/** Of one process: other files of tests rehearse at the same time. */
function copiesOf(pid: number | undefined): readonly string[] {
  return FOLDERS.flatMap((folder) => readdirSync(folder)).filter((name) =>
    name.startsWith(`headgate-rehearsal-${String(pid)}-`),
  );
}

it('F5: the days to come, day by day, and nothing of the workspace is touched', async () => {
  const sample = await Sample.create();
  const before = sample.files();
  const { code, stderr, json } = await sample.run(['simulate', '--days', '5', '--json']);
  const said = json() as Rehearsal;
  expect(said.violations).toEqual([]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(said.items.map(({ day }) => day)).toEqual([
    '2026-02-18',
    '2026-02-19',
    '2026-02-20',
    '2026-02-21',
    '2026-02-22',
  ]);
  expect(said.violations).toEqual([]);
  expect(said.max_per_run).toBeLessThanOrEqual(5);
  expect(said.drafts).toBeGreaterThan(10);
  expect(said.sends).toBeGreaterThan(10);
  expect(said.max_per_lead_per_day).toBe(1);
  expect(sample.files()).toEqual(before);
});

it('F5: the same seed has the same answer, and another one other people answer', async () => {
  const sample = await Sample.create();
  const rehearse = async (seed: string): Promise<unknown> =>
    (await sample.run(['simulate', '--days', '2', '--replies', '60', '--seed', seed, '--json'])).json();
  const first = await rehearse('1');
  expect(await rehearse('1')).toEqual(first);
  expect(await rehearse('2')).not.toEqual(first);
});

it('A4, A5, F5: after an outage of days it waits for a person, and without the cap it says how many there would be', async () => {
  const sample = await Sample.create();
  const { code, json } = await sample.run([
    'simulate',
    '--days',
    '3',
    '--outage',
    '2026-02-18..2026-02-20',
    '--json',
  ]);
  expect(code).toBe(0);
  const said = json() as Rehearsal;
  expect(said.items[0]).toMatchObject({ day: '2026-02-21', off: false });
  expect(said.items[0]?.doubted).toBeGreaterThan(0);
  expect(Object.keys(said.without)).toEqual(['cap', 'cap+one_step+watermark']);
  expect(said.without['cap']?.max_per_run).toBeGreaterThan(said.max_per_run);
  expect(said.without['cap']?.promises).toContain('A6');
});

it('F5: an outage that begins later on the first day: every day that was played is shown, and the totals are theirs', async () => {
  const sample = await Sample.create();
  const { json } = await sample.run([
    'simulate',
    '--days',
    '1',
    '--outage',
    '2026-02-19..2026-02-20',
    '--without',
    'cap',
    '--json',
  ]);
  const { items, drafts, sends } = json() as Rehearsal;
  expect(items.map(({ day, off }) => [day, off]).slice(0, 4)).toEqual([
    ['2026-02-18', false],
    ['2026-02-19', true],
    ['2026-02-20', true],
    ['2026-02-21', false],
  ]);
  expect(items[0]!.drafts).toBeGreaterThan(0);
  expect(items.reduce((sum, day) => sum + day.drafts, 0)).toBe(drafts);
  expect(items.reduce((sum, day) => sum + day.sends, 0)).toBe(sends);
});

it('D5, F5: nobody decides, so nothing leaves', async () => {
  const sample = await Sample.create();
  const { json } = await sample.run(['simulate', '--days', '2', '--approve-after', 'never', '--json']);
  expect(json()).toMatchObject({ drafts: 0, sends: 0, violations: [] });
});

it('A10, F5: what is paused stays paused, and the screen says so', async () => {
  const sample = await Sample.create();
  await sample.run(['pause', '--reason', 'holiday']);
  const { stdout, code } = await sample.run(['simulate', '--days', '2']);
  expect(code).toBe(0);
  expect(stdout).toContain('everything is paused, and stays so: headgate resume');
});

it('F5: the screen fits 80 columns, in ASCII too', async () => {
  const sample = await Sample.create();
  const asked = ['simulate', '--days', '2', '--outage', '2026-02-18..2026-02-19', '--without', 'cap'];
  for (const flags of [[], ['--ascii']]) {
    const { stdout } = await sample.run([...asked, ...flags], { columns: 80, env: { LANG: 'C.UTF-8' } });
    expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
    expect(stdout).toContain('REHEARSAL  2 days from Fri 20 Feb 2026, after 2 days off');
    expect(stdout).toContain('No promise was broken');
    expect(/^[\x20-\x7e\n]*$/.test(stdout)).toBe(flags.length > 0);
  }
});

it('F5: what is asked wrongly is said, and nothing is played', async () => {
  const sample = await Sample.create();
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--days', '0'], /between 1 and 366/],
    [['--days', '367'], /between 1 and 366/],
    [['--without', 'caps'], /Did you mean cap/],
    [['--outage', '2026-02-20'], /A\.\.B/],
    [['--outage', '2026-02-20..2026-02-18'], /ends before it begins/],
    [['--outage', '2026-01-20..2026-01-22'], /before the rehearsal begins/],
    [['--outage', '2026-02-20..2026-03-22', '--days', '5'], /beyond the days/],
    [['--outage', '2026-02-20..2026-02-23', '2026-02-21..2026-02-24'], /overlap/],
    [['--outage', '2026-02-20..9999-12-31'], /1970 to 2100/],
    [['--reboot', 'tomorrow'], /ISO 8601/],
    [['--reboot', '2026-03-20T09:00:00Z', '--days', '5'], /beyond the days/],
    [['--without', ''], /names no guard/],
    [['--html', 'headgate.toml', '--days', '366'], /is no report/],
    [['--at', '2020-01-01'], /has seen already/],
    [['--approve-after', 'soon'], /never/],
    [['--replies', '120'], /0 to 100/],
  ];
  for (const [flags, message] of wrong) {
    const { code, stderr } = await sample.run(['simulate', ...flags]);
    expect(code, flags.join(' ')).toBe(64);
    expect(stderr, flags.join(' ')).toMatch(message);
  }
});

it('A14, F5: a clock that was set back is named as the cause, not a flag that nobody gave', async () => {
  const sample = await Sample.create();
  await sample.run(['drip']);
  sample.clock.set(WEDNESDAY - 3_600_000);
  const { code, stderr } = await sample.run(['simulate', '--days', '1']);
  expect(code).toBe(64);
  expect(stderr).toMatch(/clock of this machine is behind what this state has seen: 2026-02-18T09:00:00Z/);
  expect(stderr).not.toContain('--at lies');
});

it('F5: the page of a rehearsal is one file without script, and is put only where a page may be', async () => {
  const sample = await Sample.create();
  const { code, json } = await sample.run([
    'simulate',
    '--days',
    '2',
    '--html',
    'r.html',
    '--without',
    'cap',
    '--json',
  ]);
  expect(code).toBe(0);
  expect(json()).toMatchObject({ report: join(sample.directory, 'r.html') });
  const page = readFileSync(join(sample.directory, 'r.html'), 'utf8');
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain('every promise kept');
  expect(page).toContain('website-lead › welcome');
  expect(page).toContain('without cap');
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3)/);
  const refused = await sample.run(['simulate', '--days', '1', '--html', 'headgate.toml']);
  expect(refused.code).toBe(64);
});

it('F5: told to end, it says what it has seen', async () => {
  const sample = await Sample.create();
  const stop = new AbortController();
  let readings = 0;
  // Each day of the rehearsal looks at the real clock: whether it is time for a word about how far it has come.
  const aborted = {
    now: () => {
      readings += 1;
      if (readings === 5) stop.abort('INTERRUPTED');
      return sample.clock.now();
    },
  };
  const { code, json } = await sample.run(['simulate', '--days', '100', '--json'], {
    signal: stop.signal,
    clock: aborted,
  });
  expect(code).toBe(130);
  expect(json()).toMatchObject({ cut_short: 'signal' });
});

it('F5, A21: a live workspace with a relay, its pace and a mailbox that is read is rehearsed like any other', async () => {
  const sample = await Sample.create();
  const file = join(sample.directory, 'headgate.toml');
  const live = readFileSync(file, 'utf8')
    .replace('live = false', 'live = true')
    .replace(
      '# transport = "outbox"',
      'transport = "smtp"\nsmtp = { host = "127.0.0.1", port = 9, secure = false, allow_plain = true }',
    );
  // Whoever read this secret would fail.
  const inbox =
    'id = "inbox"\nkind = "imap"\nhost = "imap.example.com"\nuser = "tom"\npassword = { command = ["false"] }';
  writeFileSync(file, `${live}\n[[source]]\n${inbox}\n`);
  expect((await sample.run(['go-live', '--restart', '--yes'])).code).toBe(0);
  const { code, json, stderr } = await sample.run(['simulate', '--days', '1', '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(json()).toMatchObject({ violations: [] });
  // More than one of a run, so that the pace between them is played.
  expect((json() as Rehearsal).sends).toBeGreaterThan(3);
});

it.each([
  ['SIGINT', [130, null]],
  // As when the terminal is closed.
  ['SIGHUP', [null, 'SIGHUP']],
] as const)(
  'F5: ended by %s, the program takes its copy away, which is full of people',
  async (signal, end) => {
    const sample = await Sample.create();
    const program = join(import.meta.dirname, '../../../bin/headgate');
    const child = spawn(program, ['-C', sample.directory, 'simulate', '--days', '366'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'close');
    await once(child.stderr, 'data');
    const during = copiesOf(child.pid);
    child.kill(signal);
    expect(await ended).toEqual(end);
    expect(during).toHaveLength(1);
    expect(copiesOf(child.pid)).toEqual([]);
  },
);

it('F5: a state that is missing is said to be so', async () => {
  const sample = await Sample.create();
  writeFileSync(join(sample.directory, 'headgate.db'), '');
  const { code } = await sample.run(['simulate']);
  expect(code).toBe(30);
});

it('C5: with --edits the files count as applied, on the copy alone; a file that is wrong ends it (65)', async () => {
  const sample = await Sample.create();
  const fileOf = (id: string): string => join(sample.directory, 'sequences', id, 'sequence.toml');
  for (const id of ['website-lead', 'consulting-outbound', 'stay-in-touch']) {
    const text = readFileSync(fileOf(id), 'utf8');
    writeFileSync(fileOf(id), text.replace(/"active"/, '"archived"'));
  }
  const before = sample.files();
  const rehearse = async (...flags: readonly string[]): Promise<Rehearsal> =>
    (await sample.run(['simulate', '--days', '2', '--json', ...flags])).json() as Rehearsal;
  const [asApplied, asEdited] = [await rehearse(), await rehearse('--edits')];
  expect(asEdited.violations).toEqual([]);
  expect(asApplied.drafts).toBeGreaterThan(0);
  expect(asEdited.drafts).toBe(0);
  expect(sample.files()).toEqual(before);
  writeFileSync(fileOf('website-lead'), 'name = 1');
  expect((await rehearse('--edits')).exit.code).toBe(65);
});

it('F5: a boot in the very minute of a timer swallows none of its firings: that run is the first to doubt', async () => {
  const sample = await Sample.create();
  const rehearse = async (reboot: string): Promise<Rehearsal> =>
    (await sample.run(['simulate', '--days', '1', '--reboot', reboot, '--json'])).json() as Rehearsal;
  // The last hour of the rehearsal: no later run makes up for it.
  const [before, within] = [await rehearse('2026-02-18T23:02:59Z'), await rehearse('2026-02-18T23:03:00Z')];
  expect(before.items[0]?.doubted).toBeGreaterThan(0);
  expect(within.items).toEqual(before.items);
});
