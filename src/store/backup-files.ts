import { existsSync } from 'node:fs';

import Database from 'better-sqlite3';

import { isErasedKey } from '../core/erasure.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import { APPLICATION_ID, mapSqliteError } from './database.ts';
import { NOT_ERASED } from './erasures.ts';
import { SCHEMA_VERSION } from './migrate.ts';

/** What a copy of the state holds; counted by opening the copy itself, never the original (F8). */
export interface BackupContents {
  readonly stateId: string;
  readonly schemaVersion: number;
  readonly lastClockAt: number;
  readonly leads: number;
  readonly enrollments: number;
  readonly messages: number;
  /** What `PRAGMA integrity_check` had to say; empty when all is well. */
  readonly faults: readonly string[];
}

/**
 * Opens a copy read-only and looks it through. Throws what mapSqliteError makes of a file that is not a database; `faults` names a
 * damaged one, a foreign one and one of a newer schema.
 */
export function inspectBackup(file: string): BackupContents {
  try {
    const connection = new Database(file, { readonly: true, fileMustExist: true });
    try {
      return readContents(connection);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw mapSqliteError(error, file);
  }
}

/**
 * A15: writes into a copy itself that whoever works with it works with a restored state, however it comes to its place. Leaves no
 * log beside it. Throws as `inspectBackup` does.
 */
export function markCopy(file: string, now: Instant): void {
  try {
    const connection = new Database(file, { fileMustExist: true });
    try {
      connection.pragma('journal_mode = DELETE');
      connection.prepare<[number]>('UPDATE state_header SET restored_at = ?').run(now);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw mapSqliteError(error, file);
  }
}

/**
 * Folds the log of a state that is about to be set aside into it, which works only while nobody has it open: who still had would go
 * on writing into the file that was set aside, and take the log of the new state with it when it ends. Throws `state_in_use` (75).
 * What is no database, or a damaged one, is left as it is.
 */
export function foldLog(file: string): void {
  if (!existsSync(file)) return;
  try {
    const connection = new Database(file, { timeout: FOLD_WAIT_MS });
    try {
      if (connection.pragma('journal_mode = DELETE', { simple: true }) !== 'delete') throw inUse(file);
    } finally {
      connection.close();
    }
  } catch (error) {
    const fault = mapSqliteError(error, file);
    if (fault instanceof HeadgateError && fault.exit === 'TEMPFAIL') throw inUse(file);
  }
}

const FOLD_WAIT_MS = 500;

function inUse(file: string): HeadgateError {
  return new HeadgateError(`another program has ${file} open`, {
    code: 'state_in_use',
    exit: 'TEMPFAIL',
    notDone: 'Nothing was changed.',
    fix: 'End it (a review, a status, the web page), then restore again.',
  });
}

function readContents(connection: Database.Database): BackupContents {
  const schemaVersion = Number(connection.pragma('user_version', { simple: true }));
  const faults = faultsOf(connection, schemaVersion);
  if (faults.length > 0)
    return { stateId: '', schemaVersion, lastClockAt: 0, leads: 0, enrollments: 0, messages: 0, faults };
  const row = connection
    .prepare<[], Omit<BackupContents, 'schemaVersion' | 'faults'>>(
      `SELECT state_id AS stateId, last_clock_at AS lastClockAt, (SELECT count(*) FROM leads WHERE ${NOT_ERASED}) AS leads,
         (SELECT count(*) FROM enrollments) AS enrollments, (SELECT count(*) FROM messages) AS messages
       FROM state_header`,
    )
    .get();
  if (row === undefined)
    return {
      stateId: '',
      schemaVersion,
      lastClockAt: 0,
      leads: 0,
      enrollments: 0,
      messages: 0,
      faults: ['its header is gone'],
    };
  return { ...row, schemaVersion, faults: [] };
}

function faultsOf(connection: Database.Database, schemaVersion: number): readonly string[] {
  if (Number(connection.pragma('application_id', { simple: true })) !== APPLICATION_ID)
    return ['it is not a state of Headgate'];
  if (schemaVersion > SCHEMA_VERSION)
    return [`its schema ${String(schemaVersion)} is newer than this program's ${String(SCHEMA_VERSION)}`];
  return connection
    .prepare<[], string>('PRAGMA integrity_check(10)')
    .pluck()
    .all()
    .filter((line) => line !== 'ok');
}

/**
 * Whether a copy of the state still says something about this lead; null when it cannot be read. A copy with a log beside it is read with
 * that. Changes nothing.
 */
export function copyNames(file: string, leadId: string): boolean | null {
  try {
    const connection = new Database(file, { readonly: true, fileMustExist: true });
    try {
      const row = connection
        .prepare<[string], { email_key: string }>('SELECT email_key FROM leads WHERE id = ?')
        .get(leadId);
      return row !== undefined && !isErasedKey(row.email_key);
    } finally {
      connection.close();
    }
  } catch (error) {
    // Not a database, damaged, or without the table: whoever asked is told that nobody knows.
    if (error instanceof Database.SqliteError) return null;
    throw error;
  }
}
