import type { ChatCard } from '../core/chat/card.ts';
import { runActor } from '../core/audit/entry.ts';
import { EXIT_CODES, type ExitName } from '../core/exits.ts';
import type { Doubt } from '../core/guards/wake.ts';
import type { Instant } from '../core/model.ts';
import type { RunPlan } from '../core/planner.ts';
import { textHash } from '../core/text-hash.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import { appendAudit } from '../store/audit.ts';
import type { StateDatabase } from '../store/database.ts';
import { markRestored, recordClock, setPersonNeeded } from '../store/header.ts';
import { markPresent, writeCheckpoint } from '../store/jobs.ts';
import { enqueueNotice, isNoticedAfter } from '../store/notices.ts';
import { savePlan, type StoredPlanItem } from '../store/plans.ts';
import { recentExits, recordRun, type RunCounts, type RunMode } from '../store/runs.ts';
import { appliedDefinitionsHash } from '../store/sequences.ts';
import { recordJobDay } from '../store/volume.ts';
import { noteBreak } from './audit/breaks.ts';
import { actorOf } from './audit/record.ts';
import type { RunSession } from './run-session.ts';

/** How a run ended, as its row keeps it. */
export interface RunEnd {
  readonly mode: RunMode;
  readonly exit: ExitName;
  readonly reason: string | null;
  readonly counts: RunCounts;
  readonly planId: string | null;
  readonly forced: boolean;
  readonly narrowed: boolean;
}

const DAY_MS = 86_400_000;

/** A13: the run's row. In the caller's transaction. */
export function writeRun(session: RunSession, db: StateDatabase, end: RunEnd): void {
  recordRun(db, {
    id: session.runId,
    command: session.invocation.path,
    mode: end.mode,
    forced: end.forced,
    narrowed: end.narrowed,
    startedAt: session.now,
    finishedAt: Math.max(session.now, session.invocation.context.clock.now()),
    operatorDay: operatorDay(session.now, session.workspace.policy.timezone),
    exitCode: EXIT_CODES[end.exit],
    reason: end.reason,
    counts: end.counts,
    planId: end.planId,
    bootId: session.bootId,
  });
}

/**
 * A9, A16: what a run that was there leaves behind: its presence always, its checkpoint unless it was paused or narrowed, its day
 * in the mean if it was live. In the caller's transaction.
 */
export function writePresence(session: RunSession, db: StateDatabase, end: RunEnd): void {
  const { job, now, bootId, runId } = session;
  markPresent(db, job, now);
  recordClock(db, now);
  if (end.mode === 'live') recordJobDay(db, job, operatorDay(now, session.workspace.policy.timezone));
  if (end.mode !== 'paused' && !end.narrowed) writeCheckpoint(db, { job, now, bootId, runId });
}

/** A17: keeps what a preview showed, word for word, so that `confirm` can do exactly that. Returns the plan's id. */
export function writePlan(
  session: RunSession,
  db: StateDatabase,
  saved: { plan: RunPlan; doubts: readonly Doubt[]; narrowed: boolean },
): string {
  const id = session.invocation.context.random.publicId('p');
  savePlan(
    db,
    {
      id,
      job: saved.plan.job,
      runId: session.runId,
      madeAt: session.now,
      narrowed: saved.narrowed,
      policyHash: session.workspace.policyHash,
      definitionsHash: appliedDefinitionsHash(db),
      doubts: saved.doubts.map((doubt) => doubt.reason),
    },
    planItemsOf(saved.plan, session.now),
  );
  return id;
}

