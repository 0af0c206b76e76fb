import { runActor } from '../../core/audit/entry.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Instant, OutboundJob } from '../../core/model.ts';
import type { RunPlan } from '../../core/planner.ts';
import { sha256 } from '../../core/text-hash.ts';
import { appendAudit } from '../../store/audit.ts';
import { checkBeforeWrite } from '../../store/disk-space.ts';
import type { StateDatabase } from '../../store/database.ts';
import { hasElapsedHolds, returnElapsedHolds } from '../../store/holds.ts';
import { expireDrafts, hasExpired } from '../../store/expiry.ts';
import { hasReservations, undoReservations } from '../../store/reservations.ts';
import { applyActs, foldOptOuts } from '../spool/fold-opt-outs.ts';
import { applyPlan, type Applied, type ApplyOptions } from './drafting.ts';
import { recordAttributions } from './attribution-record.ts';
import type { Engine } from './engine.ts';
import { isReckonedOtherwise, reckonAnew } from './reckoning.ts';

/** Room a run with something to write must find: the largest batch plus SQLite's log, with a wide margin. */
export const MIN_FREE_BYTES = 32 * 1024 * 1024;

/** Step 8 of a run: makes the plan's drafts. If it stops early, what it had only reserved is undone before the error goes on. */
export function applyLive(engine: Engine, plan: RunPlan, run: ApplyOptions): Applied {
  const { db } = engine;
  if (plan.drafts.length > 0)
    checkBeforeWrite(db, { minFreeBytes: MIN_FREE_BYTES, isThrowaway: engine.isRehearsed });
  // Before the drafts: each is judged once more, by the verdict as it is stored.
  if (plan.attributions.length > 0)
    db.write(() => {
      recordAttributions(engine, plan.attributions, run.runId);
    });
  try {
    const applied = applyPlan(engine, plan, run);
    return applied;
  } catch (error) {
    db.write(() => undoReservations(db, plan.job));
    throw error;
  }
}

/**
 * Step 7, and what others left behind: takes in who opted out (D10), undoes old reservations, ends holds whose date has come, expires drafts that
 * waited too long (D2), and follows a configuration that has changed. Writes only when there is something of either. Reservations and
 * holds belong to the jobs that draft, and to their locks: `send` leaves both.
 */
export function tidyUp(
  engine: Engine,
  job: OutboundJob,
  { runId, writer }: { readonly runId: string; readonly writer: () => StateDatabase },
): void {
  const { db, now, optOuts } = engine;
  // D10: first of all who may be written to.
  if (optOuts !== null && hasActs(engine)) foldOptOuts({ ...engine, db: writer() }, optOuts);
  const isTidy = !hasExpired(db, expiryOf(engine)) && (job === 'send' || !hasElapsedHolds(db, now));
  if (isTidy && !changesWhatIsDue(engine, job)) return;
  const writing = writer();
  writing.write(() => {
    const expired = tidy({ ...engine, db: writing }, job);
    if (expired.length === 0) return;
    const detail = { count: expired.length, list_hash: sha256(expired.toSorted().join('\n')) };
    appendAudit(writing, { at: now, kind: 'expired', actor: runActor(runId), subject: runId, detail });
  });
}

/**
 * F3, A17: what `look` sees is what a live run would see after `tidyUp`, and nothing of it stays. Where the disk lets nobody write, it
 * sees the state as it is. Drafts about to expire need no such view: the queues leave them out.
 */
export function lookTidied<T>(
  engine: Engine,
  job: OutboundJob,
  { writer, look }: { readonly writer: () => StateDatabase; readonly look: (engine: Engine) => T },
): T {
  if (!changesWhatIsDue(engine, job) && !hasActs(engine)) return look(engine);
  const db = writerIfAny(writer);
  if (db === null) return look(engine);
  const tidied = { ...engine, db };
  return db.rehearse(() => {
    applyActs(tidied, engine.optOuts?.acts() ?? []);
    tidy(tidied, job);
    return look(tidied);
  });
}

/** Whether `tidyUp` would change what the queues hold. */
export function changesWhatIsDue(engine: Engine, job: OutboundJob): boolean {
  return (job !== 'send' && hasReservations(engine.db, job)) || isReckonedOtherwise(engine);
}

function hasActs({ optOuts }: Engine): boolean {
  return (optOuts?.acts().length ?? 0) > 0;
}

function writerIfAny(writer: () => StateDatabase): StateDatabase | null {
  try {
    return writer();
  } catch (error) {
    if (error instanceof HeadgateError && error.exit === 'NOPERM') return null;
    throw error;
  }
}

/** Answers with the drafts that expired. */
function tidy(engine: Engine, job: OutboundJob): readonly string[] {
  const { db, now, policy } = engine;
  reckonAnew(engine);
  if (job !== 'send') {
    undoReservations(db, job);
    returnElapsedHolds(db, { now, undoMs: policy.limits.undoMs });
  }
  return expireDrafts(db, expiryOf(engine));
}

function expiryOf({ now, policy, without }: Engine): { now: Instant; expiryMs: number } {
  return { now, expiryMs: without.has('expired') ? Number.MAX_SAFE_INTEGER : policy.limits.draftExpiryMs };
}
