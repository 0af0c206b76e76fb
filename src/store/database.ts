import { accessSync, closeSync, constants, fsyncSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { HeadgateError } from '../core/errors.ts';
import { refuseFullDisk } from './disk-space.ts';
import { migrate, schemaVersion, SCHEMA_VERSION } from './migrate.ts';
import { mapSqliteError } from './sqlite-errors.ts';
import {
  emptyState,
  foreignState,
  headerLost,
  missingState,
  noWriteAheadLog,
  olderState,
} from './state-faults.ts';
import { ReadingStatement, WritingStatement, type StateStatement } from './statements.ts';

export { mapSqliteError };

/** Bytes `HdGt`: in every state's header, so that no other program's database is mistaken for one (A15). */
export const APPLICATION_ID = 0x48644774;

const BUSY_TIMEOUT_MS = 5_000;

export type StateMode = 'write' | 'read';

export interface OpenStateOptions {
  /** Path of `headgate.db`. */
  readonly file: string;
  /** 'read' refuses every write (F3) but still opens the file for writing where it may, see openState. */
  readonly mode: StateMode;
  /** How long a writer waits for another before `state_busy`; 5,000 by default. */
  readonly busyTimeoutMs?: number;
  /** Memory for pages, in KiB; 16,000 by default (better-sqlite3's). An import that inserts everywhere wants its indexes in it. */
  readonly cacheKib?: number;
  /** How many pages the log takes before they are copied into the file; SQLite's 1,000 by default. */
  readonly logPages?: number;
}

/** What the handles on one connection share. */
interface Connection {
  readonly database: Database.Database;
  readonly file: string;
  /** False where file, folder or disk let SQLite itself only read. */
  readonly canWrite: boolean;
  /** Why it reads alone: there was no room for the index that connections share. */
  readonly full: HeadgateError | null;
  transaction: 'none' | 'read' | 'write';
  /** False while `syncedAtEnd` runs: a commit is then not on the disk yet. */
  syncsCommits: boolean;
  /** The write counter of the last commit that this connection synced itself; null before there was one. */
  syncedTo: number | null;
}

/**
 * A handle on one connection to the state. Statements are cached by their text. A statement that writes works only inside
 * `write`, because a commit outside one can fail unseen (better-sqlite3 ignores it in `.get()`), and because
 * every writing transaction must raise the counter that tells a restored state from the present one (A15).
 */
export class StateDatabase {
  readonly mode: StateMode;
  readonly #shared: Connection;
  readonly #statements = new Map<string, StateStatement<unknown[], unknown>>();

  constructor(connection: Connection, mode: StateMode) {
    this.#shared = connection;
    this.mode = mode;
  }

  get file(): string {
    return this.#shared.file;
  }

  get #connection(): Database.Database {
    return this.#shared.database;
  }

  /**
   * A handle that may write, on the connection of one that may not. The reader stays what it was: whoever was given one cannot write
   * with it (F3). Both end when either is closed. A second connection would cost an idle run 2 ms and a sync; it is opened, and throws
   * as `openState` does, only where this one cannot write. One that reads alone throws `state_disk_full`: another connection would only
   * meet its lock.
   */
  writer(): StateDatabase {
    const { database, file, canWrite, full } = this.#shared;
    if (full !== null) throw full;
    if (!canWrite) return openState({ file, mode: 'write' });
    database.exec('PRAGMA query_only = OFF');
    return new StateDatabase(this.#shared, 'write');
  }

  /** True while the work of `write` runs. */
  get inWrite(): boolean {
    return this.mode === 'write' && this.#shared.transaction === 'write';
  }

  /** For functions that are only correct as a part of their caller's transaction. */
  assertInWrite(): void {
    if (!this.inWrite) throw new Error('This must run inside StateDatabase.write');
  }

  /** The statement for this text, prepared once per connection. */
  prepare<Params extends unknown[] = unknown[], Row = unknown>(sql: string): StateStatement<Params, Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      const prepared = this.#mapped(() => this.#connection.prepare(sql));
      statement = prepared.readonly
        ? new ReadingStatement(prepared, this.file)
        : new WritingStatement(prepared, this);
      this.#statements.set(sql, statement);
    }
    // The caller states the shape of its own SQL; nothing at run time knows it better.
    return statement as StateStatement<Params, Row>;
  }

  /** Runs `work` on one consistent snapshot. Inside a transaction it just runs. */
  read<T>(work: () => T): T {
    return this.#shared.transaction === 'none' ? this.#transact('read', work) : work();
  }

  /**
   * Runs `work` in one immediate transaction and raises the write counter; a throw rolls all of it back.
   * A `write` inside a `write` just runs, as a part of the outer one.
   */
  write<T>(work: () => T): T {
    if (this.mode === 'read') throw new Error('This state was opened for reading');
    if (this.#shared.transaction === 'write') return work();
    if (this.#shared.transaction === 'read')
      throw new Error('A snapshot cannot become a writing transaction');
    const { result, counter } = this.#transact('write', () => ({
      result: refusePromise(work()),
      counter: this.#raiseWriteCounter(),
    }));
    if (this.#shared.syncsCommits) this.#shared.syncedTo = counter;
    return result;
  }

  /** Runs `work` as `write` would and takes all of it back, whatever becomes of it: what a preview would meet after it (F3). */
  rehearse<T>(work: () => T): T {
    if (this.mode === 'read') throw new Error('This state was opened for reading');
    if (this.#shared.transaction !== 'none') throw new Error('A rehearsal is a transaction of its own');
    return this.#transact('rehearsal', work);
  }

  /**
   * Runs work of many transactions from which nothing leaves until it is done, such as an import: they are on the disk at its end, also
   * where it throws, and not one by one. A process that dies loses none of them; a power cut in the middle may lose the last ones, whole,
   * and never what another connection has built on them, for its commit takes the one log that all share to the disk (A13). Every
   * commit would otherwise wait for the disk: a tenth of an import, which has a hundred.
   */
  async syncedAtEnd<T>(work: () => Promise<T>): Promise<T> {
    this.#connection.exec('PRAGMA synchronous = NORMAL');
    this.#shared.syncsCommits = false;
    try {
      return await work();
    } finally {
      this.#connection.exec('PRAGMA synchronous = FULL');
      this.#shared.syncsCommits = true;
      this.#syncLog();
    }
  }

  /**
   * What was read up to the write counter `counter` is on the disk when this returns, also what another connection committed within
   * `syncedAtEnd`. Free where it was this connection's own last commit. For what outlives a power cut beside the state (A15).
   */
  syncUpTo(counter: number): void {
    if (counter !== this.#shared.syncedTo) this.#syncLog();
  }

  /**
   * A number that is another one once anybody else has committed: as long as it stays, what this connection read is still so. Read
   * it within the transaction whose reading it is to vouch for. This connection's own commits leave it as it is.
   */
  foreignCommits(): number {
    const row = this.prepare<[], { data_version: number }>('PRAGMA data_version').get();
    if (row === undefined) throw new Error('SQLite keeps a data_version');
    return row.data_version;
  }

  /** A compact copy of the whole state at one moment, while others go on writing (F8). `target` must not exist. */
  vacuumInto(target: string): void {
    if (this.#shared.transaction !== 'none') throw new Error('A copy cannot be made inside a transaction');
    this.#mapped(() => {
      // query_only would refuse the copy as well; nothing else can run between these lines.
      this.#connection.exec('PRAGMA query_only = OFF');
      try {
        this.#connection.prepare('VACUUM INTO ?').run(target);
      } finally {
        if (this.mode === 'read') this.#connection.exec('PRAGMA query_only = ON');
      }
    });
  }

  /** From now on this connection overwrites with zeros what it deletes: else it lies in the file until its place is used again. */
  overwriteDeleted(): void {
    this.#connection.exec('PRAGMA secure_delete = ON');
  }

  /**
   * Writes the file anew without anything that was ever deleted in it, then empties the log, which holds pages as they were. Needs twice
   * the room for a while. False when somebody is reading: then the log keeps old pages until the last of them is done.
   */
  compact(): boolean {
    if (this.#shared.transaction !== 'none') throw new Error('A state is not compacted inside a transaction');
    return this.#mapped(() => {
      this.#connection.exec('VACUUM');
      const rows = this.#connection.pragma('wal_checkpoint(TRUNCATE)') as readonly { busy: number }[];
      return rows[0]?.busy === 0;
    });
  }

  /** What `PRAGMA quick_check` or `integrity_check` has to say, at most 10 lines; empty when all is well. */
  faults(check: 'quick_check' | 'integrity_check'): string[] {
    const lines = this.#mapped(() =>
      this.#connection.prepare<[], string>(`PRAGMA ${check}(10)`).pluck().all(),
    );
    return lines.filter((line) => line !== 'ok');
  }

  close(): void {
    this.#statements.clear();
    if (this.#shared.full !== null) readingAlone.delete(this.file);
    if (this.#connection.open) this.#connection.close();
  }

  #transact<T>(kind: 'read' | 'write' | 'rehearsal', work: () => T): T {
    return this.#mapped(() => {
      this.#connection.exec(kind === 'read' ? 'BEGIN' : 'BEGIN IMMEDIATE');
      this.#shared.transaction = kind === 'read' ? 'read' : 'write';
      try {
        const result = refusePromise(work());
        this.#connection.exec(kind === 'rehearsal' ? 'ROLLBACK' : 'COMMIT');
        return result;
      } finally {
        this.#shared.transaction = 'none';
        // Still open: `work` or the commit threw, and SQLite did not already roll back by itself.
        if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      }
    });
  }

  #raiseWriteCounter(): number {
    const raised = this.prepare<[], { counter: number }>(
      'UPDATE state_header SET write_counter = write_counter + 1 RETURNING write_counter AS counter',
    ).all();
    if (raised.length !== 1 || raised[0] === undefined) throw headerLost(this.file);
    return raised[0].counter;
  }

  #syncLog(): void {
    this.#mapped(() => syncFile(`${this.file}-wal`));
  }

  #mapped<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw mapSqliteError(error, this.file);
    }
  }
}

