import { basename, dirname, join } from 'node:path';

import { formatDefinition, type FormattedFile } from '../config/format-definition.ts';
import { readSequenceFolders, type DefinitionFile } from '../config/sequence-files.ts';
import { formatProblem, type DefinitionProblem } from '../config/sequence-problem.ts';
import { HeadgateError } from '../core/errors.ts';
import { nearestWord } from '../core/nearest.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { flagOption, usageError } from './options.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import { diffLines } from './review/line-diff.ts';
import { rewriteNamed } from './rewrite-named.ts';
import { openWorkspace } from './workspace.ts';

const DIFF_LINES_MAX = 40;

/** A file, and what its reader had. */
interface Readied extends FormattedFile {
  readonly was: Buffer;
}

/**
 * `sequences fmt [ID…]`: writes the files in their canonical form, each whole or not at all. Never changes what they mean: comments, values and
 * the text of a mail stay byte for byte. Nothing is written when one of them cannot be read (65). With `--check` nothing is written either,
 * and it ends 21 when something would be.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const { sequencesDir } = openWorkspace(invocation).paths;
  const files = readied(wantedFiles(invocation, sequencesDir));
  const changed = files.filter(({ isChanged }) => isChanged);
  const isCheck = flagOption(invocation, 'check');
  if (!isCheck) for (const file of changed) write(sequencesDir, file);
  const outcome = isCheck ? 'would_format' : 'formatted';
  return Promise.resolve({
    exit: isCheck && changed.length > 0 ? 'WOULD_ACT' : 'OK',
    document: {
      items: files.map(({ file, isChanged }) => ({ file, outcome: isChanged ? outcome : 'unchanged' })),
      counts: { files: files.length, changed: changed.length },
    },
    human: (terminal) => lines(terminal, { files, changed, isCheck }),
  });
}

function wantedFiles(invocation: Invocation, sequencesDir: string): readonly DefinitionFile[] {
  const { folders, problems } = readSequenceFolders(sequencesDir, basename(sequencesDir));
  const ids = folders.map(({ id }) => id);
  for (const id of invocation.args) {
    if (ids.includes(id)) continue;
    const nearest = nearestWord(id, ids);
    throw usageError(
      `there is no sequence ${JSON.stringify(id)} under sequences/`,
      nearest === null ? `headgate sequences new ${id}` : `headgate sequences fmt ${nearest}`,
    );
  }
  const wanted = folders.filter(({ id }) => invocation.args.length === 0 || invocation.args.includes(id));
  const isWanted = (file: string): boolean =>
    invocation.args.length === 0 ||
    wanted.some((folder) => file === folder.file || file.startsWith(`${folder.file}/`));
  refuse(problems.filter(({ file, severity }) => severity === 'error' && isWanted(file)));
  return wanted.flatMap(({ toml, steps }) => [...(toml === null ? [] : [toml]), ...steps.values()]);
}

function readied(sources: readonly DefinitionFile[]): readonly Readied[] {
  const results = sources.map((source) => ({ source, formatted: formatDefinition(source) }));
  refuse(results.flatMap(({ formatted }) => ('problems' in formatted ? formatted.problems : [])));
  return results.flatMap(({ source, formatted }) =>
    'problems' in formatted ? [] : { ...formatted, was: source.bytes },
  );
}

function refuse(problems: readonly DefinitionProblem[]): void {
  if (problems.length === 0) return;
  throw new HeadgateError(`${countOf(problems.length, 'error')} in sequences/`, {
    code: 'definitions_invalid',
    exit: 'DATAERR',
    notDone: 'No file was written: only what can be read is written anew.',
    fix: 'headgate sequences lint',
    details: problems.map(formatProblem),
  });
}

const STAYS = 'It was left as it is; files before it are in their canonical form.';

function write(sequencesDir: string, { file, was, after }: Readied): void {
  const path = join(dirname(sequencesDir), file);
  if (rewriteNamed(file, { path, was, text: after, done: STAYS })) return;
  throw new HeadgateError(`${file} was saved by somebody else just now`, {
    code: 'file_moved',
    exit: 'TEMPFAIL',
    notDone: STAYS,
    fix: 'headgate sequences fmt',
  });
}

function lines(
  terminal: Terminal,
  {
    files,
    changed,
    isCheck,
  }: { readonly files: readonly Readied[]; readonly changed: readonly Readied[]; readonly isCheck: boolean },
): readonly string[] {
  const count = countOf(changed.length, 'file');
  const unchanged = `${countOf(files.length - changed.length, 'file')} as they should be`;
  const did = isCheck ? `${count} would be written anew` : `${count} written anew`;
  return [
    ...changed.flatMap((file) => ['', ` ~ ${escapeText(file.file)}`, ...diffText(terminal, file)]),
    '',
    changed.length === 0 ? ` ${unchanged}.` : ` ${did}, ${unchanged}. None of it means anything else.`,
    '',
  ];
}

/** The lines that change; what only shows as white space ends with its last character. */
function diffText(terminal: Terminal, { before, after }: FormattedFile): readonly string[] {
  const diff = (diffLines(before, after) ?? []).filter(({ mark }) => mark !== ' ');
  const shown = diff.slice(0, DIFF_LINES_MAX).map(({ mark, text }) => {
    const line = `     ${mark} ${escapeText(text)}`;
    return mark === '-' ? terminal.red(line) : terminal.green(line);
  });
  if (diff.length === 0) return ['     line breaks, or a mark at its beginning'];
  return diff.length <= DIFF_LINES_MAX
    ? shown
    : [...shown, `     and ${diff.length - DIFF_LINES_MAX} more lines`];
}
