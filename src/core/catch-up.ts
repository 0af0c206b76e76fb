import type { Candidate } from './candidate.ts';
import type { Instant, StoredStep } from './model.ts';
import type { Policy } from './policy.ts';
import { nextStep, plannedGapMs } from './progress.ts';
import { stepDueAt } from './time/timing.ts';

/** The one clock reading, and the policy whose weekdays count as working days. */
export interface CalendarView {
  readonly now: Instant;
  readonly policy: Policy;
}

const DAY_MS = 86_400_000;
const NOTHING_SETTLED: ReadonlySet<number> = new Set();

/**
 * A1 turned round: the due step and every later one that the calendar alone would call due by `now`, as if each had been sent the
 * moment it fell due. No run offers these to a lead. They are counted, to say what a cold start avoided, and they are planned only
 * where a rehearsal or a test has switched the rule off, to show what it is worth.
 */
export function stepsByCalendar(candidate: Candidate, view: CalendarView): readonly Candidate[] {
  const { enrollment, sequence } = candidate;
  // B7: a follow-up's enrollment holds one step.
  if (enrollment === null || sequence.kind === 'nurture') return [candidate];
  const due: Candidate[] = [candidate];
  let { step } = candidate;
  let { dueAt } = enrollment;
  for (;;) {
    const next = nextStep(sequence.steps, step.rowId, NOTHING_SETTLED);
    if (next === null) return due;
    const nextAt = dueAfter({ step, dueAt }, next, { ...view, leadZone: candidate.lead.zone });
    if (nextAt > view.now) return due;
    const later = { ...enrollment, anchorAt: dueAt, dueAt: nextAt, nextDueAt: nextAt, isFirstStep: false };
    due.push({ ...candidate, step: next, enrollment: later });
    step = next;
    dueAt = nextAt;
  }
}

/** Delays alone (C2): no window, no hours, no holiday stood in that engine's way. */
function dueAfter(
  previous: { readonly step: StoredStep; readonly dueAt: Instant },
  next: StoredStep,
  { policy, leadZone }: CalendarView & { readonly leadZone: string },
): Instant {
  return stepDueAt({
    timing: next.timing,
    // A `day` step then counts on from the one before it, which is its distance in days.
    enrolledAt:
      previous.step.timing.kind === 'day'
        ? previous.dueAt - previous.step.timing.day * DAY_MS
        : previous.dueAt,
    previousSendAt: previous.dueAt,
    plannedGapMs: plannedGapMs(previous.step.timing, next.timing),
    gap: 'planned',
    watermarkMs: policy.limits.watermarkMs,
    leadZone,
    workingWeekdays: policy.hours.weekdays,
    isHoliday: () => false,
  });
}
