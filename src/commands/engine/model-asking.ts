import type { Briefs } from '../../adapters/brief-files.ts';
import type { AttributionClaim } from '../../core/attribution/claim.ts';
import type { Attribution } from '../../core/attribution/judge.ts';
import { attributionPrompt, readVerdict } from '../../core/attribution/question.ts';
import type { HeldBack, PlannedDraft } from '../../core/planner.ts';
import type { Reason } from '../../core/reasons.ts';
import { templateFields } from '../../core/template-fields.ts';
import type { Frame } from '../../core/writing/gap.ts';
import { promptFor } from '../../core/writing/prompt.ts';
import { excerptOf, type WritingTask } from '../../core/writing/task.ts';
import { validateWords, type Validated } from '../../core/writing/validate.ts';
import type { Clock, Random } from '../../ports.ts';
import { leadByRowId } from '../../store/leads.ts';
import { lastSentWords } from '../../store/messages.ts';
import type { Engine } from './engine.ts';
import type { ModelDesk, Reply } from './model-desk.ts';

/** What a run that asks a model needs besides the state, whether it drafts or previews. */
export interface AskingOptions {
  readonly desk: ModelDesk;
  readonly briefs: Briefs;
  readonly clock: Clock;
  readonly random: Random;
  /** Why the run must stop now, such as the kill switch (A10); null: it may go on. */
  readonly mustStop: () => string | null;
  /** One line of progress for each draft: this is the one slow part of a run. */
  readonly progress: (line: string) => void;
}

/** Why somebody, and with `silent` nobody else either, is asked about in this run. */
export type Silence = Pick<HeldBack, 'reason' | 'detail'>;

/** B8 (3): whether the lead belongs to its company, kept as a call whatever it says. Throws what the model throws. */
export function askAboutClaim(
  engine: Engine,
  { draft, claim }: { readonly draft: PlannedDraft; readonly claim: AttributionClaim },
  { desk }: AskingOptions,
): Promise<Reply<Attribution>> {
  const question = {
    prompt: attributionPrompt(claim),
    purpose: 'attribution' as const,
    leadId: draft.candidate.lead.id,
    messageId: null,
  };
  return desk.ask(engine, question, (text) => {
    const value = readVerdict(text);
    return { value, outcome: value.verdict === 'unknown' ? 'unfit' : 'words' };
  });
}

/** B8: what a verdict that has just been found means for the draft: nobody's, or a person's to approve, or anybody's (null). */
export function afterVerdict(
  { policy }: Engine,
  draft: PlannedDraft,
  { verdict, note }: Attribution,
): HeldBack | { readonly askReason: Reason | null } {
  if (verdict === 'mismatch') return notDone(draft, { reason: 'attribution_mismatch', detail: note });
  if (verdict !== 'unknown') return { askReason: null };
  if (policy.attribution.unknown === 'ask') return { askReason: 'attribution_unknown' };
  return notDone(draft, { reason: 'attribution_unknown', detail: note });
}

/** D3: the words of one draft, judged. `messageId` is whose the call is. Throws what the model throws. */
export function askForWords(
  engine: Engine,
  of: { readonly draft: PlannedDraft; readonly frame: Frame; readonly messageId: string },
  { desk, briefs }: AskingOptions,
): Promise<Reply<Validated>> {
  const { draft, frame, messageId } = of;
  const task = taskOf(engine, { draft, frame, briefs });
  const question = {
    prompt: promptFor(task),
    purpose: 'draft' as const,
    leadId: draft.candidate.lead.id,
    messageId,
  };
  return desk.ask(engine, question, (text) => {
    const value = validateWords(text, task);
    return { value, outcome: value.kind === 'fit' ? 'words' : 'unfit' };
  });
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

/** What a call that gave no words means for its draft. A run that has no time left has met the cap of a run: nobody failed. */
export const REPLY_REASONS = { none: 'model', budget: 'budget', down: 'model', time: 'cap_run' } as const;

/** Whether nobody else is asked about in this run: but a smaller question may still fit a budget. */
export function silences({ kind }: Exclude<Reply<unknown>, { kind: 'read' }>): boolean {
  return kind === 'down' || kind === 'time';
}

/** A draft that is not made, and why. */
export function notDone({ candidate }: PlannedDraft, { reason, detail }: Silence): HeldBack {
  return { candidate, reason, until: null, detail };
}

/** One line about a draft as it lands. */
export function progressLine(
  { candidate: { lead, sequence, step } }: PlannedDraft,
  { done, unfit }: { readonly done: string; readonly unfit: string | null },
): string {
  const what = unfit === null ? done : `held: ${unfit}`;
  return `${lead.email}  ${sequence.id} › ${step.id}  ${what}`;
}
