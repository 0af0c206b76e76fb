import { nearestWord } from '../core/nearest.ts';
import { addProblem, quoteValue } from './sequence-problem.ts';
import type { Complaint, DefinitionProblem, FilePlace } from './sequence-problem.ts';
import type { TomlLocator } from './toml-locator.ts';

export type TomlTable = Readonly<Record<string, unknown>>;

/** What a reader needs to complain about one file. */
export interface TableScope {
  readonly file: string;
  /** Built on the first complaint, so that a right file never pays for it. */
  readonly locate: TomlLocator;
  readonly problems: DefinitionProblem[];
}

export interface TextRule {
  readonly maximumLength: number;
  readonly multiLine?: boolean;
}

/**
 * Reads one TOML table key by key. Every method records what is wrong and hands back a harmless stand-in, so that
 * one pass tells all that is wrong with a file. `finish` refuses the keys that nobody asked for.
 */
export interface TableReader {
  /** Whether the key is there. Counts as asked for. */
  has(key: string): boolean;
  /** The value as the parser gave it, undefined when the key is absent. Counts as asked for. */
  value(key: string): unknown;
  text(key: string, rule: TextRule): string | null;
  choice<T extends string>(key: string, choices: readonly T[], otherwise: T): T;
  flag(key: string, otherwise: boolean): boolean;
  integer(key: string, range: { readonly minimum: number; readonly maximum: number }): number | null;
  texts(key: string): readonly string[];
  table(key: string): TableReader | null;
  tables(key: string): readonly TableReader[];
  /** Every key of the table, for tables whose keys are names of the operator's. */
  keys(): readonly string[];
  /** Complains about a key, or about the table itself when the key is null. */
  complain(key: string | null, complaint: Complaint): void;
  place(key: string | null): FilePlace;
  finish(): void;
}

const TEXTS_MAX = 1_000;
const TEXT_CHARACTERS_MAX = 300;

/** `path` is where the table stands in the file: `['trigger']`, `['step', '0']`, empty for the top. */
export function readTable(table: TomlTable, path: readonly string[], scope: TableScope): TableReader {
  const asked = new Set<string>();
  const place = (key: string | null): FilePlace => placeOf(scope, key === null ? path : [...path, key]);
  const complain = (key: string | null, complaint: Complaint): void => {
    addProblem(scope.problems, () => place(key), complaint);
  };
  const value = (key: string): unknown => {
    asked.add(key);
    return Object.hasOwn(table, key) ? table[key] : undefined;
  };
  const wrong = (key: string, expected: string): void => {
    const message = `${nameOf(path, key)} is ${quoteValue(value(key))}, expected ${expected}`;
    complain(key, { code: 'wrong_value', message });
  };
  return {
    has: (key) => value(key) !== undefined,
    value,
    text: (key, rule) => readText(value(key), rule, (expected) => wrong(key, expected)),
    choice: (key, choices, otherwise) =>
      readChoice(value(key), { choices, otherwise }, (expected) => wrong(key, expected)),
    flag: (key, otherwise) => readFlag(value(key), otherwise, (expected) => wrong(key, expected)),
    integer: (key, range) => readInteger(value(key), range, (expected) => wrong(key, expected)),
    texts: (key) => readTexts(value(key), (expected) => wrong(key, expected)),
    table: (key) => {
      const inner = value(key);
      if (inner === undefined) return null;
      if (isTable(inner)) return readTable(inner, [...path, key], scope);
      wrong(key, 'a table');
      return null;
    },
    tables: (key) => {
      const inner = value(key) ?? [];
      if (Array.isArray(inner) && inner.every(isTable)) {
        return inner.map((element, index) => readTable(element, [...path, key, String(index)], scope));
      }
      wrong(key, `tables, each under [[${key}]]`);
      return [];
    },
    keys: () => Object.keys(table),
    complain,
    place,
    finish: () => {
      for (const key of Object.keys(table)) if (!asked.has(key)) complain(key, unknownKey(path, key, asked));
    },
  };
}

