import type { ExitName } from '../core/exits.ts';
import { liftByPerson, type Doubt } from '../core/guards/wake.ts';
import type { Instant, Job, OutboundJob } from '../core/model.ts';
import type { RunPlan } from '../core/planner.ts';
import type { Reason } from '../core/reasons.ts';
import { isBlastRadiusHoldOpen } from '../store/messages.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { attributionGate } from './engine/attribution-gate.ts';
import { engineAt, isOperatorsDay, openEngine, type Engine } from './engine/engine.ts';
import { lookTidied, tidyUp } from './engine/live-run.ts';
import { isNarrowed, narrowingOf, NOBODY } from './engine/narrowing.ts';
import { planJob, type AttributeLead } from './engine/planning.ts';
import { fixedCopyWriter } from './engine/writing.ts';
import { guardsOff, isRehearsed } from './guards-off.ts';
import { usageError } from './options.ts';
import { noModel, withoutModel } from './model-drafts.ts';
import { endAsPreview, endLive, endQuietly } from './run-ends.ts';
import { reportRun, type RunReport } from './run-report.ts';
import { doubtsOf, openSession, optOutsOf, stopReason, type RunSession } from './run-session.ts';
import { senderFields } from './workspace.ts';

/** What the flags of `drip` and `nurture` ask for. */
export interface JobRequest {
  readonly job: Job;
  readonly preview: boolean;
  readonly force: boolean;
  /** `--limit`; null when not given. */
  readonly limit: number | null;
  /** Ids or addresses as typed; empty for all. */
  readonly leads: readonly string[];
  /** Folder names; empty for all. */
  readonly sequences: readonly string[];
  /** `--at`: pretend it is then; previews only. */
  readonly at: Instant | null;
  readonly detailedExitCode: boolean;
  /** False with `--no-ai`: steps that a model writes wait. */
  readonly usesModel: boolean;
  /** `--with-copy`: a preview has the model write, and pays for it. */
  readonly withCopy: boolean;
}

/**
 * The harness of drip and nurture: one run, always in the order of the architecture (A run, always in this order). Configuration,
 * lock, state, clock, kill switch, wake guard, weekday and holiday, plan, apply, checkpoint.
 */
export async function runJob(invocation: Invocation, request: JobRequest): Promise<Outcome> {
  const session = openSession(invocation, request.job, { at: request.at });
  try {
    return await reportRun(session, await runInSession(session, request));
  } finally {
    session.close();
  }
}

async function runInSession(session: RunSession, request: JobRequest): Promise<RunReport> {
  const asked = { forced: request.force, narrowed: isNarrowed(request) };
  refuseRaisedCap(session, request);
  if (request.withCopy && session.workspace.ai === null) throw noModel('Nothing was previewed.');
  // `--at` pretends for the plan, not for the doubts: nothing was missed by a time that has not come.
  const awakeAt = request.at === null ? session.now : session.invocation.context.clock.now();
  const without = guardsOff(session.invocation);
  const found = doubtsOf({ ...session, now: awakeAt }, without);
  const stopped = stopReason(session.workspace);
  if (stopped !== null && !without.has('pause')) {
    const isPresent = !request.preview && isTrusted(found);
    const pause = { mode: 'paused', exit: 'PAUSED', reason: 'paused', detail: stopped } as const;
    const isSaved = request.at === null;
    return endQuietly(session, { ...asked, ...pause, isSaved, isPresent, doubts: found, lifted: [] });
  }

  const { policy } = session.workspace;
  const engine = openEngine({
    db: session.reader,
    policy,
    now: session.now,
    without,
    isRehearsed: isRehearsed(session.invocation),
    optOuts: optOutsOf(session),
  });
  const doubts = request.force ? liftByPerson(found) : found;
  const isLive = doubts.length === 0 && !request.preview;
  if (isLive) tidyUp(engine, request.job, session);

  const quiet = quietReason(engine, request.job);
  const plan = await makePlan(engine, { session, request, quiet, countsCalendar: doubts.length > 0 });
  const refill = (places: number): Promise<RunPlan> => {
    // A model may have taken minutes: weekday, hours and caps are those of this moment.
    const now = engineAt(engine, session.invocation.context.clock.now());
    const placed = { session, request: { ...request, limit: places }, isRefill: true };
    return makePlan(now, { ...placed, quiet: quietReason(now, request.job), countsCalendar: false });
  };
  if (!isLive) {
    const exit = doubts.length > 0 ? 'COLD_START' : previewExit(request, plan);
    const saving = { isSaved: request.at === null, isAsked: request.preview };
    const preview = { ...asked, ...saving, exit, doubts, plan, quiet };
    if (!request.withCopy) return endAsPreview(session, preview);
    const { endWithCopy } = await import('./preview-copy.ts');
    return endWithCopy(session, { engine, preview, refill });
  }
  const nothingDue = nothingDueExit(request);
  if (quiet !== null) {
    const rest = { mode: 'quiet', exit: nothingDue, reason: quiet, detail: null } as const;
    return endQuietly(session, {
      ...asked,
      ...rest,
      isSaved: true,
      isPresent: true,
      doubts,
      lifted: found,
    });
  }
  const { limit } = request;
  return endLive(session, { ...asked, engine, plan, limit, planId: null, lifted: found, nothingDue, refill });
}

