import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { HeadgateError } from '../core/errors.ts';
import type { StateDatabase } from './database.ts';
import { mapSqliteError, userName } from './sqlite-errors.ts';

/** SQLite maps its shared index in pages of this size. */
const MAPPED_PAGE_BYTES = 4_096;
/** Room for the shared index (32 KiB), the head of the log, and a margin. */
const OPEN_FREE_BYTES = 256 * 1_024;

export interface DiskSpace {
  readonly freeBytes: number;
  readonly blockBytes: number;
}

/**
 * Before the first write of a run that has something to do: is the state whole, and is there room to write it?
 * Costs a walk over the whole file (0.8 s at a million leads), so an idle run must not call it.
 * `isThrowaway`: a copy of one process, written a moment ago, is not walked over. Throws HeadgateError `state_damaged` (78) or `state_disk_full` (77).
 */
export function checkBeforeWrite(
  database: StateDatabase,
  options: { readonly minFreeBytes: number; readonly isThrowaway?: boolean },
): void {
  refuseLittleSpace(database.file, diskSpace(database.file), options.minFreeBytes);
  if (options.isThrowaway === true) return;
  const faults = database.faults('quick_check');
  if (faults.length === 0) return;
  throw new HeadgateError(`${database.file} is damaged: ${faults[0] ?? ''}`, {
    code: 'state_damaged',
    exit: 'CONFIG',
    notDone: 'Nothing was done.',
    fix: 'Keep a copy of the file, then: headgate restore FILE',
    details: faults.slice(1),
  });
}

/**
 * On a full file system whose blocks are smaller than a memory page (1 KiB is what mkfs.ext4 takes for small
 * volumes) SQLite's shared index can be mapped but not filled: the kernel then kills the process with SIGBUS and
 * no message. So room is asked for before such a file is even opened. Other file systems answer with an error
 * that can be reported; there only a writer, who could do nothing, is told at once.
 */
export function refuseFullDisk(file: string, mode: 'read' | 'write'): void {
  const space = diskSpace(file);
  if (mode === 'write' || space.blockBytes < MAPPED_PAGE_BYTES)
    refuseLittleSpace(file, space, OPEN_FREE_BYTES);
}

/** Free bytes for an ordinary user, and the block size, of the file system that holds `file`'s folder. */
export function diskSpace(file: string): DiskSpace {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return { freeBytes: bavail * bsize, blockBytes: bsize };
  } catch (error) {
    throw mapSqliteError(error, file);
  }
}

function refuseLittleSpace(file: string, space: DiskSpace, minFreeBytes: number): void {
  if (space.freeBytes >= minFreeBytes) return;
  throw new HeadgateError(
    `The disk under ${file} has ${kibibytes(space.freeBytes)} KiB left for ${userName()}, ${kibibytes(minFreeBytes)} KiB are needed`,
    {
      code: 'state_disk_full',
      exit: 'NOPERM',
      notDone: 'Nothing was done.',
      fix: 'Free some space on that file system, then run it again.',
    },
  );
}

function kibibytes(bytes: number): number {
  return Math.floor(bytes / 1_024);
}
