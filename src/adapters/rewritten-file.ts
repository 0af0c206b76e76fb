import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { syncFolder } from './durable-file.ts';

const MODE_BITS = 0o777;
const NEW_FILE_MODE = 0o640;

/**
 * Puts another text into a person's file, whole or not at all, with the mode and the owner that it had. False, and nothing is written, when the
 * file is no longer `was`: somebody saves at the same time. `was` null: there was no file, and the new one is its folder's. Throws what the
 * file system throws; the old file then still stands.
 */
export function rewriteFile(
  path: string,
  { was, text }: { readonly was: Buffer | null; readonly text: string },
): boolean {
  // Hidden, so that whoever reads the folder meanwhile passes it over.
  const writing = join(dirname(path), `.${basename(path)}.${String(process.pid)}.new`);
  try {
    writeLike(writing, was === null ? likeFolderOf(path) : statSync(path), text);
    if (!isStill(path, was)) {
      rmSync(writing);
      return false;
    }
    renameSync(writing, path);
  } catch (error) {
    rmSync(writing, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
  return true;
}

/** Whether a file is what it was, byte for byte; a link is no file. */
export function isStill(path: string, was: Buffer | null): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || was === null) return stats === undefined && was === null;
  return stats.isFile() && readFileSync(path).equals(was);
}

/** Of root alone: a file of root's is one that nobody else may edit. */
function likeFolderOf(path: string): { mode: number; uid: number; gid: number } {
  const { uid, gid } = statSync(dirname(path));
  const own = { uid: process.getuid?.() ?? uid, gid: process.getgid?.() ?? gid };
  return { mode: NEW_FILE_MODE, ...(own.uid === 0 ? { uid, gid } : own) };
}

function writeLike(path: string, like: { mode: number; uid: number; gid: number }, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    const isOwn = like.uid === process.getuid?.() && like.gid === process.getgid?.();
    if (!isOwn) fchownSync(descriptor, like.uid, like.gid);
    fchmodSync(descriptor, like.mode & MODE_BITS);
    // Unlike one write, it goes on until the disk has all of it.
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
