import type { StepEdit } from '../core/edit-steps.ts';
import type { StepCopy } from '../core/model.ts';
import { diffLines } from './review/line-diff.ts';

/**
 * How many lines of a step's words an edit changes, headers included, as `git diff` would count the larger side; null for texts that
 * are too long to be compared and for a step that is new.
 */
export function changedLines({ before, after }: Pick<StepEdit, 'before' | 'after'>): number | null {
  if (before === null) return null;
  const lines = diffLines(textOf(before.copy), textOf(after.copy));
  if (lines === null) return null;
  const count = (mark: string): number => lines.filter((line) => line.mark === mark).length;
  return Math.max(count('-'), count('+'));
}

function textOf(copy: StepCopy): string {
  const { bodyMarkdown, ...headers } = copy;
  return [...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`), bodyMarkdown].join(
    '\n',
  );
}
