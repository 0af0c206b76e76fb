import type { EnrollmentPlace } from '../../core/edit-moves.ts';
import type { Lead } from '../../core/model.ts';
import { scheduleFrom, type ScheduledStep } from '../../core/schedule.ts';
import { enrollmentsOfLead, setDue } from '../../store/enrollments.ts';
import { isAskedForNow } from '../../store/send-now.ts';
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
  return scheduleFrom(place, {
    sequence,
    step,
    leadZone: place.leadZone,
    isHoliday: holidayJudge(engine, { country: place.leadCountry }),
    policy: engine.policy,
  });
}

/**
 * C3, C4: works out the due times of a lead's live enrollments again, after its zone or country changed, in the caller's
 * transaction. What an operator asked for now (C6), and a follow-up, which is due with its enrollment, stay. Returns how
 * many moved.
 */
export function rescheduleLead(engine: Engine, lead: Pick<Lead, 'rowId' | 'zone' | 'country'>): number {
  const { db } = engine;
  db.assertInWrite();
  let moved = 0;
  for (const enrollment of enrollmentsOfLead(db, lead.rowId)) {
    const { rowId, kind, endedAt, dueAt, nextDueAt } = enrollment;
    if (endedAt !== null || kind === 'nurture' || isAskedForNow(db, rowId)) continue;
    const place = { ...enrollment, leadZone: lead.zone, leadCountry: lead.country };
    const scheduled = scheduleAgain(engine, place);
    if (scheduled === null || (scheduled.dueAt === dueAt && scheduled.nextDueAt === nextDueAt)) continue;
    setDue(db, { enrollmentRowId: rowId, ...scheduled });
    moved += 1;
  }
  return moved;
}
