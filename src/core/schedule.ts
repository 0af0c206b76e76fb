import type { Instant, StepDefinition, StoredSequence } from './model.ts';
import type { Policy } from './policy.ts';
import { plannedGapMs } from './progress.ts';
import { stepDueAt } from './time/timing.ts';
import { clampForward } from './time/windows.ts';

export interface ScheduleInput {
  readonly sequence: Pick<StoredSequence, 'gap' | 'window'>;
  readonly step: Pick<StepDefinition, 'timing' | 'window'>;
  /** The step before it in this enrollment; null for the first. */
  readonly previousStep: Pick<StepDefinition, 'timing'> | null;
  readonly enrolledAt: Instant;
  /** When the previous step was sent or passed over; null for the first. */
  readonly previousSendAt: Instant | null;
  readonly leadZone: string;
  readonly isHoliday: (isoDate: string) => boolean;
  readonly policy: Policy;
}

export interface ScheduledStep {
  /** Due by its delay alone (C2); lateness counts from here (A16). */
  readonly dueAt: Instant;
  /** Clamped forward into window and hours (C3); the queue's key. Never earlier than `dueAt`. */
  readonly nextDueAt: Instant;
}

/** C2, C3: when a step falls due for one enrollment. "No sooner than": the guards have the last word at run time. */
export function scheduleStep(input: ScheduleInput): ScheduledStep {
  const { sequence, step, policy, leadZone, isHoliday } = input;
  const dueAt = stepDueAt({
    timing: step.timing,
    enrolledAt: input.enrolledAt,
    previousSendAt: input.previousSendAt,
    plannedGapMs: plannedGapMs(input.previousStep?.timing ?? null, step.timing),
    gap: sequence.gap,
    watermarkMs: policy.limits.watermarkMs,
    leadZone,
    workingWeekdays: policy.hours.weekdays,
    isHoliday,
  });
  const window = step.window ?? sequence.window;
  const clamped = clampForward({ notBefore: dueAt, window, hours: policy.hours, leadZone, isHoliday });
  // No opening within a year: the queue offers it and the hours guard says why, which beats a lead that vanishes.
  return { dueAt, nextDueAt: clamped?.at ?? dueAt };
}

/** Where an enrollment stands, as its due time counts from it. */
export interface Anchors {
  /** What the next delay counts from; a restart has moved it (A16). */
  readonly anchorAt: Instant;
  readonly enrolledAt: Instant;
  readonly lastStepRowId: number | null;
}

/** The same by the anchors of an enrollment. A first step that was restarted counts from its restart (A16). */
export function scheduleFrom(
  anchors: Anchors,
  of: Pick<ScheduleInput, 'step' | 'leadZone' | 'isHoliday' | 'policy'> & {
    readonly sequence: Pick<StoredSequence, 'gap' | 'window' | 'steps'>;
  },
): ScheduledStep {
  const { anchorAt, enrolledAt, lastStepRowId } = anchors;
  const isFirst = lastStepRowId === null;
  return scheduleStep({
    ...of,
    previousStep: of.sequence.steps.find(({ rowId }) => rowId === lastStepRowId) ?? null,
    enrolledAt: isFirst ? anchorAt : enrolledAt,
    previousSendAt: isFirst ? null : anchorAt,
  });
}
