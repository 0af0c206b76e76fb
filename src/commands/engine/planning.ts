import { isSameClaim } from '../../core/attribution/claim.ts';
import type { Candidate } from '../../core/candidate.ts';
import { OPERATING_DAYS_IN_MEAN } from '../../core/guards/blast-radius.ts';
import { capsLeft } from '../../core/guards/caps.ts';
import type { GuardContext } from '../../core/guards/lead-guards.ts';
import { createOpenings } from '../../core/guards/opening.ts';
import { compileNurtureChoice, writesFollowUps } from '../../core/matching.ts';
import type { Job } from '../../core/model.ts';
import {
  framedCopy,
  planRun,
  writtenCopy,
  type CopyResult,
  type PlannerInput,
  type RunPlan,
} from '../../core/planner.ts';
import { nurtureStep } from '../../core/progress.ts';
import { frameOf } from '../../core/writing/gap.ts';
import {
  candidateOfColdLead,
  candidateOfEnrollment,
  coldLeadCount,
  coldLeads,
  dueEnrollmentCount,
  dueEnrollments,
  notDueCount,
  type ChooseFollowUp,
  type Narrowing,
} from '../../store/candidates.ts';
import { claimOf } from '../../store/attribution.ts';
import { silencesOf } from '../../store/jobs.ts';
import { leadByRowId } from '../../store/leads.ts';
import type { StoredPlanItem } from '../../store/plans.ts';
import { draftsMade, draftVolume } from '../../store/volume.ts';
import { isOperatorsDay, sequenceList, type Engine } from './engine.ts';

export type WriteCopy = (candidate: Candidate) => CopyResult;
/** B8; see `PlannerInput.attribute`. */
export type AttributeLead = PlannerInput['attribute'];

export interface PlanRequest {
  readonly job: Job;
  readonly narrowing: Narrowing;
  /** `--limit`: can only lower the cap; null when not given. */
  readonly limit: number | null;
  readonly writeCopy: WriteCopy;
  readonly attribute?: AttributeLead;
  /** True for a run in doubt: the plan says what the calendar alone would have drafted. */
  readonly countsCalendar?: boolean;
}

/** From the present state to a plan: the one way in for a live run and for a preview (A17). Reads only. */
export function planJob(engine: Engine, request: PlanRequest): RunPlan {
  const { db, now } = engine;
  return db.read(() => {
    let unfit = 0;
    const candidates = candidatesOf(engine, request, () => (unfit += 1));
    const queueLength = queueLengthOf(engine, request.job);
    const plan = runPlanner(engine, request, {
      candidates,
      queueLength,
      notDue: notDueCount(db, request.job, now),
    });
    // Looked at, and no sequence's business.
    return { ...plan, notJudged: Math.max(0, plan.notJudged - unfit) };
  });
}

/** How many rows of the job's queue are due: leads gone cold are nobody's while no sequence writes follow-ups (B7). */
export function queueLengthOf(engine: Engine, job: Job): number {
  const { db, now } = engine;
  const enrolled = dueEnrollmentCount(db, job, now);
  return job === 'nurture' && hasFollowUps(engine) ? enrolled + coldLeadCount(db, now) : enrolled;
}

function hasFollowUps(engine: Engine): boolean {
  return sequenceList(engine).some(writesFollowUps);
}

/**
 * The part of a saved plan that every guard still allows, in its order, with its own words (A17). `gone` are the items whose step
 * is no longer the enrollment's next one, or whose enrollment ended: there is nothing left that a guard could judge.
 */
export function planSaved(
  engine: Engine,
  saved: {
    readonly job: Job;
    readonly attribute: AttributeLead;
    /** Why no model writes in this run; null: one does. */
    readonly withoutModel: string | null;
  },
  items: readonly StoredPlanItem[],
): { plan: RunPlan; gone: readonly StoredPlanItem[] } {
  const { job, withoutModel } = saved;
  const copies = new Map<Candidate, CopyResult>();
  const written = new Map<Candidate, StoredPlanItem>();
  const gone: StoredPlanItem[] = [];
  for (const item of items) {
    const candidate = candidateOfItem(engine, item);
    if (candidate === null) {
      gone.push(item);
      continue;
    }
    copies.set(candidate, savedCopy(item, candidate, withoutModel));
    if (item.askedFor !== null || item.judged !== null) written.set(candidate, item);
  }
  const attribute = attributeSaved(engine, saved.attribute, written);
  const writeCopy = (candidate: Candidate): CopyResult => copies.get(candidate) ?? NOT_SAVED;
  const queue = { candidates: copies.keys(), queueLength: copies.size };
  const plan = engine.db.read(() => runPlanner(engine, { job, limit: null, writeCopy, attribute }, queue));
  return { plan, gone };
}

/**
 * B8, A17: a preview with copy has asked all that there is to ask. Its verdict stands while the lead claims what it claimed then; who claims
 * something else by now waits for the next run, unless domains alone decide.
 */
