import type { Briefs } from '../../adapters/brief-files.ts';
import { isSameClaim } from '../../core/attribution/claim.ts';
import { attributionPrompt, readVerdict } from '../../core/attribution/question.ts';
import type { HeldBack, PlannedDraft, RunPlan } from '../../core/planner.ts';
import type { Reason } from '../../core/reasons.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import { templateFields } from '../../core/template-fields.ts';
import type { Frame } from '../../core/writing/gap.ts';
import { promptFor } from '../../core/writing/prompt.ts';
import { excerptOf, type WritingTask } from '../../core/writing/task.ts';
import { validateWords } from '../../core/writing/validate.ts';
import type { Clock } from '../../ports.ts';
import { claimOf } from '../../store/attribution.ts';
import { setRetry } from '../../store/enrollments.ts';
import { leadByRowId } from '../../store/leads.ts';
import { lastSentWords } from '../../store/messages.ts';
import { nameCalls } from '../../store/model-calls.ts';
import { setNurtureDue } from '../../store/nurture-queue.ts';
import { recordAttributions } from './attribution-record.ts';
import {
  applyWritten,
  asksModel,
  refusalNow,
  type Applied,
  type ApplyOptions,
  type DraftedItem,
} from './drafting.ts';
import { engineAt, type Engine } from './engine.ts';
import type { ModelDesk, Reply } from './model-desk.ts';
import { guardContext } from './planning.ts';

/** What a model needs besides the state. */
export interface AskingModelOptions extends ApplyOptions {
  readonly desk: ModelDesk;
  readonly briefs: Briefs;
  readonly clock: Clock;
  /** Why the run must stop now, such as the kill switch (A10); null: it may go on. */
  readonly mustStop: () => string | null;
  /** One line of progress for each draft: this is the one slow part of a run. */
  readonly progress: (line: string) => void;
}

/**
 * B8, D3: has a model judge and write the drafts of a plan that need it, one by one, in the order of the plan. Each is judged again before its words are
 * paid for, by the clock of that moment (C4), and once more when it is made. What is made stays: whatever ends the run in between (D4) finds
 * complete drafts and nobody else touched. Throws what the model throws.
 */
export async function applyAsked(
  base: Engine,
  plan: RunPlan,
  options: AskingModelOptions & { readonly done: number },
): Promise<Applied> {
  const drafted: DraftedItem[] = [];
  const fellAway: HeldBack[] = [];
  let silent: Silence | null = null;
  for (const draft of plan.drafts) {
    if (!asksModel(draft)) continue;
    const stopped = options.mustStop();
    if (stopped !== null) {
      fellAway.push(notDone(draft, { reason: 'paused', detail: stopped }));
      continue;
    }
    if (silent !== null) {
      fellAway.push(notDone(draft, silent));
      continue;
    }
    const made = await makeOne(base, { plan, draft, done: options.done + drafted.length }, options);
    drafted.push(...made.drafted);
    fellAway.push(...made.fellAway);
    silent = made.silent;
  }
  return { drafted, fellAway };
}

interface Making {
  readonly plan: RunPlan;
  readonly draft: PlannedDraft;
  readonly done: number;
}

/** Why nobody else is asked about in this run. */
type Silence = Pick<HeldBack, 'reason' | 'detail'>;

type Made = Applied & { readonly silent: Silence | null };

async function makeOne(base: Engine, making: Making, options: AskingModelOptions): Promise<Made> {
  const { plan, draft } = making;
  const before = engineAt(base, options.clock.now());
  const refusal = refusalNow(before, draft, guardContext(before, plan.job));
  if (refusal !== null) return none(refusal);
  const claimed = draft.claim === undefined ? null : await judgeClaim(base, draft, options);
  if (claimed !== null && 'fellAway' in claimed) return claimed;
  const late = claimed === null ? null : refusalAfterClaim(base, making, options);
  if (late !== null) return none(late);
  const askReason = draft.askReason ?? claimed?.askReason ?? null;
  const judged: Making = { ...making, draft: { ...draft, askReason } };
  const { frame } = draft.copy;
  if (frame !== undefined) return writeOne(base, { ...judged, frame }, options);
  const words = draft.copy.words();
  const after = engineAt(base, options.clock.now());
  const messageId = options.random.publicId('m');
  return { ...applyWritten(after, { ...judged, words, unfit: null, messageId, options }), silent: null };
}

/** C4, A10: judging took its time, and the words are a second call. */
function refusalAfterClaim(
  base: Engine,
  { plan, draft }: Making,
  { clock, mustStop }: AskingModelOptions,
): HeldBack | null {
  const stopped = mustStop();
  if (stopped !== null) return notDone(draft, { reason: 'paused', detail: stopped });
  const now = engineAt(base, clock.now());
  return refusalNow(now, draft, guardContext(now, plan.job));
}

