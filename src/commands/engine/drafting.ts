import type { Candidate } from '../../core/candidate.ts';
import { capsLeft } from '../../core/guards/caps.ts';
import { judgeLead, type GuardContext } from '../../core/guards/lead-guards.ts';
import type { Job } from '../../core/model.ts';
import type { HeldBack, PlannedDraft, RunPlan } from '../../core/planner.ts';
import { textHash } from '../../core/text-hash.ts';
import type { Random } from '../../ports.ts';
import { insertEnrollment } from '../../store/enrollment-insert.ts';
import { countFollowUp } from '../../store/nurture-enrollments.ts';
import { complete, reserve, type Reserved } from '../../store/reservations.ts';
import { addTimeline } from '../../store/timeline.ts';
import { draftsMade } from '../../store/volume.ts';
import type { Engine } from './engine.ts';
import { freshCandidate, guardContext } from './planning.ts';

/** How many drafts share one transaction at most: a bound on what a kill can undo. */
const BATCH_MAX = 100;

export interface ApplyOptions {
  readonly runId: string;
  readonly planId: string | null;
  /** `--limit`, which inside the transaction still only lowers the cap. */
  readonly limit: number | null;
  readonly random: Random;
  /** A5: after a doubt no sequence approves itself until a person acted. */
  readonly personNeeded: boolean;
  readonly bootId: string | null;
}

export interface DraftedItem {
  readonly draft: PlannedDraft;
  readonly messageId: string;
  readonly state: 'pending_approval' | 'approved' | 'held';
}

export interface Applied {
  readonly drafted: readonly DraftedItem[];
  /** Steps that the plan wanted and that a guard refused at the moment of reserving. */
  readonly fellAway: readonly HeldBack[];
}

/**
 * Makes the drafts of a plan (architecture, run step 8): batch by batch, reserve in one transaction, in which every lead is judged
 * again by the same guards and the caps are counted again, then complete in one transaction. Two jobs at once, or twenty, meet in
 * the reserving transaction and nowhere else.
 */
export function applyPlan(engine: Engine, plan: RunPlan, options: ApplyOptions): Applied {
  const context = guardContext(engine, plan.job);
  const drafted: DraftedItem[] = [];
  const fellAway: HeldBack[] = [];
  for (let start = 0; start < plan.drafts.length; start += BATCH_MAX) {
    const batch = plan.drafts.slice(start, start + BATCH_MAX);
    const reserved = engine.db.write(() =>
      reserveBatch(engine, { plan, batch, context, options, done: drafted.length }),
    );
    fellAway.push(...reserved.fellAway);
    drafted.push(
      ...engine.db.write(() => completeBatch(engine, { plan, reserved: reserved.taken, options })),
    );
  }
  return { drafted, fellAway };
}

interface Taken {
  readonly draft: PlannedDraft;
  readonly reserved: Reserved;
}

interface BatchInput {
  readonly plan: RunPlan;
  readonly batch: readonly PlannedDraft[];
  readonly context: GuardContext;
  readonly options: ApplyOptions;
  /** What this run has made before this batch. */
  readonly done: number;
}

function reserveBatch(engine: Engine, input: BatchInput): { taken: Taken[]; fellAway: HeldBack[] } {
  const { plan, context, options } = input;
  const taken: Taken[] = [];
  const fellAway: HeldBack[] = [];
  let room = roomLeft(engine, plan.job, input);
  for (const draft of input.batch) {
    const refusal =
      room > 0 || engine.without.has('cap') ? refusalNow(engine, draft, context) : capRefusal(draft);
    if (refusal !== null) {
      fellAway.push(refusal);
      continue;
    }
    taken.push({ draft, reserved: reserveOne(engine, draft, options) });
    room -= 1;
  }
  return { taken, fellAway };
}