/** True for what TOML calls a table; arrays and dates are none. */
export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

type Wrong = (expected: string) => void;

function readText(value: unknown, rule: TextRule, wrong: Wrong): string | null {
  if (value === undefined) return null;
  const text = typeof value === 'string' ? value.trim() : '';
  const hasControls = rule.multiLine === true ? MULTI_LINE_CONTROLS.test(text) : ANY_CONTROL.test(text);
  if (text !== '' && text.length <= rule.maximumLength && !hasControls) return text;
  wrong(
    `${rule.multiLine === true ? 'a text' : 'one line of text'} of 1 to ${rule.maximumLength} characters`,
  );
  return null;
}

function readChoice<T extends string>(
  value: unknown,
  rule: { readonly choices: readonly T[]; readonly otherwise: T },
  wrong: Wrong,
): T {
  if (value === undefined) return rule.otherwise;
  const choice = rule.choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  const nearest = typeof value === 'string' ? nearestWord(value, rule.choices) : null;
  wrong(`one of ${rule.choices.join(', ')}${nearest === null ? '' : `; did you mean "${nearest}"?`}`);
  return rule.otherwise;
}

function readFlag(value: unknown, otherwise: boolean, wrong: Wrong): boolean {
  if (value === undefined) return otherwise;
  if (typeof value === 'boolean') return value;
  wrong('true or false');
  return otherwise;
}

function readInteger(
  value: unknown,
  range: { readonly minimum: number; readonly maximum: number },
  wrong: Wrong,
): number | null {
  if (value === undefined) return null;
  // The parser gives whole numbers as bigint, so that 1.0 and 1 are told apart.
  if (typeof value === 'bigint' && value >= BigInt(range.minimum) && value <= BigInt(range.maximum)) {
    return Number(value);
  }
  wrong(`a whole number from ${range.minimum} to ${range.maximum}`);
  return null;
}

function readTexts(value: unknown, wrong: Wrong): readonly string[] {
  if (value === undefined) return [];
  const isList = Array.isArray(value) && value.length <= TEXTS_MAX && value.every(isPlainText);
  if (isList) return [...new Set(value.map((text) => text.trim()))];
  const hint = typeof value === 'string' ? `, such as [${quoteValue(value)}]` : '';
  wrong(`a list of at most ${TEXTS_MAX} texts of 1 to ${TEXT_CHARACTERS_MAX} characters${hint}`);
  return [];
}

function isPlainText(value: unknown): value is string {
  if (typeof value !== 'string' || ANY_CONTROL.test(value)) return false;
  return value.trim() !== '' && value.length <= TEXT_CHARACTERS_MAX;
}

/** Control characters, and the separators that some programs read as a line break. */
const ANY_CONTROL = /[\p{Cc}\u2028\u2029]/u;
const MULTI_LINE_CONTROLS = /[^\P{Cc}\n\t]|[\u2028\u2029]/u;

function unknownKey(path: readonly string[], key: string, asked: ReadonlySet<string>): Complaint {
  const nearest = nearestWord(key, asked);
  return {
    code: 'unknown_key',
    message: `unknown key ${nameOf(path, key)}`,
    fix: nearest === null ? `the keys here are ${[...asked].sort().join(', ')}` : `did you mean ${nearest}?`,
  };
}

/** `trigger.source`, `step.after`: array indices are left out, the line tells which one is meant. */
function nameOf(path: readonly string[], key: string): string {
  const shown = key.length > 60 ? `${key.slice(0, 60)}…` : key;
  const name = [...path.filter((segment) => !/^\d+$/.test(segment)), shown].join('.');
  return name.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}');
}

function placeOf(scope: TableScope, path: readonly string[]): FilePlace {
  const found = scope.locate(path) ?? (path.length > 0 ? scope.locate(path.slice(0, -1)) : null);
  return { file: scope.file, line: found?.line ?? 1, column: found?.column ?? 1 };
}
