import type { ChatCard } from '../core/chat/card.ts';
import { HeadgateError } from '../core/errors.ts';
import { strongestExit, type ExitName } from '../core/exits.ts';
import type { Doubt } from '../core/guards/wake.ts';
import type { HeldBack, RunPlan } from '../core/planner.ts';
import type { Reason } from '../core/reasons.ts';
import type { StateDatabase } from '../store/database.ts';
import { readHeader } from '../store/header.ts';
import { messageCountOfRun } from '../store/messages.ts';
import { modelTotals, type ModelTotals } from '../store/model-calls.ts';
import { enqueueNotice } from '../store/notices.ts';
import { applyLive } from './engine/live-run.ts';
import { engineAt, type Engine } from './engine/engine.ts';
import { settlePlanned } from './engine/settling.ts';
import type { Applied, ApplyOptions, DraftedItem } from './engine/drafting.ts';
import {
  keepRestoredDoubt,
  noteDoubts,
  noteLifted,
  noteRepeatedPartial,
  writePlan,
  writePresence,
  writeRun,
  type RunEnd,
} from './run-ledger.ts';
import { doubtText, heldText } from './run-notices.ts';
import { askForDrafts } from './model-drafts.ts';
import { fallen, type RunReport } from './run-report.ts';
import { stampState, stopReason, type RunSession } from './run-session.ts';

const DAY_MS = 86_400_000;

/** Said of a run whatever its ending. */
interface Asked {
  readonly forced: boolean;
  readonly narrowed: boolean;
}

/** A run that was there and kept still: paused (34), weekend, holiday, or a held batch that waits (0). */
export function endQuietly(
  session: RunSession,
  quiet: Asked & {
    mode: 'paused' | 'quiet';
    exit: ExitName;
    reason: Extract<Reason, 'paused' | 'weekend' | 'holiday' | 'hold_open'>;
    detail: string | null;
    /** False with `--at`, which writes nothing at all. */
    isSaved: boolean;
    isPresent: boolean;
    doubts: readonly Doubt[];
    lifted: readonly Doubt[];
  },
): RunReport {
  const end: RunEnd = { ...quiet, counts: {}, planId: null };
  const report = { ...reportOf(end), detail: quiet.detail, lifted: quiet.lifted };
  if (!quiet.isSaved) return report;
  const db = session.writer();
  db.write(() => {
    keepRestoredDoubt(session, db, quiet.doubts);
    noteLifted(session, db, quiet);
    writeRun(session, db, end);
    if (quiet.isPresent) writePresence(session, db, end);
  });
  if (quiet.isPresent) stampState(session, db);
  return report;
}

/** A run that only looks, before its row is written. */
export interface Preview extends Asked {
  readonly exit: ExitName;
  readonly doubts: readonly Doubt[];
  readonly plan: RunPlan;
  readonly quiet: Reason | null;
  /** False with `--at`, which writes nothing at all. */
  readonly isSaved: boolean;
  /** True with `--preview`: the operator knows, so nobody is alerted. */
  readonly isAsked: boolean;
  /** `--with-copy`: whom a model left without words, and what it was asked in all. */
  readonly written?: { readonly fellAway: readonly HeldBack[]; readonly totals: ModelTotals | null };
  /** D4: what ended it before all was written. */
  readonly endedBy?: string;
}

/** A run that only looks: asked to (`--preview`), or because it distrusts time, machine or state (30). Saves its plan (A17). */
export function endAsPreview(session: RunSession, preview: Preview): RunReport {
  const { fellAway = [], totals = null } = preview.written ?? {};
  const counts = {
    ...planCounts(preview.plan, preview.plan.drafts.length, 'would_draft'),
    ...modelCounts(totals),
  };
  const end = {
    ...preview,
    mode: 'preview' as const,
    reason: preview.endedBy ?? preview.doubts[0]?.reason ?? preview.quiet,
    counts,
  };
  const planId = savedQuietly(session, preview, () => {
    if (!preview.isSaved) return null;
    const db = session.writer();
    return db.write(() => {
      const id = savedPlan(session, db, preview);
      writeRun(session, db, { ...end, planId: id });
      if (preview.doubts.length === 0) return id;
      keepRestoredDoubt(session, db, preview.doubts);
      if (preview.isAsked) return id;
      const text = doubtText(session, { ...preview, planId: id });
      noteDoubts(session, db, { doubts: preview.doubts, text, card: planCard(preview, id) });
      return id;
    });
  });
  return {
    ...reportOf({ ...end, planId }),
    doubts: preview.doubts,
    plan: preview.plan,
    fellAway: fellAway.map(fallen),
  };
}

/** D4: of a preview that ended early only what is complete, and for who names it: it is not all that a run would do (A5, A9). */
function savedPlan(session: RunSession, db: StateDatabase, preview: Preview): string | null {
  if (preview.endedBy === undefined) return writePlan(session, db, preview);
  return preview.plan.drafts.length === 0 ? null : writePlan(session, db, { ...preview, narrowed: true });
}

