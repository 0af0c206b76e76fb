import { runActor } from '../../core/audit/entry.ts';
import type { Attribution } from '../../core/attribution/judge.ts';
import { capsLeft } from '../../core/guards/caps.ts';
import { judgeLead, type GuardContext } from '../../core/guards/lead-guards.ts';
import type { HoldCause, Instant, Job } from '../../core/model.ts';
import type { PlannedStep } from '../../core/planned-step.ts';
import {
  writtenCopy,
  type CopyWords,
  type HeldBack,
  type ModelWords,
  type PlannedAttribution,
  type PlannedDraft,
  type RunPlan,
} from '../../core/planner.ts';
import { sha256, textHash } from '../../core/text-hash.ts';
import type { Random } from '../../ports.ts';
import { appendAudit } from '../../store/audit.ts';
import { draft as storeDrafts, type Settlement } from '../../store/drafts.ts';
import { insertEnrollment } from '../../store/enrollment-insert.ts';
import { nameCalls } from '../../store/model-calls.ts';
import { countFollowUp } from '../../store/nurture-enrollments.ts';
import { addTimelines } from '../../store/timeline.ts';
import { draftsMade } from '../../store/volume.ts';
import { recordAttributions } from './attribution-record.ts';
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
  /** Of `held`: with its batch (A8), or for its own words (D3). */
  readonly holdCause: HoldCause | null;
}

export interface Applied {
  readonly drafted: readonly DraftedItem[];
  /** Steps that the plan wanted and that a guard refused at the moment of reserving. */
  readonly fellAway: readonly HeldBack[];
}

/**
 * Makes the drafts of a plan whose words are known (architecture, run step 8), batch by batch: one transaction in which every lead is judged again by the same
 * guards, the caps are counted again, and what passes is reserved and complete at once, since its words are known. Two jobs at once, or
 * twenty, meet in that transaction and nowhere else.
 */
export function applyPlan(engine: Engine, plan: RunPlan, options: ApplyOptions): Applied {
  const context = guardContext(engine, plan.job);
  const known = plan.drafts.filter((draft) => !asksModel(draft));
  const messageIds = newMessageIds(options.random, known.length);
  const drafted: DraftedItem[] = [];
  const fellAway: HeldBack[] = [];
  for (let start = 0; start < known.length; start += BATCH_MAX) {
    const batch = known.slice(start, start + BATCH_MAX);
    const input = { plan, batch, context, options, done: drafted.length, messageIds };
    const made = engine.db.write(() => draftBatch(engine, input));
    drafted.push(...made.drafted);
    fellAway.push(...made.fellAway);
  }
  return { drafted, fellAway };
}

/** Whether a model has a word in it: about whom it is for (B8), or what it says (D3). */
export function asksModel({ copy, claim }: PlannedDraft): boolean {
  return copy.frame !== undefined || claim !== undefined;
}

/** One draft that a model has just judged or written, in a transaction of its own; the guards judge the moment in which it is made. */
export function applyWritten(
  engine: Engine,
  of: {
    readonly plan: RunPlan;
    readonly draft: PlannedDraft;
    readonly words: CopyWords;
    /** Null: they are a person's, and a model judged the lead alone. */
    readonly byModel: ModelWords | null;
    readonly messageId: string;
    /** What this run has made before. */
    readonly done: number;
    readonly options: ApplyOptions;
  },
): Applied {
  const { plan, draft, words, byModel, messageId, done, options } = of;
  const context = guardContext(engine, plan.job);
  const batch = [{ ...draft, copy: writtenCopy(words, byModel ?? undefined) }];
  const input = { plan, batch, context, options, done, messageIds: [messageId] };
  return engine.db.write(() => draftBatch(engine, input));
}

/**
 * Random ids in ascending order. Which message gets which stays random; but those that are stored together stand together in the index
 * of ids, or every batch would rewrite all of its pages.
 */
function newMessageIds(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => random.publicId('m')).sort();
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

