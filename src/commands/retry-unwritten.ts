import type { SequenceEdit } from '../core/edit-plan.ts';
import { PAUSE_PUSH_MS } from '../core/guards/lead-guards.ts';
import { clearRetries } from '../store/enrollments.ts';
import { clearNurtureRetries } from '../store/nurture-queue.ts';
import type { ApplyDependencies } from './apply-sequences.ts';

/**
 * D3, C5: a step that a model left without words waits a day, then a week. Words that were corrected since end that wait, in the caller's
 * transaction; the failures of before count no more. Returns for how many leads. Costs what is due, however many are enrolled.
 */
export function retryUnwritten(edits: readonly SequenceEdit[], { db, now }: ApplyDependencies): number {
  let leads = 0;
  for (const edit of edits) {
    const stepRowIds = rewordedSteps(edit);
    if (stepRowIds.length === 0) continue;
    const { kind } = edit.after;
    // A sequence that is paused may have pushed a due step out meanwhile (B9).
    leads += clearRetries(db, { kind, stepRowIds, before: now + PAUSE_PUSH_MS });
    if (kind === 'nurture') leads += clearNurtureRetries(db, now);
  }
  return leads;
}

/** Steps whose words, or what their writer is told of the whole sequence, are others than before. */
function rewordedSteps({ before, after, steps }: SequenceEdit): readonly number[] {
  if (before === null) return [];
  const isRetold =
    before.title !== after.title ||
    before.description !== after.description ||
    before.campaign !== after.campaign;
  if (isRetold) return after.steps.map(({ rowId }) => rowId);
  return steps.filter(({ changes }) => changes.includes('copy')).map((step) => step.after.rowId);
}
