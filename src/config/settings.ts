import type { CrossIssue } from './cross-checks.ts';
import type { Environment } from './environment.ts';
import { readEnvironment } from './environment.ts';
import type { ConfigIssue } from './issue.ts';
import type { ConfigValue, FileSchema, KeySpec } from './key-spec.ts';
import { blockName, environmentNameOf, keyInBlock, pathOfKey } from './key-spec.ts';
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
  for (const { key, spec } of keysInForce(schema, table)) {
    const value = environment.values.get(key) ?? table.values.get(key) ?? spec.defaultValue;
    if (spec.later === undefined) all.set(key, value);
  }
  const values = createValueReader(all, table.blockCounts);
  const sourceOf = (key: string): ValueSource => {
    const variable = environment.variables.get(key);
    if (variable !== undefined) return { kind: 'environment', variable };
    if (file === null || !table.values.has(key)) return { kind: 'default' };
    return { kind: 'file', file: path, line: file.locate(pathOfKey(key))?.line ?? null };
  };
  const issues: ConfigIssue[] = [...table.issues, ...environment.issues];
  if (reading.kind === 'wrong') issues.push(reading.issue);
  if (reading.kind === 'missing') issues.push(missingFile(path));
  if (file !== null) {
    issues.push(...missingKeys(file, { schema, table }), ...equalBlocks(file, { schema, table }));
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

const EMPTY_TABLE: TableValidation = {
  values: new Map(),
  mentioned: new Set(),
  blockCounts: new Map(),
  issues: [],
};

/** Every key with its name in this file: those of an array of tables once for each of its blocks. */
function keysInForce(
  schema: FileSchema,
  table: TableValidation,
): readonly { readonly key: string; readonly spec: KeySpec }[] {
  return schema.sections.flatMap((section) => {
    const name = blockName(section);
    if (name === null) return section.keys.map((spec) => ({ key: spec.key, spec }));
    return Array.from({ length: table.blockCounts.get(name) ?? 0 }, (_, index) =>
      section.keys.map((spec) => ({ key: keyInBlock(spec.key, index), spec })),
    ).flat();
  });
}

interface Checked {
  readonly schema: FileSchema;
  readonly table: TableValidation;
}

function missingKeys(file: TomlFile, { schema, table }: Checked): readonly ConfigIssue[] {
  return keysInForce(schema, table)
    .filter(({ key, spec }) => spec.required === true && !table.mentioned.has(key))
    .map(({ key, spec }) => {
      // A key of a block is missing from that block: the place says from which.
      const place = key === spec.key ? null : file.locate(pathOfKey(key.slice(0, key.indexOf(']') + 1)));
      const { line = null, column = null } = place ?? {};
      const expected = spec.summary;
      return { kind: 'missing', place: file.path, line, column, key, got: null, expected, nearest: null };
    });
}

/** Two blocks for one thing: which of them would hold? */
function equalBlocks(file: TomlFile, { schema, table }: Checked): readonly ConfigIssue[] {
  return schema.sections.flatMap((section) => {
    const name = blockName(section);
    const { distinctBy } = section;
    if (name === null || distinctBy === undefined) return [];
    const first = new Map<string, string>();
    return Array.from({ length: table.blockCounts.get(name) ?? 0 }, (_, index): ConfigIssue[] => {
      const key = `${name}[${String(index)}].${distinctBy}`;
      const value = table.values.get(key);
      if (typeof value !== 'string') return [];
      const before = first.get(value.toLowerCase());
      first.set(value.toLowerCase(), before ?? key);
      return before === undefined ? [] : [equalTo(file, key, before)];
    }).flat();
  });
}

function equalTo(file: TomlFile, key: string, before: string): ConfigIssue {
  const { line = null, column = null } = file.locate(pathOfKey(key)) ?? {};
  const other = file.locate(pathOfKey(before))?.line ?? null;
  const expected = `the same as ${before}${other === null ? '' : ` in line ${String(other)}`}; one block is enough`;
  return { kind: 'conflict', place: file.path, line, column, key, got: null, expected, nearest: null };
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
  const { line, column } = nearestPlace(where.file, pathOfKey(issue.key));
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
