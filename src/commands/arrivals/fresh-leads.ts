import type { LeadRow } from '../../core/lead-row.ts';
import type { MatchOutcome } from '../../core/matching.ts';
import type { Instant, MatchVerdict } from '../../core/model.ts';
import { coldSince, nurtureDueAt } from '../../core/nurture-due.ts';
import { insertEnrollments, type EnrollmentStart } from '../../store/enrollment-insert.ts';
import { addTimelineOfMany, insertLeads, type NewLead } from '../../store/lead-insert.ts';
import { countEnrolled, type ArrivalCounts } from './arrival-counts.ts';
import type { ArrivalContext } from './arrival-context.ts';
import { matchText } from './match-text.ts';

export interface FreshLeads {
  /** No two with one key, and none that is stored. */
  readonly rows: readonly LeadRow[];
  /** A19: from when their sequences count; a row that names a later moment waits for it. */
  readonly enrollFrom: Instant;
  /** Reasons of suppressed addresses by key. */
  readonly suppressed: ReadonlyMap<string, string>;
  readonly nextLeadId: () => string;
  readonly nextEnrollmentId: () => string;
}

interface Judged {
  readonly lead: NewLead;
  readonly outcome: MatchOutcome;
  readonly starts: readonly { readonly sequenceId: string; readonly start: EnrollmentStart }[];
}

/**
 * Stores leads that nobody has seen, matches them (B1 to B3) and enrolls them, in the caller's transaction. What many of
 * them have in common is written by the group: that is what makes a large import affordable.
 */
export function storeFresh(context: ArrivalContext, fresh: FreshLeads, counts: ArrivalCounts): void {
  const judged = fresh.rows.map((row) => judge(context, row, fresh));
  if (judged.length === 0) return;
  const firstRowId = insertLeads(
    context.db,
    judged.map(({ lead }) => lead),
    context.now,
  );
  counts.new += judged.length;
  enrollByGroup(context, { judged, firstRowId, nextId: fresh.nextEnrollmentId }, counts);
  tellByGroup(context, judged, firstRowId);
}

function judge(context: ArrivalContext, row: LeadRow, fresh: FreshLeads): Judged {
  const { fields } = row;
  const suppressedReason = fresh.suppressed.get(fields.emailKey) ?? null;
  const outcome = context.match(fields, { suppressedReason, live: [] });
  const zone = context.zoneOf(fields);
  const enrolledAt = Math.max(fresh.enrollFrom, row.enrolledAt ?? fresh.enrollFrom);
  const place = { zone: zone.zone, country: fields.country };
  const starts: { readonly sequenceId: string; readonly start: EnrollmentStart }[] = [];
  for (const match of outcome.enroll) {
    const start = context.startOf(match, place, enrolledAt);
    if (start !== null) starts.push({ sequenceId: match.sequenceId, start });
  }
  const nurture = nurtureDueAt(
    {
      lead: fields,
      isSuppressed: suppressedReason !== null,
      isInFlight: starts.length > 0,
      nurtureCount: 0,
      coldSinceAt: coldSince(fields, context.now),
      lastMessageAt: null,
    },
    context.policy,
  );
  return { lead: { id: fresh.nextLeadId(), fields, zone, nurtureDueAt: nurture }, outcome, starts };
}

function enrollByGroup(
  { db }: ArrivalContext,
  batch: { readonly judged: readonly Judged[]; readonly firstRowId: number; readonly nextId: () => string },
  counts: ArrivalCounts,
): void {
  const groups = new Map<EnrollmentStart, number[]>();
  for (const [index, { starts }] of batch.judged.entries()) {
    for (const { sequenceId, start } of starts) {
      let leadRowIds = groups.get(start);
      if (leadRowIds === undefined) groups.set(start, (leadRowIds = []));
      leadRowIds.push(batch.firstRowId + index);
      countEnrolled(counts, sequenceId, 1);
    }
  }
  insertEnrollments(
    db,
    [...groups].map(([start, leadRowIds]) => ({ start, leadRowIds })),
    batch.nextId,
  );
}

function tellByGroup({ db, now }: ArrivalContext, judged: readonly Judged[], firstRowId: number): void {
  const groups = new Map<
    string,
    { verdict: MatchVerdict; text: string; ref: string | null; rowIds: number[] }
  >();
  const groupOf = (outcome: MatchOutcome): number[] => {
    const { verdict } = outcome;
    const text = matchText(outcome);
    const key = `${verdict} ${text}`;
    let group = groups.get(key);
    const ref = outcome.enroll[0]?.sequenceId ?? null;
    if (group === undefined) groups.set(key, (group = { verdict, text, ref, rowIds: [] }));
    return group.rowIds;
  };
  // Leads that matched alike mostly share their outcome: the words are put together once for each.
  const byOutcome = new Map<MatchOutcome, number[]>();
  for (const [index, { outcome }] of judged.entries()) {
    let rowIds = byOutcome.get(outcome);
    if (rowIds === undefined) byOutcome.set(outcome, (rowIds = groupOf(outcome)));
    rowIds.push(firstRowId + index);
  }
  for (const { verdict, text, ref, rowIds } of groups.values()) {
    addTimelineOfMany(db, { at: now, kind: verdict, text, ref }, rowIds);
  }
}
