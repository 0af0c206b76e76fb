import packageJson from '../package.json' with { type: 'json' };

import { createInputStream } from './adapters/console-input.ts';
import { createOutputStream } from './adapters/console-output.ts';
import type { CliContext, CliIo, GlobalFlags, Invocation } from './commands/cli-context.ts';
import { COMMANDS, type CommandEntry } from './commands/registry.ts';
import { builtinDocument, helpArgv, helpDocument, type Builtin } from './commands/root/builtin.ts';
import { bareRequest, parseCommandLine, type RunRequest } from './commands/root/command-tree.ts';
import { exitCodeOf } from './commands/root/exit-table.ts';
import { asHeadgateError } from './commands/root/failure.ts';
import { guessGlobalFlags } from './commands/root/global-flags.ts';
import { report, writeDocument, type Ending, type SignalExit } from './commands/root/report.ts';

const ERROR_SCHEMA = 'headgate.error/1';

/** What the root needs before it knows which command runs. */
interface Surroundings {
  readonly io: CliIo;
  readonly entries: readonly CommandEntry[];
  /** Called once, only when a command runs: help must not pay for the machine's identity or for randomness. */
  readonly connect: () => Promise<CliContext>;
}

/**
 * Runs one command line (without `node` and the script) and resolves to the process exit code. Never rejects:
 * whatever a command throws is reported and mapped (cli.md 2.3, 2.4).
 */
export function main(
  argv: readonly string[],
  context: CliContext,
  entries: readonly CommandEntry[] = COMMANDS,
): Promise<number> {
  return runCommandLine(argv, { io: context.io, entries, connect: () => Promise.resolve(context) });
}

/** Builds the real outside, runs the command line of this process and ends the process with its code. */
export async function start(installation: string): Promise<never> {
  const stop = new AbortController();
  const interrupt = (signal: NonNullable<SignalExit>) => () => {
    // A second signal means it: SQLite rolls back what is open when the process ends.
    if (stop.signal.aborted) process.exit(exitCodeOf(signal));
    stop.abort(signal);
  };
  process.on('SIGINT', interrupt('INTERRUPTED')).on('SIGTERM', interrupt('TERMINATED'));
  const { env } = process;
  const io: CliIo = {
    stdin: createInputStream(),
    stdout: createOutputStream(1, env),
    stderr: createOutputStream(2, env),
    env,
  };
  const connect = (): Promise<CliContext> => connectOutside(io, installation, stop.signal);
  const code = await runCommandLine(process.argv.slice(2), { io, entries: COMMANDS, connect });
  // All output is synchronous, so nothing is cut off, and no forgotten handle can keep a timer's run alive.
  process.exit(code);
}

async function connectOutside(io: CliIo, installation: string, signal: AbortSignal): Promise<CliContext> {
  const [{ systemClock }, { systemRandom }, { createMachine }] = await Promise.all([
    import('./adapters/clock.ts'),
    import('./adapters/random.ts'),
    import('./adapters/machine.ts'),
  ]);
  return {
    io,
    clock: systemClock,
    random: systemRandom,
    machine: createMachine(),
    cwd: process.cwd(),
    installation,
    version: packageJson.version,
    signal,
    async beforeLongWork(work) {
      const { compileQuickly } = await import('./adapters/compiler.ts');
      await compileQuickly(work);
    },
  };
}

async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { io, entries, connect } = surroundings;
  let global = guessGlobalFlags(argv, io);
  try {
    const words = helpArgv(argv);
    const builtin = builtinDocument(words, entries, packageJson.version);
    if (builtin !== null) return writeBuiltin(builtin, global, io);
    const line = { entries, argv: words, io };
    const parsed = bareRequest(line) ?? (await parseCommandLine(line));
    if (parsed.kind === 'help') return writeBuiltin(helpDocument(parsed.text), global, io);
    global = parsed.global;
    return report(await runCommand(parsed, await connect()), global, io);
  } catch (error) {
    return report({ kind: 'failure', schema: ERROR_SCHEMA, error: asHeadgateError(error) }, global, io);
  }
}

async function runCommand(request: RunRequest, context: CliContext): Promise<Ending> {
  const { entry } = request;
  const invocation = invocationOf(request, context);
  if (entry.group !== 'timers') return endingOf(entry, invocation);
  const { watchRun } = await import('./commands/notices/watch.ts');
  const watch = watchRun(invocation);
  return watch.end(await endingOf(entry, invocation));
}

async function endingOf(entry: CommandEntry, invocation: Invocation): Promise<Ending> {
  const { schema, stopsItself = false } = entry;
  const { context } = invocation;
  const running = entry.load().then((module) => module.run(invocation));
  try {
    if (stopsItself) {
      return { kind: 'outcome', schema, outcome: await running, signal: signalOf(context.signal) };
    }
    return await Promise.race([
      running.then((outcome) => ({ kind: 'outcome', schema, outcome, signal: null }) as const),
      untilSignal(context.signal).then((signal) => ({ kind: 'signal', schema, signal }) as const),
    ]);
  } catch (error) {
    return { kind: 'failure', schema, error: asHeadgateError(error) };
  }
}

function invocationOf({ entry, global, args, options }: RunRequest, context: CliContext): Invocation {
  return {
    context,
    global,
    path: entry.path,
    args,
    options,
    progress(line) {
      if (!global.quiet) context.io.stderr.write(`${line}\n`);
    },
  };
}

function untilSignal(signal: AbortSignal): Promise<NonNullable<SignalExit>> {
  return new Promise((resolve) => {
    const finish = (): void => {
      resolve(signalOf(signal) ?? 'TERMINATED');
    };
    if (signal.aborted) finish();
    else signal.addEventListener('abort', finish, { once: true });
  });
}

function signalOf(signal: AbortSignal): SignalExit {
  if (!signal.aborted) return null;
  return signal.reason === 'INTERRUPTED' ? 'INTERRUPTED' : 'TERMINATED';
}

function writeBuiltin({ document, lines }: Builtin, global: GlobalFlags, io: CliIo): number {
  if (global.json) {
    writeDocument(io.stdout, { ...document, exit: { code: 0, name: 'OK', message: null, fix: null } });
  } else io.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
