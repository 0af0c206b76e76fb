import type { Command, Option } from 'commander';

import { GROUPS } from '../../core/doctor/finding.ts';
import { COMMANDS, NAMESPACES, type CommandEntry } from '../registry.ts';
import { addGlobalFlags } from '../root/global-flags.ts';

/** What may stand where a value is asked for. `nothing`: only the person knows. */
export type Values =
  | { readonly kind: 'files' | 'sequences' | 'nothing' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface CompletionFlag {
  /** `-n`, `--preview`: each spelling. */
  readonly names: readonly string[];
  readonly text: string;
  /** Null for a switch. */
  readonly values: Values | null;
}

/** One word of the tree: a command, or a name that only gathers commands. */
export interface CompletionNode {
  /** `leads import`; empty for the root. */
  readonly path: string;
  readonly text: string;
  /** The words that may follow it, with what they are. */
  readonly below: readonly { readonly word: string; readonly text: string }[];
  readonly flags: readonly CompletionFlag[];
  /** What its arguments are; nothing for none. */
  readonly argument: Values;
}

/** Shells whose scripts there are. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The whole command tree as far as a shell needs it, the root first. */
export async function completionTree(): Promise<readonly CompletionNode[]> {
  const { Command } = await import('commander');
  const root = new Command();
  addGlobalFlags(root);
  const paths = [...new Set(COMMANDS.flatMap(({ path }) => [path.split(' ')[0] ?? '', path]))];
  const nodes = paths.map((path): CompletionNode => {
    const entry = COMMANDS.find((each) => each.path === path);
    const command = new Command(path);
    entry?.configure?.(command);
    addGlobalFlags(command);
    return {
      path,
      text: entry?.summary ?? NAMESPACES.find(({ name }) => name === path)?.summary ?? '',
      below: wordsBelow(path),
      flags: command.options.filter(({ hidden }) => !hidden).map((option) => flagOf(option, path)),
      argument: argumentOf(command, entry),
    };
  });
  const flags = root.options.map((option) => flagOf(option, ''));
  const words = [...wordsBelow(''), { word: 'help', text: 'explain a command' }];
  const own: CompletionNode = { path: '', text: '', below: words, flags, argument: NOTHING };
  return [own, ...nodes];
}

const NOTHING: Values = { kind: 'nothing' };
const HELP_FLAG: CompletionFlag = { names: ['-h', '--help'], text: 'explain this command', values: null };

/** The flags of a node and the one that every command has besides. */
export function flagsOf({ flags }: CompletionNode): readonly CompletionFlag[] {
  return [...flags, HELP_FLAG];
}

/** Values as the scripts of bash and zsh hand them to their own function: a kind, and for words these. */
export function spelledValues(values: Values): string {
  return values.kind === 'words' ? `words ${values.words.join(' ')}` : values.kind;
}

function wordsBelow(path: string): CompletionNode['below'] {
  const prefix = path === '' ? '' : `${path} `;
  const below = COMMANDS.filter((entry) => entry.path.startsWith(prefix) && entry.path !== path);
  const words = new Set(below.map((entry) => entry.path.slice(prefix.length).split(' ')[0] ?? ''));
  return [...words].map((word) => {
    const entry = COMMANDS.find((each) => each.path === `${prefix}${word}`);
    return { word, text: entry?.summary ?? NAMESPACES.find(({ name }) => name === word)?.summary ?? '' };
  });
}

function flagOf(option: Option, path: string): CompletionFlag {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const takesValue = option.required || option.optional;
  const values = takesValue ? valuesOf(placeholderOf(option.flags), { path, flag: option.name() }) : null;
  return { names, text: option.description, values };
}

function argumentOf(command: Command, entry: CommandEntry | undefined): Values {
  const [first] = command.registeredArguments;
  if (entry === undefined || first === undefined) return NOTHING;
  return valuesOf(first.name(), { path: entry.path, flag: null });
}

/** `--only <group...>` asks for a group. */
function placeholderOf(flags: string): string {
  return /[<[]([^>\].]+)/.exec(flags)?.[1] ?? '';
}

const FILES = new Set(['file', 'dir']);
const WORDS: Readonly<Record<string, readonly string[]>> = {
  group: GROUPS,
  shell: SHELLS,
  outcome: ['sent', 'not-sent'],
};

function valuesOf(placeholder: string, at: { readonly path: string; readonly flag: string | null }): Values {
  if (FILES.has(placeholder)) return { kind: 'files' };
  const isSequence = at.flag === 'sequence' || (at.flag === null && /^(?:sequences|steps) /.test(at.path));
  if (isSequence && /^(?:ids?|sequence)$/.test(placeholder) && at.path !== 'sequences new')
    return { kind: 'sequences' };
  const words = WORDS[placeholder];
  return words === undefined ? NOTHING : { kind: 'words', words };
}
