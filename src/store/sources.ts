import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** How far a source of `sync` was read, and how it fared. */
export interface SourceRecord {
  /** The source's own words; null: from its beginning. */
  readonly cursor: string | null;
  readonly readAt: Instant | null;
  /** Readings that failed in a row. */
  readonly failures: number;
  readonly lastError: string | null;
  /** A failed source is left alone until then. */
  readonly retryAt: Instant | null;
}

const NEVER_READ: SourceRecord = {
  cursor: null,
  readAt: null,
  failures: 0,
  lastError: null,
  retryAt: null,
};

/** What is known of a source; one never read is all null. */
export function readSource(db: StateDatabase, sourceId: string): SourceRecord {
  const row = db
    .prepare<[string], SourceRecord>(
      `SELECT cursor, read_at AS readAt, failures, last_error AS lastError, retry_at AS retryAt
       FROM sources WHERE source_id = ?`,
    )
    .get(sourceId);
  return row ?? NEVER_READ;
}

/** E2, E3: where to go on, in the transaction of what was read up to there: a kill in between reads the page again, and never skips it. */
export function saveCursor(
  db: StateDatabase,
  reading: { readonly sourceId: string; readonly cursor: string | null; readonly now: Instant },
): void {
  db.assertInWrite();
  db.prepare<[string, string | null, number]>(
    `INSERT INTO sources (source_id, cursor, read_at) VALUES (?, ?, ?)
     ON CONFLICT (source_id) DO UPDATE SET cursor = excluded.cursor, read_at = excluded.read_at`,
  ).run(reading.sourceId, reading.cursor, reading.now);
}

/** A reading that came through without a failure: one page of it proves nothing, since the next one may fail every time. */
export function forgetFailures(db: StateDatabase, sourceId: string): void {
  db.assertInWrite();
  db.prepare<[string]>(
    'UPDATE sources SET failures = 0, last_error = NULL, retry_at = NULL WHERE source_id = ?',
  ).run(sourceId);
}

const ERROR_LENGTH_MAX = 500;

/** A reading that failed; the cursor stays where the last whole page left it. Returns how many failed in a row now. */
export function saveFailure(
  db: StateDatabase,
  failure: { readonly sourceId: string; readonly error: string; readonly retryAt: Instant },
): number {
  db.assertInWrite();
  db.prepare<[string, string, number]>(
    `INSERT INTO sources (source_id, failures, last_error, retry_at) VALUES (?, 1, ?, ?)
     ON CONFLICT (source_id) DO UPDATE SET failures = failures + 1, last_error = excluded.last_error,
       retry_at = excluded.retry_at`,
  ).run(failure.sourceId, failure.error.slice(0, ERROR_LENGTH_MAX), failure.retryAt);
  return readSource(db, failure.sourceId).failures;
}
