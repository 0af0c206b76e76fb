import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { readChrony } from '../../../src/adapters/system-time.ts';
import { judgeDrift, judgeSync } from '../../../src/core/doctor/clock.ts';
import { judgeSpace } from '../../../src/core/doctor/state.ts';
import { judgeSecrets, judgeUnits, type UnitFacts } from '../../../src/core/doctor/units.ts';
import { displayWidth } from '../../../src/commands/output/text.ts';
import { saveSequences } from '../../../src/store/sequences.ts';
import { runCli } from '../../helpers/cli.ts';
import { temporaryDirectory } from '../../helpers/state.ts';
import { DAY_MS, welcome } from '../desk.ts';
import { doctorBench, documentOf, of } from './bench.ts';

describe('F7: the doctor looks at what there is and says what to type', () => {
  test('on a terminal of 80 columns no line is longer, but for what has to be typed whole', async () => {
    const bench = doctorBench();
    bench.write('token', 'x');
    chmodSync(join(bench.directory, 'stamp.json'), 0o644);
    bench.configure(['[telegram]', 'token = { file = "token" }', 'chat = -100']);
    const options = { stdoutIsTty: true, columns: 80, env: { NO_COLOR: '1' } };
    const { stdout, stderr, code } = await bench.doctor(['--offline'], options);
    const long = stdout.split('\n').filter((line) => displayWidth(line) > 80);
    expect(long.filter((line) => !line.includes('Fix: ') && !line.includes(bench.directory))).toEqual([]);
    expect([code, stderr.trim().split('\n').at(-1)]).toEqual([78, 'exit 78 CONFIG']);
    expect(stdout).toMatch(/\d+ passed · \d warnings? · 1 problem · \d+ skipped/);
  });

  test('--offline asks nobody, and what nobody looked at has not passed', async () => {
    const bench = doctorBench();
    bench.write('token', '123456789:AAloopback-Token_0123456789abcdef');
    bench.configure([
      '[mail]',
      'transport = "smtp"',
      'smtp.host = "127.0.0.1"',
      'smtp.port = 9',
      '[telegram]',
      'token = { file = "token" }',
      'chat = -100',
      '[watch]',
      'ping = "https://nowhere.invalid/x"',
    ]);
    const { items } = documentOf(await bench.doctor(['--only', 'mail', 'people', '--offline', '--json']));
    const offline = items
      .filter(({ detail }) => detail === 'not looked at: --offline')
      .map(({ check }) => check);
    expect(offline.toSorted()).toEqual(['dmarc', 'mx', 'ping', 'relay', 'spf', 'telegram']);
    expect(items.filter(({ verdict }) => verdict === 'pass')).toEqual([]);
  });

  test('--only looks at nothing else, and knows its groups', async () => {
    const bench = doctorBench();
    const { items } = documentOf(await bench.doctor(['--only', 'config', 'clock', '--json']));
    expect(new Set(items.map(({ group }) => group))).toEqual(new Set(['config', 'clock']));
    const wrong = await bench.doctor(['--only', 'mial']);
    expect(wrong).toMatchObject({ code: 64 });
    expect(wrong.stderr).toContain('headgate doctor --only mail');
    for (const words of [
      ['--timeout', 'x'],
      ['--timeout', '0'],
      ['--dns', 'name.example'],
    ])
      expect(await bench.doctor(words), words.join(' ')).toMatchObject({ code: 64 });
  });
});

