import { bailReason } from '../../core/bail.ts';
import { changedFields, mergeLead, type OnConflict } from '../../core/lead-merge.ts';
import type { LeadRow } from '../../core/lead-row.ts';
import type { Instant, Lead, LeadFields } from '../../core/model.ts';
import { insertEnrollment } from '../../store/enrollment-insert.ts';
import { cancelEnrollment, cancelLeadEnrollments } from '../../store/enrollments.ts';
import { updateLead } from '../../store/leads.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { liveEnrollmentsOfLead } from '../../store/sequence-enrollments.ts';
import { addTimeline } from '../../store/timeline.ts';
import { countEnrolled, noArrivals, type ArrivalCounts } from './arrival-counts.ts';
import type { ArrivalContext } from './arrival-context.ts';
import { matchText } from './match-text.ts';

/** What a source says of a lead that is stored, in the caller's transaction (E1). */
export function mergeKnown(
  context: ArrivalContext,
  known: {
    readonly lead: Lead;
    readonly row: LeadRow;
    readonly onConflict: OnConflict;
    readonly enrollFrom: Instant;
  },
  counts: ArrivalCounts,
): void {
  const { lead, row, onConflict } = known;
  const merged = mergeLead(lead, row, onConflict);
  if (merged.changed.length === 0) {
    counts.unchanged += 1;
    return;
  }
  counts.updated += 1;
  const enrolledAt = Math.max(known.enrollFrom, row.enrolledAt ?? known.enrollFrom);
  changeLead(context, { lead, fields: merged.fields, by: 'import', enrolledAt }, counts);
}

export interface LeadChange {
  readonly lead: Lead;
  /** All fields as they are to be. The address must be the same. */
  readonly fields: LeadFields;
  /** Who changed it, for the lead's story: import, operator, sync. */
  readonly by: string;
  /** From when a sequence counts that the change makes it match. */
  readonly enrolledAt: Instant;
}

/**
 * Writes a changed lead and everything that follows, in the caller's transaction: its zone and the due times that hang on it (C4),
 * the end of its enrollments when nobody may write to it any more (B6), matching when its source or form changed (B3), and
 * nurture's queue. Setting an
 * opt-out back enrolls nobody (B6).
 */
export function changeLead(
  context: ArrivalContext,
  change: LeadChange,
  counts: ArrivalCounts = noArrivals(),
): void {
  const { db, policy, now } = context;
  const { lead, fields } = change;
  const changed = changedFields(lead, fields);
  if (changed.length === 0) return;
  const zone = context.zoneOf(fields);
  updateLead(db, { rowId: lead.rowId, fields, zone, now });
  tellChange(context, change, changed);
  const bail = bailReason(fields);
  if (bail !== null) counts.cancelled += cancelLeadEnrollments(db, lead.rowId, { reason: bail, now });
  if (zone.zone !== lead.zone || fields.country !== lead.country) {
    const { rowId } = lead;
    counts.rescheduled += context.reschedule({ rowId, zone: zone.zone, country: fields.country });
  }
  if (changed.includes('source') || changed.includes('sourceFormId')) {
    matchAgain(
      context,
      { ...change, lead: { ...lead, ...fields, zone: zone.zone, zoneRule: zone.rule } },
      counts,
    );
  }
  refreshNurtureDue(db, lead.rowId, { policy, now });
}

/** Fields whose change an operator will look for in the story; the others only say that there was one. */
const TOLD: readonly (keyof LeadFields)[] = [
  'stage',
  'status',
  'source',
  'sourceFormId',
  'optedOut',
  'doNotContact',
  'spam',
];

function tellChange(
  { db, now }: ArrivalContext,
  { lead, fields, by }: LeadChange,
  changed: readonly (keyof LeadFields)[],
): void {
  const words = changed.map((field) =>
    TOLD.includes(field)
      ? `${nameOf(field)} ${wordOf(lead[field])} → ${wordOf(fields[field])}`
      : nameOf(field),
  );
  const text = `by ${by}: ${words.join(', ')}`;
  addTimeline(db, { leadRowId: lead.rowId, at: now, kind: 'changed', text, ref: null });
}

function matchAgain(context: ArrivalContext, { lead, enrolledAt }: LeadChange, counts: ArrivalCounts): void {
  const { db, now, random } = context;
  const live = liveEnrollmentsOfLead(db, lead.rowId);
  const outcome = context.match(lead, { suppressedReason: lead.suppressedReason, live });
  for (const match of outcome.enroll) {
    const start = context.startOf(match, lead, enrolledAt);
    if (start === null) continue;
    // B7: a follow-up never blocks a drip; one that matches cancels it.
    for (const each of live.filter(({ kind }) => kind === 'nurture')) {
      cancelEnrollment(db, { enrollmentRowId: each.rowId, reason: 'drip_matched', now });
    }
    insertEnrollment(db, { ...start, id: random.publicId('e'), leadRowId: lead.rowId });
    countEnrolled(counts, match.sequenceId, 1);
  }
  addTimeline(db, {
    leadRowId: lead.rowId,
    at: now,
    kind: outcome.verdict,
    text: matchText(outcome),
    ref: outcome.enroll[0]?.sequenceId ?? null,
  });
}

/** `sourceFormId` is source_form_id to everybody outside. */
function nameOf(field: keyof LeadFields): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function wordOf(value: LeadFields[keyof LeadFields]): string {
  if (value === null) return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
