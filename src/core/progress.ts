import { HeadgateError } from './errors.ts';
import type { StepTiming } from './model.ts';

const DAY_MS = 86_400_000;

/** The part of a stored step that progress reads. */
export interface StepPlace {
  readonly rowId: number;
  /** Place in the present order; only the order of the numbers counts. */
  readonly position: number;
  readonly deletedAt: number | null;
}

/**
 * C5: the first live undelivered step after the last one delivered or passed over, in the present order. Null:
 * the enrollment is complete. `lastStepRowId` is null before the first step and nothing else is: step row id 0
 * and position 0 are values like any other (A3). The last step may be a tombstone, which keeps its place.
 * `deliveredOrPassed` holds the row ids of the steps sent, waiting, or passed over for this enrollment.
 * @throws HeadgateError `step_unknown` (70) when the last step is not one of `steps`: the state contradicts itself.
 */
export function nextStep<S extends StepPlace>(
  steps: readonly S[],
  lastStepRowId: number | null,
  deliveredOrPassed: ReadonlySet<number>,
): S | null {
  const last = lastStepRowId === null ? null : placeOf(steps, lastStepRowId);
  let next: S | null = null;
  for (const step of steps) {
    if (step.deletedAt !== null || deliveredOrPassed.has(step.rowId)) continue;
    if (last !== null && !comesAfter(step, last)) continue;
    if (next === null || step.position < next.position) next = step;
  }
  return next;
}

/**
 * B7: the step of a lead's nth follow-up, n counted from 1, round and round over the live steps in the present
 * order. Null when no step is live.
 * @throws HeadgateError `follow_up_number` (70) for an n that is not a whole number of 1 or more.
 */
export function nurtureStep<S extends StepPlace>(steps: readonly S[], nth: number): S | null {
  if (!Number.isSafeInteger(nth) || nth < 1) {
    throw new HeadgateError(`a follow-up's number is ${nth}, not 1 or more`, {
      code: 'follow_up_number',
      exit: 'SOFTWARE',
    });
  }
  const live = steps.filter((step) => step.deletedAt === null).sort((a, b) => a.position - b.position);
  return live[(nth - 1) % live.length] ?? null;
}

/**
 * C2: how far apart, in elapsed milliseconds, two steps timed by `day` were planned. 0 for the first step, for
 * `after` timing (whose delay already counts from the previous send), and when an edit turned the days round.
 */
export function plannedGapMs(previous: StepTiming | null, next: StepTiming): number {
  if (previous?.kind !== 'day' || next.kind !== 'day') return 0;
  return Math.max(0, next.day - previous.day) * DAY_MS;
}

/**
 * The present order of a sequence's steps with its tombstones in it: `liveIds` as the file has them, and every
 * step that is no longer live right behind the step it followed before (in front when it was the first). A lead
 * whose last step was deleted therefore goes on where it would have gone on (C5).
 * @param previousIds all ids the state knows, tombstones included, in their former order.
 */
export function orderWithTombstones(previousIds: readonly string[], liveIds: readonly string[]): string[] {
  const live = new Set(liveIds);
  const followers = new Map<string | null, string[]>();
  let anchor: string | null = null;
  for (const id of previousIds) {
    if (live.has(id)) {
      anchor = id;
    } else {
      followers.set(anchor, [...(followers.get(anchor) ?? []), id]);
    }
  }
  return [...(followers.get(null) ?? []), ...liveIds.flatMap((id) => [id, ...(followers.get(id) ?? [])])];
}

/** A live step that shares its number with a tombstone has moved up into its place, so it comes after it. */
function comesAfter(step: StepPlace, last: StepPlace): boolean {
  if (step.position !== last.position) return step.position > last.position;
  return last.deletedAt !== null;
}

function placeOf(steps: readonly StepPlace[], rowId: number): StepPlace {
  const place = steps.find((step) => step.rowId === rowId);
  if (place !== undefined) return place;
  throw new HeadgateError(`step ${rowId} is not one of its sequence's steps`, {
    code: 'step_unknown',
    exit: 'SOFTWARE',
  });
}
