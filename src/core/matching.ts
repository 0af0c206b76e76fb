import type {
  LeadFields,
  MatchReason,
  MatchVerdict,
  SequenceKind,
  SequenceStatus,
  StoredStep,
  Trigger,
} from './model.ts';
import { compileTriggers } from './trigger-index.ts';
import type { Found } from './trigger-index.ts';

/** The part of a stored sequence that matching reads. */
export interface MatchableSequence {
  readonly rowId: number;
  readonly id: string;
  readonly kind: SequenceKind;
  readonly status: SequenceStatus;
  readonly trigger: Trigger;
  readonly steps: readonly Pick<StoredStep, 'deletedAt'>[];
}

/** A pending or active enrollment of the lead, in any sequence. */
export interface LiveEnrollment {
  readonly sequenceRowId: number;
  readonly kind: SequenceKind;
}

/** What matching needs to know of a lead beyond its fields. */
export interface MatchContext {
  readonly suppressedReason: string | null;
  readonly live: readonly LiveEnrollment[];
}

/** B1: what the lead said of itself when it matched, and the line of the trigger that caught it. */
export interface MatchSnapshot {
  readonly source: string | null;
  readonly sourceFormId: string | null;
  readonly platform: string | null;
  readonly pattern: string;
}

/** One sequence that matched one lead. */
export interface Match {
  readonly sequenceRowId: number;
  readonly sequenceId: string;
  readonly parallel: boolean;
  readonly reason: MatchReason;
  readonly snapshot: MatchSnapshot;
}

export interface MatchOutcome {
  /** The one word for the timeline (B3). `matched` as soon as anything is enrolled. */
  readonly verdict: MatchVerdict;
  /** What to enroll now: the winner first, then every parallel one by rank, priority and name. */
  readonly enroll: readonly Match[];
  /** What would have matched, had the lead not been in flight (B2). */
  readonly blocked: readonly Match[];
  /** What matched but has no live step, so that it enrolls nobody (B9). */
  readonly empty: readonly Match[];
}

export type Matcher = (lead: LeadFields, context: MatchContext) => MatchOutcome;

const REASON_BY_RANK: readonly MatchReason[] = [
  'source_form_id',
  'pattern_exact',
  'pattern_wildcard',
  'predicate',
  'catch_all',
];

/**
 * Compiles the triggers of the active drip sequences once, for as many leads as arrive. The function it returns
 * decides B1, B2, B3 and B9 for one lead and enrolls nobody itself.
 *
 * Rules: exclusions first (B3). A sequence's rank is that of its most specific line that matches; the winner among
 * the matches that are not parallel is the lowest rank, then the highest priority, then the lowest id. Every
 * parallel match enrolls beside it. A catch-all counts only when nothing else matched, parallel or empty ones
 * included. Any live drip enrollment of the lead, parallel or not, blocks the winner ("in flight anywhere"); a
 * nurture follow-up never does. A live enrollment in a sequence blocks a second one in the same (B4).
 *
 * Form ids are compared exactly, since providers make ids that differ in case alone; sources, platforms, tags,
 * notes and `where` values without case.
 */
export function compileMatcher(sequences: readonly MatchableSequence[]): Matcher {
  const drips = sequences.filter((sequence) => sequence.kind === 'drip' && sequence.status === 'active');
  const find = compileTriggers(drips, (sequence) => sequence.trigger.catchAll);
  const judge = (lead: LeadFields, live: readonly LiveEnrollment[]): MatchOutcome => {
    const found = find(lead);
    return found.length === 0 ? nobody('no_match') : outcomeOf(found, lead, live);
  };
  const judgeNew = drips.every(readsOnlyOrigins)
    ? rememberedByOrigin((lead) => judge(lead, NOTHING_LIVE))
    : judge;
  return (lead, { suppressedReason, live }) => {
    const excluded = exclusionOf(lead, suppressedReason);
    if (excluded !== null) return nobody(excluded);
    if (drips.length === 0) return nobody('no_active_sequences');
    return live.length === 0 ? judgeNew(lead, live) : judge(lead, live);
  };
}

/**
 * B7: which nurture sequence a cold lead's follow-ups come from: active, with at least one live step, its filter
 * (any line of `[trigger]`) matching; the most specific, then priority, then id. One without a filter takes
 * whom no filter takes. Null when none fits.
 */
export function compileNurtureChoice<S extends MatchableSequence>(
  sequences: readonly S[],
): (lead: LeadFields) => S | null {
  const find = compileTriggers(sequences.filter(writesFollowUps), (sequence) =>
    isUnfiltered(sequence.trigger),
  );
  return (lead) => find(lead)[0]?.sequence ?? null;
}

