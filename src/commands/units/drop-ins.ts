import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PEOPLE_JOBS } from './unit-files.ts';

/** Where systemd looks for drop-ins (systemd.unit(5)), the ones that win first. */
const FOLDERS = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
];
const TRUE = /^\s*Persistent\s*=\s*(?:1|y|yes|t|true|on)\s*$/im;

/** A file that changes a unit of ours, written by somebody else. */
export interface DropIn {
  readonly unit: string;
  readonly path: string;
  readonly text: string;
  /** It makes a timer that touches people run a missed job at boot. */
  readonly isPersistent: boolean;
}

/** Every drop-in that applies to these units, those for all timers or all services included. */
export function dropInsOf(root: string, units: readonly string[]): readonly DropIn[] {
  return units.flatMap((unit) =>
    FOLDERS.flatMap((folder) =>
      dropInFolders(unit).flatMap((name) => confFiles(`${root}${folder}/${name}`)),
    ).map((path) => {
      const text = readFileSync(path, 'utf8');
      return { unit, path, text, isPersistent: touchesPeople(unit) && TRUE.test(text) };
    }),
  );
}

/** `headgate-drip.timer.d`, `headgate-.timer.d` and `timer.d`. */
function dropInFolders(unit: string): readonly string[] {
  const type = unit.slice(unit.lastIndexOf('.'));
  return [`${unit}.d`, `headgate-${type}.d`, `${type.slice(1)}.d`];
}

function touchesPeople(unit: string): boolean {
  return PEOPLE_JOBS.some((job) => unit === `headgate-${job}.timer`);
}

function confFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.conf'))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return [];
    throw error;
  }
}
