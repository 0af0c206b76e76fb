import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { HeadgateError, systemCode } from '../core/errors.ts';
import type { ErasureLine } from '../core/erasure.ts';
import { syncFolder } from './durable-file.ts';

export const ERASURE_FILE = 'erasures.jsonl';

/**
 * `erasures.jsonl` beside the state: who was erased, as random ids and keyed hashes, with the key. A restore does not turn it back, as it does not
 * turn back the send journal (A15), so that an older copy of the state forgets the same people again.
 */
export interface ErasureFile {
  /** All lines, oldest first; none while there is no file. Throws `erasures_not_readable` (77), `erasures_damaged` (78). */
  read(): readonly ErasureLine[];
  /** Returns when they are on the disk. Throws `erasures_not_written` (77). */
  append(lines: readonly ErasureLine[]): void;
}

export function createErasureFile(path: string): ErasureFile {
  return {
    read: () => readLines(path),
    append: (lines) => {
      appendLines(path, lines);
    },
  };
}

function readLines(path: string): readonly ErasureLine[] {
  const text = textOf(path);
  // What a crash cut off was never said to be done.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const parsed = parseLine(line);
      if (parsed === null) throw damaged(path, index + 1);
      return parsed;
    });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw new HeadgateError(`${path} cannot be read (${systemCode(error) ?? 'unknown'})`, {
      code: 'erasures_not_readable',
      exit: 'NOPERM',
      notDone: 'Nothing was done: it says who was erased and may not be written to.',
      fix: 'Run as the owner of the state, or give the folder back to it (chown).',
      cause: error,
    });
  }
}

function parseLine(line: string): ErasureLine | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Not JSON and not one of ours are the same damage.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [kind, at, hash] = [fields.get('kind'), fields.get('at'), fields.get('hash')];
  const [key, leadId] = [fields.get('key'), fields.get('leadId')];
  if (typeof at !== 'number') return null;
  if (kind === 'key' && typeof key === 'string') return { kind, key, at };
  if (typeof hash !== 'string') return null;
  if (kind === 'lifted') return { kind, hash, at };
  return kind === 'erased' && typeof leadId === 'string' ? { kind, leadId, hash, at } : null;
}

function appendLines(path: string, lines: readonly ErasureLine[]): void {
  if (lines.length === 0) return;
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  try {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
    try {
      const isNew = fstatSync(descriptor).size === 0;
      // What a crash left of a line goes: whoever wrote it writes it again.
      if (!isNew) ftruncateSync(descriptor, wholeBytes(path));
      const bytes = Buffer.from(text);
      if (writeSync(descriptor, bytes) !== bytes.length) throw new Error('the disk took only a part of it');
      fdatasyncSync(descriptor);
      if (isNew) syncFolder(dirname(path));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new HeadgateError(`${path} cannot be written (${systemCode(error) ?? 'unknown'})`, {
      code: 'erasures_not_written',
      exit: 'NOPERM',
      notDone: 'The state is rid of the person; the files beside it may not be.',
      fix: 'Give the state folder back to its owner, or free some space; then run it again.',
      cause: error,
    });
  }
}

function wholeBytes(path: string): number {
  const text = textOf(path);
  return Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1));
}

function damaged(path: string, line: number): HeadgateError {
  return new HeadgateError(`${path}:${String(line)} is damaged: it is no line about an erasure`, {
    code: 'erasures_damaged',
    exit: 'CONFIG',
    notDone: 'Nothing was done: it says who was erased and may not be written to.',
    fix: `Take line ${String(line)} out, or bring the file back from the copy in backup/.`,
  });
}