describe('F7: it works where little else does', () => {
  test('a configuration with errors is told, and state and units are looked at all the same', async () => {
    const bench = doctorBench();
    bench.configure(['[limits]', 'draft_per_day = 5']);
    const { items, exit } = documentOf(await bench.doctor(['--json']));
    expect(exit.code).toBe(78);
    const [toml] = of(items, 'headgate_toml');
    expect(toml).toMatchObject({ verdict: 'problem', fix: 'headgate config validate' });
    expect(toml?.detail).toContain('drafts_per_day');
    expect(of(items, 'database')).toMatchObject([{ verdict: 'pass' }]);
    expect(of(items, 'integrity')).toMatchObject([{ verdict: 'pass' }]);
    const unseen = items.filter(({ group }) => ['mail', 'people', 'ai'].includes(group));
    expect(unseen.map(({ verdict }) => verdict)).toEqual(['skipped', 'skipped', 'skipped']);
  });

  test('without any workspace it says so, and where it looked', async () => {
    const { items } = documentOf(await runCli(['doctor', '--json'], { cwd: temporaryDirectory() }));
    const [toml] = of(items, 'headgate_toml');
    // An installation with a state/ of its own is found from everywhere: then there is one.
    if (toml?.verdict !== 'problem') return;
    expect(toml).toMatchObject({ title: 'there is no workspace', fix: /^headgate init/ });
    expect(of(items, 'database')).toMatchObject([{ verdict: 'skipped' }]);
  });

  test.each([
    ['missing', null, /There is no state/, /^headgate init/],
    ['empty', '', /empty/, /^headgate restore FILE/],
    [
      'of another program',
      'SQLite format 3\0rubbish',
      /not a state|another program|damaged|database/,
      /headgate/,
    ],
  ])('a state that is %s is one problem, and the rest is looked at', async (_name, text, detail, fix) => {
    const bench = doctorBench();
    bench.database.close();
    const file = join(bench.directory, 'headgate.db');
    for (const each of [file, `${file}-wal`, `${file}-shm`]) rmSync(each, { force: true });
    if (text !== null) writeFileSync(file, text, { mode: 0o600 });
    const { items } = documentOf(await bench.doctor(['--json']));
    const [database] = of(items, 'database');
    expect(database).toMatchObject({ verdict: 'problem', detail, fix });
    expect(of(items, 'drift')).toMatchObject([{ verdict: 'skipped' }]);
    expect(of(items, 'backup')).toMatchObject([{ title: 'there is no backup to restore' }]);
    expect(of(items, 'headgate_toml')).toMatchObject([{ verdict: 'pass' }]);
  });

  test('a folder of the state that is not there is told once', async () => {
    const { items } = documentOf(
      await doctorBench().doctor(['--only', 'state', '--state', '/nowhere/at/all', '--json']),
    );
    expect(of(items, 'database')).toMatchObject([{ verdict: 'problem' }]);
    expect(of(items, 'space')).toMatchObject([
      { verdict: 'skipped', detail: '/nowhere/at/all is not there' },
    ]);
  });

  test('a page of the state that was overwritten is found by integrity_check', async () => {
    const bench = doctorBench();
    for (let lead = 0; lead < 40; lead += 1) bench.lead(`lead${String(lead)}`, { notes: 'x'.repeat(900) });
    bench.database.close();
    const file = join(bench.directory, 'headgate.db');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, bytes.length - 8_192, bytes.length - 4_096);
    writeFileSync(file, bytes);
    const { items } = documentOf(await bench.doctor(['--only', 'state', '--json']));
    const problems = items.filter(({ verdict }) => verdict === 'problem');
    expect(problems).toMatchObject([{ detail: /./, fix: /^headgate restore FILE/ }]);
  });

  test('a damaged stamp, another machine, and a clock that went back are doubts with one way out', async () => {
    const bench = doctorBench();
    bench.write('stamp.json', '{');
    bench.machine.become({ machineIdHash: 'other', hostName: 'vps-2' });
    bench.clock.advance(-DAY_MS);
    const { items } = documentOf(await bench.doctor(['--only', 'state', 'clock', '--json']));
    expect(of(items, 'stamp')).toMatchObject([
      { verdict: 'problem', title: 'stamp.json cannot be read', fix: 'headgate adopt' },
    ]);
    expect(of(items, 'machine')).toMatchObject([{ verdict: 'problem', fix: 'headgate adopt' }]);
    expect(of(items, 'drift')).toMatchObject([{ verdict: 'problem', detail: /went back/ }]);
  });
});

