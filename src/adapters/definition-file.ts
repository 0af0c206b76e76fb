import { chownSync, lstatSync, readFileSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

import { replaceFile } from './durable-file.ts';

const NEW_FILE_MODE = 0o640;

/** The bytes of a file that people edit; null when there is none. A link is refused by whoever reads definitions, and is nothing here. */
export function definitionBytes(path: string): Buffer | null {
  return statsOf(path)?.isFile() === true ? readFileSync(path) : null;
}

/** Puts a whole file in place of one that people edit: its mode and owner stay, and a new one has those of its folder. Throws what the file system throws. */
export function replaceDefinition(path: string, text: string): void {
  const stats = statsOf(path);
  replaceFile(path, text, stats === null ? NEW_FILE_MODE : stats.mode & 0o777);
  // Written by root, it would be root's, and its owner could neither read nor edit it.
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = stats ?? lstatSync(dirname(path));
  chownSync(path, uid, gid);
}

function statsOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}
