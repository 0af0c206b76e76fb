import { Command, type Option } from 'commander';

import { COMMAND_GROUPS, COMMANDS, type CommandEntry } from '../../src/commands/registry.ts';
import { exitCodeOf, exitRows } from '../../src/commands/root/exit-table.ts';
import { GLOBAL_FLAGS } from '../../src/commands/root/global-flags.ts';
import type { ExitName } from '../../src/core/exits.ts';
import { COMMAND_EXITS, COMMON_EXITS } from './command-exits.ts';
import { anchorOf, code, fence, generatedNote, sentence, table } from './markdown.ts';
import { schemaFileName } from './schemas/catalogue.ts';

/** `docs/reference/cli.md`: every command with its arguments, flags, exits and examples, read from the command tree. */
export function renderCliReference(): string {
  return [
    '# Command line reference',
    '',
    generatedNote('src/commands/registry.ts and src/commands/entries'),
    '',
    ...INTRODUCTION,
    ...table(['flag of every command', 'does'], flagRows(GLOBAL_FLAGS)),
    ...contents(),
    ...COMMAND_GROUPS.flatMap((group) => [`## ${sentence(group).slice(0, -1)}`, '', ...commandsOf(group)]),
  ].join('\n');
}

const INTRODUCTION = [
  '`headgate help`, `headgate help COMMAND` and `headgate COMMAND --help` print the same from the program itself.',
  '`bin/drip`, `bin/nurture`, `bin/confirm`, `bin/send`, `bin/digest` and `bin/backup` are `headgate drip` and so on: the names that timers call.',
  '',
  'Data goes to stdout, messages to stderr. With `--json` stdout is exactly one document, on failure too; its shape is in',
  '[docs/schema](../schema). Off a terminal tables become lines with tabs, without a header, and nothing is ever asked.',
  'A flag may stand before or after the command. An unknown command or flag is refused with the nearest one that exists.',
  '',
  `Every command can end with ${exitList(COMMON_EXITS)}, and with 130 or 143 when it is stopped by a signal; what else a command can`,
  'end with stands with it. See [exits and reasons](exits-and-reasons.md).',
  '',
];

function contents(): readonly string[] {
  const rows = COMMANDS.map(({ path, summary }) => [`[${code(path)}](#${anchorOf(path)})`, summary]);
  return ['## All commands', '', ...table(['command', 'does'], rows)];
}

function commandsOf(group: CommandEntry['group']): readonly string[] {
  return COMMANDS.filter((entry) => entry.group === group).flatMap(commandLines);
}

function commandLines(entry: CommandEntry): readonly string[] {
  const command = new Command(entry.path);
  entry.configure?.(command);
  const options = command.options.filter((option) => !option.hidden);
  const hidden = command.options.filter((option) => option.hidden);
  return [
    `### ${entry.path}`,
    '',
    sentence(entry.summary),
    '',
    ...fence('text', [usageOf(entry.path, command)]),
    ...table(
      ['argument', 'is'],
      command.registeredArguments.map((each) => [code(argumentText(each)), each.description]),
    ),
    ...table(['flag', 'does'], flagRows(options.map((option) => [option.flags, withDefault(option)]))),
    ...alsoKnown(hidden),
    `Can also end with ${exitList(COMMAND_EXITS[entry.path] ?? [])}. With ${code('--json')}: ${schemaLink(entry)}.`,
    '',
    ...fence('text', entry.examples),
  ];
}

function usageOf(path: string, command: Command): string {
  const flags = command.options.length === 0 ? [] : ['[flags]'];
  return ['headgate', path, ...flags, ...command.registeredArguments.map(argumentText)].join(' ');
}

function argumentText(argument: Command['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function flagRows(flags: readonly (readonly [string, string])[]): readonly (readonly string[])[] {
  return flags.map(([flag, text]) => [code(flag), text]);
}

function withDefault({ description, defaultValue }: Option): string {
  return typeof defaultValue === 'string' ? `${description} (${defaultValue})` : description;
}

function alsoKnown(hidden: readonly Option[]): readonly string[] {
  return hidden.flatMap(({ flags, description }) => [
    `${code(flags)} is ${description.replace(/^the same as (.+)$/, 'the same as `$1`')}.`,
    '',
  ]);
}

function exitList(names: readonly ExitName[]): string {
  if (names.length === 0) return 'nothing else';
  const inOrder = exitRows().flatMap(({ name }) => names.find((each) => each === name) ?? []);
  return inOrder.map((name) => `${exitCodeOf(name)} ${name}`).join(', ');
}

function schemaLink({ schema }: CommandEntry): string {
  return `[${code(schema)}](../schema/${schemaFileName(schema)})`;
}
