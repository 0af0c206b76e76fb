import type { ChatCard } from '../core/chat/card.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

export interface NewNotice {
  readonly kind: string;
  readonly job: string | null;
  /** Notices with one key say the same thing: the second one within `repeatAfterMs` is not stored. */
  readonly dedupeKey: string;
  readonly text: string;
  /** F2: what the buttons below it are about; none where it is left out. */
  readonly card?: ChatCard | null;
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
  readonly card: ChatCard | null;
  readonly runId: string | null;
  readonly createdAt: Instant;
  /** When a channel was asked that never answered; null: surely nobody has it. */
  readonly claimedAt: Instant | null;
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
    .prepare<
      [string, string | null, string, string, string | null, string | null, number, string, number, number]
    >(
      `INSERT INTO notices (kind, job, dedupe_key, text, card_json, run_id, created_at)
       SELECT ?, ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM notices WHERE dedupe_key = ? AND created_at > ? AND created_at <= ?)`,
    )
    .run(
      notice.kind,
      notice.job,
      notice.dedupeKey,
      notice.text,
      notice.card === undefined || notice.card === null ? null : JSON.stringify(notice.card),
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

/** Whether any notice waits. One look at an index: every idle run asks. */
export function hasWaitingNotice(db: StateDatabase): boolean {
  const row = db
    .prepare<[], { found: number }>(
      'SELECT EXISTS (SELECT 1 FROM notices WHERE delivered_at IS NULL) AS found',
    )
    .get();
  return row?.found === 1;
}

/** Whether a job told of itself from a moment on, by a notice of any kind, or of any other than this one. */
export function hasNoticeSince(
  db: StateDatabase,
  notice: { readonly job: string; readonly sinceAt: Instant; readonly otherThan?: string },
): boolean {
  const row = db
    .prepare<[string, string, number], { found: number }>(
      'SELECT EXISTS (SELECT 1 FROM notices WHERE kind <> ? AND job = ? AND created_at >= ?) AS found',
    )
    .get(notice.otherThan ?? '', notice.job, notice.sinceAt);
  return row?.found === 1;
}

/** Up to `limit` notices that no channel took yet, oldest first. */
export function waitingNotices(db: StateDatabase, limit: number): WaitingNotice[] {
  return (
    db
      .prepare<[number], Omit<WaitingNotice, 'card'> & { readonly cardJson: string | null }>(
        `SELECT row_id AS rowId, kind, job, text, card_json AS cardJson, run_id AS runId, created_at AS createdAt,
         claimed_at AS claimedAt, attempts, last_error AS lastError
       FROM notices WHERE delivered_at IS NULL ORDER BY row_id LIMIT ?`,
      )
      .all(limit)
      // Written by enqueueNotice alone.
      .map(({ cardJson, ...rest }) => ({
        ...rest,
        card: cardJson === null ? null : (JSON.parse(cardJson) as ChatCard),
      }))
  );
}

/** A channel is about to be asked. Whoever finds the claim later knows that it may have arrived. */
export function claimNotice(db: StateDatabase, rowId: number, now: Instant): void {
  db.prepare<[number, number]>('UPDATE notices SET claimed_at = ? WHERE row_id = ?').run(now, rowId);
}

/** A channel took it. */
export function markNoticeDelivered(db: StateDatabase, rowId: number, now: Instant): void {
  db.prepare<[number, number]>('UPDATE notices SET delivered_at = ? WHERE row_id = ?').run(now, rowId);
}

/** A channel did not take it, or did not say: then the claim stays. It waits for the next run. */
export function markNoticeFailed(
  db: StateDatabase,
  rowId: number,
  failure: { readonly error: string; readonly mayHaveArrived: boolean },
): void {
  db.prepare<[string, number, number]>(
    `UPDATE notices SET attempts = attempts + 1, last_error = ?, claimed_at = CASE WHEN ? = 1 THEN claimed_at END
     WHERE row_id = ?`,
  ).run(failure.error.slice(0, LAST_ERROR_LENGTH_MAX), failure.mayHaveArrived ? 1 : 0, rowId);
}

/** Gives up what waits since before a moment; returns how many notices that were. The caller says so. */
export function dropOldNotices(db: StateDatabase, beforeAt: Instant, now: Instant): number {
  return db
    .prepare<[number, number]>(
      `UPDATE notices SET delivered_at = ?, last_error = 'too old' WHERE delivered_at IS NULL AND created_at < ?`,
    )
    .run(now, beforeAt).changes;
}

/** Nobody needs yesterday's digest beside today's: those of this kind that still wait count as delivered. */
export function supersedeNotices(db: StateDatabase, kind: string, now: Instant): void {
  db.prepare<[number, string]>(
    `UPDATE notices SET delivered_at = ?, last_error = 'superseded' WHERE delivered_at IS NULL AND kind = ?`,
  ).run(now, kind);
}

/** How a channel fares that did not take the last notice. */
export interface ChannelTrouble {
  readonly downSince: Instant;
  /** It is not asked before. */
  readonly retryAt: Instant;
  /** In a row. */
  readonly failures: number;
  readonly lastError: string;
  /** When another channel said so; null: not yet. */
  readonly toldAt: Instant | null;
}

/** Null for a channel that works, as far as is known. */
export function channelTrouble(db: StateDatabase, channel: string): ChannelTrouble | null {
  const row = db
    .prepare<[string], ChannelTrouble>(
      `SELECT down_since AS downSince, retry_at AS retryAt, failures, last_error AS lastError, told_at AS toldAt
       FROM notice_channels WHERE channel = ?`,
    )
    .get(channel);
  return row ?? null;
}

/** It did not take a notice. */
export function saveChannelTrouble(
  db: StateDatabase,
  channel: string,
  failure: { readonly now: Instant; readonly retryAt: Instant; readonly error: string },
): void {
  db.prepare<[string, number, number, string]>(
    `INSERT INTO notice_channels (channel, down_since, retry_at, failures, last_error) VALUES (?, ?, ?, 1, ?)
     ON CONFLICT (channel) DO UPDATE SET retry_at = excluded.retry_at, failures = failures + 1,
       last_error = excluded.last_error, down_since = min(down_since, excluded.down_since)`,
  ).run(channel, failure.now, failure.retryAt, failure.error.slice(0, LAST_ERROR_LENGTH_MAX));
}

/** Another channel said that this one is down. */
export function markChannelTold(db: StateDatabase, channel: string, now: Instant): void {
  db.prepare<[number, string]>('UPDATE notice_channels SET told_at = ? WHERE channel = ?').run(now, channel);
}

/** It took a notice: whatever was the matter is over. */
export function forgetChannelTrouble(db: StateDatabase, channel: string): void {
  db.prepare<[string]>('DELETE FROM notice_channels WHERE channel = ?').run(channel);
}
