import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { systemCode } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import { replaceFile, syncFolder } from './durable-file.ts';

/** What the file STOP says (A10). Its being there is what stops; the words are for people. */
export interface Stop {
  /** Empty when it was made with `touch`, or cannot be read. */
  readonly reason: string;
  readonly sinceAt: Instant;
}

const REASON_CHARACTERS_MAX = 500;

/** The stop in force, or null. Anything of that name stops, a folder or a file without rights as well. */
export function readStop(path: string): Stop | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : { reason: readReason(path), sinceAt: Math.floor(stats.mtimeMs) };
}

/**
 * Stops everything that touches people (A10). On a disk too full for the reason an empty file is made, which stops just
 * as well. Throws what the file system throws when not even that is possible.
 */
export function writeStop(path: string, reason: string): void {
  try {
    replaceFile(path, reason === '' ? '' : `${reason.slice(0, REASON_CHARACTERS_MAX)}\n`);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    closeSync(openSync(path, 'a', 0o600));
    syncFolder(dirname(path));
  }
}

/** Takes the stop away, for good: a power cut does not bring it back. */
export function removeStop(path: string): void {
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}

function readReason(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().slice(0, REASON_CHARACTERS_MAX);
  } catch {
    // What it says is for people only; that it is there is what counts.
    return '';
  }
}

function isDiskFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
