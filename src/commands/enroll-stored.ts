import { isActivated, type SequenceEdit } from '../core/edit-plan.ts';
import { compileMatcher, type Match } from '../core/matching.ts';
import type { Instant, Lead, StoredSequence } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { nextStep } from '../core/progress.ts';
import { scheduleStep } from '../core/schedule.ts';
import type { Random } from '../ports.ts';
import type { StateDatabase } from '../store/database.ts';
import { insertEnrollment } from '../store/enrollment-insert.ts';
import { cancelEnrollment } from '../store/enrollments.ts';
import { loadedHolidays } from '../store/holidays.ts';
import { ALL_LEADS, listLeads } from '../store/leads.ts';
import { refreshNurtureDue } from '../store/nurture-queue.ts';
import { leadsEverEnrolled, liveEnrollmentsOfLead } from '../store/sequence-enrollments.ts';
import { addTimeline } from '../store/timeline.ts';

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
  for (const { match } of storedMatches(db, edits)) {
    bySequence.set(match.sequenceId, (bySequence.get(match.sequenceId) ?? 0) + 1);
    total += 1;
  }
  return { total, bySequence };
}

/**
 * A19, `--enroll-existing`: enrolls stored leads in the sequences that these edits made active, from now and not from
 * their past, by the rules of an arrival (B1 to B4). A lead that was ever in the sequence is left out: it has had its
 * steps. In the caller's transaction, after `applySequences`. Returns how many enrollments began.
 */
export function enrollStored(edits: readonly SequenceEdit[], dependencies: EnrollDependencies): number {
  const sequences = new Map(edits.map(({ after }) => [after.rowId, after]));
  const holidaysOf = loadedHolidays(dependencies.db);
  let enrolled = 0;
  for (const { lead, match } of storedMatches(dependencies.db, edits)) {
    const sequence = sequences.get(match.sequenceRowId);
    if (sequence === undefined) continue;
    const holidays = holidaysOf(lead.country);
    begin(lead, { match, sequence, dependencies, isHoliday: (isoDate) => holidays.has(isoDate) });
    enrolled += 1;
  }
  return enrolled;
}

interface StoredMatch {
  readonly lead: Lead;
  readonly match: Match;
}

/** The caller may enroll each match before it asks for the next one. */
function* storedMatches(db: StateDatabase, edits: readonly SequenceEdit[]): Generator<StoredMatch> {
  const hadBefore = new Map<number, ReadonlySet<number>>();
  for (const edit of edits) {
    if (!isActivated(edit) || edit.after.kind !== 'drip') continue;
    hadBefore.set(
      edit.after.rowId,
      edit.before === null ? new Set() : leadsEverEnrolled(db, edit.before.rowId),
    );
  }
  if (hadBefore.size === 0) return;
  const match = compileMatcher(edits.map((edit) => edit.after));
  const isWanted = (lead: Lead, { sequenceRowId }: Match): boolean =>
    hadBefore.get(sequenceRowId)?.has(lead.rowId) === false;
  for (const lead of listLeads(db, ALL_LEADS)) {
    const { suppressedReason } = lead;
    // Most leads match nothing new: what they are in already is only looked up for the others.
    if (!match(lead, { suppressedReason, live: [] }).enroll.some((each) => isWanted(lead, each))) continue;
    const live = liveEnrollmentsOfLead(db, lead.rowId);
    for (const each of match(lead, { suppressedReason, live }).enroll) {
      if (isWanted(lead, each)) yield { lead, match: each };
    }
  }
}

function begin(
  lead: Lead,
  beginning: {
    readonly match: Match;
    readonly sequence: StoredSequence;
    readonly dependencies: EnrollDependencies;
    readonly isHoliday: (isoDate: string) => boolean;
  },
): void {
  const { match, sequence, isHoliday } = beginning;
  const { db, policy, now, random } = beginning.dependencies;
  const step = nextStep(sequence.steps, null, new Set());
  if (step === null) return;
  // B7: a follow-up never blocks a drip; one that matches cancels it.
  for (const live of liveEnrollmentsOfLead(db, lead.rowId)) {
    if (live.kind === 'nurture')
      cancelEnrollment(db, { enrollmentRowId: live.rowId, reason: 'drip_matched', now });
  }
  const scheduled = scheduleStep({
    sequence,
    step,
    previousStep: null,
    enrolledAt: now,
    previousSendAt: null,
    leadZone: lead.zone,
    isHoliday,
    policy,
  });
  insertEnrollment(db, {
    id: random.publicId('e'),
    leadRowId: lead.rowId,
    sequenceRowId: sequence.rowId,
    kind: sequence.kind,
    enrolledAt: now,
    ...scheduled,
    firstStepRowId: step.rowId,
    matchReason: match.reason,
    matchSnapshotJson: JSON.stringify(match.snapshot),
    parallel: match.parallel,
  });
  const text = `${sequence.id} by ${match.snapshot.pattern}, when the sequence became active`;
  addTimeline(db, { leadRowId: lead.rowId, at: now, kind: 'matched', text, ref: sequence.id });
  refreshNurtureDue(db, lead.rowId, { policy, now });
}