describe('F7: files are for their owner alone', () => {
  test('--fix takes rights away and gives none; without it nothing changes', async () => {
    const bench = doctorBench();
    const open = ['headgate.db', 'stamp.json', 'secret', 'erasures.jsonl'].map((name) =>
      join(bench.directory, name),
    );
    writeFileSync(open[3] ?? '', '');
    chmodSync(open[3] ?? '', 0o644);
    chmodSync(open[0] ?? '', 0o664);
    chmodSync(open[1] ?? '', 0o604);
    chmodSync(open[2] ?? '', 0o646);
    const modes = (): readonly number[] => open.map((path) => statSync(path).mode & 0o777);
    const before = await bench.findings('state');
    // SQLite gives its log the mode of its database.
    expect(of(before, 'files').length).toBeGreaterThanOrEqual(open.length);
    expect(new Set(of(before, 'files').map(({ verdict }) => verdict))).toEqual(new Set(['problem']));
    expect(of(before, 'files')[0]?.fix).toBe(`chmod 0600 ${open[0] ?? ''}   (headgate doctor --fix does it)`);
    expect(modes()).toEqual([0o664, 0o604, 0o646, 0o644]);
    expect(of(await bench.findings('state', ['--fix']), 'files')).toMatchObject([
      { verdict: 'pass', detail: /\d mended/ },
    ]);
    expect(modes()).toEqual([0o600, 0o600, 0o640, 0o600]);
  });
});

describe('F7, F8: the newest backup is opened', () => {
  test('none, a good one, an old one, a broken one, and one of another state', async () => {
    const bench = doctorBench();
    const backup = async () => of(await bench.findings('state'), 'backup')[0];
    expect(await backup()).toMatchObject({
      verdict: 'warn',
      title: 'there is no backup yet',
      fix: 'headgate backup',
    });
    bench.lead('ann');
    await bench.run(['backup']);
    expect(await backup()).toMatchObject({ verdict: 'pass', detail: 'opened, 1 lead, 0 messages' });
    bench.clock.advance(3 * DAY_MS);
    expect(await backup()).toMatchObject({ verdict: 'warn', title: 'the newest backup is 3 days old' });
    bench.write('backup/headgate-20991231T000000Z.db', 'rubbish');
    expect(await backup()).toMatchObject({
      verdict: 'problem',
      title: 'the newest backup cannot be restored',
    });
    const other = doctorBench();
    other.database.write(() => other.database.prepare("UPDATE state_header SET state_id = 's-other'").run());
    await other.run(['backup']);
    const [copy = ''] = [join(other.directory, 'backup')].map((folder) =>
      join(folder, 'headgate-20260218T090000Z.db'),
    );
    writeFileSync(join(bench.directory, 'backup/headgate-20991231T000000Z.db'), readFileSync(copy));
    expect(await backup()).toMatchObject({ verdict: 'warn', title: 'the newest backup is of another state' });
  });
});

describe('F7, C3: leads without an opening in the next seven days', () => {
  test('are counted by the step that they wait for, with the window that never meets their hours', async () => {
    const bench = doctorBench();
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence);
    bench.enroll(bench.lead('ben', { timezone: 'America/Denver' }), sequence);
    const openings = async () => of(await bench.findings('config'), 'openings')[0];
    expect(await openings()).toMatchObject({ verdict: 'pass', detail: '2 waiting leads' });
    const window = { startMinute: 540, endMinute: 660, zone: 'Europe/Rome', weekdays: [] };
    bench.database.write(() => {
      saveSequences(bench.database, [
        { ...sequence, steps: sequence.steps.map((step) => ({ ...step, window })) },
      ]);
    });
    writeFileSync(
      join(bench.directory, 'headgate.toml'),
      'timezone = "UTC"\n[web]\ntoken_secret = { file = "secret" }\n',
    );
    const finding = await openings();
    expect(finding).toMatchObject({
      verdict: 'warn',
      title: '1 of 2 leads have no opening in the next 7 days',
    });
    expect(finding?.detail).toContain(
      '(09:00 to 11:00, Europe/Rome) and the hours of America/Denver never meet',
    );
    expect(finding?.fix).toMatch(/^headgate sequences show \S+ {3}and set tz = "lead" on /);
  });
});

