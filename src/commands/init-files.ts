import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import type { InitialFile } from '../config/initial-files.ts';
import { usageError } from './options.ts';

export interface WrittenFiles {
  readonly created: readonly string[];
  /** Existed before and were left exactly as they were. */
  readonly kept: readonly string[];
}

/**
 * Writes the files that do not exist yet, each whole or not at all. What exists stays: `init` twice loses nothing.
 * Paths are inside `folder`, which is made with `folderMode`.
 */
export function writeMissingFiles(
  place: { readonly folder: string; readonly folderMode: number },
  files: readonly InitialFile[],
): WrittenFiles {
  const created: string[] = [];
  const kept: string[] = [];
  makeFolder(place.folder, place.folderMode);
  for (const file of files) {
    const path = join(place.folder, file.path);
    const isSecret = (file.mode & 0o070) === 0;
    makeFolder(dirname(path), isSecret ? 0o700 : place.folderMode);
    (writeNewFile(path, file) ? created : kept).push(file.path);
  }
  return { created, kept };
}

/** Makes a folder and those above it; throws `usage` (64) when something else has its name. */
export function makeFolder(folder: string, mode: number): void {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) mkdirSync(folder, { recursive: true, mode });
  else if (!stat.isDirectory()) throw usageError(`${folder} is not a folder`);
}

/** True when the file was made. The name appears only with the whole content behind it, and never over another file. */
function writeNewFile(path: string, file: InitialFile): boolean {
  if (existsSync(path)) return false;
  const staging = `${path}.${String(process.pid)}.new`;
  try {
    const descriptor = openSync(staging, 'w', file.mode);
    try {
      // Unlike one write, it goes on until the disk has all of it.
      writeFileSync(descriptor, file.text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    // Unlike a rename, a link refuses a name that somebody else took meanwhile.
    linkSync(staging, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(staging, { force: true });
  }
}