/**
 * Opens a state that `init` made; never makes one (A15).
 *
 * Mode 'read' opens the file for writing too and sets `query_only`: after a writer was killed only a connection
 * that may write can read the log it left. Where file or folder cannot be written it falls back to a read-only
 * connection. An older schema is brought up to date by whoever opens it first.
 *
 * Throws HeadgateError: `state_missing`, `state_empty` (30); `state_foreign`, `state_damaged`, `state_newer`,
 * `state_older` (78); `state_not_permitted`, `state_disk_full`, `state_io_error` (77); `state_busy` (75).
 */
export function openState(options: OpenStateOptions): StateDatabase {
  const full = readingAlone.get(options.file);
  if (full !== undefined) throw full;
  try {
    return open(options, null);
  } catch (error) {
    const mapped = mapSqliteError(error, options.file);
    const isFull = mapped instanceof HeadgateError && mapped.code === 'state_disk_full';
    if (!isFull || options.mode !== 'read') throw mapped;
    return openAlone(options, mapped);
  }
}

/** Files that this process reads alone, and why: another connection of its own would only meet its lock, and call it somebody else's. */
const readingAlone = new Map<string, HeadgateError>();

/**
 * A full disk has no room for the index that connections share, so this one keeps its own in memory and lets nobody else in for as
 * long as it reads: nobody could write anyway, and `status` and previews still answer.
 */