function attributeSaved(
  { db }: Engine,
  attribute: AttributeLead,
  written: ReadonlyMap<Candidate, StoredPlanItem>,
): AttributeLead {
  if (attribute === undefined || written.size === 0) return attribute;
  return (candidate) => {
    const item = written.get(candidate);
    if (item === undefined) return attribute(candidate);
    const { judged } = item;
    if (judged !== null && isSameClaim(claimOf(db, item.leadRowId), judged.claim)) return judged.attribution;
    const found = attribute(candidate);
    return found !== null && 'verdict' in found ? found : null;
  };
}

/** A17: the words as they were shown. Where a model has still to write, that is what was shown. */
function savedCopy(
  { subject, preheader, bodyMarkdown, askedFor, unfit }: StoredPlanItem,
  { step }: Candidate,
  withoutModel: string | null,
): CopyResult {
  const words = { subject, preheader, bodyMarkdown };
  const isAssist = step.copy.mode === 'assist';
  if (askedFor !== null) return { kind: 'rendered', copy: writtenCopy(words, { askedFor, unfit, isAssist }) };
  const frame = step.copy.mode === 'fixed' ? null : frameOf(words, isAssist);
  if (frame === null) return { kind: 'rendered', copy: writtenCopy(words) };
  if (withoutModel === null) return { kind: 'rendered', copy: framedCopy(frame) };
  return { kind: 'problem', reason: 'model', detail: `Mode: ${step.copy.mode}: ${withoutModel}` };
}

const NOT_SAVED: CopyResult = { kind: 'problem', reason: 'template', detail: 'not a part of the saved plan' };

/** The same step as the saved item, as the state has it now; null when the enrollment ended or moved on. */
function candidateOfItem(engine: Engine, item: StoredPlanItem): Candidate | null {
  const candidate = freshCandidate(engine, item);
  return candidate?.step.rowId === item.stepRowId ? candidate : null;
}

/** Reads one candidate again, as it is now: for `confirm`, and inside the reserving transaction. */
export function freshCandidate(
  engine: Engine,
  of: { readonly leadRowId: number; readonly enrollmentRowId: number | null },
): Candidate | null {
  return of.enrollmentRowId === null
    ? candidateOfColdLead(engine.db, of.leadRowId, followUpChooser(engine))
    : candidateOfEnrollment(engine.db, of.enrollmentRowId, engine.sequences);
}

/** The guards' view of this moment for one job. */
export function guardContext(engine: Engine, job: Job): GuardContext {
  const { db, policy, now, without } = engine;
  return {
    now,
    policy,
    silences: silencesOf(db, job, now),
    openingFor: createOpenings(now, policy, engine.holidaysOf),
    without,
  };
}

/** B7: the lead's nth follow-up uses the nth step of the nurture sequence that fits, round and round. */
export function followUpChooser(engine: Engine): ChooseFollowUp {
  const chooseSequence = compileNurtureChoice(sequenceList(engine));
  return ({ rowId, nurtureCount }) => {
    const lead = leadByRowId(engine.db, rowId);
    const sequence = lead === null ? null : chooseSequence(lead);
    const step = sequence === null ? null : nurtureStep(sequence.steps, nurtureCount + 1);
    return sequence === null || step === null ? null : { sequence, step };
  };
}

function* candidatesOf(
  engine: Engine,
  { job, narrowing }: PlanRequest,
  onUnfit: () => void,
): Generator<Candidate> {
  if (narrowing.leadRowIds?.size === 0) return;
  const { db, now, sequences } = engine;
  const query = { now, narrowing, expiresBefore: now - engine.policy.limits.draftExpiryMs };
  yield* dueEnrollments(db, { ...query, job, sequences });
  if (job !== 'nurture' || !hasFollowUps(engine)) return;
  yield* coldLeads(db, { ...query, choose: followUpChooser(engine), onUnfit });
}

/** F5: nobody reads how many of a long queue wait for which reason, hour by hour for thirty days. */
const REHEARSED_MAX = 500;

function runPlanner(
  engine: Engine,
  request: Omit<PlanRequest, 'narrowing'>,
  queue: { candidates: Iterable<Candidate>; queueLength: number; notDue?: number },
): RunPlan {
  const { db, policy, now, operatorDay } = engine;
  const volume = draftVolume(db, {
    job: request.job,
    operatorDay,
    isOperatingDay: (isoDate) => isOperatorsDay(engine, isoDate),
    days: OPERATING_DAYS_IN_MEAN,
  });
  return planRun({
    job: request.job,
    ...(engine.isRehearsed ? { judgedMax: REHEARSED_MAX } : {}),
    ...queue,
    context: guardContext(engine, request.job),
    caps: capsLeft(request.job, policy.limits, { ...draftsMade(db, now, operatorDay), limit: request.limit }),
    volume: { ...volume, factor: policy.limits.blastRadiusFactor, floor: policy.limits.blastRadiusFloor },
    writeCopy: request.writeCopy,
    attribute: request.attribute,
    countsCalendar: request.countsCalendar ?? false,
  });
}