/** B7: whether a follow-up can come from this sequence at all. */
export function writesFollowUps(sequence: MatchableSequence): boolean {
  return sequence.kind === 'nurture' && sequence.status === 'active' && hasLiveStep(sequence);
}

/** B3, in the order of the requirement. Null: the lead may be matched. */
function exclusionOf(lead: LeadFields, suppressedReason: string | null): MatchVerdict | null {
  // There is no verdict for a lead without an address, since none can be stored; it must still never enroll.
  if (lead.email === '') return 'no_match';
  if (lead.optedOut) return 'opted_out_at_match_time';
  if (lead.doNotContact) return 'dnc';
  if (suppressedReason !== null) return 'suppressed';
  if (lead.spam) return 'spam';
  if (lead.stage === 'customer' || lead.stage === 'disqualified') return 'stage_excluded';
  if (lead.status === 'unqualified') return 'status_excluded';
  return null;
}

const NOTHING_LIVE: readonly LiveEnrollment[] = [];

/** Whether a lead's form, source and platform are all that its trigger can look at. */
function readsOnlyOrigins({ trigger }: MatchableSequence): boolean {
  return [trigger.notesContain, trigger.tags, trigger.where].every((lines) => lines.length === 0);
}

/** Origins are few; only odd files come near this. */
const ORIGINS_MAX = 10_000;

/** A hundred thousand leads come from a few dozen origins: leads of one get the very same outcome. */
function rememberedByOrigin(judge: (lead: LeadFields) => MatchOutcome): (lead: LeadFields) => MatchOutcome {
  let count = 0;
  const bySource = new Map<string | null, Map<string | null, Map<string | null, MatchOutcome>>>();
  return (lead) => {
    const { source, sourceFormId, platform } = lead;
    const known = bySource.get(source)?.get(sourceFormId)?.get(platform);
    if (known !== undefined) return known;
    count += 1;
    if (count % ORIGINS_MAX === 0) bySource.clear();
    const byForm = bySource.getOrInsertComputed(source, () => new Map());
    const byPlatform = byForm.getOrInsertComputed(sourceFormId, () => new Map());
    return byPlatform.getOrInsertComputed(platform, () => judge(lead));
  };
}

/** `found` is never empty and in order of rank, priority and name. */
function outcomeOf(
  found: readonly Found<MatchableSequence>[],
  lead: LeadFields,
  live: readonly LiveEnrollment[],
): MatchOutcome {
  const winner = found.find((candidate) => !candidate.sequence.trigger.allowParallel);
  const parallels = found.filter((candidate) => candidate.sequence.trigger.allowParallel);
  const inFlight = live.some((enrollment) => enrollment.kind === 'drip');
  const enroll: Match[] = [];
  const blocked: Match[] = [];
  const empty: Match[] = [];
  for (const candidate of winner === undefined ? parallels : [winner, ...parallels]) {
    const { rowId, trigger } = candidate.sequence;
    const isBlocked = trigger.allowParallel
      ? live.some((enrollment) => enrollment.sequenceRowId === rowId)
      : inFlight;
    const target = !hasLiveStep(candidate.sequence) ? empty : isBlocked ? blocked : enroll;
    target.push(matchOf(candidate, lead));
  }
  return { verdict: verdictOf({ enroll, blocked }), enroll, blocked, empty };
}

function verdictOf(parts: Pick<MatchOutcome, 'enroll' | 'blocked'>): MatchVerdict {
  if (parts.enroll.length > 0) return 'matched';
  return parts.blocked.length > 0 ? 'concurrent_drip_blocked' : 'empty_sequence';
}

function nobody(verdict: MatchVerdict): MatchOutcome {
  return { verdict, enroll: [], blocked: [], empty: [] };
}

function matchOf(found: Found<MatchableSequence>, lead: LeadFields): Match {
  return {
    sequenceRowId: found.sequence.rowId,
    sequenceId: found.sequence.id,
    parallel: found.sequence.trigger.allowParallel,
    reason: REASON_BY_RANK[found.rank - 1] ?? 'catch_all',
    snapshot: {
      source: lead.source,
      sourceFormId: lead.sourceFormId,
      platform: lead.platform,
      pattern: found.pattern,
    },
  };
}

function hasLiveStep(sequence: MatchableSequence): boolean {
  return sequence.steps.some((step) => step.deletedAt === null);
}

function isUnfiltered(trigger: Trigger): boolean {
  return [
    trigger.forms,
    trigger.sources,
    trigger.platforms,
    trigger.notesContain,
    trigger.tags,
    trigger.where,
  ].every((lines) => lines.length === 0);
}
