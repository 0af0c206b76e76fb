import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { layoutOf } from '../../src/commands/units/layout.ts';
import { unitFilesOf } from '../../src/commands/units/unit-files.ts';
import { openState } from '../../src/store/database.ts';
import { enqueueNotice, waitingNotices } from '../../src/store/notices.ts';
import { runCli, type CliOptions } from '../helpers/cli.ts';
import { FakeClock } from '../helpers/fakes.ts';
import { temporaryDirectory } from '../helpers/state.ts';

/** What an install writes, its own notes apart. */
const FILES = unitFilesOf(layoutOf('/opt/headgate')).length;
const DRIP_TIMER = 'etc/systemd/system/headgate-drip.timer';

/** Another system's folder: no test changes the machine that it runs on. */
function image() {
  const root = temporaryDirectory();
  return {
    root,
    units: (line: string, options: CliOptions = {}) =>
      runCli(['units', ...line.split(' '), '--root', root], options),
    read: (path: string) => readFileSync(join(root, path), 'utf8'),
    write(path: string, text: string) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
  };
}

function itemsOf(result: Awaited<ReturnType<typeof runCli>>) {
  return (result.json() as { items: Record<string, unknown>[] }).items;
}

describe('units install', () => {
  test('shows what it would write and asks; no answer writes nothing', async () => {
    const { units, root } = image();
    const { stderr, stdout } = await units('install', { answers: ['n'] });
    expect(stderr).toContain(`${root}/${DRIP_TIMER} not there`);
    expect(stdout).toBe('Nothing was changed.\n');
    expect(statSync(join(root, 'etc'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('writes nothing where nobody can be asked and --yes was not said: 64', async () => {
    const { units, root } = image();
    expect((await units('install')).code).toBe(64);
    expect(statSync(join(root, 'etc'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('twice is once, and then diff finds nothing: 20', async () => {
    const { units } = image();
    expect((await units('install --yes')).stdout).toContain(`${String(FILES)} files written`);
    expect((await units('install --yes')).stdout).toContain('every file is as it should be');
    const { code, stdout } = await units('diff --detailed-exit-code');
    expect({ code, stdout }).toMatchObject({ code: 20, stdout: expect.stringContaining('as this version') });
  });

  test('keeps the answers of last time, so that an upgrade resets no time that was chosen', async () => {
    const { units, read } = image();
    await units('install --yes --user mailer --prefix /srv/headgate --drip *:13 --credential crm-key');
    await units('install --yes --nurture *:43');
    expect(read(DRIP_TIMER)).toContain('OnCalendar=*:13\n');
    expect(read('etc/systemd/system/headgate-nurture.timer')).toContain('OnCalendar=*:43\n');
    const send = read('etc/systemd/system/headgate-send.service');
    expect(send).toContain('User=mailer\n');
    expect(send).toContain('ExecStart=/srv/headgate/bin/send ');
    expect(send).toContain('LoadCredential=crm-key:headgate.crm-key\n');
    expect(read('etc/tmpfiles.d/headgate.conf')).toContain('d /var/lib/headgate 0700 mailer mailer\n');
    expect((await units('diff --detailed-exit-code')).code).toBe(20);
  });

  test('has the digest come in the zone of the operator, as headgate.toml has it now', async () => {
    const { units, read, root } = image();
    const init =
      'init --no-input --name Tom --from tom@mail.example.com --timezone Europe/Berlin --postal-address Leeds';
    expect((await runCli([...init.split(' '), join(root, 'etc/headgate')])).code).toBe(0);
    await units('install --yes');
    const timer = 'etc/systemd/system/headgate-digest.timer';
    expect(read(timer)).toContain('OnCalendar=*-*-* 07:00:00 Europe/Berlin\n');
    expect((await units('install --yes --digest *:10')).code).toBe(0);
    expect(read(timer)).toContain('OnCalendar=*:10\n');
  });

  test('repairs a file that was edited or lost its mode, and says which', async () => {
    const { units, read, write, root } = image();
    await units('install --yes');
    const right = read(DRIP_TIMER);
    write(DRIP_TIMER, right.replace('Persistent=false', 'Persistent=true'));
    chmodSync(join(root, 'usr/local/lib/headgate/alert'), 0o644);
    const { stdout, code } = await units('diff --detailed-exit-code');
    expect(code).toBe(21);
    expect(stdout).toContain('   - Persistent=true\n   + Persistent=false\n');
    expect(itemsOf(await units('install --yes --json'))).toMatchObject([
      { name: 'headgate-drip.timer', change: 'changed', removed: ['Persistent=true'] },
      { name: 'alert.sh', change: 'mode' },
    ]);
    expect(read(DRIP_TIMER)).toBe(right);
    expect(statSync(join(root, 'usr/local/lib/headgate/alert')).mode & 0o777).toBe(0o755);
  });

  test.each(['headgate-drip.timer.d', 'headgate-.timer.d', 'timer.d'])(
    'A4: refuses while a drop-in in %s makes a timer that touches people persistent, and writes nothing',
    async (folder) => {
      const { units, write, root } = image();
      write(`etc/systemd/system/${folder}/catch-up.conf`, '[Timer]\nPersistent = yes\n');
      const { code, stderr } = await units('install --yes');
      expect(code).toBe(78);
      expect(stderr).toContain('persistent: it would run at boot what was missed');
      expect(stderr).toContain(`${folder}/catch-up.conf`);
      expect(statSync(join(root, DRIP_TIMER), { throwIfNoEntry: false })).toBeUndefined();
    },
  );

  test('lets the backup be persistent, and leaves drop-ins where they are', async () => {
    const { units, write, read } = image();
    const own = 'etc/systemd/system/headgate-backup.timer.d/own.conf';
    write(own, '[Timer]\nPersistent=true\nRandomizedDelaySec=5min\n');
    expect((await units('install --yes')).code).toBe(0);
    expect(itemsOf(await units('diff --json'))).toMatchObject([
      { name: 'headgate-backup.timer', change: 'drop_in', persistent: false, removed: expect.any(Array) },
    ]);
    expect(read(own)).toContain('RandomizedDelaySec');
  });

  test('leaves a masked unit masked: somebody wanted it never to start', async () => {
    const { units, root } = image();
    mkdirSync(join(root, 'etc/systemd/system'), { recursive: true });
    symlinkSync('/dev/null', join(root, 'etc/systemd/system/headgate-nurture.timer'));
    const { stderr } = await units('install --yes');
    expect(stderr).toContain('headgate-nurture.timer (masked)');
    expect(statSync(join(root, 'etc/systemd/system/headgate-nurture.timer')).isCharacterDevice()).toBe(true);
  });

  test('does not overwrite a program of the same name', async () => {
    const { units, write, read } = image();
    write('usr/local/bin/headgate', '#!/bin/sh\necho mine\n');
    expect((await units('install --yes')).code).toBe(78);
    expect(read('usr/local/bin/headgate')).toContain('mine');
  });

  test.each([
    ['--drip *:99', 'calendar expression'],
    ['--user Root;', '--user cannot be'],
    ['--prefix relative', '--prefix cannot be'],
    ['--prefix /opt/../tmp', '--prefix cannot be'],
    ['--credential ../shadow', '--credential cannot be'],
    ['--state /elsewhere', '--state has no place here'],
  ])('refuses %s, which no unit file can say: 64', async (flags, says) => {
    const { units, root } = image();
    const { code, stderr } = await units(`install --yes ${flags}`);
    expect({ code, stderr }).toMatchObject({ code: 64, stderr: expect.stringContaining(says) });
    expect(statSync(join(root, 'etc'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('says what to do when its own notes are damaged, and touches nothing: 78', async () => {
    const { units, write } = image();
    write('usr/local/lib/headgate/units.json', '{"user": 1}');
    const { code, stderr } = await units('install --yes');
    expect(code).toBe(78);
    expect(stderr).toContain('is damaged');
  });
});

describe('units diff', () => {
  test('names a unit of ours that this version does not know', async () => {
    const { units, write } = image();
    await units('install --yes');
    write('etc/systemd/system/headgate-flood.timer', '[Timer]\nOnBootSec=1\n');
    expect(itemsOf(await units('diff --json'))).toMatchObject([
      { name: 'headgate-flood.timer', change: 'unknown' },
    ]);
  });
});

describe('units remove', () => {
  test('takes away what install wrote, and neither state nor configuration nor drop-ins', async () => {
    const { units, write, read, root } = image();
    await units('install --yes');
    const kept = ['var/lib/headgate/headgate.db', 'etc/headgate/headgate.toml', `${DRIP_TIMER}.d/own.conf`];
    for (const path of kept) write(path, 'kept\n');
    expect(itemsOf(await units('remove --yes --json'))).toHaveLength(FILES + 1);
    for (const path of kept) expect(read(path)).toBe('kept\n');
    for (const path of [DRIP_TIMER, 'usr/local/bin/headgate', 'usr/local/lib/headgate/units.json'])
      expect(statSync(join(root, path), { throwIfNoEntry: false }), path).toBeUndefined();
    expect((await units('remove --yes')).stdout).toContain('0 files removed');
  });
});

describe('manual pages (cli.md 1)', () => {
  test('come with the units, those of commands that are gone go, and others stay', async () => {
    const { units, write, read, root } = image();
    const folder = 'usr/local/share/man/man1';
    for (const page of ['headgate-gone.1', 'headgate.1', 'other.1']) write(`${folder}/${page}`, 'old\n');
    await units('install --yes');
    expect(read(`${folder}/headgate.1`)).toMatch(/^\.TH HEADGATE 1 /);
    expect(read(`${folder}/headgate-leads-import.1`)).toContain('.SH SYNOPSIS');
    expect(readdirSync(join(root, folder))).not.toContain('headgate-gone.1');
    await units('remove --yes');
    expect(readdirSync(join(root, folder))).toEqual(['other.1']);
  });
});

describe('units print', () => {
  test('prints one unit bare, as systemd-analyze reads it', async () => {
    const { stdout } = await runCli(['units', 'print', 'headgate-drip.timer', '--drip', '*:13']);
    expect(stdout.startsWith('[Unit]\n')).toBe(true);
    expect(stdout).toContain('OnCalendar=*:13\n');
  });

  test('refuses a name that it does not know with those that it knows: 64', async () => {
    const { code, stderr } = await runCli(['units', 'print', 'headgate-banana.service']);
    expect(code).toBe(64);
    expect(stderr).toContain('headgate-drip.service');
  });
});

describe('units alert', () => {
  const START_AT = Date.UTC(2026, 1, 18, 9, 3);

  async function desk() {
    const cwd = temporaryDirectory();
    const clock = new FakeClock(START_AT);
    const answers =
      'init . --no-input --name Tom --from tom@mail.example.com --timezone UTC --postal-address Leeds';
    expect((await runCli(answers.split(' '), { cwd, clock })).code).toBe(0);
    const open = () => openState({ file: join(cwd, 'headgate.db'), mode: 'write' });
    return {
      cwd,
      clock,
      alert: (line: string, input = '') =>
        runCli(['units', 'alert', ...line.split(' '), '--json'], { cwd, clock, input }),
      notices() {
        const db = open();
        try {
          return waitingNotices(db, 10);
        } finally {
          db.close();
        }
      },
      tellItself(createdAt: number) {
        const db = open();
        const notice = { kind: 'fatal', job: 'send', dedupeKey: 'x', text: 'x', runId: null };
        db.write(() => enqueueNotice(db, { ...notice, now: createdAt, repeatAfterMs: 0 }));
        db.close();
      },
    };
  }

  test('F1: keeps unit, result and last log lines as a notice, harmless to a terminal', async () => {
    const { alert, notices } = await desk();
    const log = Array.from({ length: 30 }, (_, line) => `line ${String(line)} \u001b[2J`).join('\n');
    await alert('headgate-drip.service --result signal --status KILL', log);
    const [notice] = notices();
    expect(notice).toMatchObject({ kind: 'unit_failed', job: 'drip' });
    expect(notice?.text).toContain('headgate-drip.service failed: signal, status KILL.');
    expect(notice?.text).toContain('line 29');
    expect(notice?.text).not.toContain('line 14');
    expect(notice?.text).not.toContain('\u001b');
  });

  test('is silent when the run told of itself since it began, and not for what it told before', async () => {
    const { alert, tellItself, notices } = await desk();
    const since = `--since @${String(START_AT / 1000)}`;
    tellItself(START_AT - 1);
    expect(itemsOf(await alert(`headgate-send.service --result exit-code --status 70 ${since}`))).toEqual([
      expect.objectContaining({ stored: true, silent: null }),
    ]);
    tellItself(START_AT + 1);
    expect(itemsOf(await alert(`headgate-send.service --result exit-code --status 69 ${since}`))).toEqual([
      expect.objectContaining({ stored: false, silent: 'told_itself' }),
    ]);
    expect(notices()).toHaveLength(3);
  });

  test('tells of the same failure once a day, and of another one at once', async () => {
    const { alert, clock, notices } = await desk();
    for (const status of ['78', '78', '203'])
      await alert(`headgate-sync.service --result exit-code --status ${status}`);
    expect(notices()).toHaveLength(2);
    clock.advance(25 * 3_600_000);
    await alert('headgate-sync.service --result exit-code --status 78');
    expect(notices()).toHaveLength(3);
  });

  test('works with a configuration that is broken, which is what it may have to tell of', async () => {
    const { alert, cwd, notices } = await desk();
    writeFileSync(join(cwd, 'headgate.toml'), 'live = maybe\n');
    expect((await alert('headgate-drip.service --result exit-code --status 78')).code).toBe(0);
    expect(notices()).toHaveLength(1);
  });

  test('fails where the state takes no notice, so that the unit can fall back: 30', async () => {
    const { alert, cwd } = await desk();
    rmSync(join(cwd, 'headgate.db'));
    expect((await alert('headgate-drip.service --result timeout --status TERM')).code).toBe(30);
  });

  test.each(['ssh.service', 'headgate-drip', '../x.service', 'headgate-drip.service --since yesterday'])(
    'refuses "%s": 64',
    async (line) => {
      const { alert } = await desk();
      expect((await alert(line)).code).toBe(64);
    },
  );
});
