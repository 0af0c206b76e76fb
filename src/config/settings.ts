import type { CrossIssue } from './cross-checks.ts';
import type { Environment } from './environment.ts';
import { readEnvironment } from './environment.ts';
import type { ConfigIssue } from './issue.ts';
import type { ConfigValue, FileSchema } from './key-spec.ts';
import { environmentNameOf, keysOf } from './key-spec.ts';
import type { TomlFile } from './toml-file.ts';
import { readTomlFile } from './toml-file.ts';
import type { TableValidation } from './validate-table.ts';
import { validateTable } from './validate-table.ts';
import type { ValueReader } from './value-reader.ts';
import { createValueReader } from './value-reader.ts';

/** Where a value came from. */
export type ValueSource =
  | { readonly kind: 'default' }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'file'; readonly file: string; readonly line: number | null };

/** The values of one file over its environment over its defaults, and all that is wrong with them. */
export interface Settings {
  readonly values: ValueReader;
  /** Every key that is available, in the order of the reference. */
  readonly all: ReadonlyMap<string, ConfigValue>;
  readonly sourceOf: (key: string) => ValueSource;
  readonly issues: readonly ConfigIssue[];
}

export interface SettingsQuestion {
  readonly path: string;
  readonly schema: FileSchema;
  /** Null for a file whose keys no variable overrides. */
  readonly environment: Environment | null;
  readonly crossCheck: (values: ValueReader) => readonly CrossIssue[];
}

/** Reads, validates and merges one configuration file; never throws for what stands in it. */
export function readSettings(question: SettingsQuestion): Settings {
  const { path, schema } = question;
  const reading = readTomlFile(path);
  const file = reading.kind === 'read' ? reading.file : null;
  const table = file === null ? EMPTY_TABLE : validateTable(file, schema);
  const environment = readEnvironment(question.environment ?? {}, schema);
  const all = new Map<string, ConfigValue>();
  for (const spec of keysOf(schema)) {
    const value = environment.values.get(spec.key) ?? table.values.get(spec.key) ?? spec.defaultValue;
    if (spec.later === undefined) all.set(spec.key, value);
  }
  const values = createValueReader(all);
  const sourceOf = (key: string): ValueSource => {
    const variable = environment.variables.get(key);
    if (variable !== undefined) return { kind: 'environment', variable };
    if (file === null || !table.values.has(key)) return { kind: 'default' };
    return { kind: 'file', file: path, line: file.locate(key.split('.'))?.line ?? null };
  };
  const issues: ConfigIssue[] = [...table.issues, ...environment.issues];
  if (reading.kind === 'wrong') issues.push(reading.issue);
  if (reading.kind === 'missing') issues.push(missingFile(path));
  if (file !== null) {
    issues.push(...missingKeys(file, { schema, mentioned: table.mentioned }));
    // A key that is wrong by itself stands at its default here: judging others by it would mislead.
    const wrong = new Set(issues.map((issue) => issue.key));
    const isWrong = (key: string): boolean => wrong.has(key) || wrong.has(environmentNameOf(key));
    const crossIssues = question.crossCheck(values).filter((issue) => !issue.involves.some(isWrong));
    issues.push(
      ...crossIssues.map((issue) => placeIssue(issue, { path, file, source: sourceOf(issue.key) })),
    );
  }
  return { values, all, sourceOf, issues };
}

/** The keys that file or environment name. */
export function keysSetBy(settings: Settings): readonly string[] {
  return [...settings.all.keys()].filter((key) => settings.sourceOf(key).kind !== 'default');
}

const EMPTY_TABLE: TableValidation = { values: new Map(), mentioned: new Set(), issues: [] };

function missingKeys(
  file: TomlFile,
  found: { readonly schema: FileSchema; readonly mentioned: ReadonlySet<string> },
): readonly ConfigIssue[] {
  return keysOf(found.schema)
    .filter((spec) => spec.required === true && !found.mentioned.has(spec.key))
    .map((spec) => ({
      kind: 'missing',
      place: file.path,
      line: null,
      column: null,
      key: spec.key,
      got: null,
      expected: spec.summary,
      nearest: null,
    }));
}

function missingFile(path: string): ConfigIssue {
  const expected = 'this file is missing; `headgate init` writes one';
  return {
    kind: 'unreadable',
    place: path,
    line: null,
    column: null,
    key: '',
    got: null,
    expected,
    nearest: null,
  };
}

function placeIssue(
  issue: CrossIssue,
  where: { readonly path: string; readonly file: TomlFile; readonly source: ValueSource },
): ConfigIssue {
  const { kind, expected } = issue;
  if (where.source.kind === 'environment') {
    const key = `${issue.key} (${where.source.variable})`;
    return { kind, expected, key, place: 'environment', line: null, column: null, got: null, nearest: null };
  }
  const { line, column } = nearestPlace(where.file, issue.key.split('.'));
  return { kind, expected, key: issue.key, place: where.path, line, column, got: null, nearest: null };
}

/** Where the key stands, else the innermost table that it would belong to. */
function nearestPlace(
  file: TomlFile,
  path: readonly string[],
): { line: number | null; column: number | null } {
  for (let length = path.length; length > 0; length -= 1) {
    const place = file.locate(path.slice(0, length));
    if (place !== null) return { line: place.line, column: place.column };
  }
  return { line: null, column: null };
}
