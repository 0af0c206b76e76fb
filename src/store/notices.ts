import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

export interface NewNotice {
  readonly kind: string;
  readonly job: string | null;
  /** Notices with one key say the same thing: the second one within `repeatAfterMs` is not stored. */
  readonly dedupeKey: string;
  readonly text: string;
  readonly runId: string | null;
  readonly now: Instant;
  /** 0: every time; Infinity: once and never again. */
  readonly repeatAfterMs: number;
}

export interface WaitingNotice {
  readonly rowId: number;
  readonly kind: string;
  readonly job: string | null;
  readonly text: string;
  readonly runId: string | null;
  readonly createdAt: Instant;
  /** Deliveries that failed so far. */
  readonly attempts: number;
  readonly lastError: string | null;
}

const LAST_ERROR_LENGTH_MAX = 500;

/**
 * Stores what the operator must hear, in the transaction of what it reports; it is delivered after the commit (F1).
 * False when the same was stored within `repeatAfterMs`. A notice dated ahead of `now` (the clock went back since)
 * silences nothing: heard twice is better than not at all.
 */
export function enqueueNotice(db: StateDatabase, notice: NewNotice): boolean {
  const stored = db
    .prepare<[string, string | null, string, string, string | null, number, string, number, number]>(
      `INSERT INTO notices (kind, job, dedupe_key, text, run_id, created_at)
       SELECT ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM notices WHERE dedupe_key = ? AND created_at > ? AND created_at <= ?)`,
    )
    .run(
      notice.kind,
      notice.job,
      notice.dedupeKey,
      notice.text,
      notice.runId,
      notice.now,
      notice.dedupeKey,
      notice.now - notice.repeatAfterMs,
      notice.now,
    );
  return stored.changes === 1;
}

/** Whether a notice of this kind was stored for a job after a moment. */
export function isNoticedAfter(
  db: StateDatabase,
  notice: { readonly kind: string; readonly job: string; readonly afterAt: Instant },
): boolean {
  const row = db
    .prepare<[string, string, number], { found: number }>(
      'SELECT EXISTS (SELECT 1 FROM notices WHERE kind = ? AND job = ? AND created_at > ?) AS found',
    )
    .get(notice.kind, notice.job, notice.afterAt);
  return row?.found === 1;
}

/** Up to `limit` notices that no channel took yet, oldest first. */
export function waitingNotices(db: StateDatabase, limit: number): WaitingNotice[] {
  return db
    .prepare<[number], WaitingNotice>(
      `SELECT row_id AS rowId, kind, job, text, run_id AS runId, created_at AS createdAt, attempts,
         last_error AS lastError
       FROM notices WHERE delivered_at IS NULL ORDER BY row_id LIMIT ?`,
    )
    .all(limit);
}

/** A channel took it. */
export function markNoticeDelivered(db: StateDatabase, rowId: number, now: Instant): void {
  db.prepare<[number, number]>('UPDATE notices SET delivered_at = ? WHERE row_id = ?').run(now, rowId);
}

/** No channel took it; it waits for the next run. */
export function markNoticeFailed(db: StateDatabase, rowId: number, error: string): void {
  db.prepare<[string, number]>(
    'UPDATE notices SET attempts = attempts + 1, last_error = ? WHERE row_id = ?',
  ).run(error.slice(0, LAST_ERROR_LENGTH_MAX), rowId);
}
