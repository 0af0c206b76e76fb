import { isSameClaim } from '../../core/attribution/claim.ts';
import { HeadgateError } from '../../core/errors.ts';
import { writtenCopy, type HeldBack, type PlannedDraft, type RunPlan } from '../../core/planner.ts';
import type { Frame } from '../../core/writing/gap.ts';
import { claimOf } from '../../store/attribution.ts';
import type { StateDatabase } from '../../store/database.ts';
import { asksModel, refusalNow } from './drafting.ts';
import { engineAt, type Engine } from './engine.ts';
import { lookTidied } from './live-run.ts';
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

export interface PreviewingOptions extends AskingOptions {
  readonly writer: () => StateDatabase;
}

/** What a live run would have made. */
export interface PreviewedCopy {
  /** In the order of the plan: a model's words in place of each gap, its verdict in place of each claim. */
  readonly drafts: readonly PlannedDraft[];
  readonly fellAway: readonly HeldBack[];
  /** D4: what ended it early; the drafts are then those that a live run would have left complete. */
  readonly ended: HeadgateError | null;
}

type Seen =
  | { readonly kind: 'written'; readonly draft: PlannedDraft }
  | { readonly kind: 'refused'; readonly refusal: HeldBack; readonly silent: Silence | null }
  | { readonly kind: 'ended'; readonly error: HeadgateError };

/**
 * A17, `--with-copy`: has a model judge and write what a plan leaves open, one by one, under the guards and budgets of a live run. Changes nothing
 * but the record of its calls (F3): no draft, no verdict on a lead, no step put off.
 */
export async function previewAsked(
  base: Engine,
  plan: RunPlan,
  options: PreviewingOptions,
): Promise<PreviewedCopy> {
  const drafts: PlannedDraft[] = [];
  const fellAway: HeldBack[] = [];
  let ended: HeadgateError | null = null;
  let silent: Silence | null = null;
  for (const draft of plan.drafts) {
    if (!asksModel(draft)) {
      drafts.push(draft);
      continue;
    }
    if (ended !== null) continue;
    const seen: Seen =
      silent === null
        ? await seeOrEnd(base, { plan, draft }, options)
        : refused(notDone(draft, silent), silent);
    if (seen.kind === 'written') drafts.push(seen.draft);
    else if (seen.kind === 'ended') ended = seen.error;
    else {
      fellAway.push(seen.refusal);
      silent = seen.silent;
    }
  }
  return { drafts, fellAway, ended };
}

interface Looking {
  readonly plan: RunPlan;
  readonly draft: PlannedDraft;
}

async function seeOrEnd(base: Engine, looking: Looking, options: PreviewingOptions): Promise<Seen> {
  try {
    return await seeOne(base, looking, options);
  } catch (error) {
    if (error instanceof HeadgateError) return { kind: 'ended', error };
    throw error;
  }
}

async function seeOne(base: Engine, looking: Looking, options: PreviewingOptions): Promise<Seen> {
  const refusal = refusalOf(base, looking, options);
  if (refusal !== null) return refused(refusal);
  if (looking.draft.claim === undefined) return writeOne(base, looking.draft, options);
  const judged = await judgeClaim(base, looking.draft, options);
  if (judged.kind !== 'written') return judged;
  // C4, A10: judging took its time, and the words are a second call.
  const late = refusalOf(base, { ...looking, draft: judged.draft }, options);
  return late === null ? writeOne(base, judged.draft, options) : refused(late);
}

/** Judged as a live run would find the state, which puts it in order first. */
function refusalOf(base: Engine, { plan, draft }: Looking, options: PreviewingOptions): HeldBack | null {
  const { clock, mustStop, writer } = options;
  const stopped = mustStop();
  if (stopped !== null) return notDone(draft, { reason: 'paused', detail: stopped });
  return lookTidied(engineAt(base, clock.now()), plan.job, {
    writer,
    look: (tidied) => refusalNow(tidied, draft, guardContext(tidied, plan.job)),
  });
}

/** B8 (3): the verdict is the draft's, for `confirm` to keep; until then the lead has none. */
async function judgeClaim(base: Engine, draft: PlannedDraft, options: PreviewingOptions): Promise<Seen> {
  const { claim, ...rest } = draft;
  if (claim === undefined) return { kind: 'written', draft };
  const now = engineAt(base, options.clock.now());
  const reply = await askAboutClaim(now, { draft, claim }, options);
  if (reply.kind !== 'read') return notAnswered(draft, reply);
  const attribution = reply.value;
  if (!isSameClaim(claimOf(now.db, draft.candidate.lead.rowId), claim))
    return refused(
      notDone(draft, { reason: 'attribution_unknown', detail: 'it changed while a model judged it' }),
    );
  const found = afterVerdict(now, draft, attribution);
  if ('candidate' in found) return refused(found);
  const askReason = draft.askReason ?? found.askReason;
  return { kind: 'written', draft: { ...rest, askReason, attribution, judgedClaim: claim } };
}

async function writeOne(base: Engine, draft: PlannedDraft, options: PreviewingOptions): Promise<Seen> {
  const { frame } = draft.copy;
  return frame === undefined ? { kind: 'written', draft } : fillFrame(base, { draft, frame }, options);
}

async function fillFrame(
  base: Engine,
  { draft, frame }: { readonly draft: PlannedDraft; readonly frame: Frame },
  options: PreviewingOptions,
): Promise<Seen> {
  const now = engineAt(base, options.clock.now());
  const messageId = options.random.publicId('m');
  const reply = await askForWords(now, { draft, frame, messageId }, options);
  if (reply.kind !== 'read') return notAnswered(draft, reply);
  const { value } = reply;
  const unfit = value.kind === 'unfit' ? value.problem : null;
  if (value.bodyMarkdown === null)
    return refused(notDone(draft, { reason: 'validation', detail: unfit ?? 'the model wrote nothing' }));
  const { subject, preheader, isAssist } = frame;
  const words = { subject, preheader, bodyMarkdown: value.bodyMarkdown };
  options.progress(progressLine(draft, { done: 'written', unfit }));
  const copy = writtenCopy(words, { askedFor: messageId, unfit, isAssist });
  return { kind: 'written', draft: { ...draft, copy } };
}

function notAnswered(draft: PlannedDraft, reply: Exclude<Reply<unknown>, { kind: 'read' }>): Seen {
  const why = { reason: REPLY_REASONS[reply.kind], detail: reply.detail };
  return refused(notDone(draft, why), silences(reply) ? why : null);
}

function refused(refusal: HeldBack, silent: Silence | null = null): Seen {
  return { kind: 'refused', refusal, silent };
}
