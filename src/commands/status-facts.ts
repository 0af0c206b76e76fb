import type { AuditHead } from '../core/audit/entry.ts';
import { auditHead } from '../store/audit.ts';
import { readStop, type Stop } from '../adapters/stop-file.ts';
import { judgeBlastRadius, OPERATING_DAYS_IN_MEAN } from '../core/guards/blast-radius.ts';
import { EXIT_CODES } from '../core/exits.ts';
import type { Doubt } from '../core/guards/wake.ts';
import type { Instant, Job, OutboundJob } from '../core/model.ts';
import type { Reason } from '../core/reasons.ts';
import type { StateHeader } from '../core/state-identity.ts';
import { addDays, startOfLocalDay } from '../core/time/zone.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time/durations.ts';
import { dayReturns, type DayReturns } from '../store/digest.ts';
import { readHeader } from '../store/header.ts';
import { readJob } from '../store/jobs.ts';
import { isBlastRadiusHoldOpen } from '../store/messages.ts';
import { modelDay } from '../store/model-calls.ts';
import { newestWaitingPlan } from '../store/plans.ts';
import type { StateDatabase } from '../store/database.ts';
import { recentExits, type StoredRun } from '../store/runs.ts';
import {
  dayCounts,
  lastEndedWell,
  lastRun,
  queueCounts,
  waitingNoticeCount,
  type DayCounts,
  type QueueCounts,
} from '../store/status.ts';
import { draftVolume, recentDays } from '../store/volume.ts';
import { isOperatorsDay, type Engine } from './engine/engine.ts';
import { COMING_DAYS } from './forecast-text.ts';
import { forecastOf, type Forecast } from './forecast.ts';
import { OUTBOUND_JOBS } from './job-locks.ts';
import { jobDoubtsOf, stateDoubtsOf, type OperatorState } from './operator-state.ts';
import { engineOf } from './outlook.ts';
import { sendersFacts, type SendersFacts } from './sender-status.ts';

/** One job's drafts a day against its hold line (A8). */
export interface JobVolume {
  readonly mean: number;
  readonly line: number;
  /** Oldest first; the last one is today. */
  readonly days: readonly { readonly day: string; readonly drafts: number }[];
}

export interface JobStatus {
  readonly name: string;
  readonly lastSuccessAt: Instant | null;
  readonly lastRun: StoredRun | null;
  /** A9: later than this without a success, something is wrong with machine or timer; null before the first success. */
  readonly lateAfterAt: Instant | null;
  readonly isLate: boolean;
  /** The interval of the shipped timer. */
  readonly intervalMs: number;
  /** One interval after the last run began; null before the first. */
  readonly nextAt: Instant | null;
  /** Its last run ended in a failure. */
  readonly hasFailed: boolean;
  /** cli.md 2.3: its last three runs found the lock busy or the network down. */
  readonly isStuck: boolean;
}

export interface JobDoubts {
  readonly job: OutboundJob;
  readonly doubts: readonly Doubt[];
  readonly isVetoed: boolean;
  readonly hasOpenHold: boolean;
  /** A saved preview waits for `confirm`. */
  readonly hasWaitingPlan: boolean;
}

/** Everything on the screen of `status`, from SQLite and the clock alone. */
export interface StatusFacts {
  readonly queue: QueueCounts;
  readonly today: DayCounts & Omit<DayReturns, 'replies'> & { readonly replies: number };
  /** What models were asked today and cost; null when they were not asked. */
  readonly modelToday: ReturnType<typeof modelDay>;
  /** A13: where the audit trail ends; null for a state without one. */
  readonly audit: AuditHead | null;
  readonly volume: Readonly<Record<Job, JobVolume>>;
  readonly jobs: readonly JobStatus[];
  readonly doubts: readonly JobDoubts[];
  readonly quietToday: Extract<Reason, 'weekend' | 'holiday'> | null;
  readonly header: StateHeader;
  readonly thisHost: string;
  readonly isOwnMachine: boolean;
  readonly stop: Stop | null;
  readonly undeliveredNotices: number;
  readonly senders: SendersFacts;
  /** The coming days (F5); today is the first. */
  readonly forecast: Forecast;
}

/** Reads all of it on one snapshot; works while paused and in any doubt that leaves the state readable. */
export function statusFacts(state: OperatorState): StatusFacts {
  const { db, invocation, workspace } = state;
  // Before the snapshot: a stamp read after it could be ahead of its header, as if the state had been restored.
  const doubts = OUTBOUND_JOBS.map((job) => jobDoubts(state, job));
  const isOwnMachine = stateDoubtsOf(state).every((doubt) => doubt.reason !== 'machine');
  return db.read(() => {
    const engine = engineOf(state);
    return {
      queue: queueCounts(db),
      today: todayOf(engine),
      modelToday: modelDay(db, engine.operatorDay),
      audit: auditHead(db),
      volume: { drip: volumeOf(engine, 'drip'), nurture: volumeOf(engine, 'nurture') },
      jobs: jobsOf(state),
      doubts,
      quietToday: quietDay(engine),
      header: readHeader(db),
      thisHost: invocation.context.machine.identity().hostName,
      isOwnMachine,
      stop: readStop(workspace.paths.stopFile),
      undeliveredNotices: waitingNoticeCount(db),
      senders: sendersFacts(engine, workspace.senders),
      forecast: forecastOf(engine, COMING_DAYS),
    };
  });
}

