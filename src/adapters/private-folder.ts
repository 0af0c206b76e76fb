import { accessSync, constants, lstatSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HeadgateError } from '../core/errors.ts';
import { isRunning } from './half-files.ts';

/** In memory where there is some: nobody syncs what is thrown away. */
const IN_MEMORY = '/dev/shm';

/**
 * A folder that nobody else may enter, with room for so many bytes; in memory if it fits there. What a process that was killed left under
 * the same name is removed first: it is full of people, and takes the room. Until `removeFolder` it also goes when the terminal is closed
 * (SIGHUP), which ends the process as ever. Throws `no_room` (77).
 */
export function makePrivateFolder(name: string, bytes: number): string {
  const places = [IN_MEMORY, tmpdir()];
  for (const place of places.filter(isWritable)) removeAbandoned(place, name);
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
  const folder = mkdtempSync(join(place, `${name}-${String(process.pid)}-`));
  if (living.size === 0) process.once('SIGHUP', endOnHangUp);
  living.add(folder);
  return folder;
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
  living.delete(path);
  if (living.size === 0) process.removeListener('SIGHUP', endOnHangUp);
}

/** Of this process. */
const living = new Set<string>();

function endOnHangUp(): void {
  for (const path of living) rmSync(path, { recursive: true, force: true });
  // Nobody listens any more: it ends as if nobody ever had.
  process.kill(process.pid, 'SIGHUP');
}

function removeAbandoned(place: string, name: string): void {
  for (const entry of readdirSync(place)) {
    if (!entry.startsWith(`${name}-`)) continue;
    const pid = /^(\d+)-[^-]+$/.exec(entry.slice(name.length + 1))?.[1];
    const path = join(place, entry);
    if (pid !== undefined && isOurs(path) && !isRunning(Number(pid))) removeFolder(path);
  }
}

/** A folder, not a link to one, that this user made. */
function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
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