/** B8 (3): asks whether the lead belongs to its company, and keeps the answer whatever becomes of the draft. */
async function judgeClaim(
  base: Engine,
  draft: PlannedDraft,
  options: AskingModelOptions,
): Promise<Made | { readonly askReason: Reason | null }> {
  const { lead } = draft.candidate;
  if (draft.claim === undefined) return { askReason: null };
  const now = engineAt(base, options.clock.now());
  const question = {
    prompt: attributionPrompt(draft.claim),
    purpose: 'attribution' as const,
    leadId: lead.id,
    messageId: null,
  };
  const reply = await options.desk.ask(now, question, (text) => {
    const value = readVerdict(text);
    return { value, outcome: value.verdict === 'unknown' ? 'unfit' : 'words' };
  });
  if (reply.kind !== 'read') return notAnswered(now, draft, reply);
  const attribution = reply.value;
  const { db, policy } = now;
  const { claim } = draft;
  const isStillAsked = db.write(() => {
    // Whose address or company changed meanwhile was not the one who was judged.
    if (!isSameClaim(claimOf(db, lead.rowId), claim)) return false;
    recordAttributions(now, [{ leadRowIds: [lead.rowId], attribution }], options.runId);
    return true;
  });
  if (!isStillAsked)
    return none(
      notDone(draft, {
        reason: 'attribution_unknown',
        detail: 'it changed while a model judged it; the next run judges it',
      }),
    );
  if (attribution.verdict === 'mismatch')
    return none(notDone(draft, { reason: 'attribution_mismatch', detail: attribution.note }));
  if (attribution.verdict !== 'unknown') return { askReason: null };
  if (policy.attribution.unknown === 'ask') return { askReason: 'attribution_unknown' };
  return none(notDone(draft, { reason: 'attribution_unknown', detail: attribution.note }));
}

async function writeOne(
  base: Engine,
  writing: Making & { readonly frame: Frame },
  options: AskingModelOptions,
): Promise<Made> {
  const { draft, frame } = writing;
  const before = engineAt(base, options.clock.now());
  const task = taskOf(before, { draft, frame, briefs: options.briefs });
  const messageId = options.random.publicId('m');
  const question = {
    prompt: promptFor(task),
    purpose: 'draft' as const,
    leadId: draft.candidate.lead.id,
    messageId,
  };
  const reply = await options.desk.ask(before, question, (text) => {
    const value = validateWords(text, task);
    return { value, outcome: value.kind === 'fit' ? 'words' : 'unfit' };
  });
  if (reply.kind !== 'read') return notAnswered(before, draft, reply);
  const validated = reply.value;
  const unfit = validated.kind === 'unfit' ? validated.problem : null;
  if (validated.bodyMarkdown === null)
    return postponed(before, draft, { reason: 'validation', detail: unfit ?? 'the model wrote nothing' });
  const after = engineAt(base, options.clock.now());
  const { subject, preheader } = frame;
  const words = { subject, preheader, bodyMarkdown: validated.bodyMarkdown };
  const applied = applyWritten(after, { ...writing, words, unfit, messageId, options });
  const named = applied.drafted[0]?.messageId ?? messageId;
  if (named !== messageId)
    after.db.write(() => {
      nameCalls(after.db, { askedFor: messageId, messageId: named });
    });
  options.progress(progressLine(draft, unfit));
  return { ...applied, silent: null };
}

function notAnswered(
  engine: Engine,
  draft: PlannedDraft,
  reply: Exclude<Reply<unknown>, { kind: 'read' }>,
): Made {
  if (reply.kind === 'none') return postponed(engine, draft, { reason: 'model', detail: reply.detail });
  const why = { reason: REASONS[reply.kind], detail: reply.detail };
  const made = none(notDone(draft, why));
  // A smaller question may still fit a budget.
  return reply.kind === 'budget' ? made : { ...made, silent: why };
}

/** A run that has no time left has met the cap of a run: nobody failed. */
const REASONS = { budget: 'budget', down: 'model', time: 'cap_run' } as const;

/**
 * A6, D3: a call was paid and gave no words. The step is tried again after a day, and after a week when it fails again: else the same few
 * leads would be paid for at every tick, and would stand before all others.
 */
function postponed(engine: Engine, draft: PlannedDraft, why: Pick<HeldBack, 'reason' | 'detail'>): Made {
  const { db, now } = engine;
  const { enrollment, lead } = draft.candidate;
  const retryAt = now + (FAILED_BEFORE.has(draft.previousReason ?? '') ? 7 : 1) * DAY_MS;
  db.write(() => {
    if (enrollment === null) setNurtureDue(db, lead.rowId, retryAt);
    else setRetry(db, { enrollmentRowId: enrollment.rowId, retryAt, error: why.detail });
  });
  return none({ ...notDone(draft, why), until: retryAt });
}

const FAILED_BEFORE: ReadonlySet<string> = new Set<Reason>(['retry_wait', 'validation']);

function none(refusal: HeldBack): Made {
  return { drafted: [], fellAway: [refusal], silent: null };
}

function taskOf(
  { db }: Engine,
  { draft, frame, briefs }: { readonly draft: PlannedDraft; readonly frame: Frame; readonly briefs: Briefs },
): WritingTask {
  const { lead, sequence, step, enrollment } = draft.candidate;
  const stored = leadByRowId(db, lead.rowId);
  const previous =
    enrollment === null || !step.copy.continuesThread ? null : lastSentWords(db, enrollment.rowId);
  return {
    frame,
    purpose: [sequence.title, sequence.description ?? ''].join('\n').trim(),
    campaign: sequence.campaign === null ? null : briefs.campaign(sequence.campaign),
    voice: briefs.voice(),
    briefing: step.copy.briefing,
    length: step.copy.length,
    previous:
      previous === null ? null : { subject: previous.subject, excerpt: excerptOf(previous.bodyMarkdown) },
    lead: stored === null ? {} : knownFields(templateFields(stored)),
  };
}

/** What is known, without the address: no words need it, and the fewer know it the better. */
function knownFields(fields: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === null || name === 'email' ? [] : [[name, value]],
    ),
  );
}

function notDone(
  { candidate }: PlannedDraft,
  { reason, detail }: Pick<HeldBack, 'reason' | 'detail'>,
): HeldBack {
  return { candidate, reason, until: null, detail };
}

function progressLine({ candidate: { lead, sequence, step } }: PlannedDraft, unfit: string | null): string {
  const what = unfit === null ? 'drafted' : `held: ${unfit}`;
  return `${lead.email}  ${sequence.id} › ${step.id}  ${what}`;
}
