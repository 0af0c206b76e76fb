import type Database from 'better-sqlite3';
import initial from './migrations/0001-initial.sql';
import { newerState } from './state-faults.ts';

/** Forward only and immutable once released: a change of schema is a new file at the end of this list. */
const MIGRATIONS: readonly string[] = [initial];

/** The schema this program writes; kept in `PRAGMA user_version`. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a connection's schema up to SCHEMA_VERSION, each migration in a transaction of its own.
 * Refuses a newer schema than this program knows with `state_newer` (A15, 78).
 */
export function migrate(connection: Database.Database, file: string): void {
  // Bounded by the list: every turn applies one migration, or finds that another process just did.
  for (let turn = 0; turn <= SCHEMA_VERSION; turn += 1) {
    const version = schemaVersion(connection);
    if (version > SCHEMA_VERSION) throw newerState(file, { found: version, known: SCHEMA_VERSION });
    if (version === SCHEMA_VERSION) return;
    connection.transaction(applyNext).immediate(connection);
  }
}

/** The schema version that a database file says it has; 0 before the first migration. */
export function schemaVersion(connection: Database.Database): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

function applyNext(connection: Database.Database): void {
  // Read again inside the write lock: two programs may start right after an upgrade.
  const version = schemaVersion(connection);
  const sql = MIGRATIONS[version];
  if (sql === undefined) return;
  connection.exec(sql);
  connection.pragma(`user_version = ${version + 1}`);
}
