import { isActivated, type SequenceEdit } from '../core/edit-plan.ts';
import { compileMatcher, type LiveEnrollment, type Match, type MatchOutcome } from '../core/matching.ts';
import type { Instant, Lead, SequenceKind } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import type { Random } from '../ports.ts';
import type { StateDatabase } from '../store/database.ts';
import { insertEnrollment } from '../store/enrollment-insert.ts';
import { cancelEnrollment } from '../store/enrollments.ts';
import { loadedHolidays } from '../store/holidays.ts';
import { ALL_LEADS, listLeads } from '../store/leads.ts';
import { refreshNurtureDue } from '../store/nurture-queue.ts';
import { leadsEverEnrolled, liveEnrollmentsOfLead } from '../store/sequence-enrollments.ts';
import { addTimeline } from '../store/timeline.ts';
import { createEnrollmentStarts, type EnrollmentStarts } from './arrivals/enrollment-starts.ts';
import { matchText } from './arrivals/match-text.ts';

/** How many stored leads a sequence that becomes active would enroll (A19). */
export interface StoredMatches {
  readonly total: number;
  readonly bySequence: ReadonlyMap<string, number>;
}

export const NO_MATCHES: StoredMatches = { total: 0, bySequence: new Map() };

export interface EnrollDependencies {
  readonly db: StateDatabase;
  readonly policy: Policy;
  readonly now: Instant;
  readonly random: Pick<Random, 'publicId'>;
}

/** Counts what `enrollStored` would do for these edits, applied or not. Reads only. */
export function countStoredMatches(db: StateDatabase, edits: readonly SequenceEdit[]): StoredMatches {
  const bySequence = new Map<string, number>();
  let total = 0;
  for (const { outcome } of storedMatches(db, edits)) {
    for (const { sequenceId } of outcome.enroll) {
      bySequence.set(sequenceId, (bySequence.get(sequenceId) ?? 0) + 1);
      total += 1;
    }
  }
  return { total, bySequence };
}

/**
 * A19, `--enroll-existing`: enrolls stored leads in the sequences that these edits made active, from now and not from
 * their past, by the rules of an arrival (B1 to B4). A lead that was ever in the sequence is left out: it has had its
 * steps. In the caller's transaction, after `applySequences`. Returns how many enrollments began.
 */
export function enrollStored(edits: readonly SequenceEdit[], dependencies: EnrollDependencies): number {
  const { db, policy } = dependencies;
  const sequences = edits.map((edit) => edit.after);
  const startOf = createEnrollmentStarts({ sequences, policy, holidaysOf: loadedHolidays(db) });
  let enrolled = 0;
  for (const found of storedMatches(db, edits)) enrolled += begin(found, startOf, dependencies);
  return enrolled;
}

interface StoredMatch {
  readonly lead: Lead;
  readonly live: readonly { readonly rowId: number; readonly kind: SequenceKind }[];
  /** Only what becomes active now. */
  readonly outcome: MatchOutcome;
}

/** The caller may enroll each lead before it asks for the next one. */
function* storedMatches(db: StateDatabase, edits: readonly SequenceEdit[]): Generator<StoredMatch> {
  const hadBefore = new Map<number, ReadonlySet<number>>();
  for (const { before, after } of edits.filter(isActivated)) {
    hadBefore.set(after.rowId, before === null ? new Set() : leadsEverEnrolled(db, before.rowId));
  }
  if (hadBefore.size === 0) return;
  const match = compileMatcher(edits.map((edit) => edit.after));
  const wantedOf = (lead: Lead, live: readonly LiveEnrollment[]): MatchOutcome => {
    const outcome = match(lead, { suppressedReason: lead.suppressedReason, live });
    const isNew = ({ sequenceRowId }: Match): boolean =>
      hadBefore.get(sequenceRowId)?.has(lead.rowId) === false;
    return { ...outcome, enroll: outcome.enroll.filter(isNew) };
  };
  for (const lead of listLeads(db, ALL_LEADS)) {
    // Most leads match nothing new: what they are in already is only looked up for the others.
    if (wantedOf(lead, []).enroll.length === 0) continue;
    const live = liveEnrollmentsOfLead(db, lead.rowId);
    const outcome = wantedOf(lead, live);
    if (outcome.enroll.length > 0) yield { lead, live, outcome };
  }
}

function begin(
  { lead, live, outcome }: StoredMatch,
  startOf: EnrollmentStarts,
  dependencies: EnrollDependencies,
): number {
  const { db, policy, now, random } = dependencies;
  const starts = outcome.enroll.flatMap((match) => startOf(match, lead, now) ?? []);
  if (starts.length === 0) return 0;
  // B7: a follow-up never blocks a drip; one that matches cancels it.
  for (const each of live.filter(({ kind }) => kind === 'nurture')) {
    cancelEnrollment(db, { enrollmentRowId: each.rowId, reason: 'drip_matched', now });
  }
  for (const start of starts)
    insertEnrollment(db, { ...start, id: random.publicId('e'), leadRowId: lead.rowId });
  const ref = outcome.enroll[0]?.sequenceId ?? null;
  addTimeline(db, { leadRowId: lead.rowId, at: now, kind: 'matched', text: matchText(outcome), ref });
  refreshNurtureDue(db, lead.rowId, { policy, now });
  return starts.length;
}