function todayOf({ db, policy, operatorDay }: Engine): StatusFacts['today'] {
  const startsAt = startOfLocalDay(operatorDay, policy.timezone);
  const endsAt = startOfLocalDay(addDays(operatorDay, 1), policy.timezone);
  const { replies, ...returns } = dayReturns(db, { startsAt, endsAt });
  return { ...dayCounts(db, { operatorDay, startsAt, endsAt }), ...returns, replies: replies.length };
}

function volumeOf(engine: Engine, job: Job): JobVolume {
  const { db, operatorDay, policy } = engine;
  const isOperatingDay = (isoDate: string): boolean => isOperatorsDay(engine, isoDate);
  const query = { job, operatorDay, isOperatingDay, days: OPERATING_DAYS_IN_MEAN };
  const volume = draftVolume(db, query);
  const { blastRadiusFactor: factor, blastRadiusFloor: floor } = policy.limits;
  const { mean, line } = judgeBlastRadius({ ...volume, thisRun: 0, factor, floor });
  const before = recentDays(db, query).map((each) => ({ day: each.operatorDay, drafts: each.volume }));
  return { mean, line, days: [...before.reverse(), { day: operatorDay, drafts: volume.madeToday }] };
}

/** The intervals of the shipped timers; a success older than twice its own is late (A9). */
const INTERVALS: readonly (readonly [name: string, intervalMs: number])[] = [
  ['drip', HOUR_MS],
  ['nurture', HOUR_MS],
  ['send', 10 * MINUTE_MS],
  ['sync', 10 * MINUTE_MS],
  ['digest', DAY_MS],
  ['backup', DAY_MS],
];

/** The outbound jobs always; the others from their first run on. */
function jobsOf({ db, now }: OperatorState): readonly JobStatus[] {
  const all = INTERVALS.map(([name, intervalMs]): JobStatus => {
    const lastSuccessAt =
      readJob(db, name).checkpointAt ?? (isOutbound(name) ? null : lastEndedWell(db, name));
    const lateAfterAt = lastSuccessAt === null ? null : lastSuccessAt + 2 * intervalMs;
    const isLate = lateAfterAt !== null && now > lateAfterAt;
    const last = lastRun(db, name);
    return {
      name,
      lastSuccessAt,
      lastRun: last,
      lateAfterAt,
      isLate,
      intervalMs,
      nextAt: last === null ? null : last.startedAt + intervalMs,
      // A preview that somebody typed is no failure of the job.
      hasFailed: last?.mode !== 'preview' && isFailure(last?.exitCode ?? null),
      isStuck: isStuck(db, name),
    };
  });
  return all.filter((job) => isOutbound(job.name) || job.lastRun !== null || job.lastSuccessAt !== null);
}

/** From 64 on an ending is a failure; 75, a busy lock or a network that is down, only when it repeats. */
function isFailure(exitCode: number | null): boolean {
  return exitCode !== null && exitCode >= EXIT_CODES.USAGE && exitCode !== EXIT_CODES.TEMPFAIL;
}

const STUCK_RUNS = 3;

function isStuck(db: StateDatabase, name: string): boolean {
  const exits = recentExits(db, name, STUCK_RUNS);
  return exits.length === STUCK_RUNS && exits.every((code) => code === EXIT_CODES.TEMPFAIL);
}

function isOutbound(name: string): boolean {
  return OUTBOUND_JOBS.some((job) => job === name);
}

function jobDoubts(state: OperatorState, job: OutboundJob): JobDoubts {
  const expiresBefore = state.now - state.workspace.policy.limits.draftExpiryMs;
  return {
    job,
    doubts: jobDoubtsOf(state, job),
    isVetoed: readJob(state.db, job).vetoedAt !== null,
    hasOpenHold: isBlastRadiusHoldOpen(state.db, { job, expiresBefore }),
    hasWaitingPlan: job !== 'send' && newestWaitingPlan(state.db, job) !== null,
  };
}

function quietDay(engine: Engine): StatusFacts['quietToday'] {
  if (isOperatorsDay(engine, engine.operatorDay)) return null;
  return engine.policy.holidays.includes(engine.operatorDay) ? 'holiday' : 'weekend';
}
