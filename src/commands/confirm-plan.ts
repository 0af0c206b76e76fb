import { runActor } from '../core/audit/entry.ts';
import { isSameBoot } from '../core/boot.ts';
import type { ExitName } from '../core/exits.ts';
import { liftByPerson, type Doubt } from '../core/guards/wake.ts';
import type { Job } from '../core/model.ts';
import type { RunPlan } from '../core/planner.ts';
import type { DoubtReason, Reason } from '../core/reasons.ts';
import { appendAudit } from '../store/audit.ts';
import type { StateDatabase } from '../store/database.ts';
import { setVeto } from '../store/jobs.ts';
import { leadByRowId } from '../store/leads.ts';
import { planById, planItems, settlePlan, waitingPlans } from '../store/plans.ts';
import type { StoredPlan, StoredPlanItem } from '../store/plans.ts';
import { actorOf } from './audit/record.ts';
import { openEngine, type Engine } from './engine/engine.ts';
import { attributionGate } from './engine/attribution-gate.ts';
import { lookTidied, tidyUp } from './engine/live-run.ts';
import { planSaved } from './engine/planning.ts';
import { guardsOff, isRehearsed } from './guards-off.ts';
import { withoutModel } from './model-drafts.ts';
import { quietReason } from './run.ts';
import { endLive, endUndone, reportOf } from './run-ends.ts';
import { writePresence, writeRun, type RunEnd } from './run-ledger.ts';
import type { Fallen, RunReport } from './run-report.ts';
import { doubtsOf, optOutsOf, stampState, stopReason, type RunSession } from './run-session.ts';
import { stalePlan, staleness, unknownPlan } from './saved-plan.ts';

export interface ConfirmRequest {
  /** Null: the newest waiting plan of the job; for the timer, the newest that has waited its minutes. */
  readonly planId: string | null;
  /** The timer acts only on a plain reboot (A5); a person may lift a missing checkpoint and a gap too. */
  readonly by: 'timer' | 'person';
  readonly act: 'confirm' | 'none' | 'veto';
  /** True at a terminal without `--yes`: the person is asked before anything is drafted. */
  readonly asks: boolean;
  readonly isPreview: boolean;
  readonly detailedExitCode: boolean;
}

/**
 * One job's confirmation under that job's lock: the same doubts, guards and caps as any run, judged now, over what the saved plan
 * holds. Throws `plan_unknown` or `plan_stale` (33) when a person named a plan that can no longer be done; without a name a stale plan
 * ends 33 as one of two outcomes.
 */
export async function confirmInSession(
  session: RunSession,
  job: Job,
  request: ConfirmRequest,
): Promise<RunReport> {
  const plan = choosePlan(session, job, request);
  if (request.act === 'veto') return veto(session, job, plan);
  if (stopReason(session.workspace) !== null)
    return endUndone({ reason: 'paused', exit: 'PAUSED', mode: 'paused' });
  const exit = quietExit(request);
  if (plan === null) return endUndone({ reason: NOTHING_TO_CONFIRM, exit });

  const found = doubtsOf(session, guardsOff(session.invocation));
  const doubts = liftByPerson(found);
  const [doubt] = doubts;
  if (doubt !== undefined) return endUndone({ reason: doubt.reason, exit: 'COLD_START', doubts });
  const stale = staleness(session, plan);
  if (stale !== null && request.by === 'person') {
    if (request.planId !== null) throw stalePlan(plan, stale);
    // Nobody named this plan: it must not hide what was made of the other job's.
    return endUndone({ reason: stale, exit: 'STALE_PLAN' });
  }
  const waits = request.by === 'timer' ? (stale ?? timerRefusal(session, { plan, found })) : null;
  if (waits !== null) return endUndone({ reason: waits, exit });
  if (request.act === 'none') return declineAll(session, plan);
  return settle(session, { job, request, plan, found });
}

export const NOTHING_TO_CONFIRM = 'nothing_to_confirm';

function quietExit(request: ConfirmRequest): ExitName {
  return request.detailedExitCode ? 'NOTHING_DUE' : 'OK';
}

function choosePlan(session: RunSession, job: Job, request: ConfirmRequest): StoredPlan | null {
  if (request.planId === null) return newestPlan(session, job, request.by);
  const plan = planById(session.reader, request.planId);
  if (plan?.job !== job) throw unknownPlan(request.planId);
  return plan;
}

