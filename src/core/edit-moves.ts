import { touchesLive, type SequenceEdit } from './edit-plan.ts';
import { differs } from './edit-steps.ts';
import type { HolidaysOf } from './guards/opening.ts';
import {
  WAITING_STATES,
  type Instant,
  type MessageState,
  type SequenceKind,
  type StoredSequence,
  type StoredStep,
} from './model.ts';
import type { Policy } from './policy.ts';
import { nextStep, plannedGapMs } from './progress.ts';
import { scheduleFrom, type ScheduledStep } from './schedule.ts';

/** Where a live enrollment stands, with what an edit has to know of it. */
export interface EnrollmentPlace {
  readonly rowId: number;
  readonly leadRowId: number;
  readonly kind: SequenceKind;
  /** What the next delay counts from; a restart has moved it (A16). */
  readonly anchorAt: Instant;
  readonly enrolledAt: Instant;
  readonly lastStepRowId: number | null;
  readonly nextStepRowId: number | null;
  readonly dueAt: Instant | null;
  readonly nextDueAt: Instant | null;
  /** C6: an operator asked for the next step now. */
  readonly sentNowAt: Instant | null;
  /** Every message of the enrollment by the row id of its step. */
  readonly messages: ReadonlyMap<number, MessageState>;
  readonly leadZone: string;
  readonly leadCountry: string | null;
}

/** What an edit does to one live enrollment. `withdrawn` is the row id of the step whose draft is withdrawn. */
export type EnrollmentMove =
  | { readonly kind: 'stays' }
  /** B6: the sequence is archived; `withdrawn` counts the drafts. */
  | { readonly kind: 'cancels'; readonly withdrawn: number }
  | { readonly kind: 'completes'; readonly withdrawn: number | null }
  | ({
      readonly kind: 'moves';
      readonly step: StoredStep;
      readonly withdrawn: number | null;
      /** Against the present queue time; 0 when the enrollment had none. */
      readonly shiftMs: number;
    } & ScheduledStep);

export interface MoveContext {
  readonly policy: Policy;
  readonly holidaysOf: HolidaysOf;
}

const STAYS: EnrollmentMove = { kind: 'stays' };
/** The body may have left: only events, the Sent folder or the operator settle these (D1). */
const OUT_OF_OUR_HANDS: readonly MessageState[] = ['sending', 'uncertain'];
/** What is not offered again, unless it is the next step still. */
const PASSED: readonly MessageState[] = ['sent', 'rejected', 'skipped', ...OUT_OF_OUR_HANDS];
/** D11: the draft ended unsent, and its step is due again; so is a rejected one that is still next, to be written anew. */
const DUE_AGAIN: readonly MessageState[] = ['expired', 'discarded', 'rejected'];

/**
 * C5: where a live enrollment goes when its sequence is edited. A waiting draft keeps the enrollment where it is, in
 * its old words and at its old time, unless its step was removed: then the draft is withdrawn and the enrollment goes
 * on to the next live undelivered step after the last one delivered, or completes. So it does where a draft ended unsent
 * and the step is due again (D11): what an edit said of those who had a draft stays true whatever becomes of it. Without
 * a draft it is re-anchored when what its due time depends on has changed. Nobody gets a delivered step again; no send
 * is recorded for a step that was removed.
 */
export function moveEnrollment(
  place: EnrollmentPlace,
  edit: SequenceEdit,
  context: MoveContext,
): EnrollmentMove {
  const { before, after } = edit;
  if (before === null || !touchesLive(edit)) return STAYS;
  if (after.status === 'archived') return cancelOf(place);
  const waiting = waitingStep(place);
  if (waiting !== null) {
    const state = place.messages.get(waiting);
    if (state !== undefined && OUT_OF_OUR_HANDS.includes(state)) return STAYS;
    if (isLive(after, waiting)) return STAYS;
  }
  return goOn(place, { before, after, withdrawn: waiting, context });
}

/** The live steps that the enrollment has yet to get after an edit, next one first; one that waits is not among them. */
export function stepsAhead(place: EnrollmentPlace, after: StoredSequence): readonly StoredStep[] {
  const passed = passedSteps(place);
  const waiting = waitingStep(place);
  const ahead: StoredStep[] = [];
  let next =
    waiting !== null && isLive(after, waiting)
      ? nextStep(after.steps, waiting, passed)
      : stepToWrite(place, after);
  while (next !== null) {
    ahead.push(next);
    next = nextStep(after.steps, next.rowId, passed);
  }
  return ahead;
}

/**
 * True when the edit would give the enrollment a step again that left, or may have left, now or further on. Looks at what was sent and
 * not at how the way ahead was found. Must never happen: `sequences apply` refuses it.
 */
