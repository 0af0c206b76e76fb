import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { syncFolder } from './durable-file.ts';

const MODE_BITS = 0o777;

/**
 * Puts another text into a person's file, whole or not at all, with the mode and the owner that it had. False, and nothing is written, when the
 * file is no longer `was`: somebody saves at the same time. Throws what the file system throws; the old file then still stands.
 */
export function rewriteFile(
  path: string,
  { was, text }: { readonly was: Buffer; readonly text: string },
): boolean {
  // Hidden, so that whoever reads the folder meanwhile passes it over.
  const writing = join(dirname(path), `.${basename(path)}.${String(process.pid)}.new`);
  try {
    writeLike(writing, statSync(path), text);
    if (!readFileSync(path).equals(was)) {
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

function writeLike(path: string, like: { mode: number; uid: number; gid: number }, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    const isOwn = like.uid === process.getuid?.() && like.gid === process.getgid?.();
    if (!isOwn) fchownSync(descriptor, like.uid, like.gid);
    fchmodSync(descriptor, like.mode & MODE_BITS);
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
