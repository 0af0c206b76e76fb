import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

export type RunMode = 'live' | 'preview' | 'quiet' | 'paused' | 'refused' | 'failed';

/** Counts by reason and by what was done; the words are those of cli.md 2.6 and 2.7. */
export type RunCounts = Readonly<Record<string, number>>;

export interface StoredRun {
  readonly id: string;
  readonly command: string;
  readonly mode: string;
  readonly forced: boolean;
  readonly narrowed: boolean;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly exitCode: number | null;
  readonly reason: string | null;
  readonly counts: RunCounts;
  readonly planId: string | null;
}

interface RunRow {
  readonly id: string;
  readonly command: string;
  readonly mode: string;
  readonly forced: number;
  readonly narrowed: number;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly exit_code: number | null;
  readonly reason: string | null;
  readonly counts_json: string;
  readonly plan_id: string | null;
}

export interface FinishedRun {
  readonly id: string;
  readonly command: string;
  readonly mode: RunMode;
  readonly forced: boolean;
  readonly narrowed: boolean;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly operatorDay: string;
  readonly exitCode: number;
  readonly reason: string | null;
  readonly counts: RunCounts;
  readonly planId: string | null;
  readonly bootId: string | null;
}

/** A13: one row per run, written once, when it is known how it ended (or replaced by the run that ends it). */
export function recordRun(db: StateDatabase, run: FinishedRun): void {
  db.prepare(
    `INSERT INTO runs (id, command, mode, forced, narrowed, started_at, finished_at, operator_day, exit_code, reason,
       counts_json, plan_id, boot_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, finished_at = excluded.finished_at, exit_code = excluded.exit_code,
       reason = excluded.reason, counts_json = excluded.counts_json, plan_id = excluded.plan_id`,
  ).run(
    run.id,
    run.command,
    run.mode,
    run.forced ? 1 : 0,
    run.narrowed ? 1 : 0,
    run.startedAt,
    run.finishedAt,
    run.operatorDay,
    run.exitCode,
    run.reason,
    JSON.stringify(run.counts),
    run.planId,
    run.bootId,
  );
}

/** Runs, newest first. */
export function listRuns(db: StateDatabase, query: { command: string | null; limit: number }): StoredRun[] {
  return db
    .prepare<[string | null, string | null, number], RunRow>(
      `SELECT * FROM runs WHERE (? IS NULL OR command = ?) ORDER BY row_id DESC LIMIT ?`,
    )
    .all(query.command, query.command, query.limit)
    .map(toRun);
}

/** The run with this id; null when there is none. */
export function runById(db: StateDatabase, id: string): StoredRun | null {
  const row = db.prepare<[string], RunRow>('SELECT * FROM runs WHERE id = ?').get(id);
  return row === undefined ? null : toRun(row);
}

/** The exit codes of a command's last runs, newest first: three 32 in a row alert (cli.md 2.7). */
export function recentExits(db: StateDatabase, command: string, limit: number): number[] {
  return db
    .prepare<[string, number], { exit_code: number }>(
      'SELECT exit_code FROM runs WHERE command = ? AND exit_code IS NOT NULL ORDER BY row_id DESC LIMIT ?',
    )
    .all(command, limit)
    .map((row) => row.exit_code);
}

function toRun(row: RunRow): StoredRun {
  return {
    id: row.id,
    command: row.command,
    mode: row.mode,
    forced: row.forced === 1,
    narrowed: row.narrowed === 1,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    exitCode: row.exit_code,
    reason: row.reason,
    // Written by recordRun, from numbers only.
    counts: JSON.parse(row.counts_json) as RunCounts,
    planId: row.plan_id,
  };
}
