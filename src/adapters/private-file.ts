import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { HeadgateError, systemCode } from '../core/errors.ts';
import { syncFolder } from './durable-file.ts';
import { removeHalves } from './half-files.ts';

/** A file for its owner's eyes: whole or not there, mode 0600, and never in the place of another unless that was said. */
export interface PrivateFile {
  add(text: string): void;
  /** Puts it in its place, synced. */
  keep(): void;
  /** Leaves nothing behind. */
  drop(): void;
}

/**
 * Begins one under another name beside it, and removes what a killed process left of the same. Throws `file_exists` (64) where there is
 * one and `mayReplace` is not set, also when it appears meanwhile; `file_not_written` (77).
 */
export function createPrivateFile(path: string, options: { readonly mayReplace: boolean }): PrivateFile {
  const writing = `${path}.${String(process.pid)}.new`;
  const descriptor = guarded(path, () => {
    // First: whoever was killed between the two names of a whole file left both.
    removeHalves(path);
    if (!options.mayReplace && existsSync(path)) throw thereAlready(path);
    rmSync(writing, { force: true });
    return openSync(writing, 'wx', 0o600);
  });
  return {
    add: (text) => {
      guarded(path, () => {
        // Unlike one write, it goes on until the disk has all of it.
        writeFileSync(descriptor, text);
      });
    },
    keep: () => {
      guarded(path, () => {
        fsyncSync(descriptor);
        closeSync(descriptor);
        // A link is refused where a name is taken; a rename would put it away unseen.
        if (options.mayReplace) renameSync(writing, path);
        else linkSync(writing, path);
        rmSync(writing, { force: true });
        syncFolder(dirname(path));
      });
    },
    drop: () => {
      rmSync(writing, { force: true });
    },
  };
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof HeadgateError) throw error;
    const code = systemCode(error) ?? 'unknown';
    if (code === 'EEXIST') throw thereAlready(path);
    throw new HeadgateError(`${path} cannot be written (${code})`, {
      code: 'file_not_written',
      exit: 'NOPERM',
      notDone: 'Nothing was exported.',
      fix: 'Give a place where you may write, with room for it.',
      cause: error,
    });
  }
}

function thereAlready(path: string): HeadgateError {
  return new HeadgateError(`${path} is there already`, {
    code: 'file_exists',
    exit: 'USAGE',
    notDone: 'Nothing was exported.',
    fix: 'Give another name, or --replace to have it replaced.',
  });
}
