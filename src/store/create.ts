import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { HeadgateError } from '../core/errors.ts';
import { BEFORE_THE_FIRST, nextEntry, type AuditEntry } from '../core/audit/entry.ts';
import type { Instant } from '../core/model.ts';
import type { MachineIdentity, Stamp } from '../core/state-identity.ts';
import { auditRow, INSERT_AUDIT, type AuditRow } from './audit.ts';
import { APPLICATION_ID } from './database.ts';
import { migrate } from './migrate.ts';
import { mapSqliteError } from './sqlite-errors.ts';

export interface CreateStateOptions {
  /** Path of `headgate.db`; its folder is made (0700) when it is not there. */
  readonly file: string;
  readonly clock: { now(): Instant };
  readonly random: { publicId(prefix: 's'): string };
  readonly machine: { identity(): MachineIdentity };
  readonly stampFile: { read(): Stamp | null; write(stamp: Stamp): void };
  /** `init --replace NAME`, already confirmed: the old state is kept aside as `headgate.db.replaced`. */
  readonly replace?: boolean;
  /** What the first values in it will be worked out with; null, and the first run works them out again. */
  readonly reckonedWith?: string | null;
  /** Who makes it, as the audit trail names them. */
  readonly madeBy?: string;
}

/** What SQLite keeps beside a database. A log that outlives its database would be replayed into the next one. */
const COMPANIONS = ['-wal', '-shm'] as const;

/**
 * Makes a state, and its stamp; only `init` calls this (A15). All or nothing: the database is built and synced under
 * another name and then renamed. Answers with the stamp that was written.
 * Throws HeadgateError `state_exists` (64) when a state or a stamp is there and `replace` is not set, and what
 * mapSqliteError makes of a full or forbidden disk (77).
 */
export function createState(options: CreateStateOptions): Stamp {
  const { file, stampFile } = options;
  if (options.replace !== true) refuseExisting(options);
  const state = {
    stateId: options.random.publicId('s'),
    machine: options.machine.identity(),
    lastClockAt: options.clock.now(),
    writeCounter: 0,
  };
  const created = createdEntry(state, options.madeBy ?? 'terminal:init');
  const stamp: Stamp = { ...state, audit: { number: created.number, hash: created.hash } };
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const building = `${file}.new`;
    build(building, { stamp, created, reckonedWith: options.reckonedWith ?? null });
    setAside(file);
    renameSync(building, file);
    syncFolder(dirname(file));
  } catch (error) {
    throw mapSqliteError(error, file);
  }
  // Last: a crash before this line leaves a state without stamp, which is a doubt; a stamp without a state would
  // ask for a restore.
  stampFile.write(stamp);
  return stamp;
}

function refuseExisting({ file, stampFile }: CreateStateOptions): void {
  const found = existsSync(file) ? 'a state' : stampFile.read() === null ? null : 'the stamp of a state';
  if (found === null) return;
  throw new HeadgateError(`There is already ${found} at ${file}`, {
    code: 'state_exists',
    exit: 'USAGE',
    notDone: 'Nothing was changed.',
    fix: 'headgate restore FILE brings a backup back; headgate init --replace NAME starts over.',
  });
}

/** A13: every trail begins with the state that it is of. */
function createdEntry({ stateId, lastClockAt }: Stamp, actor: string): AuditEntry {
  return nextEntry(BEFORE_THE_FIRST, {
    at: lastClockAt,
    kind: 'created',
    actor,
    subject: stateId,
    detail: {},
  });
}

function build(
  building: string,
  state: { stamp: Stamp; created: AuditEntry; reckonedWith: string | null },
): void {
  const { stamp, created, reckonedWith } = state;
  removeDatabase(building);
  // Made by hand first, for the mode; SQLite gives its companions the same one.
  closeSync(openSync(building, 'wx', 0o600));
  const connection = new Database(building);
  try {
    connection.exec(
      `PRAGMA application_id = ${String(APPLICATION_ID)}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`,
    );
    migrate(connection, building);
    connection
      .prepare<[string, number, string, number, number, string | null]>(
        `INSERT INTO state_header (id, state_id, created_at, machine_json, bound_at, last_clock_at, reckoned_with)
         VALUES (1, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        stamp.stateId,
        stamp.lastClockAt,
        JSON.stringify(stamp.machine),
        stamp.lastClockAt,
        stamp.lastClockAt,
        reckonedWith,
      );
    connection.prepare<AuditRow>(INSERT_AUDIT).run(...auditRow(created));
  } finally {
    // Closing the only connection moves the log into the database, synced, and removes it.
    connection.close();
  }
}

/** The old state with its log, so that a wrong `--replace` is not the end of it. */
function setAside(file: string): void {
  removeDatabase(`${file}.replaced`);
  for (const suffix of ['', ...COMPANIONS]) {
    if (existsSync(file + suffix)) renameSync(file + suffix, `${file}.replaced${suffix}`);
  }
}

function removeDatabase(file: string): void {
  for (const suffix of ['', ...COMPANIONS]) rmSync(file + suffix, { force: true });
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
