import { Command } from 'commander';

import { COMMAND_GROUPS, COMMANDS, type CommandEntry } from '../../src/commands/registry.ts';
import { exitRows, type ExitRow } from '../../src/commands/root/exit-table.ts';
import { GLOBAL_FLAGS } from '../../src/commands/root/global-flags.ts';
import { manPageOf } from '../../src/commands/root/man-page.ts';
import { COMMAND_EXITS, COMMON_EXITS } from '../docs/command-exits.ts';
import { escapeRoff, escapeTyped, paragraph, typedLine } from './roff.ts';

/** What stands in the margin of every page. */
export interface ManEdition {
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
}

/** Every manual page by its file name, made from the command tree: `headgate.1` and one for each command. */
export function manPages(edition: ManEdition): ReadonlyMap<string, string> {
  const pages = COMMANDS.map((entry) => [`${manPageOf(entry.path)}.1`, commandPage(entry, edition)] as const);
  return new Map([['headgate.1', mainPage(edition)], ...pages]);
}

function commandPage(entry: CommandEntry, edition: ManEdition): string {
  const { path, summary, examples, schema } = entry;
  const command = new Command(path);
  entry.configure?.(command);
  const options = command.options.filter(({ hidden }) => !hidden);
  const own = options.map(({ flags, description }) => [flags, description] as const);
  const globals = GLOBAL_FLAGS.filter(
    ([flags]) => !options.some((option) => flags.includes(`${option.long ?? '-'} `)),
  );
  const described = command.registeredArguments.filter(({ description }) => description !== '');
  return page(manPageOf(path), edition, [
    ...section('Name', paragraph(`${escapeTyped(manPageOf(path))} \\- ${escapeRoff(summary)}`)),
    ...section('Synopsis', [`.B headgate ${escapeTyped(path)}`, ...synopsis(command)]),
    ...section('Description', [
      ...paragraph(escapeRoff(sentence(summary))),
      '.PP',
      ...paragraph(escapeRoff(`With --json its one document on stdout is of the schema ${schema}.`)),
    ]),
    ...section(
      'Arguments',
      described.flatMap((each) => term(`\\fI${escapeTyped(each.name())}\\fR`, each.description)),
    ),
    ...section('Options', flagTerms(own)),
    ...section('Options of every command', flagTerms(globals)),
    ...section('Exit status', exitTerms(exitRows().filter((row) => mayEnd(path, row)))),
    ...section('Examples', exampleLines(examples)),
    ...section('See also', ['.BR headgate (1)']),
  ]);
}

function mainPage(edition: ManEdition): string {
  return page('headgate', edition, [
    ...section('Name', ['headgate \\- sequences of email that cannot flood']),
    ...section('Synopsis', ['.B headgate', '[\\fIflags\\fR] \\fIcommand\\fR [\\fIarguments\\fR]']),
    ...section('Description', paragraph(escapeRoff(DESCRIPTION))),
    ...section('Commands', COMMAND_GROUPS.flatMap(groupLines)),
    ...section(
      'Options of every command',
      flagTerms([...GLOBAL_FLAGS, ['-h, --help', 'explain a command'], ['--version', 'print the version']]),
    ),
    ...section('Exit status', exitTerms(exitRows())),
    ...section(
      'Environment',
      ENVIRONMENT.flatMap(([name, text]) => term(`\\fB${escapeTyped(name)}\\fR`, text)),
    ),
    ...section(
      'Files',
      FILES.flatMap(([name, text]) => term(`\\fI${escapeTyped(name)}\\fR`, text)),
    ),
    ...section('Examples', exampleLines(['headgate drip --preview', 'headgate help exit-codes'])),
    ...section('See also', ['.BR systemd.timer (5),', '.BR systemd.exec (5)']),
  ]);
}

const DESCRIPTION =
  'Headgate writes the next single email for each lead, waits for your approval, and sends it once. Its programs are short, fired by timers, and share one state. A run that has doubts becomes a preview.';

const ENVIRONMENT: readonly (readonly [name: string, text: string])[] = [
  [
    'HEADGATE_SECTION__KEY',
    'overrides a key of headgate.toml: HEADGATE_LIMITS__DRAFTS_PER_DAY is limits.drafts_per_day',
  ],
  ['STATE_DIRECTORY', 'where the state is, as systemd sets it; --state goes first'],
  ['CREDENTIALS_DIRECTORY', 'where systemd puts the credentials of a unit'],
  ['NO_COLOR, FORCE_COLOR, TERM, COLUMNS', 'how text is shown'],
  ['VISUAL, EDITOR', 'what review edit opens'],
];

const FILES: readonly (readonly [name: string, text: string])[] = [
  ['./headgate.toml', 'the configuration, unless -C names another one'],
  ['/etc/headgate/headgate.toml', 'the configuration of a server'],
  ['headgate.db', 'the state, with stamp.json and send-journal.jsonl beside it'],
  ['STOP', 'beside the state: while it is there nothing is drafted or sent'],
];

function page(name: string, { version, date }: ManEdition, lines: readonly string[]): string {
  const title = `.TH ${escapeTyped(name.toUpperCase())} 1 ${date} "Headgate ${version}" "Headgate manual"`;
  return `${[title, ...lines].join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.SH ${title.toUpperCase()}`, ...lines];
}

function groupLines(group: CommandEntry['group']): readonly string[] {
  const entries = COMMANDS.filter((entry) => entry.group === group);
  return [
    `.SS ${sentence(group).slice(0, -1)}`,
    ...entries.flatMap(({ path, summary }) => [
      '.TP',
      `.BR ${escapeTyped(manPageOf(path))} (1)`,
      ...paragraph(escapeRoff(sentence(summary))),
    ]),
  ];
}

function synopsis(command: Command): readonly string[] {
  const words = command.registeredArguments.map((argument) => {
    const name = `\\fI${escapeTyped(argument.name())}\\fR${argument.variadic ? ' ...' : ''}`;
    return argument.required ? name : `[${name}]`;
  });
  return paragraph(['[\\fIflags\\fR]', ...words].join(' '));
}

function flagTerms(flags: readonly (readonly [flags: string, text: string])[]): readonly string[] {
  return flags.flatMap(([each, text]) => term(flagText(each), text));
}

/** `-n, --limit <n>`: what is typed bold, what is filled in italic. */
function flagText(flags: string): string {
  return flags.replaceAll(
    /(--?[\w-]+)|[<[]([^>\]]+)[>\]]/g,
    (_all, flag: string | undefined, value: string | undefined) =>
      flag === undefined ? `\\fI${escapeTyped(value ?? '')}\\fR` : `\\fB${escapeTyped(flag)}\\fR`,
  );
}

function term(head: string, text: string): readonly string[] {
  return ['.TP', head, ...paragraph(escapeRoff(sentence(text)))];
}

function mayEnd(path: string, { name }: ExitRow): boolean {
  return [...COMMON_EXITS, ...(COMMAND_EXITS[path] ?? []), 'INTERRUPTED', 'TERMINATED'].includes(name);
}

function exitTerms(rows: readonly ExitRow[]): readonly string[] {
  return rows.flatMap(({ code, name, meaning }) => term(`\\fB${String(code)}\\fR ${name}`, meaning));
}

function exampleLines(examples: readonly string[]): readonly string[] {
  return ['.EX', ...examples.flatMap(typedLine), '.EE'];
}

function sentence(text: string): string {
  // A name such as utf-8 stays as it is spelt.
  const first = /^[a-z]+(?:[ ,:;]|$)/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
  return /[.!?)]$/.test(first) && !first.endsWith(')') ? first : `${first}.`;
}
