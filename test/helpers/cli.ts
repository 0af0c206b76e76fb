import { join } from 'node:path';

import { main } from '../../src/cli.ts';
import type { CliContext, InputStream, OutputStream } from '../../src/commands/cli-context.ts';
import type { CommandEntry } from '../../src/commands/registry.ts';
import type { Clock, Machine, Random } from '../../src/ports.ts';
import { FakeClock, FakeMachine, SeededRandom } from './fakes.ts';

/** What a test may set; everything else is a plain pipe in an empty environment. */
export interface CliOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly machine?: Machine;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdoutIsTty?: boolean;
  readonly stderrIsTty?: boolean;
  readonly isJournal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Lines that a person would type; given at all, stdin is a terminal. */
  readonly answers?: readonly string[];
  /** What happens elsewhere while the program waits for an answer. */
  readonly whileAsked?: () => void;
  /** What a pipe into stdin holds. */
  readonly input?: string;
  readonly signal?: AbortSignal;
  readonly entries?: readonly CommandEntry[];
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as the one JSON document; throws when it is not exactly one. */
  readonly json: () => unknown;
}

const INSTALLATION = join(import.meta.dirname, '../..');

/** Runs one command line in this process, exactly as `bin/headgate` would, and collects what it printed. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const stdout = collect(options.stdoutIsTty ?? false, options);
  const stderr = collect(options.stderrIsTty ?? false, options);
  const context = contextOf(options, stdout.stream, stderr.stream);
  const code = await main(argv, context, options.entries);
  const text = stdout.text();
  return { code, stdout: text, stderr: stderr.text(), json: () => JSON.parse(text) as unknown };
}

function contextOf(options: CliOptions, stdout: OutputStream, stderr: OutputStream): CliContext {
  return {
    io: { stdin: inputOf(options), stdout, stderr, env: options.env ?? {} },
    clock: options.clock ?? new FakeClock(),
    random: options.random ?? new SeededRandom(),
    machine: options.machine ?? new FakeMachine(),
    cwd: options.cwd ?? INSTALLATION,
    installation: INSTALLATION,
    version: '0.0.0-test',
    signal: options.signal ?? new AbortController().signal,
  };
}

function collect(isTty: boolean, options: CliOptions): { stream: OutputStream; text: () => string } {
  let written = '';
  const stream: OutputStream = {
    isTty,
    columns: options.columns ?? (isTty ? 100 : null),
    rows: options.rows ?? null,
    isJournal: options.isJournal ?? false,
    write(text) {
      written += text;
    },
  };
  return { stream, text: () => written };
}

function inputOf({ answers, input, whileAsked }: CliOptions): InputStream {
  const rest = [...(answers ?? [])];
  const answer = (): Promise<string | null> => {
    whileAsked?.();
    return Promise.resolve(rest.shift() ?? null);
  };
  return {
    isTty: answers !== undefined,
    readLine: answer,
    readKey: () => Promise.resolve(rest.shift() ?? null),
    releaseKeys: () => undefined,
    readHidden: () => Promise.resolve(rest.shift() ?? null),
    readAll: () => Promise.resolve(input ?? ''),
  };
}
