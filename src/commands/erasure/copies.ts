import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { listBackups } from '../../adapters/backup-folder.ts';
import type { WorkspacePaths } from '../../config/paths.ts';
import { copyNames } from '../../store/backup-files.ts';

/** One copy of the state that may still say something about a person. */
export interface HoldingCopy {
  readonly path: string;
  /** After so many further backups it is pruned; null: nobody ever prunes it. */
  readonly goneAfterBackups: number | null;
  /** False when it could not be read. */
  readonly isSure: boolean;
}

/** As `backup` keeps them unless it is told otherwise. */
const KEPT = 14;

/** The copies in the backup folder, and those that a restore or `init --replace` set aside, that still hold a lead. */
export function copiesThatHold(
  { backupDir, databaseFile }: WorkspacePaths,
  leadId: string,
): readonly HoldingCopy[] {
  const pruned = listBackups(backupDir).map(({ path }, index) => ({
    path,
    goneAfterBackups: Math.max(1, KEPT - index),
  }));
  const kept = asideOf(databaseFile).map((path) => ({ path, goneAfterBackups: null }));
  return [...pruned, ...kept].flatMap((copy) => {
    const names = copyNames(copy.path, leadId);
    return names === false ? [] : [{ ...copy, isSure: names === true }];
  });
}

function asideOf(databaseFile: string): readonly string[] {
  const folder = dirname(databaseFile);
  const name = basename(databaseFile);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(
      (each) =>
        each === `${name}.replaced` ||
        (each.startsWith(`${name}.before-restore-`) && /before-restore-\d+$/.test(each)),
    )
    .map((each) => join(folder, each));
}
