import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { withPath } from '../core/errors.ts';

/**
 * Puts a whole file in place of another: written under another name, synced, renamed, and the folder synced, so that
 * neither a crash nor a power cut leaves half of it. Mode 0600. Throws what the file system throws; the old file then
 * still stands.
 */
export function replaceFile(path: string, text: string): void {
  const writing = `${path}.${String(process.pid)}.new`;
  try {
    withPath(path, () => {
      writeSynced(writing, text);
    });
    renameSync(writing, path);
  } catch (error) {
    rmSync(writing, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes a rename or a removal in this folder survive a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    withPath(folder, () => {
      fsyncSync(descriptor);
    });
  } finally {
    closeSync(descriptor);
  }
}

function writeSynced(path: string, text: string): void {
  const descriptor = openSync(path, 'w', 0o600);
  try {
    // A disk may take a part of it and go on: this writes until it has all.
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
