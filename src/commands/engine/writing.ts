import { plainCopyTemplate } from '../../adapters/plain-copy.ts';
import type { Candidate } from '../../core/candidate.ts';
import type { Job, StepCopy, StoredSequence, StoredStep } from '../../core/model.ts';
import { framedCopy, writtenCopy, type CopyResult, type PlannedCopy } from '../../core/planner.ts';
import { templateFieldsFrom, type SenderFields } from '../../core/template-fields.ts';
import { inheritedSubject, replySubject, takesThreadSubject, type Thread } from '../../core/thread.ts';
import type { CopyRenderer, CopyTemplate } from '../../ports.ts';
import { hasGap, markGap } from '../../core/writing/gap.ts';
import { leadByRowId } from '../../store/leads.ts';
import { threadOf } from '../../store/threads.ts';
import { sequenceList, type Engine } from './engine.ts';
import { changesWhatIsDue } from './live-run.ts';
import { queueLengthOf, type WriteCopy } from './planning.ts';

/** From how many due steps on a run is long enough for `beforeMany` to be worth its own time. */
const MANY_DUE = 1_000;

interface Writing {
  readonly sender: SenderFields;
  readonly job: Job;
  /** Awaited before thousands are written; see `CliContext.beforeLongWork`. */
  readonly beforeMany?: ((work: { readonly keepsMuch: boolean }) => Promise<void>) | undefined;
  /** Why no model writes in this run, in a few words; null: one does. */
  readonly withoutModel: string | null;
}

/** D3: writes fixed copy from the lead's fields. An idle run, for which nothing is due, gets nothing ready. */
export async function fixedCopyWriter(engine: Engine, writing: Writing): Promise<WriteCopy> {
  const { sender, job, beforeMany, withoutModel } = writing;
  const due = queueLengthOf(engine, job);
  if (due === 0 && !changesWhatIsDue(engine, job)) return nothingToWrite;
  const { draftsPerRunDrip, draftsPerRunNurture } = engine.policy.limits;
  const cap = job === 'drip' ? draftsPerRunDrip : draftsPerRunNurture;
  if (due >= MANY_DUE) await beforeMany?.({ keepsMuch: cap >= MANY_DUE });
  return copyWriter(engine, { sender, withoutModel });
}

/** The same whether anything is due or not: for who asks what would be written. */
export async function copyWriter(
  engine: Engine,
  { sender, withoutModel }: Pick<Writing, 'sender' | 'withoutModel'>,
): Promise<WriteCopy> {
  const templates = await templatesOf(engine);
  const fieldsOf = templateFieldsFrom(sender);
  return ({ lead, step, enrollment }): CopyResult => {
    const stored = leadByRowId(engine.db, lead.rowId);
    if (stored === null) return { kind: 'problem', reason: 'template', detail: 'the lead is gone' };
    const template = templates.get(step.rowId);
    if (template === undefined) return { kind: 'problem', reason: 'template', detail: 'the step is gone' };
    const { mode } = step.copy;
    if (mode !== 'fixed' && withoutModel !== null)
      return { kind: 'problem', reason: 'model', detail: `Mode: ${mode}: ${withoutModel}` };
    const result = template.fill(fieldsOf(stored));
    if (result.kind === 'problem') return { kind: 'problem', reason: 'template', detail: result.detail };
    const thread = takesThreadSubject(step) ? threadOfNext(engine, { enrollment, step }) : null;
    const copy = thread === null ? result.copy : underSubject(result.copy, replySubject(thread.subject));
    if (mode === 'fixed') return { kind: 'rendered', copy };
    const words = copy.words();
    // Without it the frame alone would look like a whole mail.
    if (!hasGap(words))
      return { kind: 'problem', reason: 'template', detail: 'no {{ ai }} is left for this lead' };
    return { kind: 'rendered', copy: framedCopy({ ...words, isAssist: mode === 'assist' }) };
  };
}

/** For every step, by row id, the gap of a model's words marked. The renderer is heavy to load, and loaded only when one of them needs it (P5, P7). */
async function templatesOf(engine: Engine): Promise<ReadonlyMap<number, CopyTemplate>> {
  const templates = new Map<number, CopyTemplate>();
  let renderer: Promise<CopyRenderer> | null = null;
  for (const sequence of sequenceList(engine)) {
    for (const step of sequence.steps) {
      const bodyMarkdown = markGap(step.copy.bodyMarkdown);
      const copy = { ...step.copy, bodyMarkdown, subject: subjectOf(step, sequence) };
      const template = plainCopyTemplate(copy) ?? renderedTemplate(await (renderer ??= loadRenderer()), copy);
      templates.set(step.rowId, template);
    }
  }
  return templates;
}

async function loadRenderer(): Promise<CopyRenderer> {
  const { createLiquidRenderer } = await import('../../adapters/liquid-renderer.ts');
  return createLiquidRenderer();
}

function renderedTemplate(renderer: CopyRenderer, copy: StepCopy): CopyTemplate {
  return {
    fill(fields) {
      const result = renderer.render(copy, fields);
      return result.kind === 'rendered' ? { kind: 'filled', copy: writtenCopy(result.copy) } : result;
    },
  };
}

function underSubject(copy: PlannedCopy, subject: string): PlannedCopy {
  return { subject, words: () => ({ ...copy.words(), subject }) };
}

function subjectOf(step: StoredStep, { steps }: StoredSequence): string {
  if (!takesThreadSubject(step)) return step.copy.subject;
  const live = steps.filter((each) => each.deletedAt === null || each.rowId === step.rowId);
  return inheritedSubject(live, step);
}

/** D6: what the step will answer; a follow-up of nurture has nothing before it. */
function threadOfNext(
  { db, policy }: Engine,
  { enrollment, step }: Pick<Candidate, 'enrollment' | 'step'>,
): Thread | null {
  if (enrollment === null) return null;
  const message = { enrollmentRowId: enrollment.rowId, stepRowId: step.rowId };
  return threadOf(db, message, { isRehearsal: !policy.live });
}

function nothingToWrite(): ReturnType<WriteCopy> {
  return { kind: 'problem', reason: 'template', detail: 'nothing was due when the run began' };
}
