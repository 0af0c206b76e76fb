import type { DigestFacts, JobForecast, YesterdayFacts } from '../core/digest/digest.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import { addDays, startOfLocalDay } from '../core/time/zone.ts';
import { dayReturns, waitingDrafts } from '../store/digest.ts';
import { modelDay } from '../store/model-calls.ts';
import { dayCounts } from '../store/status.ts';
import { draftsMade } from '../store/volume.ts';
import { isOperatorsDay } from './engine/engine.ts';
import type { OperatorState } from './operator-state.ts';
import { engineOf, outlookOf } from './outlook.ts';
import { statusFacts, type StatusFacts } from './status-facts.ts';

/** So many drafts are named; the rest is a number. */
const DRAFTS_NAMED_MAX = 5;
/** As many days as a week has: a rest day that is further off is no news. */
const REST_LOOKED_AHEAD_DAYS = 7;

/** Reads what a digest is made of; `day` is the operator's day whose morning it is. Reads only; the forecast is the planner's own. */
export async function digestFacts(state: OperatorState, day: string): Promise<DigestFacts> {
  const status = statusFacts(state);
  const { db, workspace, now } = state;
  const { policy } = workspace;
  const forecast = [await forecastOf(state, status, 'drip'), await forecastOf(state, status, 'nurture')];
  return db.read(() => ({
    at: now,
    day,
    isLive: policy.live,
    pausedReason: status.stop?.reason ?? null,
    ...attentionFacts(status),
    waiting: { total: status.queue.pendingApproval, first: waitingDrafts(db, DRAFTS_NAMED_MAX) },
    approved: { count: status.queue.approved, nextLeavesAt: status.queue.nextLeavesAt },
    yesterday: yesterdayOf(state, addDays(day, -1)),
    volume: (['drip', 'nurture'] as const).map((job) => {
      const { days, mean, line } = status.volume[job];
      return { job, mean, line, days: days.map(({ drafts }) => drafts) };
    }),
    forecast,
    roomToday: roomOf(state),
    restInDays: restInDays(state, day),
    coming: status.forecast.days,
    ...(status.audit === null ? {} : { audit: status.audit }),
  }));
}

function attentionFacts({
  doubts,
  queue,
  jobs,
  senders,
  undeliveredNotices,
}: StatusFacts): Pick<
  DigestFacts,
  | 'doubts'
  | 'vetoed'
  | 'openHolds'
  | 'held'
  | 'uncertain'
  | 'late'
  | 'stuck'
  | 'senders'
  | 'lostSenders'
  | 'untold'
> {
  return {
    doubts: doubts.flatMap(({ job, doubts: found }) => found.map(({ detail }) => ({ job, detail }))),
    vetoed: doubts.filter(({ isVetoed }) => isVetoed).map(({ job }) => job),
    openHolds: doubts.filter(({ hasOpenHold }) => hasOpenHold).map(({ job }) => job),
    held: queue.held,
    uncertain: queue.uncertain,
    late: jobs.flatMap(({ name, isLate, lastSuccessAt }) =>
      isLate && lastSuccessAt !== null ? [{ job: name, lastSuccessAt }] : [],
    ),
    stuck: jobs.filter(({ isStuck }) => isStuck).map(({ name }) => name),
    senders: senders.senders.flatMap(({ desk, detail }) =>
      detail === null ? [] : [{ address: desk.address, detail, isPaused: desk.pausedReason !== null }],
    ),
    lostSenders: senders.removed,
    untold: undeliveredNotices,
  };
}

async function forecastOf(
  state: OperatorState,
  status: StatusFacts,
  job: 'drip' | 'nurture',
): Promise<JobForecast> {
  const { plan, doubts, quiet } = await outlookOf(state, engineOf(state), job);
  const paused = status.stop === null ? null : 'paused';
  const doubt = doubts.length === 0 ? null : 'in doubt';
  return { job, drafts: plan.drafts.length, restsFor: paused ?? doubt ?? quiet };
}

function yesterdayOf({ db, workspace }: OperatorState, day: string): YesterdayFacts {
  const { timezone } = workspace.policy;
  const span = {
    startsAt: startOfLocalDay(day, timezone),
    endsAt: startOfLocalDay(addDays(day, 1), timezone),
  };
  return {
    ...dayCounts(db, { operatorDay: day, ...span }),
    ...dayReturns(db, span),
    model: modelDay(db, day),
  };
}

function roomOf({ db, workspace, now }: OperatorState): number {
  const { limits, timezone } = workspace.policy;
  const made = draftsMade(db, now, operatorDay(now, timezone));
  return limits.draftsPerDay - Math.max(made.onOperatorDay, made.inLast24Hours);
}

function restInDays({ workspace }: OperatorState, day: string): number | null {
  for (let ahead = 0; ahead <= REST_LOOKED_AHEAD_DAYS; ahead += 1) {
    if (!isOperatorsDay(workspace, addDays(day, ahead))) return ahead;
  }
  return null;
}
