import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { syncFolder } from './durable-file.ts';

const BACKUP_NAME = /^headgate-\d{8}T\d{6}Z(?:-\d+)?\.db$/;
/** What a run that was killed left of a copy, and what SQLite keeps beside one. */
const HALF_NAME = /^\.headgate-\d{8}T\d{6}Z(?:-\d+)?\.db\.new(?:-journal|-wal|-shm)?$/;

/** One copy in the backup folder. */
export interface BackupFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Where the next copy goes: `building` while it is written and looked through, `final` when it is good. Halves of earlier ones are removed:
 * whoever holds the lock of backups is the only one at work, and each half is as large as the state and as full of people.
 */
export function nextBackup(
  directory: string,
  stampText: string,
): { building: string; final: string; name: string } {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const half of readdirSync(directory).filter((each) => HALF_NAME.test(each)))
    rmSync(join(directory, half), { force: true });
  const names = [
    `headgate-${stampText}.db`,
    ...Array.from({ length: 99 }, (_, index) => `headgate-${stampText}-${String(index + 1)}.db`),
  ];
  const name = names.find((each) => !existsSync(join(directory, each))) ?? names[0] ?? '';
  const building = join(directory, `.${name}.new`);
  return { building, final: join(directory, name), name };
}

/** Puts a finished copy in its place, for its owner's eyes only. */
export function keepBackup(backup: { building: string; final: string }, directory: string): void {
  chmodSync(backup.building, 0o600);
  renameSync(backup.building, backup.final);
  syncFolder(directory);
}

/** Throws away a copy that turned out bad. */
export function dropBackup(backup: { building: string }): void {
  rmSync(backup.building, { force: true });
}

/** The copies in the folder, newest first. Other files there are nobody's business. */
export function listBackups(directory: string): readonly BackupFile[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => BACKUP_NAME.test(name))
    .sort()
    .reverse()
    .map((name) => ({ name, path: join(directory, name), bytes: statSync(join(directory, name)).size }));
}

/** Removes all but the newest `keep` copies; returns the names of those removed. */
export function pruneBackups(directory: string, keep: number): readonly string[] {
  const old = listBackups(directory).slice(keep);
  for (const { path } of old) rmSync(path);
  return old.map(({ name }) => name);
}
