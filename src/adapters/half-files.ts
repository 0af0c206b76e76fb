import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { systemCode } from '../core/errors.ts';
import { replaceFile } from './durable-file.ts';

/**
 * `replaceFile` for what names people: what a process that was killed left of it under another name is removed first, since nobody
 * would look for it there. Throws what the file system throws.
 */
export function replaceReport(path: string, text: string): void {
  removeHalves(path);
  replaceFile(path, text);
}

/** Removes every `NAME.PID.new` beside this file that a process of this user left and that is not running any more. */
export function removeHalves(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    const pid = halfOf(basename(path), name);
    const half = join(folder, name);
    if (pid !== null && isOurs(half) && !isRunning(pid)) rmSync(half, { force: true });
  }
}

function halfOf(whole: string, name: string): number | null {
  if (!name.startsWith(`${whole}.`)) return null;
  const pid = /^(\d+)\.new$/.exec(name.slice(whole.length + 1))?.[1];
  return pid === undefined ? null : Number(pid);
}

function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.uid === process.getuid?.();
}

/** Whether a process of this number is there, whoever's it is. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process answers EPERM: it runs.
    return systemCode(error) !== 'ESRCH';
  }
}
