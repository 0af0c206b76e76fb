import type { SenderFields } from '../../core/template-fields.ts';
import { templateFields } from '../../core/template-fields.ts';
import type { Job } from '../../core/model.ts';
import { leadByRowId } from '../../store/leads.ts';
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
  return ({ lead, step }) => {
    const fields = leadByRowId(engine.db, lead.rowId);
    if (fields === null) return { kind: 'problem', reason: 'template', detail: 'the lead is gone' };
    if (step.copy.mode !== 'fixed') {
      return {
        kind: 'problem',
        reason: 'model',
        detail: `Mode: ${step.copy.mode} needs a writer that is not available yet`,
      };
    }
    const result = renderer.render(step.copy, templateFields(fields, sender));
    return result.kind === 'rendered'
      ? result
      : { kind: 'problem', reason: 'template', detail: result.detail };
  };
}

function nothingToWrite(): ReturnType<WriteCopy> {
  return { kind: 'problem', reason: 'template', detail: 'nothing was due when the run began' };
}
