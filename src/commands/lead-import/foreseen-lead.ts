import { bailReason } from '../../core/bail.ts';
import { mergeLead, type OnConflict } from '../../core/lead-merge.ts';
import type { LeadRow } from '../../core/lead-row.ts';
import type { LiveEnrollment, MatchOutcome } from '../../core/matching.ts';
import type { Instant, Lead, LeadFields } from '../../core/model.ts';
import { liveEnrollmentsOfLead } from '../../store/sequence-enrollments.ts';
import { countEnrolled, type ArrivalCounts } from '../arrivals/arrival-counts.ts';
import type { ArrivalContext } from '../arrivals/arrival-context.ts';

/** What a lead would be after the rows seen so far, without any of it being stored. */
export interface ForeseenLead {
  readonly fields: LeadFields;
  readonly live: () => readonly LiveEnrollment[];
}

interface Foreseeing {
  readonly enrollFrom: Instant;
  readonly suppressedReason: string | null;
  /** Where what would happen is counted. */
  readonly counts: ArrivalCounts;
}

/** A lead as it is stored. What it is enrolled in is looked up only when a row changes it. */
export function fromState({ db }: ArrivalContext, lead: Lead): ForeseenLead {
  return { fields: lead, live: () => liveEnrollmentsOfLead(db, lead.rowId) };
}

/** What `storeFresh` makes of a row about nobody who is known. */
export function arrive(context: ArrivalContext, { fields }: LeadRow, foreseeing: Foreseeing): ForeseenLead {
  foreseeing.counts.new += 1;
  const outcome = context.match(fields, { suppressedReason: foreseeing.suppressedReason, live: [] });
  const live = begun(context, { fields, outcome, live: [] }, foreseeing);
  return { fields, live: () => live };
}

/** What `mergeKnown` makes of a row about a lead that is known by then. */
export function meet(
  context: ArrivalContext,
  lead: ForeseenLead,
  news: Foreseeing & { readonly row: LeadRow; readonly onConflict: OnConflict },
): ForeseenLead {
  const { row, onConflict, suppressedReason, counts } = news;
  const { fields, changed } = mergeLead(lead.fields, row, onConflict);
  if (changed.length === 0) {
    counts.unchanged += 1;
    return lead;
  }
  counts.updated += 1;
  let live = lead.live();
  if (bailReason(fields) !== null) {
    counts.cancelled += live.length;
    live = [];
  }
  if (changed.includes('source') || changed.includes('sourceFormId')) {
    const outcome = context.match(fields, { suppressedReason, live });
    live = begun(context, { fields, outcome, live }, news);
  }
  const after = live;
  return { fields, live: () => after };
}

/** What is live once the lead has entered what it matched (B7: a drip ends a follow-up). */
function begun(
  context: ArrivalContext,
  lead: {
    readonly fields: LeadFields;
    readonly outcome: MatchOutcome;
    readonly live: readonly LiveEnrollment[];
  },
  { enrollFrom, counts }: Foreseeing,
): readonly LiveEnrollment[] {
  const { fields, outcome, live } = lead;
  const place = { zone: context.zoneOf(fields).zone, country: fields.country };
  const entered = outcome.enroll.filter((match) => context.startOf(match, place, enrollFrom) !== null);
  if (entered.length === 0) return live;
  for (const { sequenceId } of entered) countEnrolled(counts, sequenceId, 1);
  const drips = live.filter(({ kind }) => kind === 'drip');
  return [...drips, ...entered.map(({ sequenceRowId }) => ({ sequenceRowId, kind: 'drip' as const }))];
}
