import type { Instant } from '../core/model.ts';
import type { Silence } from '../core/guards/lateness.ts';
import type { StateDatabase } from './database.ts';

/** A4, A9: what one job remembers between runs. */
export interface JobRecord {
  readonly checkpointAt: Instant | null;
  readonly checkpointBootId: string | null;
  readonly checkpointRunId: string | null;
  /** The last run that was live, kept quiet or paused (A16). */
  readonly presentAt: Instant | null;
  /** A5: until a person acts, `confirm` on its timer does nothing for this job. */
  readonly vetoedAt: Instant | null;
}

const NO_RECORD: JobRecord = {
  checkpointAt: null,
  checkpointBootId: null,
  checkpointRunId: null,
  presentAt: null,
  vetoedAt: null,
};

interface JobRow {
  readonly checkpoint_at: number | null;
  readonly checkpoint_boot_id: string | null;
  readonly checkpoint_run_id: string | null;
  readonly present_at: number | null;
  readonly vetoed_at: number | null;
}

/** The job's record; all null for a job that never ran here. */
export function readJob(db: StateDatabase, job: string): JobRecord {
  const row = db.prepare<[string], JobRow>('SELECT * FROM jobs WHERE job = ?').get(job);
  if (row === undefined) return NO_RECORD;
  return {
    checkpointAt: row.checkpoint_at,
    checkpointBootId: row.checkpoint_boot_id,
    checkpointRunId: row.checkpoint_run_id,
    presentAt: row.present_at,
    vetoedAt: row.vetoed_at,
  };
}

/** A9: the job's last success and the boot it happened on. A person or a clean run has looked: a veto ends with it. */
export function writeCheckpoint(
  db: StateDatabase,
  checkpoint: { job: string; now: Instant; bootId: string | null; runId: string },
): void {
  db.prepare<[string, number, string | null, string]>(
    `INSERT INTO jobs (job, checkpoint_at, checkpoint_boot_id, checkpoint_run_id) VALUES (?, ?, ?, ?)
     ON CONFLICT (job) DO UPDATE SET checkpoint_at = excluded.checkpoint_at, checkpoint_boot_id = excluded.checkpoint_boot_id,
       checkpoint_run_id = excluded.checkpoint_run_id, vetoed_at = NULL`,
  ).run(checkpoint.job, checkpoint.now, checkpoint.bootId, checkpoint.runId);
}

/** Timers fire every hour; a shorter gap than this is no silence worth a row. */
const SILENCE_MIN_MS = 3_600_000;
const SILENCES_KEPT_MAX = 200;

/**
 * A16: a run that was live, kept quiet or paused. A gap before it is kept as a silence. The longest are kept: a timer that comes a
 * few seconds late every hour leaves hundreds of small ones, which would push out the outage that steps behind a cap still wait
 * to be judged by.
 */
export function markPresent(db: StateDatabase, job: string, now: Instant): void {
  const { presentAt } = readJob(db, job);
  const startedAt = presentAt ?? 0;
  if (now - startedAt > SILENCE_MIN_MS) {
    db.prepare<[string, number, number]>(
      'INSERT OR REPLACE INTO silences (job, started_at, ended_at) VALUES (?, ?, ?)',
    ).run(job, startedAt, now);
    db.prepare<[string, string, number]>(
      `DELETE FROM silences WHERE job = ? AND started_at NOT IN
         (SELECT started_at FROM silences WHERE job = ? ORDER BY ended_at - started_at DESC, ended_at DESC LIMIT ?)`,
    ).run(job, job, SILENCES_KEPT_MAX);
  }
  db.prepare<[string, number]>(
    `INSERT INTO jobs (job, present_at) VALUES (?, ?)
     ON CONFLICT (job) DO UPDATE SET present_at = max(coalesce(present_at, 0), excluded.present_at)`,
  ).run(job, now);
}

/** A16: the job's silences, the one that is just ending (from its last presence to `now`) included. */
export function silencesOf(db: StateDatabase, job: string, now: Instant): Silence[] {
  const past = db
    .prepare<[string], { started_at: number; ended_at: number }>(
      'SELECT started_at, ended_at FROM silences WHERE job = ? ORDER BY started_at',
    )
    .all(job)
    .map((row) => ({ startedAt: row.started_at, endedAt: row.ended_at }));
  const startedAt = readJob(db, job).presentAt ?? 0;
  return now - startedAt > SILENCE_MIN_MS ? [...past, { startedAt, endedAt: now }] : past;
}

/** A5: keeps the job preview-only until a person acts; null ends it. */
export function setVeto(db: StateDatabase, job: string, vetoedAt: Instant | null): void {
  db.prepare<[string, number | null]>(
    `INSERT INTO jobs (job, vetoed_at) VALUES (?, ?) ON CONFLICT (job) DO UPDATE SET vetoed_at = excluded.vetoed_at`,
  ).run(job, vetoedAt);
}
