import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Box, canMountIds, fakeTimeLibrary, HOUR_MS, MINUTE_MS, type Ran } from './rig/box.ts';
import { healthyMachine, type HealthyMachine } from './rig/healthy-machine.ts';
import { installation, removeInstallations } from './rig/installation.ts';

/** Faults of the disk and signals: numbers 117 and 118 of the list of bad inputs, on real processes. */

const canRun = fakeTimeLibrary() !== null && canMountIds();
const canTrace = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;
const isRoot = process.getuid?.() === 0;
const LONG_MS = 600_000;
const isFull = process.env['HEADGATE_ACCEPTANCE'] === 'full';

describe.skipIf(!canRun)('a disk that fails', () => {
  let machine: HealthyMachine;
  beforeAll(() => {
    machine = healthyMachine(installation());
  }, 120_000);
  afterAll(() => {
    machine.remove();
    removeInstallations();
  });

  const faults = [
    { error: 'EIO', call: 'fsync', step: 1 },
    { error: 'ENOSPC', call: 'pwrite64', step: isFull ? 1 : 12 },
    { error: 'EDQUOT', call: 'pwrite64', step: isFull ? 4 : 40 },
  ];

  test.skipIf(!canTrace).each(faults)(
    'hardening 117: $error at any $call of drip: not 0, one clear line, no half draft, and the next run makes what it should',
    ({ error, call, step }) => {
      const points = failAtEach({ machine, job: 'drip', error, call, step }, ({ box, ran }) => {
        expectClearFailure(ran);
        box.advance(HOUR_MS);
        expect(box.run('drip').code).toBe(0);
        expect(box.count("SELECT count(*) FROM messages WHERE state = 'reserved'")).toBe(0);
        expect(
          box.rows('SELECT 1 FROM draft_log GROUP BY lead_row_id, operator_day HAVING count(*) > 1'),
        ).toEqual([]);
        const today = box.count('SELECT count(*) FROM draft_log WHERE made_at >= ?', machine.now);
        expect(today).toBeGreaterThan(0);
        expect(today).toBeLessThanOrEqual(10);
      });
      console.log(`drip met ${error} at ${points} points of ${call}`);
    },
    LONG_MS,
  );

  test.skipIf(!canTrace).each(faults)(
    'hardening 117: $error at any $call of send: nothing leaves after a commit that failed, and nothing twice',
    ({ error, call, step }) => {
      const points = failAtEach({ machine, job: 'send', error, call, step }, ({ box, ran }) => {
        expectClearFailure(ran);
        // Whatever lies in the outbox had been claimed, in a commit that the disk took.
        const claimed = new Set(
          box
            .rows<{ id: string }>(
              "SELECT m.id FROM attempts a JOIN messages m ON m.row_id = a.message_row_id WHERE a.event = 'claimed'",
            )
            .map(({ id }) => id),
        );
        for (const id of idsInOutbox(box)) expect(claimed).toContain(id);
        box.advance(10 * MINUTE_MS);
        expect([0, 32]).toContain(box.run('send').code);
        const ids = idsInOutbox(box);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of machine.approvedIds) {
          const [row] = box.rows<{ state: string }>('SELECT state FROM messages WHERE id = ?', id);
          expect(['sent', 'uncertain', 'approved', 'held']).toContain(row?.state);
        }
      });
      console.log(`send met ${error} at ${points} points of ${call}`);
    },
    LONG_MS,
  );

  test.skipIf(!isRoot)(
    'hardening 117: on a full disk nothing is drafted or sent (77), and status and preview still answer',
    () => {
      const box = copyOf(machine);
      const on = [
        'sh',
        '-c',
        `mount -t tmpfs -o size=24m tmpfs /mnt && cp -a . /mnt && cd /mnt && head -c 64m /dev/zero > filler; exec "$@"`,
        'sh',
      ];
      for (const job of ['drip', 'send']) {
        const ran = box.runWith({ under: on }, job);
        expect(ran.code, ran.stdout + ran.stderr).toBe(77);
        expect(ran.stderr).toMatch(/(disk|KiB left)[\s\S]*exit 77 NOPERM/);
      }
      for (const words of [['status'], ['review', 'list']])
        expect(box.runWith({ under: on }, ...words).code).toBe(0);
      const preview = box.runWith({ under: on }, 'drip', '--preview');
      expect(preview.code, preview.stderr).toBe(0);
      expect(preview.stdout).toContain('Would draft');
      rmSync(box.directory, { recursive: true, force: true });
    },
  );

  test.skipIf(!canLoop())(
    'hardening 117: on a full disk with small blocks, where SQLite’s index would end a process without a word, all still answer',
    () => {
      const box = copyOf(machine);
      const image = join(box.directory, 'small.img');
      execFileSync('sh', ['-c', 'head -c 20M /dev/zero > "$1" && mkfs.ext4 -q -b 1024 -F "$1"', 'sh', image]);
      const fill = 'cp -a . /mnt && cd /mnt && (cat /dev/zero > filler || true) 2>/dev/null';
      const on = ['sh', '-c', `mount -o loop '${image}' /mnt && ${fill}; exec "$@"`, 'sh'];
      for (const job of ['drip', 'send']) {
        const ran = box.runWith({ under: on }, job);
        expect(ran.code, ran.stdout + ran.stderr).toBe(77);
        expect(ran.stderr).toMatch(/(disk|KiB left)[\s\S]*exit 77 NOPERM/);
      }
      for (const words of [['status'], ['drip', '--preview']]) {
        const ran = box.runWith({ under: on }, ...words);
        expect(ran.code, ran.stdout + ran.stderr).toBe(0);
      }
      rmSync(box.directory, { recursive: true, force: true });
    },
    60_000,
  );

  test.skipIf(!isRoot)(
    'hardening 117: on a read-only disk every job refuses (77) naming path and user, and sends nothing',
    () => {
      const box = copyOf(machine);
      const on = [
        'sh',
        '-c',
        'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && exec "$@"',
        'sh',
      ];
      for (const job of ['drip', 'nurture', 'send', 'confirm']) {
        const ran = box.runWith({ under: on }, job);
        expect(ran.code, ran.stdout + ran.stderr).toBe(77);
        expect(ran.stderr).toContain(box.workspace);
      }
      expect(idsInOutbox(box)).toEqual(idsInOutbox(copyOf(machine)));
      rmSync(box.directory, { recursive: true, force: true });
    },
  );

  test.skipIf(!canTrace).each(['drip', 'send'])(
    'hardening 118: SIGTERM in the middle of %s ends it in time, with every message whole, and the next run goes on',
    (job) => {
      for (const delayMs of isFull ? [50, 150, 300, 500, 800, 1200, 2000] : [150, 600]) {
        const box = copyOf(machine);
        // Slow syncs make the middle long enough to be hit.
        const slow = [
          'strace',
          '-f',
          '-qq',
          '-o',
          '/dev/null',
          '-e',
          'trace=fsync',
          '-e',
          'inject=fsync:delay_enter=150000',
        ];
        const holder = box.path('locks', `${job}.holder.json`);
        const watch = `until [ -s '${holder}' ]; do sleep 0.01; done; sleep ${delayMs / 1000}; pid=$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' '${holder}'); kill -TERM "$pid"`;
        rmSync(holder, { force: true });
        const ran = box.runWith({ under: ['sh', '-c', `(${watch}) & exec "$@"`, 'sh', ...slow] }, job);
        expect([0, 143], `${ran.stdout}${ran.stderr}`).toContain(
          ran.code ?? (ran.signal === 'SIGTERM' ? 143 : -1),
        );
        expect(box.count("SELECT count(*) FROM messages WHERE state = 'sending'")).toBe(0);
        box.advance(10 * MINUTE_MS);
        expect([0, 32]).toContain(box.run(job).code);
        expect(box.count("SELECT count(*) FROM messages WHERE state IN ('reserved', 'sending')")).toBe(0);
        const ids = idsInOutbox(box);
        expect(new Set(ids).size).toBe(ids.length);
        rmSync(box.directory, { recursive: true, force: true });
      }
    },
    LONG_MS,
  );
});

