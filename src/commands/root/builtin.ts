import { padEnd } from '../output/text.ts';
import { COMMAND_GROUPS, NAMESPACES, type CommandEntry } from '../registry.ts';
import { exitRows } from './exit-table.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';

/** What the root answers by itself: help and version, without loading commander or any command. */
export interface Builtin {
  readonly document: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

interface HelpLine {
  readonly name: string;
  readonly summary: string;
}

const INDENT = '  ';

const HELP_FLAGS: ReadonlySet<string> = new Set(['-h', '--help', 'help']);

/** `help leads import` asks the same as `leads import --help`; `help` alone the same as `--help`. */
export function helpArgv(argv: readonly string[]): readonly string[] {
  if (argv[0] !== 'help') return argv;
  const flags = argv.slice(1).filter((word) => word.startsWith('-'));
  const topic = argv.slice(1).filter((word) => !word.startsWith('-'));
  if (topic[0] === 'exit-codes') return ['exit-codes', '--help', ...flags];
  return [...topic, '--help', ...flags];
}

/** The answer when the command line names no command at all, or a topic of ours; else null. */
export function builtinDocument(
  argv: readonly string[],
  entries: readonly CommandEntry[],
  version: string,
): Builtin | null {
  const words = argv.filter((word) => word !== '--json' && word !== '--no-color' && word !== '--ascii');
  const [first, second] = words;
  if (first === '--version') {
    return {
      document: { schema: 'headgate.version/1', version, node: process.version, items: [] },
      lines: [`headgate ${version}`],
    };
  }
  if (first === undefined || HELP_FLAGS.has(first)) {
    const items = entries.map(({ path, summary }) => ({ command: path, summary }));
    return { document: { schema: 'headgate.help/1', items }, lines: topHelp(entries) };
  }
  if (first === 'exit-codes' && second !== undefined && HELP_FLAGS.has(second)) {
    return { document: { schema: 'headgate.exit-codes/1', items: exitRows() }, lines: exitCodesHelp() };
  }
  return null;
}

/** The help text that commander made for one command. */
export function helpDocument(text: string): Builtin {
  const lines = text.trimEnd().split('\n');
  return { document: { schema: 'headgate.help/1', items: [], text: lines.join('\n') }, lines };
}

/** `headgate --help`, straight from the registry: commander is not even loaded. */
function topHelp(entries: readonly CommandEntry[]): readonly string[] {
  return [
    'Headgate sends sequences of email that cannot flood.',
    '',
    'Usage: headgate [flags] <command> [arguments]',
    ...COMMAND_GROUPS.flatMap((group) =>
      section(
        group,
        topLevel(entries)
          .filter((line) => line.group === group)
          .map(({ name, summary }) => ({ name, summary })),
      ),
    ),
    ...section(
      'flags of every command',
      [...GLOBAL_FLAGS, ['-h, --help', 'explain a command'], ['--version', 'print the version']].map(
        ([name = '', summary = '']) => ({ name, summary }),
      ),
    ),
    '',
    'Examples:',
    `${INDENT}headgate drip --preview       what the next run would do, without doing it`,
    `${INDENT}headgate help exit-codes      what each exit code means`,
    '',
    'Manual: man headgate',
  ];
}

/** `headgate help exit-codes`. */
function exitCodesHelp(): readonly string[] {
  return [
    'Exit codes. Any other code that is not 0 is a failure; 1 is always a crash of Node itself.',
    '',
    ...exitRows().map(
      ({ code, name, meaning }) => `${INDENT}${String(code).padStart(3)}  ${padEnd(name, 12)}  ${meaning}`,
    ),
    '',
    'A code that is not 0 is also the last line on stderr (exit 30 COLD_START), and exit.name with --json.',
  ];
}

/** One line for each first word: commands by themselves, namespaces once. */
function topLevel(entries: readonly CommandEntry[]): readonly (HelpLine & { readonly group: string })[] {
  const names = [...new Set(entries.map(({ path }) => path.split(' ')[0] ?? ''))];
  return names.flatMap((name) => {
    const own = entries.find(({ path }) => path === name) ?? NAMESPACES.find((space) => space.name === name);
    return own === undefined ? [] : [{ name, group: own.group, summary: own.summary }];
  });
}

function section(title: string, lines: readonly HelpLine[]): readonly string[] {
  if (lines.length === 0) return [];
  const width = Math.max(...lines.map(({ name }) => name.length));
  const heading = `${title.charAt(0).toUpperCase()}${title.slice(1)}:`;
  return ['', heading, ...lines.map(({ name, summary }) => `${INDENT}${padEnd(name, width)}  ${summary}`)];
}
