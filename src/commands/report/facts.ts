import { judgeBlastRadius, OPERATING_DAYS_IN_MEAN } from '../../core/guards/blast-radius.ts';
import type { Instant, Job, StoredSequence } from '../../core/model.ts';
import { REASON_PHRASES, REASONS } from '../../core/reason-texts.ts';
import type { Reason } from '../../core/reasons.ts';
import { operatorDay } from '../../core/time/operator-day.ts';
import { addDays, startOfLocalDay } from '../../core/time/zone.ts';
import { dayReturns } from '../../store/digest.ts';
import { EMPTY_FUNNEL, sequenceFunnels } from '../../store/funnel.ts';
import {
  countsByDay,
  draftDays,
  liveDays,
  notableRunIds,
  preventedRuns,
  releasedDays,
  runsByCommand,
  sentQuarters,
  type CommandRuns,
} from '../../store/report.ts';
import { runById, type StoredRun } from '../../store/runs.ts';
import { isOperatorsDay, sequenceList, type Engine } from '../engine/engine.ts';
import { forecastOf, type Forecast } from '../forecast.ts';
import { funnelStages, type FunnelStage } from '../funnel.ts';
import type { OperatorState } from '../operator-state.ts';
import { engineOf, outlookOf } from '../outlook.ts';
import type { SendersFacts } from '../sender-status.ts';
import { statusFacts } from '../status-facts.ts';
import { moodOf, type Mood } from '../status-mood.ts';

/** One job's drafts of one day against its hold line (A8). */
export interface JobDay {
  readonly made: number;
  readonly line: number;
  /** What would have been made had no guard stood in the way; null where none did. */
  readonly prevented: number | null;
}

export interface ReportDay {
  readonly day: string;
  readonly isOpen: boolean;
  readonly jobs: Readonly<Record<Job, JobDay>>;
  /** Rehearsals among them while nothing is for real. */
  readonly sent: number;
}

/** One email of the next run, as its planner sees it. */
export interface NextDraft {
  readonly name: string;
  readonly company: string | null;
  readonly sequence: string;
  readonly step: string;
  readonly zone: string;
}

export interface ReportSequence {
  readonly id: string;
  readonly title: string;
  readonly status: StoredSequence['status'];
  readonly stages: readonly FunnelStage[];
}

/** Everything in a report, read at one moment. */
export interface ReportFacts {
  readonly at: Instant;
  readonly timezone: string;
  readonly brand: string;
  readonly host: string;
  readonly mood: Mood;
  /** False: every mail was a rehearsal (D9). */
  readonly isLive: boolean;
  readonly days: readonly ReportDay[];
  readonly returns: Readonly<Record<'replies' | 'bounced' | 'complained' | 'unsubscribed', number>>;
  readonly forecast: Forecast;
  readonly stepNames: ReadonlyMap<number, string>;
  readonly nextDrafts: readonly NextDraft[];
  /** A4: the next run only previews. */
  readonly isInDoubt: boolean;
  readonly sequences: readonly ReportSequence[];
  /** Lead-days by reason, most first. */
  readonly skips: readonly { readonly reason: Reason; readonly phrase: string; readonly count: number }[];
  readonly senders: SendersFacts;
  readonly commands: readonly CommandRuns[];
  readonly notable: readonly StoredRun[];
}

const FORECAST_DAYS = 28;
const NOTABLE_RUNS_MAX = 12;
/** Far enough back for seven operating days before the first one shown. */
const LOOK_BACK_DAYS = 30;
/** What is no news of a report: a lead that is not due is not held back by anything. */
const NO_SKIPS: ReadonlySet<string> = new Set(['not_due', 'undo']);

/** Reads the facts of a report over so many days up to today. Reads only; the next run is the planner's own outlook (A17). */
export async function reportFacts(state: OperatorState, dayCount: number): Promise<ReportFacts> {
  const status = statusFacts(state);
  const { db, workspace, now } = state;
  const engine = engineOf(state);
  const nextDrafts = await nextDraftsOf(state, engine);
  const { timezone } = workspace.policy;
  const today = engine.operatorDay;
  const fromDay = addDays(today, 1 - dayCount);
  const fromAt = startOfLocalDay(fromDay, timezone);
  return db.read(() => {
    const funnels = sequenceFunnels(db);
    const isLive = status.header.wentLiveAt !== null;
    const { replies, ...returns } = dayReturns(db, { startsAt: fromAt, endsAt: now + 1 });
    return {
      at: now,
      timezone,
      brand: workspace.brand.name,
      host: status.thisHost,
      mood: moodOf(status),
      isLive,
      days: daysOf(engine, { fromDay, fromAt, dayCount, isLive }),
      returns: { ...returns, replies: replies.length },
      forecast: forecastOf(engine, FORECAST_DAYS),
      stepNames: new Map(
        sequenceList(engine).flatMap(({ id, steps }) =>
          steps.map((step) => [step.rowId, `${id} › ${step.id}`] as const),
        ),
      ),
      nextDrafts,
      isInDoubt: status.doubts.some(({ doubts }) => doubts.length > 0),
      sequences: sequenceList(engine).map((sequence) => ({
        id: sequence.id,
        title: sequence.title,
        status: sequence.status,
        stages: funnelStages(sequence, funnels.get(sequence.rowId) ?? EMPTY_FUNNEL, isLive),
      })),
      skips: skipsOf(engine, fromAt),
      senders: status.senders,
      commands: runsByCommand(db, fromAt),
      notable: notableRunIds(db, fromAt, NOTABLE_RUNS_MAX).flatMap((id) => runById(db, id) ?? []),
    };
  });
}