export function risksDoubleSend(
  place: EnrollmentPlace,
  move: EnrollmentMove,
  after: StoredSequence,
): boolean {
  if (move.kind === 'cancels' || move.kind === 'completes') return false;
  const mayHaveLeft = (stepRowId: number): boolean => {
    const state = place.messages.get(stepRowId);
    return state === 'sent' || (state !== undefined && OUT_OF_OUR_HANDS.includes(state));
  };
  if (move.kind === 'moves' && mayHaveLeft(move.step.rowId)) return true;
  // A follow-up has no steps ahead but its own (B7).
  return place.kind === 'drip' && stepsAhead(place, after).some((step) => mayHaveLeft(step.rowId));
}

function cancelOf(place: EnrollmentPlace): EnrollmentMove {
  const states = [...place.messages.values()];
  return {
    kind: 'cancels',
    withdrawn: states.filter((state) => isWaiting(state) && !OUT_OF_OUR_HANDS.includes(state)).length,
  };
}

interface Going {
  readonly before: StoredSequence;
  readonly after: StoredSequence;
  readonly withdrawn: number | null;
  readonly context: MoveContext;
}

function goOn(place: EnrollmentPlace, going: Going): EnrollmentMove {
  const { before, after, withdrawn } = going;
  // B7: a follow-up is one step; it has no next one to go on to.
  if (place.kind === 'nurture')
    return isLive(after, place.nextStepRowId) ? STAYS : { kind: 'completes', withdrawn };
  const step = stepToWrite(place, after);
  if (step === null) return { kind: 'completes', withdrawn };
  if (step.rowId === place.nextStepRowId) {
    // C6: asked for since the last email, so that an older wish does not hold for the next step.
    const isAskedFor = place.sentNowAt !== null && place.sentNowAt >= place.anchorAt;
    if (isAskedFor || !isRescheduled(place, step, { before, after })) return STAYS;
  }
  const scheduled = schedule(place, step, going);
  const isSame =
    step.rowId === place.nextStepRowId &&
    scheduled.dueAt === place.dueAt &&
    scheduled.nextDueAt === place.nextDueAt;
  if (isSame) return STAYS;
  const shiftMs = place.nextDueAt === null ? 0 : scheduled.nextDueAt - place.nextDueAt;
  return { kind: 'moves', step, withdrawn, shiftMs, ...scheduled };
}

/** Whether anything that the due time of the enrollment's next step is made of has changed. */
function isRescheduled(
  place: EnrollmentPlace,
  step: StoredStep,
  { before, after }: Pick<Going, 'before' | 'after'>,
): boolean {
  const facts = (sequence: StoredSequence): unknown => {
    const own = stepOf(sequence, step.rowId);
    if (own === null) return null;
    const gapMs = plannedGapMs(stepOf(sequence, place.lastStepRowId)?.timing ?? null, own.timing);
    return [
      own.timing,
      own.window ?? sequence.window,
      gapMs,
      own.timing.kind === 'day' ? sequence.gap : null,
    ];
  };
  return differs(facts(before), facts(after));
}

function schedule(place: EnrollmentPlace, step: StoredStep, { after, context }: Going): ScheduledStep {
  const holidays = context.holidaysOf(place.leadCountry);
  return scheduleFrom(place, {
    sequence: after,
    step,
    leadZone: place.leadZone,
    isHoliday: (isoDate) => holidays.has(isoDate),
    policy: context.policy,
  });
}

/** Steps that are behind the enrollment: sent, perhaps sent, or passed over by a rejection or an allowlist. */
function passedSteps(place: EnrollmentPlace): Set<number> {
  const passed = new Set<number>();
  for (const [stepRowId, state] of place.messages) {
    if (PASSED.includes(state)) passed.add(stepRowId);
  }
  return passed;
}

/**
 * The live step that whoever has no draft is to get one of; null when none is left. D11: where a draft ended unsent it is
 * the same step again, wherever it stands now.
 */
function stepToWrite(place: EnrollmentPlace, after: StoredSequence): StoredStep | null {
  const { nextStepRowId, lastStepRowId, messages } = place;
  const state = nextStepRowId === null ? undefined : messages.get(nextStepRowId);
  if (state !== undefined && DUE_AGAIN.includes(state) && isLive(after, nextStepRowId))
    return stepOf(after, nextStepRowId);
  return nextStep(after.steps, lastStepRowId, passedSteps(place));
}

function waitingStep(place: EnrollmentPlace): number | null {
  for (const [stepRowId, state] of place.messages) {
    if (isWaiting(state)) return stepRowId;
  }
  return null;
}

function isWaiting(state: MessageState): boolean {
  return WAITING_STATES.some((each) => each === state);
}

function isLive(sequence: StoredSequence, stepRowId: number | null): boolean {
  return stepOf(sequence, stepRowId)?.deletedAt === null;
}

function stepOf(sequence: StoredSequence, rowId: number | null): StoredStep | null {
  return rowId === null ? null : (sequence.steps.find((step) => step.rowId === rowId) ?? null);
}
