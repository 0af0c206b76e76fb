import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { HeadgateError } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import { mapSqliteError } from './sqlite-errors.ts';
import { missingState } from './state-faults.ts';

/** Who holds a job's lock; for people only, the kernel decides who may run. */
export interface LockHolder {
  readonly pid: number;
  readonly startedAt: Instant;
  readonly command: string;
  readonly hostName: string;
}

export interface Lock {
  readonly kind: 'held';
  /** Ends the lock; a second call does nothing. The end of the process ends it too. */
  release(): void;
}

export interface LockBusy {
  readonly kind: 'busy';
  /** Null in the instant between a holder's taking the lock and its saying who it is. */
  readonly holder: LockHolder | null;
}

export interface LockRequest {
  /** The folder `locks` inside the state folder; made when it is not there. */
  readonly directory: string;
  /** A job's name: drip, nurture, send, … */
  readonly job: string;
  readonly holder: LockHolder;
}

/**
 * A12: takes the job's lock, or says who has it. Never waits.
 *
 * The lock is an immediate transaction held open on `locks/JOB.db`, so that the kernel frees it with its process,
 * however that ends. The transaction never writes, so the database stays empty and costs nothing to open. Who
 * holds it is said in a file beside it, written after the lock was taken: the other way round, two contenders
 * could overwrite each other's name between naming and locking. Nothing else in this process may open
 * `JOB.db` by hand: closing any descriptor of a file frees the locks that the process has on it.
 */
export function acquireLock(request: LockRequest): Lock | LockBusy {
  const file = join(request.directory, `${request.job}.db`);
  const holderFile = join(request.directory, `${request.job}.holder.json`);
  makeFolder(request.directory);
  const connection = openLock(file);
  if (connection === null) return { kind: 'busy', holder: readHolder(holderFile) };
  try {
    writeHolder(holderFile, request.holder);
  } catch (error) {
    const mapped = mapSqliteError(error, holderFile);
    // A full disk keeps no name, but the lock holds all the same, and a preview wants nothing more.
    if (!(mapped instanceof HeadgateError && mapped.code === 'state_disk_full')) {
      connection.close();
      throw mapped;
    }
  }
  return { kind: 'held', release: () => release(connection, holderFile) };
}

/** Exit 75 with the words of cli.md 2.4. `now` says for how long the other one has been running. */
export function lockBusyError(job: string, busy: LockBusy, now: Instant): HeadgateError {
  return new HeadgateError(`Another run holds the lock: ${describeHolder(job, busy.holder, now)}`, {
    code: 'lock_busy',
    exit: 'TEMPFAIL',
    notDone: 'Nothing was done. The lock ends with that process; there is no lock file to remove.',
  });
}

function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST') return;
    // Only `init` makes a state folder; a lock must not look like the beginning of one.
    throw code === 'ENOENT' ? missingState(dirname(directory)) : mapSqliteError(error, directory);
  }
}

/** Null when another process holds it. */
function openLock(file: string): Database.Database | null {
  let connection: Database.Database | null = null;
  try {
    connection = new Database(file, { timeout: 0 });
    // No journal file for a transaction that never writes.
    connection.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return connection;
  } catch (error) {
    connection?.close();
    const mapped = mapSqliteError(error, file);
    if (mapped instanceof HeadgateError && mapped.code === 'state_busy') return null;
    throw mapped;
  }
}

function release(connection: Database.Database, holderFile: string): void {
  if (!connection.open) return;
  // First the name, while the lock still keeps others from writing theirs.
  rmSync(holderFile, { force: true });
  connection.close();
}

/** By rename, so that a reader never sees half a name. Not synced: no holder survives a power cut. */
function writeHolder(holderFile: string, holder: LockHolder): void {
  const writing = `${holderFile}.new`;
  writeFileSync(writing, JSON.stringify(holder), { mode: 0o600 });
  renameSync(writing, holderFile);
}

function readHolder(holderFile: string): LockHolder | null {
  try {
    return parseHolder(JSON.parse(readFileSync(holderFile, 'utf8')));
  } catch {
    // Missing or unreadable: the lock is busy all the same, only the name is not known.
    return null;
  }
}

function parseHolder(value: unknown): LockHolder | null {
  if (typeof value !== 'object' || value === null) return null;
  const { pid, startedAt, command, hostName } = value as Partial<Record<keyof LockHolder, unknown>>;
  if (typeof pid !== 'number' || typeof startedAt !== 'number') return null;
  if (typeof command !== 'string' || typeof hostName !== 'string') return null;
  return { pid, startedAt, command, hostName };
}

function describeHolder(job: string, holder: LockHolder | null, now: Instant): string {
  if (holder === null) return `${job}, just started`;
  const since = new Date(holder.startedAt).toISOString().slice(11, 19);
  const seconds = Math.max(0, Math.floor((now - holder.startedAt) / 1_000));
  return `${holder.command}, pid ${String(holder.pid)}, since ${since} (${String(seconds)} s), ${holder.hostName}`;
}