/** Hardening 89: a `--limit` above the cap is a misunderstanding, not a wish. */
function refuseRaisedCap(session: RunSession, { job, limit }: JobRequest): void {
  const { draftsPerRunDrip, draftsPerRunNurture } = session.workspace.policy.limits;
  const cap = job === 'drip' ? draftsPerRunDrip : draftsPerRunNurture;
  if (limit === null || limit <= cap) return;
  const key = `limits.drafts_per_run_${job}`;
  throw usageError(
    `--limit ${String(limit)} is above the cap of ${String(cap)} a run`,
    `A flag can only lower it; see ${key}`,
  );
}

/** Step 5, once awake: the operator's weekend and holidays (A11), and a held batch that waits for its decision (A8). */
export function quietReason(
  engine: Engine,
  job: OutboundJob,
): Extract<Reason, 'weekend' | 'holiday' | 'hold_open'> | null {
  if (!engine.without.has('weekday') && !isOperatorsDay(engine, engine.operatorDay)) {
    return engine.policy.holidays.includes(engine.operatorDay) ? 'holiday' : 'weekend';
  }
  if (engine.without.has('blast_radius')) return null;
  const expiresBefore = engine.now - engine.policy.limits.draftExpiryMs;
  return isBlastRadiusHoldOpen(engine.db, { job, expiresBefore }) ? 'hold_open' : null;
}

async function makePlan(
  engine: Engine,
  of: {
    session: RunSession;
    request: JobRequest;
    quiet: Reason | null;
    countsCalendar: boolean;
    /** A6: what can be made without the model that has just failed. */
    isRefill?: boolean;
  },
): Promise<RunPlan> {
  const { session, request, quiet, countsCalendar, isRefill = false } = of;
  const sender = senderFields(session.workspace);
  const { beforeLongWork: beforeMany } = session.invocation.context;
  const missing = isRefill
    ? 'the model failed in this run'
    : withoutModel(session.workspace, !request.usesModel);
  const writing = { sender, job: request.job, beforeMany, withoutModel: missing };
  const writeCopy = await fixedCopyWriter(engine, writing);
  const attribute = await attributionGate(engine, {
    job: request.job,
    allowFile: session.workspace.attributionAllowFile,
    hasModel: isRefill || missing === null,
  });
  const narrowing = quiet === null ? narrowingOf(engine, request) : NOBODY;
  const { job, limit } = request;
  return lookTidied(engine, job, {
    writer: () => session.writer(),
    look: (tidied) =>
      planJob(tidied, {
        ...{ job, narrowing, limit, writeCopy, countsCalendar },
        attribute: isRefill ? withoutClaims(attribute) : attribute,
      }),
  });
}

/** B8: whom only a model can judge waits for it: a model that fails for an hour must not leave the lead to a person for good. */
function withoutClaims(attribute: AttributeLead): AttributeLead {
  if (attribute === undefined) return undefined;
  return (candidate) => {
    const found = attribute(candidate);
    return found !== null && 'verdict' in found ? found : null;
  };
}

function previewExit(request: JobRequest, plan: RunPlan): ExitName {
  if (!request.detailedExitCode) return 'OK';
  return plan.drafts.length > 0 ? 'WOULD_ACT' : 'NOTHING_DUE';
}

function nothingDueExit(request: JobRequest): Extract<ExitName, 'OK' | 'NOTHING_DUE'> {
  return request.detailedExitCode ? 'NOTHING_DUE' : 'OK';
}

/** A paused run counts as present (A16), unless it cannot trust its own clock or state: such a presence could never be undone. */
function isTrusted(doubts: readonly Doubt[]): boolean {
  return doubts.every((doubt) => doubt.liftedBy === 'confirm');
}
