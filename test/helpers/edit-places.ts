import { expect } from 'vitest';

import { moveEnrollment, type EnrollmentMove, type EnrollmentPlace } from '../../src/core/edit-moves.ts';
import { planEdits, type EditPlan, type SequenceEdit } from '../../src/core/edit-plan.ts';
import type {
  MessageState,
  SequenceDefinition,
  StepDefinition,
  StoredSequence,
} from '../../src/core/model.ts';
import { sequenceDefinition, storedSequence } from './definitions.ts';
import { openHoursPolicy } from './policy.ts';

export const DAY_MS = 86_400_000;
/** Every hour is open and no day is a holiday, so that a due time is what the delay says. */
export const ALWAYS_OPEN = { policy: openHoursPolicy(), holidaysOf: () => new Set<string>() };
export const WEB = sequenceDefinition('web', ['a', 'b', 'c']);
/** The row ids of the three steps of `WEB` as applied. */
export const [A, B, C] = [100, 101, 102] as const;

/** Somebody in `WEB` who has had a and waits for b. */
export function place(changes: Partial<EnrollmentPlace> = {}): EnrollmentPlace {
  return {
    rowId: 1,
    leadRowId: 1,
    kind: 'drip',
    anchorAt: 10 * DAY_MS,
    enrolledAt: 8 * DAY_MS,
    lastStepRowId: A,
    nextStepRowId: B,
    dueAt: 12 * DAY_MS,
    nextDueAt: 12 * DAY_MS,
    sentNowAt: null,
    messages: messages([A, 'sent']),
    leadZone: 'UTC',
    leadCountry: null,
    ...changes,
  };
}

/** Somebody in `WEB` who has had a and b and waits for c, with a draft of it in this state, or none. */
export function placeAtC(draft: MessageState | null = null): EnrollmentPlace {
  const former = [
    [A, 'sent'],
    [B, 'sent'],
  ] as const;
  const own = draft === null ? [] : ([[C, draft]] as const);
  return place({ lastStepRowId: B, nextStepRowId: C, messages: messages(...former, ...own) });
}

export function messages(
  ...states: readonly (readonly [number, MessageState])[]
): ReadonlyMap<number, MessageState> {
  return new Map(states);
}

/** What applying these definitions plans, which nothing refuses. */
export function planned(
  stored: readonly StoredSequence[],
  definitions: readonly SequenceDefinition[],
): EditPlan {
  const plan = planEdits({ stored, definitions, liveCount: () => 1, now: 20 * DAY_MS });
  expect(plan.refusals).toEqual([]);
  return plan;
}

/** The edit of one sequence, `WEB` unless another is given. */
export function editTo(
  to: SequenceDefinition,
  from: SequenceDefinition | StoredSequence = WEB,
): SequenceEdit {
  return planned(['rowId' in from ? from : storedSequence(from)], [to]).edits[0]!;
}

/** Where somebody goes when `WEB` becomes this. */
export function moveOf(at: EnrollmentPlace, to: SequenceDefinition): EnrollmentMove {
  return moveEnrollment(at, editTo(to), ALWAYS_OPEN);
}

/** A delay of so many days behind the email before. */
export function after(days: number): Pick<StepDefinition, 'timing'> {
  return { timing: { kind: 'after', delay: { unit: 'elapsed', ms: days * DAY_MS } } };
}

/** So many days after enrollment. */
export function onDay(day: number): Pick<StepDefinition, 'timing'> {
  return { timing: { kind: 'day', day } };
}
