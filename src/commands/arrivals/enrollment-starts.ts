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

/** Sources and zones are few, and imports enroll from one moment; only odd files come near this. */
const STARTS_MAX = 10_000;

/**
 * What leads of one match began with, by zone and country. Leads of one origin share the very match, and finding their start by it
 * spares putting a key together for each.
 */
interface RecentStarts {
  readonly enrolledAt: Instant;
  readonly byPlace: Map<string, Map<string | null, EnrollmentStart | null>>;
}

const NOTHING_DELIVERED: ReadonlySet<number> = new Set();

/**
 * Works out first steps (C2, C3) once per sequence, match, zone, country and moment: a hundred thousand leads share a few
 * dozen of these, and a calendar calculation for each would take longer than storing them. Leads that begin alike
 * get the very same object.
 */
export function createEnrollmentStarts(options: {
  readonly sequences: readonly StoredSequence[];
  readonly policy: Policy;
  readonly holidaysOf: HolidaysOf;
}): EnrollmentStarts {
  const sequences = new Map(options.sequences.map((sequence) => [sequence.rowId, sequence]));
  const starts = new Map<string, EnrollmentStart | null>();
  const alike = new Map<string, EnrollmentStart>();
  const recent = new WeakMap<Match, RecentStarts>();
  return (match, lead, enrolledAt) => {
    let near = recent.get(match);
    if (near?.enrolledAt !== enrolledAt) recent.set(match, (near = { enrolledAt, byPlace: new Map() }));
    const byCountry = near.byPlace.getOrInsertComputed(lead.zone, () => new Map());
    return byCountry.getOrInsertComputed(lead.country, () => remembered(match, lead, enrolledAt));
  };

  function remembered(
    match: Match,
    lead: Pick<Lead, 'zone' | 'country'>,
    enrolledAt: Instant,
  ): EnrollmentStart | null {
    const key = keyOf(match, lead, enrolledAt);
    const known = starts.get(key);
    if (known !== undefined) return known;
    if (starts.size >= STARTS_MAX) {
      starts.clear();
      alike.clear();
    }
    const step = firstStep(sequences.get(match.sequenceRowId), lead, enrolledAt);
    const start = step === null ? null : shared({ ...startOf(match, enrolledAt), ...step });
    starts.set(key, start);
    return start;
  }

  /** Zones that give the same times share one start: fewer groups, each nearer to the order of the leads, which their index is in. */
  function shared(start: EnrollmentStart): EnrollmentStart {
    return alike.getOrInsertComputed(JSON.stringify(start), () => start);
  }

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

function keyOf(
  { sequenceRowId, snapshot }: Match,
  lead: Pick<Lead, 'zone' | 'country'>,
  at: Instant,
): string {
  const { pattern, source, sourceFormId, platform } = snapshot;
  // A cell holds no line break, so that the parts cannot run into one another.
  return `${sequenceRowId}\n${at}\n${lead.zone}\n${lead.country ?? ''}\n${pattern}\n${source ?? ''}\n${sourceFormId ?? ''}\n${platform ?? ''}`;
}

function startOf(
  match: Match,
  enrolledAt: Instant,
): Omit<EnrollmentStart, 'dueAt' | 'nextDueAt' | 'firstStepRowId'> {
  return {
    sequenceRowId: match.sequenceRowId,
    kind: 'drip',
    enrolledAt,
    matchReason: match.reason,
    matchSnapshotJson: JSON.stringify(match.snapshot),
    parallel: match.parallel,
  };
}
