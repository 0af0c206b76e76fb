import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** What an accepted clock leaves ahead of itself, by kind; every kind that can be lowered is one word of the report. */
export interface AheadCount {
  readonly what: string;
  readonly count: number;
}

/** The accepted moment in the forms in which the state keeps time. */
export interface AcceptedClock {
  readonly now: Instant;
  /** YYYY-MM-DD in the operator's zone. */
  readonly operatorDay: string;
  /** The latest moment at which nurture could rightly want to look at a lead again. */
  readonly latestLookAt: Instant;
  /** The latest moment to which a failed attempt could rightly be put off. */
  readonly latestRetryAt: Instant;
}

interface AheadRule {
  readonly what: string;
  readonly count: string;
  readonly lower: readonly string[];
}

/**
 * A14: times that say when something happened, and that would block, or wave through, for as long as the clock was ahead.
 * Left as they are: what a person named (holds), what only tells history (timeline, runs, notices), the append-only
 * attempts (the send caps count `claimed_at` of the messages), and due times, which follow from the anchors lowered here.
 */
const RULES: readonly AheadRule[] = [
  // A2: no draft until 24 h after a moment that has not come.
  rule('watermarks', 'leads', { where: 'watermark_at > :now', set: 'watermark_at = :now' }),
  // B7, E1: no follow-up, and every newer row of a source taken for an older one.
  rule('contacts', 'leads', {
    where: 'last_contact_at > :now OR updated_at > :now OR imported_at > :now OR changed_at > :now',
    set: `last_contact_at = min(last_contact_at, :now), updated_at = min(updated_at, :now),
      imported_at = min(imported_at, :now), changed_at = min(changed_at, :now)`,
  }),
  // B7: a lower bound, judged again when it is reached.
  rule('follow_up_looks', 'leads', {
    where: 'nurture_due_at > :latestLookAt',
    set: 'nurture_due_at = :now',
  }),
  // C2: delays count from here. C6: what was asked for at once is due at once.
  rule('anchors', 'enrollments', {
    where: 'anchor_at > :now OR enrolled_at > :now OR sent_now_at > :now',
    set: `anchor_at = min(anchor_at, :now), enrolled_at = min(enrolled_at, :now),
      due_at = CASE WHEN sent_now_at > :now AND sent_now_at >= anchor_at THEN min(due_at, :now) ELSE due_at END,
      next_due_at = CASE WHEN sent_now_at > :now AND sent_now_at >= anchor_at THEN min(next_due_at, :now) ELSE next_due_at END,
      sent_now_at = CASE WHEN sent_now_at > :now AND sent_now_at < anchor_at THEN NULL ELSE min(sent_now_at, :now) END`,
  }),
  rule('retries', 'enrollments', { where: 'retry_at > :latestRetryAt', set: 'retry_at = :now' }),
  // A6, B7, D2: caps, quiet days and expiry count from these.
  rule('messages', 'messages', {
    where: `reserved_at > :now OR drafted_at > :now OR edited_at > :now OR approved_at > :now OR claimed_at > :now
      OR sent_at > :now OR ended_at > :now OR retry_at > :latestRetryAt`,
    set: `reserved_at = min(reserved_at, :now), drafted_at = min(drafted_at, :now), edited_at = min(edited_at, :now),
      approved_at = min(approved_at, :now), claimed_at = min(claimed_at, :now), sent_at = min(sent_at, :now),
      ended_at = min(ended_at, :now), retry_at = CASE WHEN retry_at > :latestRetryAt THEN :now ELSE retry_at END`,
  }),
  // A6, A8: they use today's cap up, which is the safe side, but no mean may grow by days that never were.
  rule('drafts_counted', 'draft_log', {
    where: 'made_at > :now OR operator_day > :operatorDay OR released_day > :operatorDay',
    set: `made_at = min(made_at, :now),
      counts_in_mean = CASE WHEN operator_day > :operatorDay THEN 0 ELSE counts_in_mean END,
      released_day = CASE WHEN released_day > :operatorDay THEN NULL ELSE released_day END,
      operator_day = min(operator_day, :operatorDay)`,
  }),
  {
    what: 'job_days',
    count: 'SELECT count(*) AS count FROM job_days WHERE operator_day > :operatorDay',
    lower: ['DELETE FROM job_days WHERE operator_day > :operatorDay'],
  },
  // A16: a presence ahead hides every silence before it, a silence ahead makes steps late that are not.
  rule('job_presences', 'jobs', { where: 'present_at > :now', set: 'present_at = :now' }),
  {
    what: 'silences',
    count: 'SELECT count(*) AS count FROM silences WHERE ended_at > :now',
    lower: [
      'DELETE FROM silences WHERE started_at >= :now',
      'UPDATE silences SET ended_at = :now WHERE ended_at > :now',
    ],
  },
  // A21: "read to its end tomorrow" would stand for read until then. Lowered to never, not to now.
  rule('reply_readings', 'reply_sources', {
    where: 'read_to_end_at > :now',
    set: 'read_to_end_at = NULL, boot_id = NULL',
  }),
  // D9: approvals given before it must be given again.
  rule('going_live', 'state_header', { where: 'went_live_at > :now', set: 'went_live_at = :now' }),
];

/** What lies ahead of the accepted clock; kinds of which there is none are left out. Reads only. */
export function aheadOfClock(db: StateDatabase, clock: AcceptedClock): readonly AheadCount[] {
  return RULES.map(({ what, count }) => ({ what, count: countOf(db, count, clock) })).filter(
    ({ count }) => count > 0,
  );
}

/** A14: lowers all of it, in the caller's transaction, and says what there was. Due times are the caller's to work out again. */
export function lowerToClock(db: StateDatabase, clock: AcceptedClock): readonly AheadCount[] {
  db.assertInWrite();
  const ahead = aheadOfClock(db, clock);
  for (const { what, lower } of RULES) {
    if (ahead.every((each) => each.what !== what)) continue;
    for (const sql of lower) db.prepare<[AcceptedClock]>(sql).run(clock);
  }
  return ahead;
}

/**
 * A4, A15: an adopted state starts cold. Its checkpoints were written on another machine, by another clock or before it was
 * turned back, and would let the very next tick act; without them a person confirms the first plan. Answers with the jobs.
 */
export function forgetCheckpoints(db: StateDatabase, jobs: readonly string[]): readonly string[] {
  db.assertInWrite();
  const forget = db.prepare<[string]>(
    `UPDATE jobs SET checkpoint_at = NULL, checkpoint_boot_id = NULL, checkpoint_run_id = NULL
     WHERE job = ? AND checkpoint_at IS NOT NULL`,
  );
  return jobs.filter((job) => forget.run(job).changes === 1);
}

/** A17: plans were made by a state that was in doubt; what is due is looked at anew. Answers with how many there were. */
export function supersedePlans(db: StateDatabase, now: Instant): number {
  db.assertInWrite();
  return db
    .prepare<[number]>(`UPDATE plans SET state = 'superseded', settled_at = ? WHERE state = 'waiting'`)
    .run(now).changes;
}

function rule(what: string, table: string, { where, set }: { where: string; set: string }): AheadRule {
  return {
    what,
    count: `SELECT count(*) AS count FROM ${table} WHERE ${where}`,
    lower: [`UPDATE ${table} SET ${set} WHERE ${where}`],
  };
}

function countOf(db: StateDatabase, sql: string, clock: AcceptedClock): number {
  return db.prepare<[AcceptedClock], { count: number }>(sql).get(clock)?.count ?? 0;
}
