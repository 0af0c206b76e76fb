/**
 * One call on the files of a workspace that goes wrong, in a real process: by a small library that is loaded before the program, which
 * costs nothing and knows which file is meant; where no compiler makes it, by strace, which knows fewer kinds of calls.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

import { program, type Ended, type Place, type StartOptions } from '../chaos/program.ts';

export const CALL_KINDS = [
  'sync',
  'write',
  'truncate',
  'rename',
  'unlink',
  'open',
  'read',
  'map',
  'lock',
] as const;
export type CallKind = (typeof CALL_KINDS)[number];

export type Deed =
  | { readonly error: keyof typeof constants.errno; readonly onwards?: boolean }
  | { readonly signal: 'SIGKILL' | 'SIGTERM' }
  | { readonly cuts: 'tear' | 'short' }
  | { readonly stepSeconds: number };

/** The how-manieth call of one kind that a program makes on its workspace, and the file that it is about. */
export interface Call {
  readonly kind: CallKind;
  readonly nth: number;
  readonly file: string;
}

export interface Struck {
  readonly ended: Ended;
  /** When the call went wrong, in nanoseconds of the monotonic clock; null when the program never made it. */
  readonly struckAt: bigint | null;
}

export interface Injector {
  readonly how: 'preload' | 'strace';
  /** Runs it whole and tells every call that it made. */
  list(place: Place, words: readonly string[], kinds: readonly CallKind[]): Promise<readonly Call[]>;
  strike(place: Place, words: readonly string[], options: StrikeOptions): Promise<Struck>;
  /** For the environment of runs whose clock is off by so much from their first look at the workspace. */
  steppedClock(place: Place, seconds: number): Readonly<Record<string, string>>;
  remove(): void;
}

export interface StrikeOptions extends StartOptions {
  readonly call: Call;
  readonly deed: Deed;
}

const SOURCE = join(import.meta.dirname, 'shim/fault-shim.c');

/** The best that this machine has; null where it has neither. */
export function createInjector(): Injector | null {
  return createPreload() ?? createStrace();
}

