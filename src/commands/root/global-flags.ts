import type { Command } from 'commander';

import type { CliIo, GlobalFlags, OptionValue } from '../cli-context.ts';
import { usageError } from '../options.ts';

/** The flags of every command, in the order of its help (cli.md 2.2). */
export const GLOBAL_FLAGS: readonly (readonly [flags: string, text: string])[] = [
  ['-C, --config <file>', 'use this headgate.toml'],
  ['--state <dir>', 'keep the state in this directory'],
  ['--json', 'print one JSON document on stdout, on failure too'],
  ['-q, --quiet', 'print nothing but errors'],
  ['-v, --verbose', 'say more, such as the stack of an internal error'],
  ['--no-color', 'do not colour (so do NO_COLOR and TERM=dumb)'],
  ['--ascii', 'draw with ASCII characters only'],
  ['--no-input', 'never ask; fail with what to pass instead'],
];

export type OptionBag = Readonly<Record<string, OptionValue>>;

/** Adds every global flag that the command does not define itself (`review list --state S` is a filter). */
export function addGlobalFlags(command: Command): void {
  for (const [flags, text] of GLOBAL_FLAGS) {
    const option = command.createOption(flags, text);
    if (option.required) option.argParser((value: string, before?: string) => onePath(flags, value, before));
    if (command.options.every(({ long }) => long !== option.long)) command.addOption(option);
  }
}

/**
 * Hardening 82: two different files or folders for one flag, whichever side of the command they stand on, are a mistake; which one was
 * meant cannot be guessed. Throws HeadgateError `usage` (64) naming both.
 */
export function onePath(flags: string, value: string, before: string | undefined): string {
  if (before === undefined || before === value) return value;
  const [flag = flags] = /--[a-z-]+/.exec(flags) ?? [];
  throw usageError(`${flag} was given twice: ${before} and ${value}`, 'Give one of them.');
}

/**
 * The flags after parsing: those typed before the sub-command and after it, the later one winning, then the
 * environment (STATE_DIRECTORY is set by systemd and may list several; the first is ours).
 */
export function resolveGlobalFlags(typed: OptionBag, io: CliIo): GlobalFlags {
  const stateDirectory = io.env['STATE_DIRECTORY']?.split(':')[0];
  return {
    config: textOrNull(typed['config']),
    state: textOrNull(typed['state']) ?? textOrNull(stateDirectory),
    json: typed['json'] === true,
    quiet: typed['quiet'] === true,
    verbose: typed['verbose'] === true,
    color: typed['color'] === false ? false : null,
    ascii: typed['ascii'] === true,
    input: typed['input'] !== false && io.stdin.isTty,
  };
}

/** The flags as far as they can be told when the command line itself is wrong. */
export function guessGlobalFlags(argv: readonly string[], io: CliIo): GlobalFlags {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const has = (...names: readonly string[]): boolean => words.some((word) => names.includes(word));
  return resolveGlobalFlags(
    {
      json: has('--json'),
      quiet: has('-q', '--quiet'),
      verbose: has('-v', '--verbose'),
      color: !has('--no-color'),
      ascii: has('--ascii'),
    },
    io,
  );
}

/** Splits what commander collected for one command into global flags and the command's own options. */
export function isGlobalFlag(command: Command, name: string): boolean {
  const option = command.options.find((candidate) => candidate.attributeName() === name);
  return option !== undefined && GLOBAL_FLAGS.some(([flags]) => flags === option.flags);
}

function textOrNull(value: OptionValue): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