/** F2: what a person may lift, or stop, can be decided in the chat; what only `adopt` lifts cannot. */
function planCard(
  { doubts, plan }: { readonly doubts: readonly Doubt[]; readonly plan: RunPlan },
  planId: string | null,
): ChatCard | null {
  if (planId === null || doubts.some(({ liftedBy }) => liftedBy === 'adopt')) return null;
  return { kind: 'plan', planId, count: plan.drafts.length };
}

/** A preview that was asked for still shows its plan on a full or read-only disk; it just cannot keep it. */
function savedQuietly(
  session: RunSession,
  preview: { isAsked: boolean },
  save: () => string | null,
): string | null {
  try {
    return save();
  } catch (error) {
    if (!preview.isAsked || !(error instanceof HeadgateError) || error.exit !== 'NOPERM') throw error;
    session.invocation.progress(`The preview was not saved: ${error.message}`);
    return null;
  }
}

/** The live ending: makes the drafts, writes everything else in one transaction, then the checkpoint's stamp (A9). */
export async function endLive(
  session: RunSession,
  live: Asked & {
    engine: Engine;
    plan: RunPlan;
    limit: number | null;
    planId: string | null;
    /** Doubts that `--force` or a confirmation lifted. */
    lifted: readonly Doubt[];
    nothingDue: ExitName;
    /** A6: plans so many drafts more, without the model that failed. Absent over a saved plan, which never adds (A17). */
    refill?: (places: number) => Promise<RunPlan>;
    /** Run inside the last transaction: `confirm` settles its plan there. */
    alsoWrite?: (db: StateDatabase) => void;
  },
): Promise<RunReport> {
  const db = session.writer();
  const engine: Engine = { ...live.engine, db };
  const { random } = session.invocation.context;
  // Before anything is drafted: what the doubts ask for must hold for this run's own drafts.
  if (live.lifted.length > 0) db.write(() => noteLifted(session, db, live));
  const personNeeded = readHeader(db).personNeededSinceAt !== null;
  const { runId } = session;
  const { plan, planId, limit } = live;
  const options = { runId, planId, limit, random, personNeeded, bootId: session.bootId };
  // Words that are known first: nothing that a model says or costs can keep them from being made.
  const known = applyLive(engine, plan, options);
  const written = await writtenByModel(session, engine, { ...live, options, done: known.drafted.length });
  const drafted = [...known.drafted, ...written.drafted];
  const fellAway = [...known.fellAway, ...written.fellAway];
  const filled = await fillUp(session, engine, { ...live, options, applied: { drafted, fellAway } });
  const applied: Applied = { drafted: [...drafted, ...filled], fellAway };
  const counts = {
    ...planCounts(live.plan, applied.drafted.length, 'drafted'),
    ...modelCounts(modelTotals(db, runId)),
  };
  const end: RunEnd = { ...live, mode: 'live', exit: liveExit(live, applied), reason: null, counts };
  db.write(() => {
    settlePlanned(engine, live.plan, { runId, random, fellAway: applied.fellAway });
    noteRepeatedPartial(session, db, end.exit);
    writeRun(session, db, end);
    writePresence(session, db, end);
    noteLive(session, live, { applied, db });
    live.alsoWrite?.(db);
  });
  stampState(session, db);
  return {
    ...reportOf(end),
    plan: live.plan,
    drafted: applied.drafted,
    fellAway: applied.fellAway.map(fallen),
    lifted: live.lifted,
  };
}

/** D4: a model that ends the run leaves drafts and calls behind, and a row of the run that made them (A13). */
async function writtenByModel(
  session: RunSession,
  engine: Engine,
  of: Asked & {
    readonly plan: RunPlan;
    readonly planId: string | null;
    readonly options: ApplyOptions;
    readonly done: number;
  },
): Promise<Applied> {
  try {
    return await askForDrafts(session, engine, of);
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    const { db } = engine;
    const { forced, narrowed, planId } = of;
    const { runId } = session;
    const counts = { drafted: messageCountOfRun(db, runId), ...modelCounts(modelTotals(db, runId)) };
    const { exit, code } = error;
    db.write(() => {
      writeRun(session, db, { mode: 'failed', exit, reason: code, counts, planId, forced, narrowed });
    });
    const { notDone = 'What was left stays due.', fix = 'Run it again.', details } = error;
    throw new HeadgateError(error.message, { code, exit, notDone, fix, details, runId, cause: error });
  }
}

/** A6: whoever failed for want of words holds no place: what needs no model takes it, in the same run and under the same caps. */
async function fillUp(
  session: RunSession,
  engine: Engine,
  of: {
    readonly plan: RunPlan;
    readonly refill?: ((places: number) => Promise<RunPlan>) | undefined;
    readonly options: ApplyOptions;
    readonly applied: Applied;
  },
): Promise<readonly DraftedItem[]> {
  const { plan, refill, options, applied } = of;
  if (refill === undefined || !hasFailedCopy(applied.fellAway)) return [];
  const places = plan.caps.perRun - applied.drafted.length;
  if (places <= 0 || isBatchHeld(applied) || stopReason(session.workspace) !== null) return [];
  const more = await refill(places);
  const now = engineAt(engine, session.invocation.context.clock.now());
  return applyLive(now, more, { ...options, limit: places }).drafted;
}

