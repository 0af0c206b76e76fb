import type { Instant } from '../core/model.ts';
import type { SenderRecord } from '../core/senders/health.ts';
import type { StateDatabase } from './database.ts';
import { LEFT } from './sends.ts';

const DAY_MS = 86_400_000;

/** Addresses are kept and compared in lower case. */
function keyOf(address: string): string {
  return address.toLowerCase();
}

export interface SenderPause {
  readonly at: Instant;
  readonly reason: string;
}

/** What a run has to know of all mailboxes together, by address in lower case. One reading of each table, whatever the queue. */
export interface SenderCounts {
  /** A6: what left, or may have, on the operator's day or in the last 24 hours, whichever is more. */
  readonly used: ReadonlyMap<string, number>;
  readonly sentToday: ReadonlyMap<string, number>;
  /** Days before today on which it sent; of a live state only the live ones. */
  readonly daysBefore: ReadonlyMap<string, number>;
  readonly pauses: ReadonlyMap<string, SenderPause>;
}

export interface SenderDay {
  readonly now: Instant;
  readonly operatorDay: string;
  readonly dayStartedAt: Instant;
  readonly isRehearsal: boolean;
}

/** D6: counts for the caps of the senders, in the caller's transaction. Costs what left in the last day, from an index alone. */
export function senderCounts(db: StateDatabase, day: SenderDay): SenderCounts {
  const dayBeforeAt = day.now - DAY_MS;
  const sent = db
    .prepare<[number, number, number], { sender: string; on_day: number; in_24_hours: number }>(
      `SELECT sender, sum(claimed_at >= ?) AS on_day, sum(claimed_at > ?) AS in_24_hours
       FROM messages INDEXED BY messages_claimed
       WHERE claimed_at >= ? AND ${LEFT} AND sender IS NOT NULL GROUP BY sender`,
    )
    .all(day.dayStartedAt, dayBeforeAt, Math.min(day.dayStartedAt, dayBeforeAt));
  const days = db
    .prepare<[string, number], { address: string; days: number }>(
      `SELECT address, count(DISTINCT operator_day) AS days FROM sender_days
       WHERE operator_day < ? AND dry <= ? GROUP BY address`,
    )
    .all(day.operatorDay, day.isRehearsal ? 1 : 0);
  return {
    used: new Map(sent.map((row) => [row.sender, Math.max(row.on_day, row.in_24_hours)])),
    sentToday: new Map(sent.map((row) => [row.sender, row.on_day])),
    daysBefore: new Map(days.map((row) => [row.address, row.days])),
    pauses: pausedSenders(db),
  };
}

/** Every sender that is paused. */
export function pausedSenders(db: StateDatabase): ReadonlyMap<string, SenderPause> {
  const rows = db
    .prepare<[], { address: string; paused_at: number; pause_reason: string }>(
      'SELECT address, paused_at, pause_reason FROM senders WHERE paused_at IS NOT NULL',
    )
    .all();
  return new Map(rows.map((row) => [row.address, { at: row.paused_at, reason: row.pause_reason }]));
}

/** Why a sender is paused; null when it is not. */
export function pauseReasonOf(db: StateDatabase, address: string): string | null {
  const row = db
    .prepare<[string], { pause_reason: string | null }>('SELECT pause_reason FROM senders WHERE address = ?')
    .get(keyOf(address));
  return row?.pause_reason ?? null;
}

