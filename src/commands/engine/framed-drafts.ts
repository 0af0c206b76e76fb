import type { Briefs } from '../../adapters/brief-files.ts';
import type { HeldBack, PlannedDraft, RunPlan } from '../../core/planner.ts';
import { templateFields } from '../../core/template-fields.ts';
import type { Frame } from '../../core/writing/gap.ts';
import { promptFor } from '../../core/writing/prompt.ts';
import { excerptOf, type WritingTask } from '../../core/writing/task.ts';
import { validateWords } from '../../core/writing/validate.ts';
import type { Clock } from '../../ports.ts';
import { leadByRowId } from '../../store/leads.ts';
import { lastSentWords } from '../../store/messages.ts';
import { applyWritten, refusalNow, type Applied, type ApplyOptions, type DraftedItem } from './drafting.ts';
import { engineAt, type Engine } from './engine.ts';
import type { ModelDesk } from './model-desk.ts';
import { guardContext } from './planning.ts';

/** What a model needs besides the state. */
export interface FramedOptions extends ApplyOptions {
  readonly desk: ModelDesk;
  readonly briefs: Briefs;
  readonly clock: Clock;
  /** Why the run must stop now, such as the kill switch (A10); null: it may go on. */
  readonly mustStop: () => string | null;
  /** One line of progress for each draft: this is the one slow part of a run. */
  readonly progress: (line: string) => void;
}

/**
 * D3: has a model write the drafts of a plan that have a gap, one by one, in the order of the plan. Each is judged again before its words are
 * paid for, by the clock of that moment (C4), and once more when it is made. What is made stays: whatever ends the run in between (D4) finds
 * complete drafts and nobody else touched. Throws what the model throws.
 */
export async function applyFramed(
  base: Engine,
  plan: RunPlan,
  options: FramedOptions & { readonly done: number },
): Promise<Applied> {
  const drafted: DraftedItem[] = [];
  const fellAway: HeldBack[] = [];
  let silent: string | null = null;
  for (const draft of plan.drafts) {
    const { frame } = draft.copy;
    if (frame === undefined) continue;
    const stopped = options.mustStop();
    if (stopped !== null) {
      fellAway.push(notDone(draft, { reason: 'paused', detail: stopped }));
      continue;
    }
    if (silent !== null) {
      fellAway.push(notDone(draft, { reason: 'model', detail: silent }));
      continue;
    }
    const made = await makeOne(base, { plan, draft, frame, done: options.done + drafted.length }, options);
    drafted.push(...made.drafted);
    fellAway.push(...made.fellAway);
    silent = made.silent;
  }
  return { drafted, fellAway };
}

interface Making {
  readonly plan: RunPlan;
  readonly draft: PlannedDraft;
  readonly frame: Frame;
  readonly done: number;
}

async function makeOne(
  base: Engine,
  making: Making,
  options: FramedOptions,
): Promise<Applied & { readonly silent: string | null }> {
  const { plan, draft, frame, done } = making;
  const before = engineAt(base, options.clock.now());
  const refusal = refusalNow(before, draft, guardContext(before, plan.job));
  if (refusal !== null) return { drafted: [], fellAway: [refusal], silent: null };
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
  if (reply.kind !== 'read') {
    const reason = reply.kind === 'budget' ? 'budget' : 'model';
    const held = notDone(draft, { reason, detail: reply.detail });
    return { drafted: [], fellAway: [held], silent: reply.kind === 'down' ? reply.detail : null };
  }
  const validated = reply.value;
  if (validated.bodyMarkdown === null) {
    const detail = validated.kind === 'unfit' ? validated.problem : '';
    return { drafted: [], fellAway: [notDone(draft, { reason: 'validation', detail })], silent: null };
  }
  const after = engineAt(base, options.clock.now());
  const { subject, preheader } = frame;
  const words = { subject, preheader, bodyMarkdown: validated.bodyMarkdown };
  const unfit = validated.kind === 'unfit' ? validated.problem : null;
  const applied = applyWritten(after, { plan, draft, words, unfit, messageId, done, options });
  options.progress(progressLine(draft, unfit));
  return { ...applied, silent: null };
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
