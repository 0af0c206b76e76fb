import type { DraftsMade } from '../core/guards/caps.ts';
import type { BlastRadiusFacts } from '../core/guards/blast-radius.ts';
import type { Instant, Job } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

const DAY_MS = 86_400_000;
/** Far enough back to find seven operating days across long holidays, and still a bound. */
const DAYS_LOOKED_AT_MAX = 60;

/** A6: what both engines made together, over the operator's calendar day and over the last 24 hours. */
export function draftsMade(db: StateDatabase, now: Instant, operatorDay: string): DraftsMade {
  const row = db
    .prepare<[string, number], DraftsMade>(
      `SELECT (SELECT count(*) FROM draft_log WHERE operator_day = ?) AS onOperatorDay,
              (SELECT count(*) FROM draft_log WHERE made_at > ?) AS inLast24Hours`,
    )
    .get(operatorDay, now - DAY_MS);
  return { onOperatorDay: 0, inLast24Hours: 0, ...row };
}

export interface VolumeQuery {
  readonly job: Job;
  readonly operatorDay: string;
  /** Judges the operator's weekdays and holidays. */
  readonly isOperatingDay: (isoDate: string) => boolean;
  readonly days: number;
}

/** A8: the job's volume today, on its last operating days with a live run, and what was released today. */
export function draftVolume(
  db: StateDatabase,
  query: VolumeQuery,
): Pick<BlastRadiusFacts, 'madeToday' | 'recentDays' | 'releasedToday'> {
  const { job, operatorDay } = query;
  const today = db
    .prepare<[string, Job, string, Job], { madeToday: number; releasedToday: number }>(
      `SELECT (SELECT count(*) FROM draft_log WHERE operator_day = ? AND job = ? AND counts_in_mean = 1) AS madeToday,
              (SELECT count(*) FROM draft_log WHERE released_day = ? AND job = ?) AS releasedToday`,
    )
    .get(operatorDay, job, operatorDay, job);
  return {
    madeToday: 0,
    releasedToday: 0,
    ...today,
    recentDays: recentDays(db, query).map((day) => day.volume),
  };
}

/** The job's last operating days before today that had a live run, newest first, with their volumes (none is 0). */
export function recentDays(db: StateDatabase, query: VolumeQuery): { operatorDay: string; volume: number }[] {
  const { job, operatorDay, isOperatingDay, days } = query;
  return db
    .prepare<[string, string, number], { operator_day: string; volume: number }>(
      `SELECT d.operator_day,
         (SELECT count(*) FROM draft_log g WHERE g.operator_day = d.operator_day AND g.job = d.job AND g.counts_in_mean = 1) AS volume
       FROM job_days d WHERE d.job = ? AND d.operator_day < ? ORDER BY d.operator_day DESC LIMIT ?`,
    )
    .all(job, operatorDay, DAYS_LOOKED_AT_MAX)
    .filter((row) => isOperatingDay(row.operator_day))
    .slice(0, days)
    .map((row) => ({ operatorDay: row.operator_day, volume: row.volume }));
}

/** A8: the job had a live run on this day; it belongs to the mean even if it made nothing. */
export function recordJobDay(db: StateDatabase, job: string, operatorDay: string): void {
  db.prepare<[string, string]>('INSERT OR IGNORE INTO job_days (job, operator_day) VALUES (?, ?)').run(
    job,
    operatorDay,
  );
}
