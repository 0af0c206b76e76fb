import { checkValue } from './check-value.ts';
import type { ConfigIssue, ConfigIssueKind } from './issue.ts';
import { describeType } from './describe-type.ts';
import type { ConfigValue, FileSchema, KeySpec, SectionSpec, SecretReference } from './key-spec.ts';
import { blockName, keysOf } from './key-spec.ts';
import { nearestWord } from '../core/nearest.ts';
import { checkSecret } from './secret-reference.ts';
import type { TomlFile } from './toml-file.ts';

export interface TableValidation {
  /** Only the keys that the file sets and sets right; those of a block with its number: `sender[0].address`. */
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Every key that the file sets, right or wrong: a wrong one is not "missing" as well. */
  readonly mentioned: ReadonlySet<string>;
  /** How many blocks each array of tables has. */
  readonly blockCounts: ReadonlyMap<string, number>;
  readonly issues: readonly ConfigIssue[];
}

interface Walk {
  readonly file: TomlFile;
  readonly specs: ReadonlyMap<string, KeySpec>;
  readonly sections: readonly SectionSpec[];
  readonly values: Map<string, ConfigValue>;
  readonly mentioned: Set<string>;
  readonly blockCounts: Map<string, number>;
  readonly issues: ConfigIssue[];
}

/** A place in the file under its three names. */
interface Spot {
  /** As the locator asks for it: sender, 0, address. */
  readonly path: readonly string[];
  /** As the schema has it: `sender[].address`. */
  readonly spec: string;
  /** As messages name it: `sender[0].address`. */
  readonly shown: string;
}

/** More senders or sources than anybody has; each costs every run a little. */
const BLOCKS_MAX = 100;

/**
 * Checks a parsed file against a schema and finds all that is wrong in one pass (hardening 75 to 78): unknown keys
 * with the nearest right one, wrong types and ranges, keys that are not available yet, blocks that are no blocks.
 */
export function validateTable(file: TomlFile, schema: FileSchema): TableValidation {
  const specs = new Map(keysOf(schema).map((spec) => [spec.key, spec]));
  const walk: Walk = {
    file,
    specs,
    sections: schema.sections,
    values: new Map(),
    mentioned: new Set(),
    blockCounts: new Map(),
    issues: [],
  };
  walkTable(walk, file.table, { path: [], spec: '', shown: '' });
  return walk;
}