/** One by one as they are stored: no more than one of them is in memory with all its words (P7). */
function* planItemsOf(plan: RunPlan, now: Instant): Generator<StoredPlanItem> {
  for (const [ordinal, { candidate, copy, askReason, attribution, judgedClaim }] of plan.drafts.entries()) {
    const words = copy.words();
    const isJudged = attribution !== undefined && judgedClaim !== undefined;
    yield {
      ordinal,
      leadRowId: candidate.lead.rowId,
      enrollmentRowId: candidate.enrollment?.rowId ?? null,
      sequenceRowId: candidate.sequence.rowId,
      stepRowId: candidate.step.rowId,
      dueAt: candidate.enrollment?.dueAt ?? now,
      askReason,
      ...words,
      textHash: textHash(words),
      askedFor: copy.byModel?.askedFor ?? null,
      unfit: copy.byModel?.unfit ?? null,
      judged: isJudged ? { attribution, claim: judgedClaim } : null,
    };
  }
}

/**
 * A15: a restored state remembers that it is one. Every row that a preview or a paused run writes raises the counter that tells it
 * from the present state; enough of them would lift it past its stamp, and the doubt would be gone unseen.
 */
export function keepRestoredDoubt(session: RunSession, db: StateDatabase, doubts: readonly Doubt[]): void {
  if (doubts.every((doubt) => doubt.reason !== 'restored')) return;
  const { now, runId, stampFile } = session;
  noteBreak(db, { stamp: stampFile.read(), now, actor: runActor(runId) });
  markRestored(db, now);
}

/**
 * F1, A5: one alert per set of doubts and job, again after 24 h; from now on a person must act once. Another boot is another doubt,
 * however soon it comes.
 */
export function noteDoubts(
  session: RunSession,
  db: StateDatabase,
  { doubts, text, card = null }: { doubts: readonly Doubt[]; text: string; card?: ChatCard | null },
): void {
  setPersonNeeded(db, session.now);
  const reasons = doubts.map(({ reason }) => (reason === 'first_boot' ? `boot ${session.bootId}` : reason));
  enqueueNotice(db, {
    kind: 'doubt',
    job: session.job,
    dedupeKey: `doubt ${session.job} ${reasons.sort().join(' ')}`,
    text,
    card,
    runId: session.runId,
    now: session.now,
    repeatAfterMs: DAY_MS,
  });
}

/**
 * A5, A20: a person lifted these doubts for this run, whatever it goes on to do. One that no run had told of yet (`--force` at once, a
 * preview that was asked for) still makes sequences that approve themselves ask first. Its use is reported when it was `--force`.
 */
export function noteLifted(
  session: RunSession,
  db: StateDatabase,
  { lifted, forced }: { readonly lifted: readonly Doubt[]; readonly forced: boolean },
): void {
  if (lifted.length === 0) return;
  const { job, runId, now, record } = session;
  const afterAt = record.checkpointAt ?? 0;
  if (!isNoticedAfter(db, { kind: 'doubt', job, afterAt })) setPersonNeeded(db, now);
  if (!forced) return;
  const reasons = lifted.map(({ reason }) => reason).sort();
  const actor = actorOf(session.invocation);
  appendAudit(db, { at: now, kind: 'forced', actor, subject: runId, detail: { job, lifted: reasons } });
  enqueueNotice(db, {
    kind: 'forced',
    job,
    dedupeKey: `forced ${runId}`,
    text: `${job} ran with --force over: ${lifted.map(({ reason }) => reason).join(', ')}`,
    runId,
    now,
    repeatAfterMs: 0,
  });
}

/** cli.md 2.7: a 32 alerts when it repeats three times. In the transaction that writes the third. */
export function noteRepeatedPartial(session: RunSession, db: StateDatabase, exit: ExitName): void {
  if (exit !== 'PARTIAL') return;
  const before = recentExits(db, session.invocation.path, 2);
  if (before.length < 2 || before.some((code) => code !== EXIT_CODES.PARTIAL)) return;
  enqueueNotice(db, {
    kind: 'partial',
    job: session.job,
    dedupeKey: `partial ${session.job}`,
    text: `${session.job} left some leads out three runs in a row. headgate runs show ${session.runId}`,
    runId: session.runId,
    now: session.now,
    repeatAfterMs: DAY_MS,
  });
}