function createPreload(): Injector | null {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-shim-'));
  const library = join(folder, 'fault-shim.so');
  const compiler = ['cc', 'gcc', 'clang'].find((name) => {
    const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-o', library, SOURCE, '-ldl'];
    return spawnSync(name, flags, { stdio: 'ignore' }).status === 0;
  });
  if (compiler === undefined) {
    rmSync(folder, { recursive: true });
    return null;
  }
  const environment = (place: Place, kinds: readonly CallKind[]): Record<string, string> => ({
    LD_PRELOAD: library,
    HEADGATE_FAULT_UNDER: place.folder,
    HEADGATE_FAULT_CALLS: kinds.join(','),
    HEADGATE_FAULT_LOG: `${place.folder}.calls`,
  });
  return {
    how: 'preload',
    async list(place, words, kinds) {
      const { code, stderr } = await program(place, words, { environment: environment(place, kinds) });
      if (code !== 0) throw new Error(`${words.join(' ')} ended ${String(code)} by itself: ${stderr}`);
      return numbered(takeLog(place).map(({ kind, file }) => ({ kind, file })));
    },
    async strike(place, words, { call, deed, ...options }) {
      const own = {
        ...environment(place, [call.kind]),
        HEADGATE_FAULT_AT: String(call.nth),
        HEADGATE_FAULT_DO: deedText(deed),
        ...('onwards' in deed && deed.onwards ? { HEADGATE_FAULT_ONWARDS: '1' } : {}),
      };
      const ended = await program(place, words, {
        ...options,
        environment: { ...options.environment, ...own },
      });
      return { ended, struckAt: takeLog(place)[0]?.at ?? null };
    },
    steppedClock: (place, seconds) => ({
      LD_PRELOAD: library,
      HEADGATE_FAULT_UNDER: place.folder,
      HEADGATE_FAULT_CALLS: 'read',
      HEADGATE_FAULT_AT: '1',
      HEADGATE_FAULT_DO: deedText({ stepSeconds: seconds }),
    }),
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function deedText(deed: Deed): string {
  if ('error' in deed) return `error:${String(constants.errno[deed.error])}`;
  if ('signal' in deed) return `signal:${String(constants.signals[deed.signal])}`;
  return 'cuts' in deed ? deed.cuts : `step:${String(deed.stepSeconds)}`;
}

interface LoggedCall {
  readonly kind: CallKind;
  readonly at: bigint;
  readonly file: string;
}

function takeLog({ folder }: Place): readonly LoggedCall[] {
  const log = `${folder}.calls`;
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
  rmSync(log);
  return lines.map((line) => {
    const [, kind = '', at = '0', ...path] = line.split(' ');
    return { kind: kindOf(kind), at: BigInt(at), file: path.join(' ') };
  });
}

function kindOf(name: string): CallKind {
  const kind = CALL_KINDS.find((each) => each === name);
  if (kind === undefined) throw new Error(`${name} is no kind of call`);
  return kind;
}

function numbered(calls: readonly Omit<Call, 'nth'>[]): readonly Call[] {
  const seen = new Map<CallKind, number>();
  return calls.map((call) => {
    const nth = (seen.get(call.kind) ?? 0) + 1;
    seen.set(call.kind, nth);
    return { ...call, nth };
  });
}

/** By their names in the kernel. Plain writes are left out: strace would count those to a terminal and to a socket too. */
const KERNEL_NAMES: Readonly<Partial<Record<CallKind, readonly string[]>>> = {
  sync: ['fsync', 'fdatasync'],
  write: ['pwrite64'],
  rename: ['rename'],
  unlink: ['unlink'],
  truncate: ['ftruncate'],
};

function createStrace(): Injector | null {
  try {
    execFileSync('strace', ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=none', 'true'], { stdio: 'ignore' });
  } catch {
    // Not there, or it may not look at other processes.
    return null;
  }
  const traced = (place: Place, kinds: readonly CallKind[], inject: readonly string[]): readonly string[] => [
    ...['strace', '-f', '-qq', '-o', `${place.folder}.calls`, '-e', 'signal=none'],
    ...['-e', `trace=${kinds.flatMap((kind) => KERNEL_NAMES[kind] ?? []).join(',') || 'none'}`, ...inject],
  ];
  return {
    how: 'strace',
    async list(place, words, kinds) {
      const { code, stderr } = await program(place, words, { under: traced(place, kinds, []) });
      if (code !== 0) throw new Error(`${words.join(' ')} ended ${String(code)} by itself: ${stderr}`);
      return numbered(takeTrace(place).map((line) => ({ kind: kindInTrace(line), file: line })));
    },
    async strike(place, words, { call, deed, ...options }) {
      const set = (KERNEL_NAMES[call.kind] ?? []).join(',');
      const when = `${String(call.nth)}${'onwards' in deed && deed.onwards ? '+' : ''}`;
      const how = 'error' in deed ? `error=${deed.error}` : 'signal' in deed ? `signal=${deed.signal}` : null;
      if (how === null) return { ended: await program(place, words, options), struckAt: null };
      const under = traced(place, [call.kind], ['-e', `inject=${set}:${how}:when=${when}`]);
      const ended = await program(place, words, { ...options, under });
      const isStruck = takeTrace(place).some((line) => /INJECTED|SIGKILL|SIGTERM/.test(line));
      return { ended, struckAt: isStruck || ended.signal !== null ? 0n : null };
    },
    steppedClock: () => {
      throw new Error('strace cannot set a clock');
    },
    remove: () => undefined,
  };
}

function takeTrace({ folder }: Place): readonly string[] {
  const log = `${folder}.calls`;
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
  rmSync(log);
  return lines;
}

function kindInTrace(line: string): CallKind {
  const found = CALL_KINDS.find((kind) =>
    KERNEL_NAMES[kind]?.some((name) => new RegExp(`^\\d+\\s+${name}\\(`).test(line)),
  );
  if (found === undefined) throw new Error(`unexpected line of strace: ${line}`);
  return found;
}
