import { checkValue } from './check-value.ts';
import type { ConfigIssue, ConfigIssueKind } from './issue.ts';
import type { ConfigValue, FileSchema, KeySpec, SectionSpec } from './key-spec.ts';
import { keysOf } from './key-spec.ts';
import { nearestWord } from './nearest.ts';
import { checkSecret } from './secret-reference.ts';
import type { TomlFile } from './toml-file.ts';

export interface TableValidation {
  /** Only the keys that the file sets and sets right. */
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Every key that the file sets, right or wrong: a wrong one is not "missing" as well. */
  readonly mentioned: ReadonlySet<string>;
  readonly issues: readonly ConfigIssue[];
}

interface Walk {
  readonly file: TomlFile;
  readonly specs: ReadonlyMap<string, KeySpec>;
  readonly sections: readonly SectionSpec[];
  readonly values: Map<string, ConfigValue>;
  readonly mentioned: Set<string>;
  readonly issues: ConfigIssue[];
}

/**
 * Checks a parsed file against a schema and finds all that is wrong in one pass (hardening 75 to 78): unknown keys
 * with the nearest right one, wrong types and ranges, keys that are not available yet.
 */
export function validateTable(file: TomlFile, schema: FileSchema): TableValidation {
  const specs = new Map(keysOf(schema).map((spec) => [spec.key, spec]));
  const walk: Walk = {
    file,
    specs,
    sections: schema.sections,
    values: new Map(),
    mentioned: new Set(),
    issues: [],
  };
  walkTable(walk, file.table, []);
  return walk;
}

function walkTable(walk: Walk, table: Readonly<Record<string, unknown>>, path: readonly string[]): void {
  for (const [name, value] of Object.entries(table)) {
    const valuePath = [...path, name];
    const key = valuePath.join('.');
    const spec = name.includes('.') ? undefined : walk.specs.get(key);
    if (isTable(value) && hasKeysBelow(walk, key)) walkTable(walk, value, valuePath);
    else if (spec !== undefined) readValue(walk, spec, value);
    else if (walk.sections.some((section) => section.section === `${key}[]`)) refuseBlocks(walk, key);
    else if (hasKeysBelow(walk, key))
      report(walk, valuePath, { kind: 'wrong_value', expected: `a section [${key}]` });
    else refuseUnknown(walk, valuePath);
  }
}

function readValue(walk: Walk, spec: KeySpec, value: unknown): void {
  walk.mentioned.add(spec.key);
  const path = spec.key.split('.');
  if (spec.later !== undefined) {
    report(walk, path, { kind: 'unavailable', expected: spec.later, isSecret: spec.type.kind === 'secret' });
  } else if (spec.type.kind === 'secret') {
    readSecret(walk, spec, value);
  } else {
    const raw = (element: number | null): string | null =>
      walk.file.locate(element === null ? path : [...path, String(element)])?.raw ?? null;
    const result = checkValue(spec.type, value, raw);
    if (result.kind === 'right') walk.values.set(spec.key, result.value);
    else if (result.kind === 'unavailable')
      report(walk, path, { kind: 'unavailable', expected: result.will });
    else report(walk, path, { kind: 'wrong_value', expected: result.expected, nearest: result.nearest });
  }
}

function readSecret(walk: Walk, spec: KeySpec, value: unknown): void {
  const path = spec.key.split('.');
  const result = checkSecret(value);
  if (result.kind === 'right') walk.values.set(spec.key, result.reference);
  else if (result.kind === 'wrong') {
    report(walk, path, { kind: 'wrong_value', expected: result.expected, isSecret: true });
  } else {
    report(walk, path, { kind: 'literal_secret', expected: literalAdvice(walk.file), isSecret: true });
  }
}

const READABLE_BY_OTHERS = 0o004;

/** A secret that every account of the machine could read is no secret any more: the advice has to say that too. */
function literalAdvice(file: TomlFile): string {
  const advice =
    'the secret itself stands here; move it into a file of mode 0600 and write { file = "path" }, or { credential = "name" }';
  if ((file.mode & READABLE_BY_OTHERS) === 0) return advice;
  return `${advice}. This file is readable by everybody: chmod 0640 ${file.path}, and change the secret`;
}

function refuseBlocks(walk: Walk, key: string): void {
  const spec = [...walk.specs.values()].find((candidate) => candidate.key.startsWith(`${key}[].`));
  walk.mentioned.add(key);
  report(walk, [key], { kind: 'unavailable', expected: spec?.later ?? '' });
}

/** Names the nearest key or table beside it first, then a key of that name elsewhere, then anything near. */
function refuseUnknown(walk: Walk, path: readonly string[]): void {
  const key = path.join('.');
  const candidates = knownNames(walk);
  const table = path.slice(0, -1).join('.');
  const siblings = candidates.filter((name) => name.slice(0, Math.max(0, name.lastIndexOf('.'))) === table);
  const misplaced = candidates.find((name) => name.split('.').at(-1) === path.at(-1));
  const nearest = nearestWord(key, siblings) ?? misplaced ?? nearestWord(key, candidates);
  // Its value is not repeated: what was meant may be a key that holds a secret.
  report(walk, path, { kind: 'unknown_key', expected: '', nearest, isSecret: true });
}

/** Every key and every table that holds keys. */
function knownNames(walk: Walk): readonly string[] {
  const names = new Set<string>();
  for (const key of walk.specs.keys()) {
    const parts = key.replace('[]', '').split('.');
    for (let length = parts.length; length > 0; length -= 1) names.add(parts.slice(0, length).join('.'));
  }
  return [...names];
}

interface Report {
  readonly kind: ConfigIssueKind;
  readonly expected: string;
  readonly nearest?: string | null;
  readonly isSecret?: boolean;
}

function report(walk: Walk, path: readonly string[], { kind, expected, nearest, isSecret }: Report): void {
  const place = walk.file.locate(path);
  walk.issues.push({
    kind,
    place: walk.file.path,
    line: place?.line ?? null,
    column: place?.column ?? null,
    key: shorten(path.map(quoteIfNeeded).join('.')) ?? '',
    got: isSecret === true ? null : shorten(place?.raw ?? null),
    expected,
    nearest: nearest ?? null,
  });
}

/** As TOML would have it: `"limits.drafts_per_day"` in quotes is another key than the one it looks like. */
function quoteIfNeeded(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}

const GOT_CHARACTERS_MAX = 60;

/** What is written there on one short line, so that a message stays a line whatever the file holds. */
export function shorten(raw: string | null): string | null {
  if (raw === null) return null;
  // Format characters could turn the line round or hide what is written.
  const line = raw.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return line.length <= GOT_CHARACTERS_MAX ? line : `${line.slice(0, GOT_CHARACTERS_MAX - 1)}…`;
}

function hasKeysBelow(walk: Walk, key: string): boolean {
  const prefix = `${key}.`;
  for (const candidate of walk.specs.keys()) if (candidate.startsWith(prefix)) return true;
  return false;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