/** D6: a mail left from it, or may have, on this day. */
export function noteSendingDay(
  db: StateDatabase,
  day: { readonly address: string; readonly operatorDay: string; readonly isRehearsal: boolean },
): void {
  db.prepare<[string, string, number]>(
    'INSERT INTO sender_days (address, operator_day, dry) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  ).run(keyOf(day.address), day.operatorDay, day.isRehearsal ? 1 : 0);
}

/** D6: from its first mail on, the lead has this sender; in the transaction of the claim. */
export function keepSender(db: StateDatabase, leadRowId: number, address: string): void {
  const key = keyOf(address);
  db.prepare<[string, number, string]>(
    'UPDATE leads SET sender = ? WHERE row_id = ? AND sender IS NOT ?',
  ).run(key, leadRowId, key);
}

/** Who writes to a lead; null before its first mail. */
export function senderOfLead(db: StateDatabase, leadRowId: number): string | null {
  const row = db
    .prepare<[number], { sender: string | null }>('SELECT sender FROM leads WHERE row_id = ?')
    .get(leadRowId);
  return row?.sender ?? null;
}

/** A15, D6: who had sent a message that this older state did not know of. Counts in the caps of its day. */
export function rememberSender(db: StateDatabase, messageRowId: number, address: string): void {
  db.assertInWrite();
  db.prepare<[string, number]>('UPDATE messages SET sender = ? WHERE row_id = ?').run(
    keyOf(address),
    messageRowId,
  );
}

/** D6: false when it was paused before: the first reason stays, and the operator hears of it once. */
export function pauseSender(
  db: StateDatabase,
  pause: { readonly address: string; readonly at: Instant; readonly reason: string },
): boolean {
  db.assertInWrite();
  return (
    db
      .prepare<[string, number, string]>(
        `INSERT INTO senders (address, paused_at, pause_reason) VALUES (?, ?, ?)
         ON CONFLICT (address) DO UPDATE SET paused_at = excluded.paused_at, pause_reason = excluded.pause_reason
         WHERE senders.paused_at IS NULL`,
      )
      .run(keyOf(pause.address), pause.at, pause.reason).changes === 1
  );
}

/** D6, a person's act: it sends again, and its record begins anew. False when it was not paused. */
export function resumeSender(db: StateDatabase, address: string, now: Instant): boolean {
  db.assertInWrite();
  return (
    db
      .prepare<[number, string]>(
        `UPDATE senders SET paused_at = NULL, pause_reason = NULL, judged_from_at = ?
         WHERE address = ? AND paused_at IS NOT NULL`,
      )
      .run(now, keyOf(address)).changes === 1
  );
}

/** How many leads have each sender, by address in lower case. */
export function leadsBySender(db: StateDatabase): ReadonlyMap<string, number> {
  const rows = db
    .prepare<[], { sender: string; leads: number }>(
      'SELECT sender, count(*) AS leads FROM leads WHERE sender IS NOT NULL GROUP BY sender',
    )
    .all();
  return new Map(rows.map((row) => [row.sender, row.leads]));
}

interface TroubleRow {
  readonly sender: string;
  readonly from_at: number;
  readonly bounces: number;
  readonly complaints: number;
  readonly refused: number;
}

/** Since when the mails of a sender count: the window, or a person's last look at it. Two parameters. */
const TROUBLE = `
  SELECT sender, from_at, count(DISTINCT bounced) AS bounces, count(DISTINCT complained) AS complaints,
    count(DISTINCT refused) AS refused
  FROM (
    SELECT m.sender, max(?, coalesce((SELECT s.judged_from_at FROM senders s WHERE s.address = m.sender), 0)) AS from_at,
      m.claimed_at,
      CASE e.kind WHEN 'hard_bounce' THEN m.row_id END AS bounced,
      CASE e.kind WHEN 'complaint' THEN m.row_id END AS complained,
      CASE WHEN m.state = 'failed' THEN m.row_id END AS refused
    FROM message_events e JOIN messages m ON m.row_id = e.message_row_id
    WHERE e.kind IN ('hard_bounce', 'complaint') AND e.at >= ? AND m.sender IS NOT NULL AND m.counts = 1
  )
  WHERE claimed_at >= from_at GROUP BY sender`;

/**
 * D6: what became of the mails since `sinceAt`, of the senders that anything is known against; all others are well. Costs the bounces
 * and complaints of the window, and its mails only for the senders that have some.
 */
export function troubledSenders(db: StateDatabase, sinceAt: Instant): ReadonlyMap<string, SenderRecord> {
  const rows = db.prepare<[number, number], TroubleRow>(TROUBLE).all(sinceAt, sinceAt);
  const left = db.prepare<[number, string], { mails: number }>(
    `SELECT count(*) AS mails FROM messages INDEXED BY messages_claimed WHERE claimed_at >= ? AND ${LEFT} AND sender = ?`,
  );
  return new Map(
    rows.map(({ sender, from_at, bounces, complaints, refused }) => {
      const mails = (left.get(from_at, sender)?.mails ?? 0) + refused;
      return [sender, { mails, bounces, complaints }];
    }),
  );
}
