import { readFileSync, statSync } from 'node:fs';

import { parse, TomlError } from 'smol-toml';

import { withPath } from '../core/errors.ts';
import type { ConfigIssue, ConfigIssueKind } from './issue.ts';
import type { TomlLocator, TomlPosition } from './toml-locator.ts';
import { createTomlLocator, positionAt } from './toml-locator.ts';

/** Larger than any configuration a person wrote; smaller than what would make an idle run slow (hardening 78). */
export const CONFIG_BYTES_MAX = 1_048_576;

export interface TomlFile {
  readonly path: string;
  readonly table: Readonly<Record<string, unknown>>;
  /** Permission bits and kind, as stat tells them. */
  readonly mode: number;
  /** Built on the first call: only messages need it. */
  readonly locate: TomlLocator;
}

export type TomlReading =
  | { readonly kind: 'read'; readonly file: TomlFile }
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong'; readonly issue: ConfigIssue };

/**
 * Reads one TOML file with every bound that a stranger's file needs: a regular file (a pipe would hang), at most
 * 1 MiB, UTF-8 without errors, no key twice. Integers come as bigint, so that 5 and 5.0 stay two things.
 */
export function readTomlFile(path: string): TomlReading {
  const stat = ifPermitted(() => statSync(path, { throwIfNoEntry: false }));
  if (stat === undefined) return { kind: 'missing' };
  if (stat === null)
    return wrong(path, { kind: 'unreadable', expected: 'this user may not read its folder' });
  if (!stat.isFile()) return wrong(path, { kind: 'unreadable', expected: 'this is not a regular file' });
  if (stat.size > CONFIG_BYTES_MAX)
    return wrong(path, { kind: 'unreadable', expected: `larger than ${String(CONFIG_BYTES_MAX)} bytes` });
  const bytes = ifPermitted(() => withPath(path, () => readFileSync(path)));
  if (bytes === null) return wrong(path, { kind: 'unreadable', expected: 'this user may not read it' });
  return parseToml(path, { bytes, mode: stat.mode });
}

/** Null where the system says that this user may not. */
function ifPermitted<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return null;
    throw error;
  }
}

function parseToml(path: string, content: { readonly bytes: Buffer; readonly mode: number }): TomlReading {
  const text = content.bytes.toString('utf8').replace(/^\ufeff/, '');
  const broken = firstBrokenCharacter(content.bytes, text);
  if (broken !== null) {
    return wrong(path, {
      kind: 'unreadable',
      expected: 'this is not UTF-8 text; save the file as UTF-8',
      position: positionAt(text, broken),
    });
  }
  try {
    const table = parse(text, { integersAsBigInt: true, maxDepth: 20 });
    let locator: TomlLocator | null = null;
    const locate: TomlLocator = (key) => (locator ??= createTomlLocator(text))(key);
    return { kind: 'read', file: { path, table, mode: content.mode, locate } };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return wrong(path, { kind: 'syntax', expected: syntaxComplaint(error), position: error });
  }
}

/** Offset of the first byte sequence that is no UTF-8 (or of a NUL, the mark of UTF-16); null when there is none. */
function firstBrokenCharacter(bytes: Buffer, text: string): number | null {
  if (bytes.includes(0)) return Math.max(0, text.indexOf('\0'));
  if (!text.includes('\ufffd') || bytes.includes('\ufffd')) return null;
  return text.indexOf('\ufffd');
}

/** The parser's own sentence without its drawing of the line, in words of the file where it is too short. */
function syntaxComplaint(error: TomlError): string {
  const sentence = (error.message.split('\n')[0] ?? '').replace('Invalid TOML document: ', '');
  if (sentence.startsWith('trying to redefine')) return 'this key or table is already defined above';
  return `no valid TOML: ${sentence}`;
}

interface Fault {
  readonly kind: ConfigIssueKind;
  readonly expected: string;
  readonly position?: TomlPosition;
}

function wrong(path: string, { kind, expected, position }: Fault): TomlReading {
  const { line, column } = position ?? { line: null, column: null };
  return {
    kind: 'wrong',
    issue: { kind, place: path, line, column, key: '', got: null, expected, nearest: null },
  };
}