function draftBatch(engine: Engine, input: BatchInput): { drafted: DraftedItem[]; fellAway: HeldBack[] } {
  // First, since each is judged once more by the verdict as it is stored.
  recordAttributions(engine, attributionsOf(input.batch), input.options.runId);
  const drafted: DraftedItem[] = [];
  const fellAway: HeldBack[] = [];
  let chosen: PlannedDraft[] = [];
  const leadRowIds = new Set<number>();
  const make = (): void => {
    drafted.push(...draftChosen(engine, chosen, input));
    chosen = [];
    leadRowIds.clear();
  };
  let room = roomLeft(engine, input.plan.job, input);
  for (const draft of input.batch) {
    // A lead's second draft is judged by what its first one left in the database; what waits otherwise is stored apart, so that
    // the drafts stand there in the order of fairness (A6).
    const [first] = chosen;
    const waitsOtherwise =
      first !== undefined &&
      (approvesItself(first, input) !== approvesItself(draft, input) || unfitOf(first) !== unfitOf(draft));
    const leadRowId = draft.candidate.lead.rowId;
    if (waitsOtherwise || leadRowIds.has(leadRowId)) make();
    const refusal =
      room > 0 || engine.without.has('cap') ? refusalNow(engine, draft, input.context) : capRefusal(draft);
    if (refusal !== null) {
      fellAway.push(refusal);
      continue;
    }
    chosen.push(draft);
    leadRowIds.add(leadRowId);
    room -= 1;
  }
  make();
  return { drafted, fellAway };
}

/** B8: what the plan found out about the leads of a batch. */
function attributionsOf(batch: readonly PlannedDraft[]): readonly PlannedAttribution[] {
  const byVerdict = new Map<Attribution, number[]>();
  for (const { attribution, candidate } of batch) {
    if (attribution === undefined) continue;
    const leadRowIds = byVerdict.get(attribution);
    if (leadRowIds === undefined) byVerdict.set(attribution, [candidate.lead.rowId]);
    else leadRowIds.push(candidate.lead.rowId);
  }
  return [...byVerdict].map(([attribution, leadRowIds]) => ({ attribution, leadRowIds }));
}

/** A6: counted in the database inside this transaction, so that no other run can have counted the same room. */
function roomLeft(engine: Engine, job: Job, { done, options }: BatchInput): number {
  const { db, policy, now, operatorDay } = engine;
  const caps = capsLeft(job, policy.limits, { ...draftsMade(db, now, operatorDay), limit: options.limit });
  return Math.min(caps.left, caps.perRun - done);
}

