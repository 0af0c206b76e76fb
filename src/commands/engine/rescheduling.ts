import type { EnrollmentPlace } from '../../core/edit-moves.ts';
import { scheduleStep, type ScheduledStep } from '../../core/schedule.ts';
import { holidayJudge, type Engine } from './engine.ts';

/** What the due time of an enrollment's next step is made of. */
export type SchedulePlace = Pick<
  EnrollmentPlace,
  'kind' | 'anchorAt' | 'enrolledAt' | 'lastStepRowId' | 'nextStepRowId' | 'leadZone' | 'leadCountry'
> & { readonly sequenceRowId: number };

/**
 * C2, C3: when the next step of an enrollment falls due by its anchors and the lead's present zone; null when it has no
 * next step. A follow-up is due with its enrollment (B7), a restarted first step counts from its restart (A16).
 */
export function scheduleAgain(engine: Engine, place: SchedulePlace): ScheduledStep | null {
  const sequence = engine.sequences.get(place.sequenceRowId);
  const step = sequence?.steps.find((each) => each.rowId === place.nextStepRowId);
  if (sequence === undefined || step === undefined) return null;
  if (place.kind === 'nurture') return { dueAt: place.enrolledAt, nextDueAt: place.enrolledAt };
  const isFirst = place.lastStepRowId === null;
  return scheduleStep({
    sequence,
    step,
    previousStep: sequence.steps.find((each) => each.rowId === place.lastStepRowId) ?? null,
    enrolledAt: isFirst ? place.anchorAt : place.enrolledAt,
    previousSendAt: isFirst ? null : place.anchorAt,
    leadZone: place.leadZone,
    isHoliday: holidayJudge(engine, { country: place.leadCountry }),
    policy: engine.policy,
  });
}