function liveExit(live: { plan: RunPlan; nothingDue: ExitName }, applied: Applied): ExitName {
  const exits: ExitName[] = [applied.drafted.length === 0 ? live.nothingDue : 'OK'];
  if (isBatchHeld(applied)) exits.push('HELD');
  // What a model wrote otherwise than it was asked to is held as well, one by one (D3).
  if (applied.drafted.some(({ holdCause }) => holdCause === 'validation')) exits.push('PARTIAL');
  if (hasNewFailure(live.plan) || hasNewlyFallen(live.plan, applied)) exits.push('PARTIAL');
  return strongestExit(exits);
}

function isBatchHeld({ drafted }: Applied): boolean {
  return drafted.some(({ holdCause }) => holdCause === 'blast_radius');
}

/** D3, cli.md 2.7: copy that could not be written makes a run 32, but only when that is news. */
function hasNewFailure(plan: RunPlan): boolean {
  return plan.changedVerdicts.some(({ reason }) => COPY_FAILURES.has(reason));
}

/** The same of drafts that a model did not write. */
function hasNewlyFallen({ drafts }: RunPlan, { fellAway }: Applied): boolean {
  const failed = new Map(fellAway.map(({ candidate, reason }) => [candidate, reason]));
  return drafts.some(({ candidate, previousReason }) => {
    const reason = failed.get(candidate);
    return reason !== undefined && COPY_FAILURES.has(reason) && reason !== previousReason;
  });
}

/** A6: whether somebody's place is free for want of words. */
export function hasFailedCopy(fellAway: readonly HeldBack[]): boolean {
  return fellAway.some(({ reason }) => COPY_FAILURES.has(reason));
}

const COPY_FAILURES: ReadonlySet<Reason> = new Set<Reason>(['template', 'model', 'validation', 'budget']);

function noteLive(
  session: RunSession,
  live: { readonly plan: RunPlan },
  { applied, db }: { applied: Applied; db: StateDatabase },
): void {
  const { job, runId, now } = session;
  const { blastRadius, demand } = live.plan;
  const notice = { job, runId, now };
  if (isBatchHeld(applied)) {
    const text = heldText(session, live.plan);
    const usual = Math.ceil(blastRadius.mean);
    const card = { kind: 'batch', runId, job: job === 'nurture' ? job : 'drip', usual } as const;
    enqueueNotice(db, { ...notice, kind: 'held', dedupeKey: `held ${runId}`, text, card, repeatAfterMs: 0 });
  } else if (demand > blastRadius.line) {
    const text = `${job}: ${String(demand)} are due, the hold line is ${blastRadius.line.toFixed(1)}. The caps let ${String(applied.drafted.length)} through.`;
    enqueueNotice(db, { ...notice, kind: 'demand', dedupeKey: `demand ${job}`, text, repeatAfterMs: DAY_MS });
  }
}

/** cli.md 2.6: evaluated, what was or would be made, what was held back, and each reason by its own word. */
function planCounts(
  plan: RunPlan,
  made: number,
  madeName: 'drafted' | 'would_draft',
): Readonly<Record<string, number>> {
  const heldBack = Object.values(plan.countsByReason).reduce((sum, count) => sum + count, 0);
  return {
    evaluated: plan.evaluated,
    [madeName]: made,
    held_back: heldBack,
    ...(plan.notDue === null ? {} : { not_due: plan.notDue }),
    not_judged: plan.notJudged,
    demand: plan.demand,
    // What a run in doubt avoided: the report's first chart lives on it.
    ...(plan.calendarDemand === null ? {} : { by_calendar: plan.calendarDemand }),
    ...plan.countsByReason,
  };
}

/** D3: what a model was asked and cost; nothing where none was. Millionths of the operator's currency. */
function modelCounts(totals: ModelTotals | null): Readonly<Record<string, number>> {
  if (totals === null) return {};
  const { calls, inputTokens, outputTokens, costMicros } = totals;
  return {
    model_calls: calls,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cost_micros: costMicros,
  };
}

/** A run that did nothing and leaves no trace: a timer finds nothing to confirm every five minutes. */
export function endUndone(
  end: Pick<RunEnd, 'reason' | 'exit'> & {
    readonly mode?: RunEnd['mode'];
    readonly doubts?: readonly Doubt[];
  },
): RunReport {
  const rest = { counts: {}, planId: null, forced: false, narrowed: false };
  return { ...reportOf({ mode: 'refused', ...end, ...rest }), doubts: end.doubts ?? [] };
}

/** The report of a run that planned nothing. */
export function reportOf(end: RunEnd): RunReport {
  return { ...end, detail: null, doubts: [], lifted: [], plan: null, drafted: [], fellAway: [] };
}