function walkTable(walk: Walk, table: Readonly<Record<string, unknown>>, parent: Spot): void {
  for (const [name, value] of Object.entries(table)) {
    const spot = below(parent, name);
    // In quotes, a name may look like a path and is none.
    if (/[.[]/.test(name)) {
      refuseUnknown(walk, spot);
      continue;
    }
    const spec = walk.specs.get(spot.spec);
    const blocks = walk.sections.find((section) => blockName(section) === spot.spec);
    if (isTable(value) && hasKeysBelow(walk, spot.spec)) walkTable(walk, value, spot);
    else if (spec !== undefined) readValue(walk, { spec, spot }, value);
    else if (blocks !== undefined) walkBlocks(walk, { spot, blocks }, value);
    else if (hasKeysBelow(walk, spot.spec))
      report(walk, spot, { kind: 'wrong_value', expected: `a section [${spot.spec}]` });
    else refuseUnknown(walk, spot);
  }
}

function below(parent: Spot, name: string): Spot {
  const join = (front: string, part: string): string => (front === '' ? part : `${front}.${part}`);
  return {
    path: [...parent.path, name],
    spec: join(parent.spec, name),
    shown: join(parent.shown, quoteIfNeeded(name)),
  };
}

/** `[[name]]` blocks, or what stands where they should. */
function walkBlocks(walk: Walk, at: { spot: Spot; blocks: SectionSpec }, value: unknown): void {
  const { spot, blocks } = at;
  const [first] = blocks.keys;
  walk.mentioned.add(spot.spec);
  if (first?.later !== undefined && blocks.keys.every((spec) => spec.later === first.later)) {
    report(walk, spot, { kind: 'unavailable', expected: first.later });
    return;
  }
  const expected = `blocks [[${spot.spec}]] in double brackets, at most ${String(BLOCKS_MAX)} of them`;
  const elements: readonly unknown[] | null = Array.isArray(value) ? value : null;
  const tables = elements?.filter(isTable) ?? [];
  if (tables.length !== elements?.length || tables.length > BLOCKS_MAX) {
    // What is written there may hold a secret.
    report(walk, spot, { kind: 'wrong_value', expected, isSecret: true });
    return;
  }
  walk.blockCounts.set(spot.spec, tables.length);
  for (const [index, table] of tables.entries()) {
    const number = String(index);
    const shown = `${spot.shown}[${number}]`;
    walkTable(walk, table, { path: [...spot.path, number], spec: `${spot.spec}[]`, shown });
  }
}

function readValue(walk: Walk, at: { spec: KeySpec; spot: Spot }, value: unknown): void {
  const { spec, spot } = at;
  walk.mentioned.add(spot.shown);
  if (spec.later !== undefined) {
    report(walk, spot, { kind: 'unavailable', expected: spec.later, isSecret: spec.type.kind === 'secret' });
  } else if (spec.type.kind === 'secret') {
    const reference = readSecret(walk, spot, value);
    if (reference !== null) walk.values.set(spot.shown, reference);
  } else if (spec.type.kind === 'secrets') {
    readSecrets(walk, spot, value);
  } else {
    const raw = (element: number | null): string | null =>
      walk.file.locate(element === null ? spot.path : [...spot.path, String(element)])?.raw ?? null;
    const result = checkValue(spec.type, value, raw);
    if (result.kind === 'right') walk.values.set(spot.shown, result.value);
    else if (result.kind === 'unavailable')
      report(walk, spot, { kind: 'unavailable', expected: result.will });
    else report(walk, spot, { kind: 'wrong_value', expected: result.expected, nearest: result.nearest });
  }
}

function readSecret(walk: Walk, spot: Spot, value: unknown): SecretReference | null {
  const result = checkSecret(value);
  if (result.kind === 'right') return result.reference;
  if (result.kind === 'wrong') {
    report(walk, spot, { kind: 'wrong_value', expected: result.expected, isSecret: true });
  } else {
    report(walk, spot, { kind: 'literal_secret', expected: literalAdvice(walk.file), isSecret: true });
  }
  return null;
}

/** More secrets than anybody has changed while their links lived. */
const SECRETS_MAX = 20;

function readSecrets(walk: Walk, spot: Spot, value: unknown): void {
  const elements: readonly unknown[] | null = Array.isArray(value) ? value : null;
  if (elements === null || elements.length > SECRETS_MAX) {
    const expected = `${describeType({ kind: 'secrets' })}, at most ${String(SECRETS_MAX)} of them`;
    report(walk, spot, { kind: 'wrong_value', expected, isSecret: true });
    return;
  }
  const references = elements.map((element, index) => {
    const place = String(index);
    const at = { path: [...spot.path, place], spec: spot.spec, shown: `${spot.shown}[${place}]` };
    return readSecret(walk, at, element);
  });
  walk.values.set(
    spot.shown,
    references.filter((reference) => reference !== null),
  );
}

const READABLE_BY_OTHERS = 0o004;

/** A secret that every account of the machine could read is no secret any more: the advice has to say that too. */
function literalAdvice(file: TomlFile): string {
  const advice =
    'the secret itself stands here; move it into a file of mode 0600 and write { file = "path" }, or { credential = "name" }';
  if ((file.mode & READABLE_BY_OTHERS) === 0) return advice;
  return `${advice}. This file is readable by everybody: chmod 0640 ${file.path}, and change the secret`;
}

/** Names the nearest key or table beside it first, then a key of that name elsewhere, then anything near. */
function refuseUnknown(walk: Walk, spot: Spot): void {
  const key = spot.spec.replace('[]', '');
  const candidates = knownNames(walk);
  const name = spot.path.at(-1) ?? '';
  const table = key.slice(0, Math.max(0, key.length - name.length - 1));
  const siblings = candidates.filter((each) => each.slice(0, Math.max(0, each.lastIndexOf('.'))) === table);
  const misplaced = candidates.find((each) => each.split('.').at(-1) === name);
  const nearest = nearestWord(key, siblings) ?? misplaced ?? nearestWord(key, candidates);
  // Its value is not repeated: what was meant may be a key that holds a secret.
  report(walk, spot, { kind: 'unknown_key', expected: '', nearest, isSecret: true });
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

function report(walk: Walk, spot: Spot, { kind, expected, nearest, isSecret }: Report): void {
  const place = walk.file.locate(spot.path);
  walk.issues.push({
    kind,
    place: walk.file.path,
    line: place?.line ?? null,
    column: place?.column ?? null,
    key: shorten(spot.shown) ?? '',
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
