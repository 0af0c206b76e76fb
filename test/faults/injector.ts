/**
 * One call on the files of a workspace that goes wrong, in a real process: by a small library that is loaded before the program, which
 * costs nothing and knows which file is meant.
 */
import { spawnSync } from 'node:child_process';
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

/** Why a call cannot be made to fail here. */
export const NO_COMPILER = 'no C compiler is there';

const SOURCE = join(import.meta.dirname, 'shim/fault-shim.c');

/** Compiles the library; null where no C compiler is. */
export function createInjector(): Injector | null {
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
