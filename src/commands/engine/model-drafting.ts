import { isSameClaim } from '../../core/attribution/claim.ts';
import type { HeldBack, PlannedDraft, RunPlan } from '../../core/planner.ts';
import type { Reason } from '../../core/reasons.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import type { Frame } from '../../core/writing/gap.ts';
import { claimOf } from '../../store/attribution.ts';
import { setRetry } from '../../store/enrollments.ts';
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
import {
  afterVerdict,
  askAboutClaim,
  askForWords,
  notDone,
  progressLine,
  REPLY_REASONS,
  silences,
  type AskingOptions,
  type Silence,
} from './model-asking.ts';
import type { Reply } from './model-desk.ts';
import { guardContext } from './planning.ts';

/** What a model needs besides the state. */
export interface AskingModelOptions extends ApplyOptions, AskingOptions {}

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
  return { ...applyWritten(after, { ...judged, words, byModel: null, messageId, options }), silent: null };
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
  const { claim } = draft;
  if (claim === undefined) return { askReason: null };
  const now = engineAt(base, options.clock.now());
  const reply = await askAboutClaim(now, { draft, claim }, options);
  if (reply.kind !== 'read') return notAnswered(now, draft, reply);
  const attribution = reply.value;
  const { db } = now;
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
  const found = afterVerdict(now, draft, attribution);
  return 'candidate' in found ? none(found) : found;
}

async function writeOne(
  base: Engine,
  writing: Making & { readonly frame: Frame },
  options: AskingModelOptions,
): Promise<Made> {
  const { draft, frame } = writing;
  const before = engineAt(base, options.clock.now());
  const messageId = options.random.publicId('m');
  const reply = await askForWords(before, { draft, frame, messageId }, options);
  if (reply.kind !== 'read') return notAnswered(before, draft, reply);
  const validated = reply.value;
  const unfit = validated.kind === 'unfit' ? validated.problem : null;
  if (validated.bodyMarkdown === null)
    return postponed(before, draft, { reason: 'validation', detail: unfit ?? 'the model wrote nothing' });
  const after = engineAt(base, options.clock.now());
  const { subject, preheader, isAssist } = frame;
  const words = { subject, preheader, bodyMarkdown: validated.bodyMarkdown };
  const byModel = { askedFor: messageId, unfit, isAssist };
  const applied = applyWritten(after, { ...writing, words, byModel, messageId, options });
  options.progress(progressLine(draft, { done: 'drafted', unfit }));
  return { ...applied, silent: null };
}

function notAnswered(
  engine: Engine,
  draft: PlannedDraft,
  reply: Exclude<Reply<unknown>, { kind: 'read' }>,
): Made {
  const why = { reason: REPLY_REASONS[reply.kind], detail: reply.detail };
  if (reply.kind === 'none') return postponed(engine, draft, why);
  const made = none(notDone(draft, why));
  return silences(reply) ? { ...made, silent: why } : made;
}

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
