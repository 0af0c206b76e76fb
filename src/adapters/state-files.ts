import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { systemCode, withPath } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import { syncFolder } from './durable-file.ts';

/** What SQLite keeps beside a database. A log that outlived its database would be replayed into the next one. */
const COMPANIONS = ['-wal', '-shm'] as const;

/**
 * Puts a copy where the state is, all or nothing: copied, prepared and synced under another name, then renamed. What was there is
 * kept under a name of its own, with its log; returns that name, or null when nothing was there.
 */
export function putInPlace(place: {
  from: string;
  to: string;
  now: Instant;
  /** Is given the copy before it is in its place; must leave no other file beside it. */
  prepare: (copy: string) => void;
}): string | null {
  const { from, to, now, prepare } = place;
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  const building = `${to}.new`;
  for (const suffix of ['', ...COMPANIONS]) rmSync(`${building}${suffix}`, { force: true });
  copyFileSync(from, building);
  chmodSync(building, 0o600);
  prepare(building);
  syncFile(building);
  const aside = setAside(to, now);
  renameSync(building, to);
  syncFolder(dirname(to));
  return aside;
}

function setAside(file: string, now: Instant): string | null {
  if (!existsSync(file)) {
    for (const suffix of COMPANIONS) rmSync(`${file}${suffix}`, { force: true });
    return null;
  }
  const aside = `${file}.before-restore-${String(now)}`;
  // The log first: a database without its log is an older state, a log without its database is nothing.
  for (const suffix of COMPANIONS)
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${aside}${suffix}`);
  keepUnder(aside, file);
  return aside;
}

/** What file systems without hard links say of one. */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** A second name and not another one: killed before the copy is in its place, the state is still where every program looks for it. */
function keepUnder(name: string, file: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    if (!NO_LINKS.includes(systemCode(error) ?? '')) throw error;
    renameSync(file, name);
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    withPath(path, () => {
      fsyncSync(descriptor);
    });
  } finally {
    closeSync(descriptor);
  }
}
