import type { HeadgateError } from '../../core/errors.ts';
import type { CliIo, GlobalFlags, Outcome, OutputStream } from '../cli-context.ts';
import { createTerminal } from '../output/terminal.ts';
import { asciiText, escapeText } from '../output/text.ts';
import { exitCodeOf, isExpectedExit, type AnyExitName } from './exit-table.ts';
import { stackLines } from './failure.ts';

/** How a command line ended. `schema` is that of the command's document. */
export type Ending =
  | {
      readonly kind: 'outcome';
      readonly schema: string;
      readonly outcome: Outcome;
      readonly signal: SignalExit;
    }
  | { readonly kind: 'failure'; readonly schema: string; readonly error: HeadgateError }
  | { readonly kind: 'signal'; readonly schema: string; readonly signal: NonNullable<SignalExit> };

/** The signal that stopped a command which ends in its own time, or null. */
export type SignalExit = 'INTERRUPTED' | 'TERMINATED' | null;

interface ExitDocument {
  readonly code: number;
  readonly name: AnyExitName;
  readonly message: string | null;
  readonly fix: string | null;
}

/** The journal's priorities (sd-daemon): 3 error, 4 warning, 6 information. */
type Priority = 3 | 4 | 6;

/**
 * Writes an ending for a person or as the one JSON document, and returns the process exit code. Data goes to
 * stdout, messages to stderr; a code that is not 0 is the last line of stderr.
 */
export function report(ending: Ending, global: GlobalFlags, io: CliIo): number {
  const exit = exitOf(ending);
  if (global.json) writeDocument(io.stdout, documentOf(ending, exit));
  else if (ending.kind === 'outcome') writeOutcome(ending.outcome, exit, { global, io });
  else writeLines(io.stderr, failureLines(ending, global), priorityOf(exit.name));
  if (exit.code !== 0) {
    writeLines(io.stderr, [`exit ${String(exit.code)} ${exit.name}`], priorityOf(exit.name));
  }
  return exit.code;
}

/** One document and its line break; indented for people, one line for programs. */
export function writeDocument(stdout: OutputStream, document: Readonly<Record<string, unknown>>): void {
  stdout.write(`${JSON.stringify(document, null, stdout.isTty ? 2 : undefined)}\n`);
}

function exitOf(ending: Ending): ExitDocument {
  switch (ending.kind) {
    case 'outcome': {
      const { exit, message = null, fix = null } = ending.outcome;
      const name = ending.signal !== null && isExpectedExit(exit) ? ending.signal : exit;
      return { code: exitCodeOf(name), name, message, fix };
    }
    case 'failure': {
      const { exit: name, message, fix = null } = ending.error;
      return { code: exitCodeOf(name), name, message, fix };
    }
    case 'signal': {
      const name = ending.signal;
      return { code: exitCodeOf(name), name, message: signalMessage(name), fix: null };
    }
  }
}

/** cli.md 2.6: the same keys on failure, `items` empty, so that a reader never meets an absent list. */
function documentOf(ending: Ending, exit: ExitDocument): Readonly<Record<string, unknown>> {
  const { schema } = ending;
  if (ending.kind === 'outcome') return { schema, ...ending.outcome.document, exit };
  if (ending.kind === 'signal') return { schema, items: [], exit };
  const { code, details, notDone = null } = ending.error;
  return { schema, items: [], error: { code, details, not_done: notDone }, exit };
}

function writeOutcome(
  outcome: Outcome,
  exit: ExitDocument,
  { global, io }: { readonly global: GlobalFlags; readonly io: CliIo },
): void {
  const lines = humanLines(outcome, global, io);
  if (!global.quiet) {
    if (io.stdout.isJournal && outcome.journal !== undefined) {
      writeLines(io.stdout, [outcome.journal], priorityOf(exit.name));
    } else if (lines.length > 0) io.stdout.write(`${lines.join('\n')}\n`);
    writeLines(io.stderr, outcome.notes ?? [], 6);
  }
  if (exit.code !== 0 && lines.length === 0 && exit.message !== null) {
    writeLines(io.stderr, problemLines(exit.message, [], exit.fix), priorityOf(exit.name));
  }
}

function humanLines({ human }: Outcome, global: GlobalFlags, io: CliIo): readonly string[] {
  if (typeof human === 'string') return human === '' ? [] : [human.replace(/\n$/, '')];
  const { stdout, env } = io;
  const terminal = createTerminal({
    isTty: stdout.isTty,
    columns: stdout.columns,
    env,
    color: global.color,
    ascii: global.ascii,
  });
  const lines = human(terminal);
  // A pipe gets the bytes as they are: whoever reads it knows better than the locale.
  return terminal.isTty && !terminal.isUtf8 ? lines.map(asciiText) : lines;
}

function failureLines(ending: Exclude<Ending, { kind: 'outcome' }>, global: GlobalFlags): readonly string[] {
  if (ending.kind === 'signal') return [` ${signalMessage(ending.signal)}`, ''];
  const { error } = ending;
  const facts = [...error.details, ...(error.notDone === undefined ? [] : [error.notDone])];
  const stack = global.verbose ? stackLines(error).map((line) => `   ${escapeText(line)}`) : [];
  return [...stack, ...problemLines(error.message, facts, error.fix ?? null)];
}

/** Four lines: what, where, what was not done, what to do (cli.md 2.4). */
function problemLines(message: string, facts: readonly string[], fix: string | null): readonly string[] {
  const indented = [...facts, ...(fix === null ? [] : [`Do   ${fix}`])];
  return [` ${escapeText(message)}`, ...indented.map((line) => `   ${escapeText(line)}`), ''];
}

function signalMessage(name: NonNullable<SignalExit>): string {
  return name === 'INTERRUPTED' ? 'Stopped by Ctrl-C.' : 'Stopped by SIGTERM.';
}

function writeLines(stream: OutputStream, lines: readonly string[], priority: Priority): void {
  if (lines.length === 0) return;
  // The journal drops nothing and numbers everything: an empty line is noise there.
  const shown = stream.isJournal
    ? lines.filter((line) => line !== '').map((line) => `<${String(priority)}>${line.trimStart()}`)
    : lines;
  stream.write(`${shown.join('\n')}\n`);
}

function priorityOf(name: AnyExitName): Priority {
  if (name === 'OK') return 6;
  return isExpectedExit(name) ? 4 : 3;
}
