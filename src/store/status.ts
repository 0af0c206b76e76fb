import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { runById, type StoredRun } from './runs.ts';

/** Messages that are not at their end, by what they wait for. */
export interface QueueCounts {
  readonly pendingApproval: number;
  readonly approved: number;
  readonly held: number;
  readonly sending: number;
  readonly uncertain: number;
  /** When the first approved message may leave; null when none is approved. */
  readonly nextLeavesAt: Instant | null;
}

/** What waits now. Costs what waits. */
export function queueCounts(db: StateDatabase): QueueCounts {
  const rows = db
    .prepare<[], { state: string; count: number; leaves_at: number | null }>(
      `SELECT state, count(*) AS count, min(leaves_at) AS leaves_at FROM messages
       WHERE state IN ('pending_approval', 'approved', 'held', 'sending', 'uncertain') GROUP BY state`,
    )
    .all();
  const countOf = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0;
  return {
    pendingApproval: countOf('pending_approval'),
    approved: countOf('approved'),
    held: countOf('held'),
    sending: countOf('sending'),
    uncertain: countOf('uncertain'),
    nextLeavesAt: rows.find((row) => row.state === 'approved')?.leaves_at ?? null,
  };
}

export interface DayCounts {
  readonly sent: number;
  readonly drafted: number;
  /** Messages that were tried on this day and are given up. */
  readonly failed: number;
}

/** What happened on one of the operator's days. Costs what happened. */
export function dayCounts(
  db: StateDatabase,
  day: { operatorDay: string; startsAt: Instant; endsAt: Instant },
): DayCounts {
  const row = db
    .prepare<[number, number, string, number, number], DayCounts>(
      `SELECT (SELECT count(*) FROM messages WHERE sent_at >= ? AND sent_at < ?) AS sent,
              (SELECT count(*) FROM draft_log WHERE operator_day = ?) AS drafted,
              (SELECT count(DISTINCT a.message_row_id) FROM attempts a JOIN messages m ON m.row_id = a.message_row_id
                WHERE a.at >= ? AND a.at < ? AND m.state = 'failed') AS failed`,
    )
    .get(day.startsAt, day.endsAt, day.operatorDay, day.startsAt, day.endsAt);
  return row ?? { sent: 0, drafted: 0, failed: 0 };
}

/** The newest run of a command; null when it never ran. */
export function lastRun(db: StateDatabase, command: string): StoredRun | null {
  const row = db
    .prepare<[string], { id: string }>(
      'SELECT id FROM runs WHERE command = ? ORDER BY started_at DESC, row_id DESC LIMIT 1',
    )
    .get(command);
  return row === undefined ? null : runById(db, row.id);
}

/** When a command that keeps no checkpoint last ended well; null when it never did. */
export function lastEndedWell(db: StateDatabase, command: string): Instant | null {
  const row = db
    .prepare<[string], { finished_at: number | null }>(
      `SELECT finished_at FROM runs WHERE command = ? AND exit_code IN (0, 20, 31, 32) AND mode IN ('live', 'quiet')
       ORDER BY started_at DESC LIMIT 1`,
    )
    .get(command);
  return row?.finished_at ?? null;
}

/** Alerts that no channel took yet (F1). */
export function waitingNoticeCount(db: StateDatabase): number {
  const row = db
    .prepare<[], { count: number }>('SELECT count(*) AS count FROM notices WHERE delivered_at IS NULL')
    .get();
  return row?.count ?? 0;
}
