import type { Instant, Job } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** What the report is drawn from: sums by day, never a row a lead, so that it costs what happened and not who is there. */

export interface DraftDay {
  readonly day: string;
  readonly job: Job;
  readonly made: number;
  /** What counts in the mean of A8: a batch that is held, or was discarded from there, does not. */
  readonly counted: number;
}

/** Drafts by operator's day and job, from a day on. */
export function draftDays(db: StateDatabase, fromDay: string): DraftDay[] {
  return db
    .prepare<[string], DraftDay>(
      `SELECT operator_day AS day, job, count(*) AS made, sum(counts_in_mean) AS counted FROM draft_log
       WHERE operator_day >= ? GROUP BY operator_day, job`,
    )
    .all(fromDay);
}

/** A8: what was released on each day raised the line of that day. */
export function releasedDays(
  db: StateDatabase,
  fromDay: string,
): { readonly day: string; readonly job: Job; readonly count: number }[] {
  return db
    .prepare<[string], { day: string; job: Job; count: number }>(
      `SELECT released_day AS day, job, count(*) AS count FROM draft_log
       WHERE released_day >= ? GROUP BY released_day, job`,
    )
    .all(fromDay);
}

/** Days on which a job had a live run (A8), from a day on. */
export function liveDays(
  db: StateDatabase,
  fromDay: string,
): { readonly day: string; readonly job: string }[] {
  return db
    .prepare<[string], { day: string; job: string }>(
      'SELECT operator_day AS day, job FROM job_days WHERE operator_day >= ?',
    )
    .all(fromDay);
}

/** Quarters of an hour: every zone's midnight lies on one. */
const QUARTER_MS = 900_000;

/** Mails that left, by quarter of an hour, so that any zone's days can be summed up. */
export function sentQuarters(
  db: StateDatabase,
  fromAt: Instant,
): { readonly at: Instant; readonly real: number; readonly rehearsed: number }[] {
  return db
    .prepare<[number, number, number], { at: number; real: number; rehearsed: number }>(
      `SELECT sent_at / ? * ? AS at, sum(dry = 0) AS real, sum(dry = 1) AS rehearsed FROM messages
       WHERE sent_at >= ? GROUP BY at`,
    )
    .all(QUARTER_MS, QUARTER_MS, fromAt);
}

export interface PreventedRun {
  readonly day: string;
  readonly command: string;
  readonly exitCode: number;
  readonly reason: string | null;
  /** What the calendar alone would have made; null in runs of before that was kept. */
  readonly byCalendar: number | null;
  readonly demand: number | null;
  readonly made: number;
}

/** Runs that turned themselves into a preview (30) or held all that they made (31), oldest first. */
export function preventedRuns(db: StateDatabase, fromAt: Instant): PreventedRun[] {
  return db
    .prepare<[number], PreventedRun>(
      `SELECT operator_day AS day, command, exit_code AS exitCode, reason,
         json_extract(counts_json, '$.by_calendar') AS byCalendar, json_extract(counts_json, '$.demand') AS demand,
         coalesce(json_extract(counts_json, '$.drafted'), 0) AS made
       FROM runs WHERE started_at >= ? AND exit_code IN (30, 31) ORDER BY started_at`,
    )
    .all(fromAt);
}

/**
 * Each word among the counts of runs, as lead-days: the most of any one run of a day, summed over the days. A lead that waits for its
 * morning is looked at by every tick, and counts once a day.
 */
export function countsByDay(
  db: StateDatabase,
  fromAt: Instant,
): { readonly name: string; readonly count: number }[] {
  return db
    .prepare<[number], { name: string; count: number }>(
      `SELECT name, sum(most) AS count FROM (
         SELECT r.operator_day, r.command, j.key AS name, max(j.value) AS most FROM runs r, json_each(r.counts_json) j
         WHERE r.started_at >= ? AND r.command IN ('drip', 'nurture', 'send') GROUP BY r.operator_day, r.command, j.key)
       GROUP BY name ORDER BY count DESC, name`,
    )
    .all(fromAt);
}

export interface CommandRuns {
  readonly command: string;
  readonly runs: number;
  readonly live: number;
  readonly quiet: number;
  readonly previews: number;
  readonly held: number;
  readonly failed: number;
  readonly lastAt: Instant;
}

/** How often each job ran, and how those runs ended. */
export function runsByCommand(db: StateDatabase, fromAt: Instant): CommandRuns[] {
  return db
    .prepare<[number], CommandRuns>(
      `SELECT command, count(*) AS runs, sum(mode = 'live') AS live, sum(mode IN ('quiet', 'paused')) AS quiet,
         sum(mode = 'preview') AS previews, sum(coalesce(exit_code, 0) = 31) AS held,
         sum(exit_code IS NULL OR exit_code >= 64) AS failed, max(started_at) AS lastAt
       FROM runs WHERE started_at >= ? GROUP BY command ORDER BY runs DESC, command`,
    )
    .all(fromAt);
}

/** Ids of the newest runs that did not simply do their work. */
export function notableRunIds(db: StateDatabase, fromAt: Instant, limit: number): string[] {
  return db
    .prepare<[number, number], { id: string }>(
      `SELECT id FROM runs WHERE started_at >= ? AND (exit_code IS NULL OR exit_code NOT IN (0, 20, 21) OR forced = 1)
       ORDER BY started_at DESC, row_id DESC LIMIT ?`,
    )
    .all(fromAt, limit)
    .map(({ id }) => id);
}