/** Why the step may not be drafted now, judged by what the state says at this moment; null: it may. */
export function refusalNow(
  engine: Engine,
  { candidate }: PlannedDraft,
  context: GuardContext,
): HeldBack | null {
  // A catch-up exists in rehearsals alone: its later steps stand nowhere in the state that could be read again.
  if (engine.without.has('one_step')) return null;
  const { lead, enrollment } = candidate;
  const fresh = freshCandidate(engine, {
    leadRowId: lead.rowId,
    enrollmentRowId: enrollment?.rowId ?? null,
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
  if (verdict.kind !== 'skip') return null;
  const { reason, until, detail } = verdict;
  return { candidate, reason, until, detail };
}

function capRefusal({ candidate }: PlannedDraft): HeldBack {
  return { candidate, reason: 'cap_day', until: null, detail: 'another run used the cap up meanwhile' };
}

/** Drafts that all wait alike. */
function draftChosen(engine: Engine, chosen: readonly PlannedDraft[], input: BatchInput): DraftedItem[] {
  const [first] = chosen;
  if (first === undefined) return [];
  const { plan, options, messageIds } = input;
  const { db, now, operatorDay } = engine;
  const { runId, planId } = options;
  const settlement = settlementOf(engine, {
    ...{ plan, options, unfit: unfitOf(first) },
    approvesItself: approvesItself(first, input),
  });
  const stored = chosen.map(({ candidate, copy, askReason }) => {
    // D4: a gap is never drafted.
    if (copy.frame !== undefined) throw new Error('a model has still to write this draft');
    const words = copy.words();
    return {
      messageId: messageIds.shift() ?? options.random.publicId('m'),
      enrollmentRowId: candidate.enrollment?.rowId ?? enrollFollowUp(engine, candidate, options.random),
      stepRowId: candidate.step.rowId,
      leadRowId: candidate.lead.rowId,
      // It outlives the hold: whoever approves it later sees that it did not pass.
      askReason: unfitOf(first) === null ? askReason : 'validation',
      ...words,
      textHash: textHash(words),
    };
  });
  const run = { job: plan.job, runId, planId, now, operatorDay };
  const reserved = storeDrafts(db, { run, settlement }, stored);
  const drafted = chosen.flatMap((draft, index): DraftedItem[] => {
    const messageId = reserved[index]?.messageId;
    return messageId === undefined
      ? []
      : [{ draft, messageId, state: settlement.to, holdCause: settlement.holdCause }];
  });
  tellDrafted(engine, drafted);
  nameModelCalls(engine, drafted);
  recordSettled(engine, { runId, settlement, drafted, stored });
  return drafted;
}

/** D3: what is wrong with a model's words; null for words that are as they should be. */
function unfitOf({ copy }: PlannedDraft): string | null {
  return copy.byModel?.unfit ?? null;
}

/** The calls were made under another id: one that is written again keeps its own (D11), and a saved plan had none to give (A17). */
function nameModelCalls({ db }: Engine, drafted: readonly DraftedItem[]): void {
  for (const { draft, messageId } of drafted) {
    const askedFor = draft.copy.byModel?.askedFor ?? messageId;
    if (askedFor !== messageId) nameCalls(db, { askedFor, messageId });
  }
}

/** A13: what the program decided in its own name, one entry for all of it: which drafts, in which words, by a hash of their list. */
function recordSettled(
  { db, now }: Engine,
  of: {
    readonly runId: string;
    readonly settlement: Settlement;
    readonly drafted: readonly DraftedItem[];
    readonly stored: readonly { readonly messageId: string; readonly textHash: string }[];
  },
): void {
  const { runId, settlement, drafted, stored } = of;
  if (drafted.length === 0 || settlement.to === 'pending_approval') return;
  const made = new Set(drafted.map(({ messageId }) => messageId));
  const lines = stored
    .filter(({ messageId }) => made.has(messageId))
    .map((each) => `${each.messageId} ${each.textHash}`);
  const entry = { at: now, actor: runActor(runId), subject: runId } as const;
  const listed = { count: drafted.length, list_hash: sha256(lines.sort().join('\n')) };
  if (settlement.to === 'approved')
    appendAudit(db, { ...entry, kind: 'approved_by_sequence', detail: listed });
  else
    appendAudit(db, { ...entry, kind: 'held_by_guard', detail: { ...listed, cause: settlement.holdCause } });
}

/** D5, A5: a sequence may approve itself, unless something asks for a person. */
function approvesItself({ candidate, askReason }: PlannedDraft, { options }: BatchInput): boolean {
  return candidate.sequence.approve === 'auto' && askReason === null && !options.personNeeded;
}

/** D3: what a model wrote otherwise than it was asked to is held, for a person to read. A8: above the line the whole batch is. */
function settlementOf(
  engine: Engine,
  of: {
    readonly plan: RunPlan;
    readonly options: ApplyOptions;
    readonly approvesItself: boolean;
    readonly unfit: string | null;
  },
): Settlement {
  const ready = of.approvesItself ? 'approved' : 'pending_approval';
  const isHeld = of.plan.blastRadius.over && !engine.without.has('blast_radius');
  // First of the two: whoever releases the batch would else let out words that nobody has read.
  if (of.unfit !== null) return unfitSettlement(of.unfit, engine.now);
  return {
    to: isHeld ? 'held' : ready,
    holdCause: isHeld ? 'blast_radius' : null,
    heldFrom: isHeld ? ready : null,
    note: null,
    now: engine.now,
    bootId: of.options.bootId,
    leavesAt: !isHeld && of.approvesItself ? engine.now + engine.policy.limits.undoMs : null,
  };
}

function unfitSettlement(note: string, now: Instant): Settlement {
  const held = { to: 'held', holdCause: 'validation', heldFrom: 'pending_approval' } as const;
  return { ...held, note, now, bootId: null, leavesAt: null };
}

function tellDrafted({ db, now }: Engine, drafted: readonly DraftedItem[]): void {
  addTimelines(
    db,
    { at: now, kind: 'drafted' },
    drafted.map(({ draft: { candidate }, messageId }) => ({
      leadRowId: candidate.lead.rowId,
      text: `${candidate.sequence.id} › ${candidate.step.id}`,
      ref: messageId,
    })),
  );
}

/** B7: a follow-up is an enrollment of its own, made with its draft, in the same transaction. */
function enrollFollowUp(engine: Engine, candidate: PlannedStep, random: Random): number {
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