async function nextDraftsOf(state: OperatorState, engine: Engine): Promise<readonly NextDraft[]> {
  const outlooks = [await outlookOf(state, engine, 'drip'), await outlookOf(state, engine, 'nurture')];
  return outlooks.flatMap(({ plan, quiet }) =>
    quiet === null
      ? plan.drafts.map(({ candidate: { lead, sequence, step } }) => ({
          name: lead.name ?? lead.email,
          company: lead.company,
          sequence: sequence.id,
          step: step.id,
          zone: lead.zone,
        }))
      : [],
  );
}

interface Period {
  readonly fromDay: string;
  readonly fromAt: Instant;
  readonly dayCount: number;
  readonly isLive: boolean;
}

function daysOf(engine: Engine, period: Period): readonly ReportDay[] {
  const { db, policy } = engine;
  const { fromDay, fromAt, dayCount, isLive } = period;
  const jobs = { drip: jobDays(engine, 'drip', period), nurture: jobDays(engine, 'nurture', period) };
  const sent = new Map<string, number>();
  for (const { at, real, rehearsed } of sentQuarters(db, fromAt)) {
    const day = operatorDay(at, policy.timezone);
    sent.set(day, (sent.get(day) ?? 0) + real + (isLive ? 0 : rehearsed));
  }
  return Array.from({ length: dayCount }, (_, index) => {
    const day = addDays(fromDay, index);
    return {
      day,
      isOpen: isOperatorsDay(engine, day),
      jobs: { drip: jobs.drip(day), nurture: jobs.nurture(day) },
      sent: sent.get(day) ?? 0,
    };
  });
}

/** A8 looked back upon: the line of each day by the operating days before it, as the runs of that day met it. */
function jobDays(engine: Engine, job: Job, { fromDay, fromAt }: Period): (day: string) => JobDay {
  const { db, policy } = engine;
  const since = addDays(fromDay, -LOOK_BACK_DAYS);
  const made = new Map(draftDays(db, since).flatMap((row) => (row.job === job ? [[row.day, row]] : [])));
  const released = new Map(
    releasedDays(db, since).flatMap((row) => (row.job === job ? [[row.day, row.count]] : [])),
  );
  const operating = liveDays(db, since)
    .filter((row) => row.job === job && isOperatorsDay(engine, row.day))
    .map(({ day }) => day)
    .sort();
  const prevented = new Map<string, number>();
  for (const run of preventedRuns(db, fromAt)) {
    if (run.command !== job) continue;
    const count = run.exitCode === 31 ? run.made : (run.byCalendar ?? run.demand ?? 0);
    prevented.set(run.day, Math.max(count, prevented.get(run.day) ?? 0));
  }
  const { blastRadiusFactor: factor, blastRadiusFloor: floor } = policy.limits;
  return (day) => {
    const before = operating.filter((each) => each < day).slice(-OPERATING_DAYS_IN_MEAN);
    const recentDays = before.map((each) => made.get(each)?.counted ?? 0);
    const releasedToday = released.get(day) ?? 0;
    const { line } = judgeBlastRadius({ madeToday: 0, thisRun: 0, recentDays, releasedToday, factor, floor });
    const avoided = prevented.get(day) ?? 0;
    const drafts = made.get(day)?.made ?? 0;
    return { made: drafts, line, prevented: avoided > drafts ? avoided : null };
  };
}

function skipsOf({ db }: Engine, fromAt: Instant): ReportFacts['skips'] {
  return countsByDay(db, fromAt).flatMap(({ name, count }) => {
    const reason = REASONS.find((each) => each === name);
    if (reason === undefined || NO_SKIPS.has(reason) || count === 0) return [];
    return [{ reason, phrase: REASON_PHRASES[reason], count }];
  });
}
