import { spawnSync } from 'node:child_process';
import { buildSync } from 'esbuild';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Run {
  readonly cwd?: string;
  /** Exit codes that are expected; anything else fails the bench. Only 0 by default. */
  readonly ends?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly wallMs: number;
  readonly status: number;
  readonly stdout: string;
}

/** What a process used up, as the kernel counted it for itself when it ended. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakMib: number;
}

/** The program as it is installed here: the launchers in bin/ over dist/, and the Node that they run on. */
export interface Installation {
  readonly root: string;
  readonly node: string;
  readonly bin: (name: string) => string;
  readonly run: (command: string, args: readonly string[], how?: Run) => Ended;
  readonly usageOf: (command: string, args: readonly string[], how?: Run) => Usage;
  /** Runs the floor's program (bench/floor.ts). */
  readonly floor: (...args: readonly string[]) => Ended;
}

/**
 * A process cannot ask for a dead child's usage one by one, so each Node writes its own when it ends. The high-water mark is
 * read from /proc: what `getrusage` says includes the process that forked it.
 */
const USAGE_HOOK = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const fs = require('fs');
  const peak = /VmHWM:\\s+(\\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'latin1'));
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMib: Number(peak[1]) / 1024 };
  fs.writeFileSync(process.env.BENCH_USAGE_FILE, JSON.stringify(usage));
});
`;

/** `folder` is where measuring keeps its own two files. */
export function createInstallation(root: string, folder: string): Installation {
  const node = join(root, 'node_modules/.bin/node');
  const floorProgram = buildFloor(root);
  const hook = join(folder, 'usage.cjs');
  const usageFile = join(folder, 'usage.json');
  writeFileSync(hook, USAGE_HOOK);
  return {
    root,
    node,
    bin: (name) => join(root, 'bin', name),
    run,
    floor: (...args) => run(node, [floorProgram, ...args]),
    usageOf(command, args, how = {}) {
      rmSync(usageFile, { force: true });
      run(command, args, {
        ...how,
        env: { ...how.env, NODE_OPTIONS: `--require ${hook}`, BENCH_USAGE_FILE: usageFile },
      });
      // Written by the hook above.
      return JSON.parse(readFileSync(usageFile, 'utf8')) as Usage;
    },
  };
}

/** Under node_modules, where its one import is found. */
function buildFloor(root: string): string {
  const outfile = join(root, 'node_modules/.cache/headgate-bench/floor.cjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'floor.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    external: ['better-sqlite3', 'nodemailer'],
  });
  return outfile;
}

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

function run(command: string, args: readonly string[], how: Run = {}): Ended {
  const startedAt = performance.now();
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd: how.cwd,
    env: { ...cleanEnvironment(), ...how.env },
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const wallMs = performance.now() - startedAt;
  if (error !== undefined) throw error;
  if (status === null || !(how.ends ?? [0]).includes(status)) {
    throw new Error(`${[command, ...args].join(' ')} ended ${String(status ?? signal)}\n${stdout}${stderr}`);
  }
  return { wallMs, status, stdout };
}

/** Nothing of the caller's that could change what is measured. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8' };
}
