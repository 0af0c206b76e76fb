import type { Command, CommanderError } from 'commander';

import { usageError } from '../options.ts';
import type { CliIo, GlobalFlags, OptionValue } from '../cli-context.ts';
import { DEFAULT_WIDTH } from '../output/terminal.ts';
import { NAMESPACES, type CommandEntry } from '../registry.ts';
import { manPageOf } from './man-page.ts';
import { addGlobalFlags, isGlobalFlag, onePath, resolveGlobalFlags, type OptionBag } from './global-flags.ts';

export interface CommandLine {
  readonly entries: readonly CommandEntry[];
  readonly argv: readonly string[];
  readonly io: CliIo;
}

/** One command to run, with everything that was typed for it. */
export interface RunRequest {
  readonly kind: 'run';
  readonly entry: CommandEntry;
  readonly global: GlobalFlags;
  readonly args: readonly string[];
  readonly options: OptionBag;
}

export type ParsedCommandLine = RunRequest | { readonly kind: 'help'; readonly text: string };

type Found = Pick<RunRequest, 'entry' | 'args' | 'options'> & { readonly typed: OptionBag };

/** The request of a command line that is nothing but the name of a command which runs bare; else null. */
export function bareRequest({ entries, argv, io }: CommandLine): RunRequest | null {
  const entry = entries.find(({ path, runsBare }) => runsBare === true && path === argv.join(' '));
  if (entry === undefined) return null;
  return { kind: 'run', entry, global: resolveGlobalFlags({}, io), args: [], options: {} };
}

/**
 * Reads a command line with commander. Only the subtree of the first word is configured in full, so that an
 * idle `drip` does not pay for fifty commands; the other names are there for suggestions.
 * Throws HeadgateError (64) for anything that commander refuses.
 */
export async function parseCommandLine(line: CommandLine): Promise<ParsedCommandLine> {
  const { Command, CommanderError } = await import('commander');
  const width = line.io.stdout.columns ?? DEFAULT_WIDTH;
  let help = '';
  let found: Found | undefined;
  const root = new Command('headgate')
    .exitOverride()
    .helpCommand(false)
    .enablePositionalOptions()
    .configureHelp({ helpWidth: width, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => (help += text),
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
    });
  const word = firstWord(line.argv);
  buildTree(root, { entries: line.entries, word }, (entry, command) => (found = collect(entry, command)));
  const isKnown = root.commands.some((command) => command.name() === word);
  try {
    // `dirp --help` is a typo, not a question about headgate.
    root.parse(isKnown || word === undefined ? [...line.argv] : [word], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help };
    throw asUsageError(error, line.argv);
  }
  if (found === undefined) throw usageError('no command given', 'headgate --help');
  const { typed, ...rest } = found;
  return { kind: 'run', ...rest, global: resolveGlobalFlags(typed, line.io) };
}

function buildTree(
  root: Command,
  { entries, word }: { readonly entries: readonly CommandEntry[]; readonly word: string | undefined },
  onRun: (entry: CommandEntry, command: Command) => void,
): void {
  addGlobalFlags(root);
  for (const entry of entries) {
    const [top = '', ...rest] = entry.path.split(' ');
    const known = root.commands.find((command) => command.name() === top);
    if (top !== word) {
      if (known === undefined) root.command(top);
      continue;
    }
    const parent = known ?? root.command(top).description(namespaceSummary(top)).enablePositionalOptions();
    const command = rest.length === 0 ? parent : parent.command(rest.join(' '));
    configureEntry(command, entry, onRun);
  }
  const top = root.commands.find((command) => command.name() === word);
  if (top === undefined) return;
  addGlobalFlags(top);
  // A word that only gathers commands has no entry, and so no end to its help yet.
  if (entries.every(({ path }) => path !== word)) {
    const below = entries
      .filter(({ path }) => path.startsWith(`${word ?? ''} `))
      .map(({ examples }) => examples);
    const examples = [...below.flatMap((all) => all.slice(0, 1)), ...below.flatMap((all) => all.slice(1))];
    addHelpEnd(top, examples.slice(0, 2), 'headgate');
  }
}

function configureEntry(
  command: Command,
  entry: CommandEntry,
  onRun: (entry: CommandEntry, command: Command) => void,
): void {
  command.description(sentence(entry.summary)).action(() => {
    onRun(entry, command);
  });
  entry.configure?.(command);
  addGlobalFlags(command);
  addHelpEnd(command, entry.examples, manPageOf(entry.path));
}

/** cli.md 1: every help ends with two command lines that work, and with its manual page. */
function addHelpEnd(command: Command, examples: readonly string[], manPage: string): void {
  const lines = examples.map((line) => `  ${line}`).join('\n');
  command.addHelpText('after', `\nExamples:\n${lines}\n\nManual: man ${manPage}`);
}

function collect(entry: CommandEntry, leaf: Command): Found {
  const typed: Record<string, OptionValue> = {};
  const options: Record<string, OptionValue> = {};
  for (let command: Command | null = leaf; command !== null; command = command.parent) {
    for (const [name, value] of Object.entries<OptionValue>(command.opts())) {
      if (isGlobalFlag(command, name)) {
        if (command.getOptionValueSource(name) === 'cli')
          typed[name] = sameOnBothSides(name, value, typed[name]);
      } else if (command === leaf && !isLeftAlone(command, name)) options[name] = value;
    }
  }
  if (options['dryRun'] === true) options['preview'] = true;
  return { entry, args: leaf.args, options, typed };
}

/** `--no-ai` makes commander say `ai: true` where nothing was typed: what runs bare says nothing either. */
function isLeftAlone(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === 'default' && command.getOptionValue(name) === true;
}

/** A flag typed before the command and behind it: the one behind wins, but two paths that differ are refused. */
function sameOnBothSides(name: string, value: OptionValue, behind: OptionValue): OptionValue {
  if (typeof behind === 'string' && typeof value === 'string') onePath(`--${name}`, behind, value);
  return behind ?? value;
}

/** The command word: the first one that is neither a flag nor the value of a global flag. */
function firstWord(argv: readonly string[]): string | undefined {
  let isValue = false;
  for (const word of argv) {
    if (isValue) isValue = false;
    else if (word === '-C' || word === '--config' || word === '--state') isValue = true;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}

function asUsageError({ code, message }: CommanderError, argv: readonly string[]): Error {
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n');
  const words = argv.filter((word) => !word.startsWith('-'));
  if (code === 'commander.help') {
    return usageError(`${words.join(' ')} needs a sub-command`, `headgate ${words.join(' ')} --help`);
  }
  const suggestion = more.join(' ').replace(/^\((.*)\)$/, '$1');
  const help = code === 'commander.unknownCommand' ? 'headgate --help' : `headgate ${words[0] ?? ''} --help`;
  return usageError(suggestion === '' ? first : `${first}. ${suggestion}`, help.replace('  ', ' '));
}

function namespaceSummary(name: string): string {
  return sentence(NAMESPACES.find((namespace) => namespace.name === name)?.summary ?? '');
}

function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