describe('F7, A14: the clock', () => {
  test.each([
    [{ kind: 'synced', by: 'chrony', offsetMs: 3 }, 'pass', 'NTP in sync, offset 3 ms (chrony)'],
    [{ kind: 'synced', by: 'chrony', offsetMs: -4_000 }, 'warn', 'chrony, offset 4000 ms'],
    [{ kind: 'unsynced', by: 'timedatectl', isEnabled: false }, 'problem', 'timedatectl: no'],
    [{ kind: 'unsynced', by: 'timedatectl', isEnabled: true }, 'warn', 'switched on, and not in step yet'],
    [{ kind: 'unknown', why: 'nobody could tell' }, 'skipped', 'nobody could tell'],
  ] as const)('%j', (facts, verdict, detail) => {
    const finding = judgeSync(facts);
    expect(finding.verdict).toBe(verdict);
    expect(finding.detail).toContain(detail);
  });

  test('chrony is read in its own words', () => {
    const text = (leap: string) =>
      `Stratum         : 3\nSystem time     : 0.003200 seconds slow of NTP time\nLeap status     : ${leap}`;
    expect(readChrony(text('Normal'))).toEqual({ kind: 'synced', by: 'chrony', offsetMs: 3.2 });
    expect(readChrony(text('Not synchronised'))).toMatchObject({ kind: 'unsynced' });
    expect(judgeDrift([])).toMatchObject({ verdict: 'pass' });
  });
});

describe('F7: room on the disk', () => {
  test.each([
    [10e9, 1e6, 'pass'],
    [400e6, 1e6, 'warn'],
    [50e6, 1e6, 'problem'],
    [2e9, 1.95e9, 'problem'],
  ])('%d bytes free beside a state of %d: %s', (freeBytes, stateBytes, verdict) => {
    expect(judgeSpace({ folder: '/var/lib/headgate', freeBytes, stateBytes })).toMatchObject({ verdict });
  });
});

describe('F7, A5: units', () => {
  const timer = (name: string, change: Partial<UnitFacts> = {}): UnitFacts => ({
    name,
    load: 'loaded',
    active: 'active',
    file: 'enabled',
    isPersistent: false,
    touchesPeople: true,
    ...change,
  });
  const verdicts = (units: readonly UnitFacts[]) =>
    Object.fromEntries(judgeUnits(units).map(({ check, verdict }) => [check, verdict]));

  test('timers that wait, a socket that listens, nothing persistent, nothing failed', () => {
    const units = [
      timer('headgate-drip.timer'),
      timer('headgate-unsub.socket'),
      timer('headgate-drip.service', { active: 'inactive', file: 'static' }),
    ];
    expect(verdicts(units)).toEqual({ timers: 'pass', sockets: 'pass', persistent: 'pass', failed: 'pass' });
  });

  test('a disabled timer, a dead socket, a persistent timer and a failed service are one problem each', () => {
    const units = [
      timer('headgate-drip.timer', { file: 'disabled', active: 'inactive', isPersistent: true }),
      timer('headgate-backup.timer', { isPersistent: true, touchesPeople: false }),
      timer('headgate-unsub.socket', { active: 'failed' }),
      timer('headgate-send.service', { active: 'failed' }),
    ];
    const findings = judgeUnits(units);
    expect(findings.map(({ verdict }) => verdict)).toEqual(['problem', 'problem', 'problem', 'problem']);
    expect(findings[0]?.fix).toBe('sudo systemctl enable --now headgate-drip.timer');
    expect(findings[2]?.detail).toContain('drip: what was missed would run at boot');
    expect(findings[3]?.fix).toContain('journalctl -u headgate-send.service');
  });

  test('a unit that is not there at all is installed, not enabled', () => {
    const units = [timer('headgate-drip.timer', { load: 'not-found', active: 'inactive', file: '' })];
    expect(judgeUnits(units)[0]?.fix).toBe('sudo headgate units install');
  });

  test('secrets of the environment are seen by every child of a process', async () => {
    expect(judgeSecrets([{ key: 'telegram.token', kind: 'credential' }])).toMatchObject({ verdict: 'pass' });
    const bench = doctorBench();
    const env = { HEADGATE_WEB__TOKEN_SECRET: 's'.repeat(64) };
    const findings = await bench.findings('systemd', [], { env });
    expect(of(findings, 'secrets')).toMatchObject([{ verdict: 'warn', detail: 'web.token_secret' }]);
    expect(JSON.stringify(findings)).not.toContain('ssss');
  });
});
