import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');
const QUICK_TIMERS = pathToFileURL(join(import.meta.dirname, 'quick-timers.mjs')).href;

/** Where one workspace is, and the port of the server that takes its mail. */
export interface Place {
  readonly folder: string;
  readonly port: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** Waits of a second and more pass fifty times as fast. */
  readonly quickTimers?: boolean;
  /** Further variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A program and its arguments that starts it. */
  readonly under?: readonly string[];
  /** Told of the process as soon as there is one. */
  readonly started?: (pid: number) => void;
}

/** Runs `bin/NAME ARGS` on a workspace as a process of its own, to its end. */
export async function program(
  place: Place,
  [name = '', ...args]: readonly string[],
  options: StartOptions = {},
): Promise<Ended> {
  const command = [join(ROOT, 'bin', name), '-C', join(place.folder, 'headgate.toml'), ...args];
  const [file = '', ...rest] = [...(options.under ?? []), ...command];
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: environmentOf(place, options) });
  if (child.pid !== undefined) options.started?.(child.pid);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...output };
}

/** The same, and it must end 0; returns its one JSON document. */
export async function succeed(place: Place, words: readonly string[]): Promise<ReportedDocument> {
  const ended = await program(place, [...words, '--json']);
  if (ended.code !== 0) throw new Error(`${words.join(' ')} ended ${String(ended.code)}: ${ended.stderr}`);
  return JSON.parse(ended.stdout) as ReportedDocument;
}

export interface ReportedDocument {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly counts?: Readonly<Record<string, number>>;
}

/** Builds the bundle that bin/ starts, unless it is newer than its sources. */
export function buildProgram(): void {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), '--if-stale'], { stdio: 'ignore' });
}

function environmentOf(
  { port }: Place,
  { quickTimers = false, environment = {} }: StartOptions,
): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:NODE_OPTIONS|VITEST|JOURNAL_STREAM)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    HEADGATE_MAIL__SMTP__PORT: String(port),
    ...environment,
    ...(quickTimers ? { NODE_OPTIONS: `--import=${QUICK_TIMERS}` } : {}),
  };
}
