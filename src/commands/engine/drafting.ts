import type { Candidate } from '../../core/candidate.ts';
import { capsLeft } from '../../core/guards/caps.ts';
import { judgeLead, type GuardContext } from '../../core/guards/lead-guards.ts';
import type { Job } from '../../core/model.ts';
import type { HeldBack, PlannedDraft, RunPlan } from '../../core/planner.ts';
import { textHash } from '../../core/text-hash.ts';
import type { Random } from '../../ports.ts';
import { insertEnrollment } from '../../store/enrollment-insert.ts';
import { countFollowUp } from '../../store/nurture-enrollments.ts';
import {
  completeAll,
  reserveAll,
  writeWords,
  type MessageWords,
  type Reserved,
} from '../../store/reservations.ts';
import { addTimelines } from '../../store/timeline.ts';
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
 * again by the same guards and the caps are counted again, then complete in the next one, which reserves the next batch as well: half
 * the syncs. Two jobs at once, or twenty, meet in the reserving transaction and nowhere else.
 */
export function applyPlan(engine: Engine, plan: RunPlan, options: ApplyOptions): Applied {
  const context = guardContext(engine, plan.job);
  const messageIds = newMessageIds(options.random, plan.drafts.length);
  const drafted: DraftedItem[] = [];
  const fellAway: HeldBack[] = [];
  let open: readonly Taken[] = [];
  // The last round reserves nothing: it completes what the one before it reserved.
  for (let start = 0; start < plan.drafts.length + BATCH_MAX; start += BATCH_MAX) {
    const batch = plan.drafts.slice(start, start + BATCH_MAX);
    if (open.length + batch.length === 0) break;
    const round = engine.db.write(() => {
      const completed = completeBatch(engine, { plan, reserved: open, options });
      const done = drafted.length + completed.length;
      return { completed, ...reserveBatch(engine, { plan, batch, context, options, done, messageIds }) };
    });
    drafted.push(...round.completed);
    fellAway.push(...round.fellAway);
    open = round.taken;
  }
  return { drafted, fellAway };
}

/**
 * Random ids in ascending order. Which message gets which stays random; but those that are stored together stand together in the index
 * of ids, or every batch would rewrite all of its pages.
 */
function newMessageIds(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => random.publicId('m')).sort();
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
  /** Taken from its front. */
  readonly messageIds: string[];
}

function reserveBatch(engine: Engine, input: BatchInput): { taken: Taken[]; fellAway: HeldBack[] } {
  const { plan, context } = input;
  const taken: Taken[] = [];
  const fellAway: HeldBack[] = [];
  let chosen: PlannedDraft[] = [];
  const take = (): void => {
    taken.push(...reserveChosen(engine, chosen, input));
    chosen = [];
  };
  let room = roomLeft(engine, plan.job, input);
  for (const draft of input.batch) {
    // A lead's second draft is judged by what its first one left in the database.
    if (chosen.some(({ candidate }) => candidate.lead.rowId === draft.candidate.lead.rowId)) take();
    const refusal =
      room > 0 || engine.without.has('cap') ? refusalNow(engine, draft, context) : capRefusal(draft);
    if (refusal !== null) {
      fellAway.push(refusal);
      continue;
    }
    chosen.push(draft);
    room -= 1;
  }
  take();
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

function reserveChosen(engine: Engine, drafts: readonly PlannedDraft[], input: BatchInput): Taken[] {
  const { options, messageIds } = input;
  const reserved = reserveAll(
    engine.db,
    drafts.map((draft) => ({
      messageId: messageIds.shift() ?? options.random.publicId('m'),
      enrollmentRowId:
        draft.candidate.enrollment?.rowId ?? enrollFollowUp(engine, draft.candidate, options.random),
      stepRowId: draft.candidate.step.rowId,
      leadRowId: draft.candidate.lead.rowId,
      job: draft.candidate.job,
      runId: options.runId,
      planId: options.planId,
      askReason: draft.askReason,
      now: engine.now,
      operatorDay: engine.operatorDay,
      words: wordsOf(draft),
    })),
  );
  return drafts.flatMap((draft, index) => {
    const message = reserved[index];
    return message === undefined ? [] : [{ draft, reserved: message }];
  });
}

function wordsOf({ copy }: PlannedDraft): MessageWords {
  return { ...copy, textHash: textHash(copy) };
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
  const { db, now } = engine;
  for (const { draft, reserved: message } of reserved) {
    // Until now it was the revision that had ended, and would be again if this run stopped.
    if (message.revision > 1) writeWords(db, message.messageRowId, wordsOf(draft));
  }
  const isHeld = plan.blastRadius.over && !engine.without.has('blast_radius');
  for (const approvesItself of [false, true]) {
    const alike = reserved.filter(({ draft }) => mayApproveItself(draft, options) === approvesItself);
    const ready = approvesItself ? 'approved' : 'pending_approval';
    completeAll(
      db,
      {
        to: isHeld ? 'held' : ready,
        holdCause: isHeld ? 'blast_radius' : null,
        heldFrom: isHeld ? ready : null,
        note: null,
        now,
        bootId: options.bootId,
        leavesAt: !isHeld && approvesItself ? now + engine.policy.limits.undoMs : null,
      },
      alike.map(({ reserved: { messageRowId } }) => messageRowId),
    );
  }
  addTimelines(
    db,
    { at: now, kind: 'drafted' },
    reserved.map(({ draft: { candidate }, reserved: { messageId } }) => ({
      leadRowId: candidate.lead.rowId,
      text: `${candidate.sequence.id} › ${candidate.step.id}`,
      ref: messageId,
    })),
  );
  return reserved.map(({ draft, reserved: { messageId } }) => {
    const ready = mayApproveItself(draft, options) ? 'approved' : 'pending_approval';
    return { draft, messageId, state: isHeld ? 'held' : ready };
  });
}

/** D5, A5: a sequence may approve itself, unless something asks for a person. */
function mayApproveItself({ candidate, askReason }: PlannedDraft, { personNeeded }: ApplyOptions): boolean {
  return candidate.sequence.approve === 'auto' && askReason === null && !personNeeded;
}
