import { readFileSync } from 'node:fs';
import { HeadgateError, systemCode } from '../core/errors.ts';
import { parseStamp } from '../core/state-identity.ts';
import type { Stamp, StampFile } from '../ports.ts';
import { replaceFile } from './durable-file.ts';

/** `stamp.json` beside the state: what the state cannot say of itself once it was restored (A14, A15). */
export function createStampFile(path: string): StampFile {
  return { read: () => readStamp(path), write: (stamp) => replaceStamp(path, stamp) };
}

function readStamp(path: string): Stamp | null {
  const text = readText(path);
  if (text === null) return null;
  const stamp = parseStamp(parseJson(text));
  if (stamp === null) throw damagedStamp(path);
  return stamp;
}

/** Throws HeadgateError `stamp_not_written` (77); the old stamp then still stands, whole. */
function replaceStamp(path: string, stamp: Stamp): void {
  try {
    // Jobs share the stamp, each under its own lock: two may write at once, and replaceFile keeps them apart.
    replaceFile(path, `${JSON.stringify(stamp, null, 2)}\n`);
  } catch (error) {
    throw new HeadgateError(`${path} cannot be written (${systemCode(error) ?? 'unknown'})`, {
      code: 'stamp_not_written',
      exit: 'NOPERM',
      fix: 'Give the state folder back to its owner, or free some space; then run it again.',
      cause: error,
    });
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw new HeadgateError(`${path} cannot be read (${systemCode(error) ?? 'unknown'})`, {
      code: 'stamp_not_readable',
      exit: 'NOPERM',
      notDone: 'Nothing was done.',
      fix: 'Run as the owner of the state, or give the folder back to it (chown).',
      cause: error,
    });
  }
}

function damagedStamp(path: string): HeadgateError {
  return new HeadgateError(`${path} is damaged: it is no stamp of a state`, {
    code: 'stamp_damaged',
    exit: 'CONFIG',
    notDone: 'Nothing was done.',
    fix: `Look at it, move it away, then: headgate adopt`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half a file and a file of something else are the same damage.
    return null;
  }
}