interface Failing {
  readonly machine: HealthyMachine;
  readonly job: string;
  readonly error: string;
  readonly call: string;
  readonly step: number;
}

/** Lets the k-th system call of this name fail for k = 1, 1 + step, … until there are no more; returns how many faults were met. */
function failAtEach(failing: Failing, check: (met: { box: Box; ran: Ran }) => void): number {
  const { machine, job, error, call, step } = failing;
  for (let faults = 0; faults < 1000; faults += 1) {
    const box = copyOf(machine);
    try {
      const log = join(box.directory, 'trace');
      const inject = `inject=${call}:error=${error}:when=${1 + faults * step}`;
      const ran = box.runWith(
        { under: ['strace', '-f', '-qq', '-o', log, '-e', `trace=${call}`, '-e', inject] },
        job,
      );
      if (!readFileSync(log, 'utf8').includes('INJECTED')) return faults;
      if (ran.code !== 0) check({ box, ran });
    } finally {
      rmSync(box.directory, { recursive: true, force: true });
    }
  }
  throw new Error(`${job} never gets past its calls of ${call}`);
}

/** Not a crash: a code of ours, and a line that says what to do. */
function expectClearFailure({ code, stderr }: Ran): void {
  expect([77, 78, 75], stderr).toContain(code);
  expect(stderr).toMatch(/exit 7[578] \w+\n$/);
}

function copyOf(machine: HealthyMachine): Box {
  const copy = mkdtempSync(join(tmpdir(), 'headgate-fault-'));
  cpSync(machine.directory, copy, { recursive: true });
  return new Box({ directory: copy, installation: installation(), now: machine.now, mountsIds: true });
}

/** Whether this machine can mount a file as a disk of its own. */
function canLoop(): boolean {
  if (!canRun || !isRoot) return false;
  const probe =
    'head -c 2M /dev/zero > "$1" && mkfs.ext4 -q -F "$1" && exec unshare --mount mount -o loop "$1" /mnt';
  const folder = mkdtempSync(join(tmpdir(), 'headgate-loop-'));
  try {
    return spawnSync('sh', ['-c', probe, 'sh', join(folder, 'probe.img')], { stdio: 'ignore' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function idsInOutbox(box: Box): readonly string[] {
  const outbox = box.path('outbox');
  if (!existsSync(outbox)) return [];
  return readdirSync(outbox)
    .filter((file) => file.endsWith('.eml'))
    .map((file) => /^message-id: <(m-\w+)@/im.exec(readFileSync(join(outbox, file), 'utf8'))?.[1] ?? file);
}
