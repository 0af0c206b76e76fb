import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HeadgateError } from '../core/errors.ts';

/** In memory where there is some: nobody syncs what is thrown away. */
const IN_MEMORY = '/dev/shm';

/**
 * A folder that nobody else may enter, with room for so many bytes; in memory if it fits there. Its name says which process made it, so
 * that one left by a kill can be told from one in use. Throws `no_room` (77).
 */
export function makePrivateFolder(name: string, bytes: number): string {
  const places = [IN_MEMORY, tmpdir()];
  const place = places.find((each) => isWritable(each) && freeBytes(each) >= bytes);
  if (place === undefined) {
    throw new HeadgateError(
      `there is no room for a copy: ${String(Math.ceil(bytes / 1_048_576))} MB are needed in ${places.join(' or ')}`,
      {
        code: 'no_room',
        exit: 'NOPERM',
        notDone: 'Nothing was rehearsed.',
        fix: 'Free some space there, or set TMPDIR to a folder with more.',
      },
    );
  }
  // mkdtemp makes it 0700.
  return mkdtempSync(join(place, `${name}-${String(process.pid)}-`));
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    // Not there, or somebody else's: then it is no place for us.
    return false;
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
