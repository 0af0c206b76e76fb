import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';

const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;
const PROGRAM = join(import.meta.dirname, '../../bin/headgate');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real program under a user who owns the workspace and nothing else: root may read and write whatever it likes. */
export function asNobody(directory: string, words: readonly string[]): Ran {
  const env = { PATH: '/usr/bin:/bin', HOME: directory, NODE_COMPILE_CACHE: join(directory, 'cache') };
  const options = { cwd: directory, env, encoding: 'utf8' } as const;
  if (!IS_ROOT) return spawnSync(PROGRAM, words, options);
  const names = execFileSync('find', [directory], { encoding: 'utf8' }).trim().split('\n');
  for (const name of names) chownSync(name, NOBODY, NOBODY);
  const user = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'];
  return spawnSync('setpriv', [...user, PROGRAM, ...words], options);
}

/** Nobody may make, change or remove a file in it any more; `undo` gives that back. */
export function readOnly(directory: string): { undo: () => void } {
  const names = execFileSync('find', [directory], { encoding: 'utf8' }).trim().split('\n');
  const change = (folder: number, file: number): void => {
    for (const name of names) chmodSync(name, name === directory || isFolder(name) ? folder : file);
  };
  const folders = new Set(
    execFileSync('find', [directory, '-type', 'd'], { encoding: 'utf8' }).trim().split('\n'),
  );
  const isFolder = (name: string): boolean => folders.has(name);
  change(0o500, 0o400);
  return {
    undo: () => {
      change(0o700, 0o600);
    },
  };
}
