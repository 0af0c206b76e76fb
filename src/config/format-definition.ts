import { parse, TomlError } from 'smol-toml';

import { HeadgateError } from '../core/errors.ts';
import { canonicalJson } from '../core/text-hash.ts';
import { formatStep } from './format-step.ts';
import { formatToml } from './format-toml.ts';
import type { DefinitionFile } from './sequence-files.ts';
import { hasErrors, problemAt, wholeFile, type DefinitionProblem } from './sequence-problem.ts';
import { decodeDefinition } from './sequence-text.ts';
import { parseStepFile } from './step-file.ts';

/** A definition file and what it looks like in its canonical form. */
export interface FormattedFile {
  readonly file: string;
  /** As it is, with `\n` line breaks. */
  readonly before: string;
  readonly after: string;
  /** False when not a byte would change. */
  readonly isChanged: boolean;
}

/**
 * The canonical form of one `sequence.toml` or step file; or why it has none, since only what can be read is written anew. Throws
 * HeadgateError `format_changes_meaning` (70) rather than hand out a text that does not mean the same.
 */
export function formatDefinition(
  source: DefinitionFile,
): FormattedFile | { readonly problems: readonly DefinitionProblem[] } {
  const before = decodeDefinition(source);
  if (typeof before !== 'string') return { problems: [before] };
  const isStep = source.file.endsWith('.md');
  const meaningOf = isStep ? meaningOfStep : meaningOfToml;
  const meaning = meaningOf(source.file, before);
  if (typeof meaning !== 'string') return { problems: meaning };
  const after = isStep ? formatStep(before) : formatToml(before);
  if (meaningOf(source.file, after) !== meaning) throw changesMeaning(source.file);
  return { file: source.file, before, after, isChanged: !source.bytes.equals(Buffer.from(after)) };
}

function meaningOfToml(file: string, text: string): string | readonly DefinitionProblem[] {
  try {
    // JSON knows no bigint; a text of the same digits cannot be one of ours, since its type is named.
    return canonicalJson(named(parse(text, { integersAsBigInt: true })));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = `this is not TOML: ${error.message.split('\n')[0] ?? ''}`;
    return [
      problemAt({ ...wholeFile(file), line: error.line, column: error.column }, { code: 'syntax', message }),
    ];
  }
}

/** Every value with its type, so that 1, 1.0 and "1" are three. */
function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(named);
  if (value instanceof Date) return ['date', value.toISOString()];
  if (typeof value !== 'object' || value === null) return [typeof value, String(value)];
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, named(part)]));
}

function meaningOfStep(file: string, text: string): string | readonly DefinitionProblem[] {
  const { copy, problems } = parseStepFile({ file, text });
  return hasErrors(problems) || copy === null ? problems : canonicalJson(copy);
}

function changesMeaning(file: string): HeadgateError {
  return new HeadgateError(`the canonical form of ${file} would not mean the same`, {
    code: 'format_changes_meaning',
    exit: 'SOFTWARE',
    notDone: 'No file was written.',
    fix: 'Report this with the file.',
  });
}
