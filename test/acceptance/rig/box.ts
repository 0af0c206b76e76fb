/**
 * A machine in a box: one workspace, a system clock that the test sets, a boot id that changes when it "reboots" and a machine id.
 * Everything that runs in it is a real process started from bin/. The clock is moved by libfaketime, the ids by bind mounts in a
 * mount namespace of each process; the program under test has no switch for any of them.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What one process did. */
export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Written to its standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A program and its arguments that starts the command: `strace …`. */
  readonly under?: readonly string[];
  /** Called with the process once it is there, for whoever wants to end it. */
  readonly onStart?: (child: ChildProcess) => void;
}

const LAUNCHERS = new Set(['drip', 'nurture', 'send', 'confirm', 'backup', 'sync', 'digest', 'listen']);
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** libfaketime as Debian installs it; null when it is missing. */
export function fakeTimeLibrary(): string | null {
  const [found] = globSync([
    '/usr/lib/*/faketime/libfaketimeMT.so.1',
    '/usr/lib/faketime/libfaketimeMT.so.1',
  ]);
  return found ?? null;
}

const NAMESPACE =
  process.getuid?.() === 0 ? ['unshare', '--mount'] : ['unshare', '--map-root-user', '--mount'];

/** Whether this machine lets a test give a process a boot id of its own. */
export function canMountIds(): boolean {
  const [program = '', ...flags] = NAMESPACE;
  const probe = [...flags, 'mount', '--bind', '/dev/null', '/proc/sys/kernel/random/boot_id'];
  return spawnSync(program, probe, { stdio: 'ignore' }).status === 0;
}

export class Box {
  /** The clock that the next process will see, epoch milliseconds. */
  now: number;
  readonly directory: string;
  readonly workspace: string;
  #installation: string;
  #boots = 0;
  #machines = 0;
  #mountsIds: boolean;

  constructor(options: {
    readonly directory: string;
    readonly installation: string;
    readonly now: number;
    /** False where no reboot is played: one process less for each command. */
    readonly mountsIds?: boolean;
  }) {
    this.directory = options.directory;
    this.workspace = join(options.directory, 'workspace');
    this.now = options.now;
    this.#installation = options.installation;
    this.#mountsIds = options.mountsIds ?? false;
    mkdirSync(this.workspace, { recursive: true });
    this.reboot();
    this.moveToAnotherMachine();
  }

  get databaseFile(): string {
    return join(this.workspace, 'headgate.db');
  }

  path(...parts: readonly string[]): string {
    return join(this.workspace, ...parts);
  }

  reboot(): void {
    this.#boots += 1;
    const id = `00000000-0000-4000-8000-${String(this.#boots).padStart(12, '0')}`;
    writeFileSync(this.#idFile('boot'), `${id}\n`);
  }

  moveToAnotherMachine(): void {
    this.#machines += 1;
    writeFileSync(this.#idFile('machine'), `${String(this.#machines).padStart(32, 'a')}\n`);
  }

  advance(ms: number): void {
    this.now += ms;
  }

  /** The next processes run on another build of the program, over the same workspace. */
  useInstallation(installation: string): void {
    this.#installation = installation;
  }

  /** Runs one command line to its end: `run('drip', '--preview')` is bin/drip, all others are bin/headgate. */
  run(...words: readonly string[]): Ran {
    return this.runWith({}, ...words);
  }

  runWith(options: RunOptions, ...words: readonly string[]): Ran {
    const [program, ...args] = this.#commandLine(options, words);
    const done = spawnSync(program ?? '', args, {
      cwd: this.workspace,
      env: this.#environment(options),
      encoding: 'utf8',
      input: options.input ?? '',
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    if (done.error !== undefined) throw done.error;
    // The next one starts later, as in life; a clock that stands still is a clock that went back.
    this.now += 1000;
    return { code: done.status, signal: done.signal, stdout: done.stdout, stderr: done.stderr };
  }

  /** Runs and throws with everything it said unless it ended with one of these codes. */
  expect(codes: readonly number[], ...words: readonly string[]): Ran {
    const ran = this.run(...words);
    if (ran.code !== null && codes.includes(ran.code)) return ran;
    const at = new Date(this.now).toISOString();
    throw new Error(
      `headgate ${words.join(' ')} at ${at} ended ${String(ran.code ?? ran.signal)}\n${ran.stdout}\n${ran.stderr}`,
    );
  }

  /** The `--json` document of a command that ended with one of these codes. */
  document(codes: readonly number[], ...words: readonly string[]): Readonly<Record<string, unknown>> {
    const { stdout } = this.expect(codes, ...words, '--json');
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  }

  /** Starts a command and does not wait for it. */
  start(...words: readonly string[]): Promise<Ran> {
    return this.startWith({}, ...words);
  }

  startWith(options: Omit<RunOptions, 'input'>, ...words: readonly string[]): Promise<Ran> {
    const [program, ...args] = this.#commandLine(options, words);
    const child = spawn(program ?? '', args, {
      cwd: this.workspace,
      env: this.#environment(options),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    options.onStart?.(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  /** Reads the state with SQL of the test's own. */
  rows<Row>(sql: string, ...parameters: readonly (string | number | null)[]): Row[] {
    const database = new Database(this.databaseFile, { readonly: true });
    try {
      return database.prepare(sql).all(...parameters) as Row[];
    } finally {
      database.close();
    }
  }

  count(sql: string, ...parameters: readonly (string | number | null)[]): number {
    const [row] = this.rows<Record<string, number>>(sql, ...parameters);
    return Object.values(row ?? {})[0] ?? 0;
  }

  /** What only a fault, or another program, would do to the state: never part of an ordinary story. */
  tamper(sql: string, ...parameters: readonly (string | number | null)[]): void {
    const database = new Database(this.databaseFile);
    try {
      database.prepare(sql).run(...parameters);
    } finally {
      database.close();
    }
  }

  #idFile(name: 'boot' | 'machine'): string {
    return join(this.directory, `${name}-id`);
  }

  #commandLine({ under = [] }: RunOptions, words: readonly string[]): readonly string[] {
    const [first = '', ...rest] = words;
    const bin = join(this.#installation, 'bin');
    const own = LAUNCHERS.has(first) ? [join(bin, first), ...rest] : [join(bin, 'headgate'), ...words];
    if (!this.#mountsIds) return [...under, ...own];
    const mounts = 'mount --bind "$1" /proc/sys/kernel/random/boot_id && mount --bind "$2" /etc/machine-id';
    const script = `${mounts} && shift 2 && exec "$@"`;
    const ids = [this.#idFile('boot'), this.#idFile('machine')];
    return [...NAMESPACE, 'sh', '-c', script, 'sh', ...ids, ...under, ...own];
  }

  /** The clock of each process starts at `now` and runs on from there; its monotonic clock is left alone. */
  #environment({ env = {} }: RunOptions): NodeJS.ProcessEnv {
    const library = fakeTimeLibrary();
    if (library === null) throw new Error('libfaketime is missing: apt-get install -y libfaketime');
    return {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: this.directory,
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      LD_PRELOAD: library,
      FAKETIME_FMT: '%s',
      FAKETIME: `@${Math.floor(this.now / 1000)}`,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
      ...env,
    };
  }
}