/**
 * A5: while a boot is not settled each run of the job saves another plan, and one of these may never grow as old as it must: the timer
 * takes the newest of this boot that is. One that doubted more than the boot stands before all that are older.
 */
function newestPlan(session: RunSession, job: Job, by: ConfirmRequest['by']): StoredPlan | null {
  let newest: StoredPlan | null = null;
  for (const plan of waitingPlans(session.reader, job)) {
    if (newest !== null && !isSameBoot(plan.bootId, session.bootId)) break;
    if (by === 'person' || isRipe(session, plan) || !isOfPlainReboot(plan)) return plan;
    newest ??= plan;
  }
  return newest;
}

function isRipe({ now, workspace }: RunSession, plan: StoredPlan): boolean {
  return now - plan.madeAt >= workspace.policy.limits.bootConfirmMs;
}

/** What a preview that was only waiting for its boot may have doubted. A21: whether replies are read is judged now, not then. */
const OF_A_PLAIN_REBOOT: ReadonlySet<DoubtReason> = new Set<DoubtReason>(['first_boot', 'replies_unread']);

function isOfPlainReboot({ doubts }: StoredPlan): boolean {
  return doubts.every((reason) => OF_A_PLAIN_REBOOT.has(reason));
}

/** A5: the timer waits its minutes after a preview of this very boot, acts on a plain reboot alone, and never over a veto. */
function timerRefusal(session: RunSession, of: { plan: StoredPlan; found: readonly Doubt[] }): string | null {
  const { plan, found } = of;
  if (session.record.vetoedAt !== null) return 'vetoed';
  if (found.length === 0 || plan.doubts.length === 0) return NOTHING_TO_CONFIRM;
  const other = found.find((doubt) => doubt.reason !== 'first_boot');
  if (other !== undefined) return other.reason;
  if (!isSameBoot(plan.bootId, session.bootId)) return NOTHING_TO_CONFIRM;
  if (!isOfPlainReboot(plan)) return 'not_nominal';
  return isRipe(session, plan) ? null : 'too_early';
}

async function settle(
  session: RunSession,
  of: { job: Job; request: ConfirmRequest; plan: StoredPlan; found: readonly Doubt[] },
): Promise<RunReport> {
  const { job, request, plan, found } = of;
  const engine = openEngine({
    db: session.reader,
    policy: session.workspace.policy,
    now: session.now,
    without: guardsOff(session.invocation),
    isRehearsed: isRehearsed(session.invocation),
    optOuts: optOutsOf(session),
  });
  if (!request.isPreview) tidyUp(engine, job, session);
  const quiet = quietReason(engine, job);
  const items = planItems(engine.db, plan.id);
  const missing = withoutModel(session.workspace, false);
  const attribute = await attributionGate(engine, {
    job,
    allowFile: session.workspace.attributionAllowFile,
    hasModel: missing === null,
  });
  const { plan: allowed, gone } = lookTidied(engine, job, {
    writer: () => session.writer(),
    look: (tidied) =>
      planSaved(tidied, { job, attribute, withoutModel: missing }, quiet === null ? items : []),
  });
  const fellAway =
    quiet === null
      ? gone.map((item) => fallenItem(engine, item, MOVED_ON))
      : items.map((item) => fallenItem(engine, item, { reason: quiet, detail: QUIET_TEXTS[quiet] }));
  if (request.by === 'timer' && allowed.blastRadius.over)
    return endUndone({ reason: 'not_nominal', exit: quietExit(request) });
  const shown = { plan: allowed, planId: plan.id, fellAway };
  if (request.isPreview) {
    const found = allowed.drafts.length > 0 ? 'WOULD_ACT' : 'NOTHING_DUE';
    const exit = request.detailedExitCode ? found : 'OK';
    return { ...endUndone({ reason: quiet, exit, mode: 'preview' }), ...shown };
  }
  if (request.asks && allowed.drafts.length > 0) {
    if (!(await isAgreed(session, allowed)))
      return { ...endUndone({ reason: 'declined', exit: quietExit(request) }), ...shown };
    // The answer may have taken hours: pause, doubts, hours and caps are those of its own moment (A11, A17).
    const answered = { ...session, now: session.invocation.context.clock.now() };
    return confirmInSession(answered, job, { ...request, planId: plan.id, asks: false });
  }
  const report = await endLive(session, {
    forced: false,
    narrowed: plan.narrowed,
    engine,
    plan: allowed,
    limit: null,
    planId: plan.id,
    lifted: found,
    nothingDue: quietExit(request),
    alsoWrite: (db) => {
      settlePlan(db, { id: plan.id, to: 'confirmed', now: session.now });
      recordPlan(session, db, { kind: 'plan_confirmed', plan, job, by: request.by });
      if (request.by === 'person') setVeto(db, job, null);
    },
  });
  return { ...report, fellAway: [...report.fellAway, ...fellAway] };
}

