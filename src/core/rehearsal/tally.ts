import type { Instant } from '../model.ts';
import { DAY_MS } from '../time/durations.ts';
import { operatorDay } from '../time/operator-day.ts';
import type { DraftAct, RunAct, SendAct } from './acts.ts';
import type { Violation } from './promises.ts';

/** One mail on the calendar. */
export interface PlannedMail {
  readonly at: Instant;
  readonly leadId: string;
  readonly leadEmail: string;
  readonly zone: string;
  readonly sequenceId: string;
  readonly stepId: string;
}

/** A run that drafted, sent, or distrusted itself. */
export interface PlayedRun {
  readonly at: Instant;
  readonly command: string;
  readonly mode: string;
  readonly reason: string | null;
  readonly drafts: number;
  readonly leads: number;
  /** Leads with two drafts or more of this one run. */
  readonly leadsTwice: number;
  readonly sends: number;
  /** Of a preview: what it would draft, and what the calendar alone calls due. */
  readonly wouldDraft: number;
  readonly byCalendar: number;
}

/** One of the operator's days, as it was played. */
export interface PlayedDay {
  readonly day: string;
  drafts: number;
  sends: number;
  /** Runs that distrusted time, machine or state and so only looked. */
  doubted: number;
  /** Drafts that were made as held because there were too many. */
  held: number;
  /** The machine was off for all of it, or a part. */
  isOff: boolean;
  /** The first of what left. */
  readonly mails: PlannedMail[];
}

const RUNS_TOLD_MAX = 500;
/** A day's mails that are named; the others are counted. */
const MAILS_NAMED_MAX = 40;
/** Violations that are named; the others are counted. */
export const VIOLATIONS_NAMED_MAX = 200;

/** What a whole rehearsal comes to. */
export interface Tally {
  /** The first of them. */
  readonly told: readonly PlayedRun[];
  readonly days: readonly PlayedDay[];
  readonly drafts: number;
  readonly sends: number;
  /** Most drafts of one run. */
  readonly maxPerRun: number;
  readonly maxPerDay: number;
  /** Most drafts for one lead within 24 hours. */
  readonly maxPerLeadPerDay: number;
  /** Leads that got two drafts or more within 24 hours. */
  readonly leadsHitTwice: number;
  /** The day from which on nobody waited behind a cap any more; null: somebody still does, or nobody ever did before anything ran. */
  readonly drainedBy: string | null;
  readonly violations: readonly Violation[];
  readonly violationCount: number;
}

/** Adds up what a rehearsal sees, run by run. Keeps what it counts, not what it saw: a year of a busy state fits. */
export class TallyKeeper {
  readonly #zone: string;
  readonly #days = new Map<string, PlayedDay>();
  readonly #recent = new Map<number, Instant[]>();
  readonly #twice = new Set<number>();
  readonly #violations: Violation[] = [];
  #violationCount = 0;
  #drafts = 0;
  #sends = 0;
  #maxPerRun = 0;
  #maxPerLead = 0;
  #drainedBy: string | null = null;
  readonly #told: PlayedRun[] = [];

  constructor(zone: string) {
    this.#zone = zone;
  }

  get drafts(): number {
    return this.#drafts;
  }

  dayOf(at: Instant): PlayedDay {
    const day = operatorDay(at, this.#zone);
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const made: PlayedDay = { day, drafts: 0, sends: 0, doubted: 0, held: 0, isOff: false, mails: [] };
    this.#days.set(day, made);
    return made;
  }

  addDrafts(drafts: readonly DraftAct[]): void {
    // One `confirm` acts for both jobs, each in a run of its own.
    for (const [, own] of Map.groupBy(drafts, ({ runId }) => runId))
      this.#maxPerRun = Math.max(this.#maxPerRun, own.length);
    for (const draft of drafts) {
      const day = this.dayOf(draft.madeAt);
      day.drafts += 1;
      if (draft.isBatchHeld) day.held += 1;
      this.#drafts += 1;
      const within = (this.#recent.get(draft.leadRowId) ?? []).filter((at) => draft.madeAt - at < DAY_MS);
      within.push(draft.madeAt);
      this.#recent.set(draft.leadRowId, within);
      if (within.length > 1) this.#twice.add(draft.leadRowId);
      this.#maxPerLead = Math.max(this.#maxPerLead, within.length);
    }
  }

  addSends(sends: readonly SendAct[]): void {
    for (const { at, leadId, leadEmail, zone, sequenceId, stepId } of sends) {
      const day = this.dayOf(at);
      day.sends += 1;
      this.#sends += 1;
      if (day.mails.length < MAILS_NAMED_MAX)
        day.mails.push({ at, leadId, leadEmail, zone, sequenceId, stepId });
    }
  }

  addRun(
    run: RunAct,
    made: { readonly drafts: readonly DraftAct[]; readonly sends: readonly SendAct[] },
  ): void {
    this.#tell(run, made);
    if (run.mode === 'preview') this.dayOf(run.startedAt).doubted += 1;
    if (run.mode !== 'live' || run.command !== 'drip') return;
    const { cap_run: overRun = 0, cap_day: overDay = 0, not_judged: notJudged = 0 } = run.counts;
    if (overRun + overDay + notJudged > 0) this.#drainedBy = null;
    else this.#drainedBy ??= operatorDay(run.startedAt, this.#zone);
  }

  #tell(
    run: RunAct,
    made: { readonly drafts: readonly DraftAct[]; readonly sends: readonly SendAct[] },
  ): void {
    const drafts = made.drafts.filter(({ runId }) => runId === run.id);
    const sends = made.sends.filter(({ runId }) => runId === run.id).length;
    const isQuiet = drafts.length === 0 && sends === 0 && run.mode !== 'preview';
    if (isQuiet || this.#told.length >= RUNS_TOLD_MAX) return;
    const leads = Map.groupBy(drafts, ({ leadRowId }) => leadRowId);
    const { startedAt: at, command, mode, reason, counts } = run;
    this.#told.push({
      ...{ at, command, mode, reason, sends },
      drafts: drafts.length,
      leads: leads.size,
      leadsTwice: [...leads.values()].filter((own) => own.length > 1).length,
      wouldDraft: counts['would_draft'] ?? 0,
      byCalendar: counts['by_calendar'] ?? 0,
    });
  }

  addViolations(found: readonly Violation[]): void {
    this.#violationCount += found.length;
    this.#violations.push(...found.slice(0, Math.max(0, VIOLATIONS_NAMED_MAX - this.#violations.length)));
  }

  tally(): Tally {
    const days = [...this.#days.values()].sort((one, other) => (one.day < other.day ? -1 : 1));
    return {
      days,
      told: this.#told,
      drafts: this.#drafts,
      sends: this.#sends,
      maxPerRun: this.#maxPerRun,
      maxPerDay: Math.max(0, ...days.map(({ drafts }) => drafts)),
      maxPerLeadPerDay: this.#maxPerLead,
      leadsHitTwice: this.#twice.size,
      drainedBy: this.#drainedBy,
      violations: this.#violations,
      violationCount: this.#violationCount,
    };
  }
}
