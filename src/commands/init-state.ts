import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { WorkspacePaths } from '../config/paths.ts';
import { HeadgateError } from '../core/errors.ts';
import { usageError } from './options.ts';

/** Companions of a database; one that outlived it still tells that there was a state. */
const DATABASE_REMAINS = ['', '-wal', '-shm', '.replaced'] as const;

/**
 * A15: `init` makes a state only where there never was one. A stamp, a log, caught mail or a backup without a
 * database means that the state was lost, and a fresh one would write to everybody again. Throws HeadgateError
 * `state_exists` (64) unless `replace` is the name of the state's folder, and `usage` (64) when it is another name.
 */
export function refuseKnownState(paths: WorkspacePaths, replace: string | null): void {
  const name = basename(paths.stateDir);
  const startOver = `headgate init ${paths.workspaceDir} --replace ${name}`;
  if (replace !== null && replace !== name) {
    throw usageError(
      `--replace takes the name of the state's folder, so that nobody replaces the wrong one; it is not "${replace}"`,
      startOver,
    );
  }
  const remains = remainsOf(paths);
  if (replace !== null || remains.length === 0) return;
  const isWhole = existsSync(paths.databaseFile);
  throw new HeadgateError(
    isWhole
      ? `there is already a state in ${paths.stateDir}`
      : `there was a state in ${paths.stateDir}, and it is gone`,
    {
      code: 'state_exists',
      exit: 'USAGE',
      notDone: 'Nothing was changed.',
      fix: isWhole
        ? `headgate status shows it; ${startOver} starts over, forgetting every lead and every send`
        : `headgate restore FILE brings a backup back; ${startOver} starts over, forgetting every send`,
      details: remains.map((path) => `found ${path}`),
    },
  );
}

/** Everything in the state's folder that only a state can have left there. */
function remainsOf(paths: WorkspacePaths): readonly string[] {
  const databases = DATABASE_REMAINS.map((suffix) => paths.databaseFile + suffix);
  const files = [...databases, paths.stampFile, paths.sendJournalFile];
  const folders = [paths.outboxDir, paths.backupDir, paths.unsubscribeSpoolDir, paths.hookSpoolDir];
  return [
    ...files.filter((file) => existsSync(file)),
    ...folders.filter(holdsFiles).map((folder) => join(folder, '')),
  ];
}

function holdsFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