/** A6: counted in the database inside this transaction, so that no other run can have counted the same room. */
function roomLeft(engine: Engine, job: Job, { done, options }: BatchInput): number {
  const { db, policy, now, operatorDay } = engine;
  const caps = capsLeft(job, policy.limits, { ...draftsMade(db, now, operatorDay), limit: options.limit });
  return Math.min(caps.left, caps.perRun - done);
}

function refusalNow(engine: Engine, { candidate }: PlannedDraft, context: GuardContext): HeldBack | null {
  // A catch-up exists in rehearsals alone: its later steps stand nowhere in the state that could be read again.
  if (engine.without.has('one_step')) return null;
  const fresh = freshCandidate(engine, {
    leadRowId: candidate.lead.rowId,
    enrollmentRowId: candidate.enrollment?.rowId ?? null,
  });
  if (fresh?.step.rowId !== candidate.step.rowId) {
    return {
      candidate,
      reason: 'not_due',
      until: null,
      detail: 'the enrollment moved on since it was planned',
    };
  }
  const verdict = judgeLead(fresh, context);
  if (verdict.kind === 'allow' || verdict.kind === 'ask') return null;
  const until = verdict.kind === 'skip' ? verdict.until : null;
  return { candidate, reason: verdict.reason, until, detail: verdict.detail };
}

function capRefusal({ candidate }: PlannedDraft): HeldBack {
  return { candidate, reason: 'cap_day', until: null, detail: 'another run used the cap up meanwhile' };
}

function reserveOne(engine: Engine, draft: PlannedDraft, options: ApplyOptions): Reserved {
  const { candidate } = draft;
  return reserve(engine.db, {
    messageId: options.random.publicId('m'),
    enrollmentRowId: candidate.enrollment?.rowId ?? enrollFollowUp(engine, candidate, options.random),
    stepRowId: candidate.step.rowId,
    leadRowId: candidate.lead.rowId,
    job: candidate.job,
    runId: options.runId,
    planId: options.planId,
    askReason: draft.askReason,
    now: engine.now,
    operatorDay: engine.operatorDay,
  });
}

/** B7: a follow-up is an enrollment of its own, made with its draft, in the same transaction. */
function enrollFollowUp(engine: Engine, candidate: Candidate, random: Random): number {
  const { db, now } = engine;
  const enrollmentRowId = insertEnrollment(db, {
    id: random.publicId('e'),
    leadRowId: candidate.lead.rowId,
    sequenceRowId: candidate.sequence.rowId,
    kind: 'nurture',
    enrolledAt: now,
    dueAt: now,
    nextDueAt: now,
    firstStepRowId: candidate.step.rowId,
    matchReason: null,
    matchSnapshotJson: null,
    parallel: false,
  });
  countFollowUp(db, candidate.lead.rowId);
  return enrollmentRowId;
}

function completeBatch(
  engine: Engine,
  { plan, reserved, options }: { plan: RunPlan; reserved: readonly Taken[]; options: ApplyOptions },
): DraftedItem[] {
  return reserved.map(({ draft, reserved: { messageRowId, messageId } }) => {
    const approvesItself =
      draft.candidate.sequence.approve === 'auto' && draft.askReason === null && !options.personNeeded;
    const ready = approvesItself ? 'approved' : 'pending_approval';
    const isHeld = plan.blastRadius.over && !engine.without.has('blast_radius');
    complete(engine.db, {
      messageRowId,
      to: isHeld ? 'held' : ready,
      holdCause: isHeld ? 'blast_radius' : null,
      heldFrom: isHeld ? ready : null,
      note: null,
      ...draft.copy,
      textHash: textHash(draft.copy),
      now: engine.now,
      bootId: options.bootId,
      leavesAt: !isHeld && approvesItself ? engine.now + engine.policy.limits.undoMs : null,
    });
    addTimeline(engine.db, {
      leadRowId: draft.candidate.lead.rowId,
      at: engine.now,
      kind: 'drafted',
      text: `${draft.candidate.sequence.id} › ${draft.candidate.step.id}`,
      ref: messageId,
    });
    return { draft, messageId, state: isHeld ? 'held' : ready };
  });
}
