import type { EnrollmentMove, EnrollmentPlace } from './edit-moves.ts';
import type { SequenceEdit } from './edit-plan.ts';
import type { StepChange } from './edit-steps.ts';
import { WAITING_STATES, type Instant, type SequenceKind } from './model.ts';

/** When the people under way first notice an edit: by applying it, or when the job comes to somebody's next email. */
export type FirstEffect =
  { readonly kind: 'at_once' } | { readonly kind: 'due'; readonly job: SequenceKind; readonly at: Instant };

const AT_ONCE: FirstEffect = { kind: 'at_once' };
/** What a step says or how it is sent: its next email is another one, though at the same time. */
const IN_THE_EMAIL: readonly StepChange[] = ['copy', 'settings'];

/** What one live enrollment notices of an edit first; null while it changes nothing about its next email. */
export function effectOn(
  edit: SequenceEdit,
  place: EnrollmentPlace,
  move: EnrollmentMove,
): FirstEffect | null {
  if (move.kind === 'cancels' || move.kind === 'completes') return AT_ONCE;
  if (move.kind === 'moves' && move.withdrawn !== null) return AT_ONCE;
  const { before, after } = edit;
  // Whoever was under way waits from now on: nothing that was approved is sent.
  if (after.status !== 'active') return before?.status === 'active' ? AT_ONCE : null;
  if (move.kind === 'moves') return { kind: 'due', job: place.kind, at: move.nextDueAt };
  const isResumed = before?.status !== 'active';
  if (!isResumed && (hasDraft(place) || !changesEmail(edit, place))) return null;
  return place.nextDueAt === null ? null : { kind: 'due', job: place.kind, at: place.nextDueAt };
}

/** The earlier one of two. */
export function earlierEffect(one: FirstEffect | null, other: FirstEffect | null): FirstEffect | null {
  if (one === null || other === null) return one ?? other;
  if (one.kind === 'at_once' || other.kind === 'at_once') return AT_ONCE;
  return other.at < one.at ? other : one;
}

function changesEmail(edit: SequenceEdit, { nextStepRowId }: EnrollmentPlace): boolean {
  if (edit.changes.includes('settings')) return true;
  const next = edit.steps.find((step) => step.after.rowId === nextStepRowId);
  return next?.changes.some((change) => IN_THE_EMAIL.includes(change)) === true;
}

function hasDraft({ messages }: EnrollmentPlace): boolean {
  return [...messages.values()].some((state) => WAITING_STATES.some((waiting) => waiting === state));
}