/** A person at a terminal is asked once, with the number; `--yes` answers beforehand. */
async function isAgreed(session: RunSession, plan: RunPlan): Promise<boolean> {
  const { stdin, stderr } = session.invocation.context.io;
  stderr.write(`Draft these ${String(plan.drafts.length)}? [y/N] `);
  const answer = await stdin.readLine();
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}

/** A17: what falls away is named with its reason, each item of the plan. */
const MOVED_ON = { reason: 'not_due', detail: 'the enrollment ended or moved on since the preview' } as const;
const QUIET_TEXTS = {
  weekend: 'the operator does not work today',
  holiday: 'a holiday of the operator',
  hold_open: 'a held batch of this job waits for a decision',
} as const;

function fallenItem(
  engine: Engine,
  item: StoredPlanItem,
  why: { readonly reason: Reason; readonly detail: string },
): Fallen {
  const lead = leadByRowId(engine.db, item.leadRowId);
  const sequence = engine.sequences.get(item.sequenceRowId);
  const step = sequence?.steps.find((each) => each.rowId === item.stepRowId);
  return {
    lead: { id: lead?.id ?? '', email: lead?.email ?? '', tz: lead?.zone ?? 'UTC' },
    sequence: sequence?.id ?? '',
    step: step?.id ?? '',
    ...why,
    until: null,
  };
}

/** `--none`: the gap is accepted, nothing is drafted, the job goes on from here. */
function declineAll(session: RunSession, plan: StoredPlan): RunReport {
  const end: RunEnd = {
    mode: 'quiet',
    exit: 'OK',
    reason: 'declined',
    counts: {},
    planId: plan.id,
    forced: false,
    narrowed: plan.narrowed,
  };
  const db = session.writer();
  db.write(() => {
    settlePlan(db, { id: plan.id, to: 'declined', now: session.now });
    recordPlan(session, db, { kind: 'plan_declined', plan, job: plan.job, by: 'person' });
    setVeto(db, plan.job, null);
    writeRun(session, db, end);
    writePresence(session, db, end);
  });
  stampState(session, db);
  return reportOf(end);
}

/** A13: by whom, a person or the timer, in which run. */
function recordPlan(
  { invocation, runId, now }: RunSession,
  db: StateDatabase,
  act: {
    readonly kind: 'plan_confirmed' | 'plan_declined' | 'plan_vetoed';
    readonly plan: StoredPlan | null;
    readonly job: string;
    readonly by: ConfirmRequest['by'];
  },
): void {
  const { kind, plan, job, by } = act;
  const actor = by === 'person' ? actorOf(invocation) : runActor(runId);
  appendAudit(db, { at: now, kind, actor, subject: plan?.id ?? null, detail: { job, run: runId } });
}

/** `--veto`: no timer will act for this job until a person does (A5). */
function veto(session: RunSession, job: Job, plan: StoredPlan | null): RunReport {
  const end: RunEnd = {
    mode: 'refused',
    exit: 'OK',
    reason: 'vetoed',
    counts: {},
    planId: plan?.id ?? null,
    forced: false,
    narrowed: false,
  };
  const db = session.writer();
  db.write(() => {
    if (plan !== null) settlePlan(db, { id: plan.id, to: 'vetoed', now: session.now });
    setVeto(db, job, session.now);
    recordPlan(session, db, { kind: 'plan_vetoed', plan, job, by: 'person' });
    writeRun(session, db, end);
  });
  return reportOf(end);
}
