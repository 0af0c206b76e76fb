import type { SenderFields } from '../../core/template-fields.ts';
import { templateFields } from '../../core/template-fields.ts';
import type { Candidate } from '../../core/candidate.ts';
import type { Job, StoredSequence, StoredStep } from '../../core/model.ts';
import { inheritedSubject, replySubject, takesThreadSubject, type Thread } from '../../core/thread.ts';
import { leadByRowId } from '../../store/leads.ts';
import { threadOf } from '../../store/threads.ts';
import type { Engine } from './engine.ts';
import { changesWhatIsDue } from './live-run.ts';
import { queueLengthOf, type WriteCopy } from './planning.ts';

/**
 * D3: writes fixed copy from the lead's fields. The renderer is heavy to load, so an idle run, for which nothing is due, never
 * loads it.
 */
export async function fixedCopyWriter(
  engine: Engine,
  { sender, job }: { sender: SenderFields; job: Job },
): Promise<WriteCopy> {
  const isIdle = queueLengthOf(engine, job) === 0 && !changesWhatIsDue(engine, job);
  return isIdle ? nothingToWrite : copyWriter(engine, sender);
}

/** The same whether anything is due or not: for who asks what would be written. */
export async function copyWriter(engine: Engine, sender: SenderFields): Promise<WriteCopy> {
  const { createLiquidRenderer } = await import('../../adapters/liquid-renderer.ts');
  const renderer = await createLiquidRenderer();
  return ({ lead, sequence, step, enrollment }) => {
    const fields = leadByRowId(engine.db, lead.rowId);
    if (fields === null) return { kind: 'problem', reason: 'template', detail: 'the lead is gone' };
    if (step.copy.mode !== 'fixed') {
      return {
        kind: 'problem',
        reason: 'model',
        detail: `Mode: ${step.copy.mode} needs a writer that is not available yet`,
      };
    }
    const copy = { ...step.copy, subject: subjectOf(step, sequence) };
    const result = renderer.render(copy, templateFields(fields, sender));
    if (result.kind === 'problem') return { kind: 'problem', reason: 'template', detail: result.detail };
    const thread = takesThreadSubject(step) ? threadOfNext(engine, { enrollment, step }) : null;
    if (thread === null) return result;
    return { kind: 'rendered', copy: { ...result.copy, subject: replySubject(thread.subject) } };
  };
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
