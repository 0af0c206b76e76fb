import { HOUR_MS, SECOND_MS } from '../core/time/durations.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { Instant } from '../core/model.ts';
import { modelDayItem } from './output/model-cost.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { comingItems } from './forecast-text.ts';
import { withState, type OperatorState } from './operator-state.ts';
import { resultText } from './run-record.ts';
import { sendersItem } from './sender-status.ts';
import { statusFacts, type JobStatus, type JobVolume, type StatusFacts } from './status-facts.ts';
import { moodOf } from './status-mood.ts';
import { statusLines } from './status-text.ts';

/** `status`: one screen from SQLite and the clock (cli.md 2.4); ends with the next command when something waits. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', (state) => {
    const facts = statusFacts(state);
    const next = nextCommands(facts);
    return {
      exit: 'OK',
      document: { items: [itemOf(state, facts)], next },
      human: (terminal) => statusLines(terminal, { state, facts, next }),
    };
  });
}

/** What to type next, most urgent first. */
export function nextCommands({ stop, doubts, queue, senders }: StatusFacts): readonly string[] {
  const paused = senders.senders.filter(({ pausedSinceAt }) => pausedSinceAt !== null);
  const all = doubts.flatMap((each) => each.doubts);
  return [
    ...(all.some((doubt) => doubt.liftedBy === 'adopt') ? ['headgate adopt'] : []),
    ...(stop === null ? [] : ['headgate resume']),
    ...paused.map(({ desk }) => `headgate resume --sender ${desk.address}`),
    ...(queue.held > 0 ? ['headgate review list --state held'] : []),
    ...(queue.uncertain > 0 ? ['headgate review list --state uncertain'] : []),
    ...(queue.pendingApproval > 0 ? ['headgate review'] : []),
    ...(stop === null ? wakeCommands(doubts) : []),
  ];
}

/** A4, A5: what a person does about a job that turned itself into a preview. */
function wakeCommands(all: StatusFacts['doubts']): readonly string[] {
  const asleep = all.filter(
    ({ job, doubts }) => job !== 'send' && doubts.some((doubt) => doubt.liftedBy === 'confirm'),
  );
  if (asleep.some((each) => each.hasWaitingPlan)) return ['headgate confirm'];
  return asleep.slice(0, 1).map(({ job }) => `headgate ${job} --preview`);
}

function itemOf({ workspace, now }: OperatorState, facts: StatusFacts): Readonly<Record<string, unknown>> {
  const { queue, today, header, stop } = facts;
  return {
    at: formatInstant(now),
    all_clear: moodOf(facts).isGood,
    summary: moodOf(facts).text,
    queue: {
      pending_approval: queue.pendingApproval,
      approved: queue.approved,
      next_leaves_at: iso(queue.nextLeavesAt),
      held: queue.held,
      sending: queue.sending,
      uncertain: queue.uncertain,
    },
    today: { ...today, model: modelDayItem(facts.modelToday) },
    volume: { ...volumeItem(facts.volume.drip), job: 'drip', nurture: volumeItem(facts.volume.nurture) },
    forecast: comingItems(facts.forecast.days),
    jobs: facts.jobs.map(jobItem),
    guards: guardsItem(workspace.policy.limits, facts),
    machine: {
      host: header.machine.hostName,
      this_host: facts.thisHost,
      bound_at: formatInstant(header.boundAt),
      matches: facts.isOwnMachine,
    },
    live: workspace.policy.live,
    went_live_at: iso(header.wentLiveAt),
    paused: stop !== null,
    paused_reason: stop === null || stop.reason === '' ? null : stop.reason,
    paused_since_at: stop === null ? null : formatInstant(stop.sinceAt),
    undelivered_notices: facts.undeliveredNotices,
    audit: facts.audit,
    ...sendersItem(facts.senders),
  };
}

function volumeItem({ mean, line, days }: JobVolume): Readonly<Record<string, unknown>> {
  return { average_7d: round1(mean), limit: round1(line), days };
}

function jobItem(job: JobStatus): Readonly<Record<string, unknown>> {
  const { lastRun } = job;
  return {
    name: job.name,
    last_success_at: iso(job.lastSuccessAt),
    last_run_at: iso(lastRun?.startedAt ?? null),
    run: lastRun?.id ?? null,
    exit: lastRun?.exitCode ?? null,
    result: lastRun === null ? null : resultText(lastRun),
    late_after: iso(job.lateAfterAt),
    late: job.isLate,
    interval_seconds: job.intervalMs / SECOND_MS,
    next_at: iso(job.nextAt),
    failed: job.hasFailed,
    busy_in_a_row: job.isStuck,
  };
}

function guardsItem(
  limits: OperatorState['workspace']['policy']['limits'],
  facts: StatusFacts,
): Readonly<Record<string, unknown>> {
  return {
    doubts: facts.doubts.flatMap(({ job, doubts }) =>
      doubts.map(({ reason, detail, liftedBy }) => ({ job, reason, detail, lifted_by: liftedBy })),
    ),
    vetoed: facts.doubts.filter((each) => each.isVetoed).map((each) => each.job),
    hold_open: facts.doubts.filter((each) => each.hasOpenHold).map((each) => each.job),
    quiet_today: facts.quietToday,
    person_needed_since_at: iso(facts.header.personNeededSinceAt),
    cold_start_hours: limits.coldStartMs / HOUR_MS,
    watermark_hours: limits.watermarkMs / HOUR_MS,
    drafts_per_run: { drip: limits.draftsPerRunDrip, nurture: limits.draftsPerRunNurture },
    drafts_per_day: limits.draftsPerDay,
    sends_per_run: limits.sendsPerRun,
    sends_per_day: limits.sendsPerDay,
  };
}

function iso(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