function openAlone(options: OpenStateOptions, full: HeadgateError): StateDatabase {
  try {
    const database = open(options, full);
    readingAlone.set(options.file, full);
    return database;
  } catch (error) {
    const mapped = mapSqliteError(error, options.file);
    // Somebody else who reads alone: the disk is what keeps everybody out.
    throw mapped instanceof HeadgateError && mapped.code === 'state_busy' ? full : mapped;
  }
}

function open(options: OpenStateOptions, full: HeadgateError | null): StateDatabase {
  const { file, mode } = options;
  const alone = full !== null;
  refuseMissingOrEmpty(file);
  const readOnly = mode === 'read' && !isWritable(file);
  if (mode === 'write') demandWritable(file);
  if (!readOnly && !alone) refuseFullDisk(file, mode);
  const connection = new Database(file, {
    readonly: readOnly,
    fileMustExist: true,
    timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
  });
  try {
    if (alone) connection.exec('PRAGMA locking_mode = EXCLUSIVE');
    prepareConnection(connection, { file, mode, readOnly });
    if (options.cacheKib !== undefined) connection.exec(`PRAGMA cache_size = -${options.cacheKib}`);
    if (options.logPages !== undefined) connection.exec(`PRAGMA wal_autocheckpoint = ${options.logPages}`);
  } catch (error) {
    connection.close();
    throw error;
  }
  return new StateDatabase(
    {
      database: connection,
      file,
      canWrite: !readOnly && !alone,
      full,
      transaction: 'none',
      syncsCommits: true,
      syncedTo: null,
    },
    mode,
  );
}

/** Checks identity before anything is set, so that a foreign database is left exactly as it was. */
function prepareConnection(
  connection: Database.Database,
  { file, mode, readOnly }: { file: string; mode: StateMode; readOnly: boolean },
): void {
  if (Number(connection.pragma('application_id', { simple: true })) !== APPLICATION_ID) {
    throw foreignState(file);
  }
  // What a statement may have to undo is kept in memory: in a file it is a third of all that an import writes.
  connection.exec(
    'PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;',
  );
  if (readOnly) {
    const found = schemaVersion(connection);
    if (found < SCHEMA_VERSION) throw olderState(file, { found, known: SCHEMA_VERSION });
  } else if (connection.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
    throw noWriteAheadLog(file);
  }
  migrate(connection, file);
  if (mode === 'read') connection.exec('PRAGMA query_only = ON');
}

function refuseMissingOrEmpty(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw missingState(file);
  if (!stats.isFile()) throw foreignState(file);
  if (stats.size === 0) throw emptyState(file);
}

/** SQLite writes beside the file too (its log), so the folder counts as well. */
function demandWritable(file: string): void {
  accessSync(file, constants.R_OK | constants.W_OK);
  accessSync(dirname(file), constants.W_OK);
}

function isWritable(file: string): boolean {
  try {
    demandWritable(file);
    return true;
  } catch {
    // Any reason why not leads to the same read-only connection; a real fault shows itself there.
    return false;
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refusePromise<T>(result: T): T {
  if (result instanceof Promise) throw new TypeError('A transaction cannot wait for a promise');
  return result;
}
