import type { HolidaysOf } from '../../core/guards/opening.ts';
import type { Match } from '../../core/matching.ts';
import type { Instant, Lead, StoredSequence } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { nextStep } from '../../core/progress.ts';
import { scheduleStep, type ScheduledStep } from '../../core/schedule.ts';
import type { EnrollmentStart } from '../../store/enrollment-insert.ts';

/** How the enrollment of one lead begins; null when the sequence has no live step. */
export type EnrollmentStarts = (
  match: Match,
  lead: Pick<Lead, 'zone' | 'country'>,
  enrolledAt: Instant,
) => EnrollmentStart | null;

/** Zones are a few hundred, and imports enroll from one moment; only odd files come near this. */
const SCHEDULES_MAX = 10_000;
const NOTHING_DELIVERED: ReadonlySet<number> = new Set();

/**
 * Works out first steps (C2, C3) once per sequence, zone, country and moment: a hundred thousand leads share a few dozen
 * of these, and a calendar calculation for each would take longer than storing them.
 */
export function createEnrollmentStarts(options: {
  readonly sequences: readonly StoredSequence[];
  readonly policy: Policy;
  readonly holidaysOf: HolidaysOf;
}): EnrollmentStarts {
  const sequences = new Map(options.sequences.map((sequence) => [sequence.rowId, sequence]));
  const schedules = new Map<string, (ScheduledStep & { readonly firstStepRowId: number }) | null>();
  return (match, lead, enrolledAt) => {
    const key = `${match.sequenceRowId} ${lead.zone} ${lead.country ?? ''} ${enrolledAt}`;
    let schedule = schedules.get(key);
    if (schedule === undefined) {
      if (schedules.size >= SCHEDULES_MAX) schedules.clear();
      schedule = firstStep(sequences.get(match.sequenceRowId), lead, enrolledAt);
      schedules.set(key, schedule);
    }
    if (schedule === null) return null;
    return {
      sequenceRowId: match.sequenceRowId,
      kind: 'drip',
      enrolledAt,
      ...schedule,
      matchReason: match.reason,
      matchSnapshotJson: JSON.stringify(match.snapshot),
      parallel: match.parallel,
    };
  };

  function firstStep(
    sequence: StoredSequence | undefined,
    lead: Pick<Lead, 'zone' | 'country'>,
    enrolledAt: Instant,
  ): (ScheduledStep & { readonly firstStepRowId: number }) | null {
    const step = sequence === undefined ? null : nextStep(sequence.steps, null, NOTHING_DELIVERED);
    if (sequence === undefined || step === null) return null;
    const holidays = options.holidaysOf(lead.country);
    const schedule = scheduleStep({
      sequence,
      step,
      previousStep: null,
      enrolledAt,
      previousSendAt: null,
      leadZone: lead.zone,
      isHoliday: (isoDate) => holidays.has(isoDate),
      policy: options.policy,
    });
    return { ...schedule, firstStepRowId: step.rowId };
  }
}
