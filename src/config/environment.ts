import { checkValue } from './check-value.ts';
import { describeType } from './describe-type.ts';
import type { ConfigIssue, ConfigIssueKind } from './issue.ts';
import type { ConfigValue, FileSchema, KeySpec, ValueType } from './key-spec.ts';
import { blockName, environmentNameOf, keysOf } from './key-spec.ts';
import { editDistance, nearestWord } from '../core/nearest.ts';
import { shorten } from './validate-table.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentReading {
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Name of the variable that set a key. */
  readonly variables: ReadonlyMap<string, string>;
  readonly issues: readonly ConfigIssue[];
}

const PREFIX = 'HEADGATE_';

/**
 * Reads `HEADGATE_*` (cli.md 2.0). An empty variable counts as missing (hardening 80). A name that has `__`, or is a
 * slip of the finger away from a known one, is refused: a misspelt cap must not mean no cap. Other names are left
 * to other programs.
 */
export function readEnvironment(environment: Environment, schema: FileSchema): EnvironmentReading {
  const specs = keysOf(schema).filter((spec) => !spec.key.includes('[]'));
  const byName = new Map(specs.map((spec) => [environmentNameOf(spec.key), spec]));
  const blocks = schema.sections.map(blockName).filter((name) => name !== null);
  const reading = { values: new Map<string, ConfigValue>(), variables: new Map<string, string>() };
  const issues: ConfigIssue[] = [];
  for (const name of Object.keys(environment).sort()) {
    const text = environment[name] ?? '';
    if (!name.startsWith(PREFIX) || text.trim() === '') continue;
    const spec = byName.get(name);
    const judgement =
      spec === undefined
        ? (judgeBlockKey(name, blocks) ?? judgeUnknown(name, [...byName.keys()]))
        : readVariable(spec, { name, text });
    if (judgement === null) continue;
    if (judgement.kind === 'issue') {
      issues.push(judgement.issue);
    } else if (spec !== undefined) {
      reading.values.set(spec.key, judgement.value);
      reading.variables.set(spec.key, name);
    }
  }
  return { ...reading, issues };
}

type Judgement =
  | { readonly kind: 'value'; readonly value: ConfigValue }
  | { readonly kind: 'issue'; readonly issue: ConfigIssue };

interface Variable {
  readonly name: string;
  readonly text: string;
}

function readVariable(spec: KeySpec, variable: Variable): Judgement {
  const isSecret = spec.type.kind === 'secret' || spec.type.kind === 'secrets';
  const got = isSecret ? null : (shorten(JSON.stringify(variable.text)) ?? '');
  const complain = (kind: ConfigIssueKind, expected: string, nearest: string | null = null): Judgement => {
    return { kind: 'issue', issue: issueOf(variable.name, { kind, got, expected, nearest }) };
  };
  if (spec.later !== undefined) return complain('unavailable', spec.later);
  if (isSecret) {
    const reference = { kind: 'environment', variable: variable.name } as const;
    // A variable holds one secret, whatever stands in it.
    return { kind: 'value', value: spec.type.kind === 'secret' ? reference : [reference] };
  }
  const value = parseEnvironmentText(spec.type, variable.text.trim());
  if (value === undefined) return complain('wrong_value', describeType(spec.type));
  const result = checkValue(spec.type, value, () => null);
  if (result.kind === 'right') return { kind: 'value', value: result.value };
  if (result.kind === 'unavailable') return complain('unavailable', result.will);
  return complain('wrong_value', result.expected, result.nearest);
}

/** The value as the TOML parser would have given it; undefined when the text cannot be one of its type. */
function parseEnvironmentText(type: ValueType, text: string): unknown {
  switch (type.kind) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? BigInt(text) : undefined;
    case 'number':
      return /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
    case 'weekdays':
      return listOf(text).map((element) => (/^\d$/.test(element) ? BigInt(element) : element));
    case 'user_ids':
      return listOf(text).map((element) => (/^\d{1,16}$/.test(element) ? BigInt(element) : element));
    case 'dates':
    case 'lead_countries':
    case 'addresses':
    case 'domains':
    case 'command':
      return listOf(text);
    default:
      return text;
  }
}

/** `a, b` and `["a", "b"]` alike: people paste the value from the file. */
function listOf(text: string): readonly string[] {
  const inner = /^\[(.*)\]$/s.exec(text)?.[1] ?? text;
  if (inner.trim() === '') return [];
  return inner.split(',').map((element) => element.trim().replace(/^(["'])(.*)\1$/, '$2'));
}

const SLIP_EDITS_MAX = 2;

/** One edit in three characters, two at most: HEADGATE_TIME is no slip of HEADGATE_LIVE. */
function isSlipOf(name: string, known: string): boolean {
  const allowed = Math.min(SLIP_EDITS_MAX, Math.floor((known.length - PREFIX.length) / 3));
  return editDistance(name, known) <= allowed;
}

/** A variable has no number for the block that it would belong to. */
function judgeBlockKey(name: string, blocks: readonly string[]): Judgement | null {
  const block = blocks.find((each) => name.startsWith(`${environmentNameOf(each)}__`));
  if (block === undefined) return null;
  const expected = `keys of [[${block}]] have no variable; write them into the file`;
  return { kind: 'issue', issue: issueOf(name, { kind: 'unknown_key', got: null, expected, nearest: null }) };
}

function judgeUnknown(name: string, names: readonly string[]): Judgement | null {
  const slip = names.find((known) => isSlipOf(name, known));
  if (!name.includes('__') && slip === undefined) return null;
  const nearest = slip ?? nearestWord(name, names);
  return { kind: 'issue', issue: issueOf(name, { kind: 'unknown_key', got: null, expected: '', nearest }) };
}

function issueOf(
  name: string,
  what: { readonly kind: ConfigIssueKind; got: string | null; expected: string; nearest: string | null },
): ConfigIssue {
  return { ...what, place: 'environment', line: null, column: null, key: name };
}
