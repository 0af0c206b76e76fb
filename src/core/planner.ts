import type { Candidate } from './candidate.ts';
import { stepsByCalendar } from './catch-up.ts';
import { judgeBlastRadius, type BlastRadius, type BlastRadiusFacts } from './guards/blast-radius.ts';
import type { CapsLeft } from './guards/caps.ts';
import type { AttributionClaim } from './attribution/claim.ts';
import type { Attribution } from './attribution/judge.ts';
import { judgeAttribution, judgeLead, PAUSE_PUSH_MS, type GuardContext } from './guards/lead-guards.ts';
import { skip, type Verdict } from './guards/verdict.ts';
import type { Instant, Job } from './model.ts';
import { StepKeeper, type PlannedStep } from './planned-step.ts';
import { shownFrame, type Frame } from './writing/gap.ts';
import type { Reason } from './reasons.ts';

/** The words of one draft. */
export interface CopyWords {
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
}

/**
 * The words of one draft, rendered from fixed copy or taken unchanged from a saved plan (A17). A plan of ten thousand cannot hold as
 * many bodies (P7): each is written out when it is stored, the same words each time.
 */
export interface PlannedCopy {
  readonly subject: string;
  /** Of copy with a gap: what is known of it, the gap shown as it is written. */
  words(): CopyWords;
  /** D3: set where a model has still to write. */
  readonly frame?: Frame;
  /** D3: set where a model wrote them. */
  readonly byModel?: ModelWords;
}

/** How a model's words came to be. */
export interface ModelWords {
  /** The message id under which the calls that they cost are kept. */
  readonly askedFor: string;
  /** Why a person must look at them first; null: they passed. */
  readonly unfit: string | null;
  readonly isAssist: boolean;
}

/** Words that exist already, as planned copy. */
export function writtenCopy(words: CopyWords, byModel?: ModelWords): PlannedCopy {
  return { subject: words.subject, words: () => words, ...(byModel === undefined ? {} : { byModel }) };
}

/** Words with a gap that a model fills when the draft is made. */
export function framedCopy(frame: Frame): PlannedCopy {
  return { subject: frame.subject, words: () => shownFrame(frame), frame };
}

export type CopyResult =
  | { readonly kind: 'rendered'; readonly copy: PlannedCopy }
  | {
      readonly kind: 'problem';
      readonly reason: Extract<Reason, 'template' | 'model' | 'validation' | 'budget'>;
      readonly detail: string;
    };

export interface PlannedDraft {
  readonly candidate: PlannedStep;
  readonly copy: PlannedCopy;
  /** Why a person must approve it even where the sequence approves itself; null for no such reason. */
  readonly askReason: Reason | null;
  /** Where a model is asked only: why it was not drafted the last time (A13). */
  readonly previousReason?: string | null;
  /** B8 (3): what a model has still to judge before it is drafted. */
  readonly claim?: AttributionClaim;
  /** B8: what this run found out about the lead; kept with the draft. */
  readonly attribution?: Attribution;
  /** B8 (3): what a model has judged in a preview, which keeps its verdict with the plan and not with the lead (F3). */
  readonly judgedClaim?: AttributionClaim;
}

export interface HeldBack {
  readonly candidate: PlannedStep;
  readonly reason: Reason;
  readonly until: Instant | null;
  readonly detail: string;
}

/** What a live run writes besides drafts. A preview only shows it. */
export type Adjustment =
  /** A16, `late = "skip"`: the step counts as passed over, the next counts from now. */
  | { readonly kind: 'pass_over'; readonly candidate: PlannedStep }
  /** A16, `late = "restart"`: the step's delay starts again now. */
  | { readonly kind: 'restart'; readonly candidate: PlannedStep }
  /** B9: a due step of a paused sequence is pushed out. */
  | { readonly kind: 'push_out'; readonly candidate: PlannedStep; readonly untilAt: Instant }
  /** B7: nurture need not look at this lead for longer than a tick; until when is worked out from what it is by then. */
  | { readonly kind: 'requeue'; readonly candidate: PlannedStep };

/** B8: what was found out about leads that nobody had judged yet. */
export interface PlannedAttribution {
  readonly attribution: Attribution;
  readonly leadRowIds: readonly number[];
}

export interface RunPlan {
  readonly job: Job;
  readonly drafts: readonly PlannedDraft[];
  /** At most `HELD_BACK_SHOWN_MAX`, in the order of the queue; `countsByReason` counts them all. */
  readonly heldBack: readonly HeldBack[];
  readonly countsByReason: Readonly<Partial<Record<Reason, number>>>;
  /** Verdicts that differ from the last run's, to be written (A13). */
  readonly changedVerdicts: readonly HeldBack[];
  readonly adjustments: readonly Adjustment[];
  /** Verdicts of the attribution gate on leads that no run had judged before, and that get no draft. */
  readonly attributions: readonly PlannedAttribution[];
  readonly evaluated: number;
  /** Due, but not judged in this run because the cap was reached long before. */
  readonly notJudged: number;
  /** Under way and merely not due: counted, and explained on demand (A13). Null over a saved plan, which looks at nobody else. */
  readonly notDue: number | null;
  readonly caps: CapsLeft;
  /** What the run would make if there were no caps (A8). */
  readonly demand: number;
  /** What the calendar alone calls due for the leads evaluated, several steps for one lead included; null when not asked. */
  readonly calendarDemand: number | null;
  readonly blastRadius: BlastRadius;
}

export interface PlannerInput {
  readonly job: Job;
  /** Once the cap is reached, so many are judged in all; `JUDGED_MAX` where left out. Who is drafted does not hang on it. */
  readonly judgedMax?: number;
  /** In the order of fairness: follow-ups before first steps, then longest overdue (A6). */
  readonly candidates: Iterable<Candidate>;
  readonly context: GuardContext;
  readonly caps: CapsLeft;
  readonly volume: Omit<BlastRadiusFacts, 'thisRun'>;
  /** Due rows in the whole queue, to say how many were not judged. */
  readonly queueLength: number;
  /** Live enrollments of the job whose next step is not due yet. */
  readonly notDue?: number;
  readonly writeCopy: (candidate: Candidate) => CopyResult;
  /** B8: judges a lead without a verdict, asked only about whom nothing else refuses; left out while the gate is off. Null: not in this run; a claim: a model
   * judges it when the draft is made. */
  readonly attribute?: ((candidate: Candidate) => Attribution | AttributionClaim | null) | undefined;
  /** True for a run in doubt: it says what it avoided. */
  readonly countsCalendar?: boolean;
}

/** Bounds what a plan keeps in memory and prints, whatever the length of the queue. */
export const HELD_BACK_SHOWN_MAX = 1_000;
/** Once the cap is reached, this many are still judged so that the counts by reason mean something. */
export const JUDGED_MAX = 20_000;
const CHANGED_VERDICTS_MAX = 10_000;

/**
 * The one planner of drip and nurture: from candidates, policy and one clock reading to a plan. Preview prints it, a live run
 * applies it, `confirm` runs it over what a saved plan still allows. One step per lead per run (A1), never above a cap (A6), and
 * a lead that is refused or whose copy fails never takes another's place.
 */
export function planRun(input: PlannerInput): RunPlan {
  const draft = new PlanInProgress(input);
  for (const candidate of input.candidates) {
    if (draft.isDone()) break;
    draft.consider(candidate);
  }
  return draft.finish();
}

type Refusal = Omit<HeldBack, 'candidate'>;

class PlanInProgress {
  private readonly input: PlannerInput;
  private readonly drafts: PlannedDraft[] = [];
  private readonly heldBack: HeldBack[] = [];
  private readonly changedVerdicts: HeldBack[] = [];
  private readonly adjustments: Adjustment[] = [];
  private readonly attributions = new Map<Attribution, number[]>();
  private readonly countsByReason: Partial<Record<Reason, number>> = {};
  private readonly plannedLeads = new Set<number>();
  private readonly keeper = new StepKeeper();
  /** What the gate said of the candidate that is being considered. */
  private gate: Attribution | AttributionClaim | null = null;
  private evaluated = 0;
  private demand = 0;
  private calendarDemand = 0;

  constructor(input: PlannerInput) {
    this.input = input;
  }

  isDone(): boolean {
    return this.isFull() && this.evaluated >= (this.input.judgedMax ?? JUDGED_MAX);
  }

  consider(candidate: Candidate): void {
    this.evaluated += 1;
    const { context, countsCalendar = false } = this.input;
    const isCatchingUp = context.without.has('one_step');
    const steps = isCatchingUp || countsCalendar ? stepsByCalendar(candidate, context) : [candidate];
    this.calendarDemand += steps.length;
    for (const step of isCatchingUp ? steps : [candidate]) this.considerStep(step);
  }

  private considerStep(candidate: Candidate): void {
    const judged = this.judge(candidate);
    this.gate = null;
    const verdict = judged.kind === 'skip' || this.isFull() ? judged : this.judgeClaim(candidate, judged);
    if (verdict.kind === 'skip') {
      const { reason, until, detail } = verdict;
      this.holdBack(candidate, { reason, until, detail });
      return;
    }
    this.demand += 1;
    if (!this.isFull()) {
      this.write(candidate, verdict);
      return;
    }
    this.plannedLeads.add(candidate.lead.rowId);
    this.holdBack(candidate, this.overCap());
  }

  finish(): RunPlan {
    return {
      job: this.input.job,
      drafts: this.drafts,
      heldBack: this.heldBack,
      countsByReason: this.countsByReason,
      changedVerdicts: this.changedVerdicts,
      adjustments: this.adjustments,
      attributions: [...this.attributions].map(([attribution, leadRowIds]) => ({ attribution, leadRowIds })),
      evaluated: this.evaluated,
      notJudged: Math.max(0, this.input.queueLength - this.evaluated),
      notDue: this.input.notDue ?? null,
      caps: this.input.caps,
      demand: this.demand,
      calendarDemand: this.input.countsCalendar === true ? this.calendarDemand : null,
      blastRadius: judgeBlastRadius({ ...this.input.volume, thisRun: this.drafts.length }),
    };
  }

  private judge(candidate: Candidate): Verdict {
    const { context } = this.input;
    const verdict = judgeLead(candidate, context);
    // A1: a second step for a lead that this very run already moves meets the watermark the first one is about to set.
    const movesTwice = this.plannedLeads.has(candidate.lead.rowId) && !context.without.has('watermark');
    if (!movesTwice || verdict.kind === 'skip') return verdict;
    return skip(
      'watermark',
      'this run already moves the lead',
      context.now + context.policy.limits.watermarkMs,
    );
  }

  /**
   * B8: the gate costs time, and money with a model: it is the last to be asked, and of those alone whom this run would draft. It is none
   * the less the earlier guard: what it asks a person for stands in place of what a later one asked for.
   */
  private judgeClaim(candidate: Candidate, standing: Verdict): Verdict {
    const { attribute, context } = this.input;
    const { lead } = candidate;
    if (attribute === undefined || lead.attribution !== null || context.without.has('attribution'))
      return standing;
    const attribution = attribute(candidate);
    this.gate = attribution;
    if (attribution === null)
      return skip('attribution_unknown', 'it came in during this run; the next one judges it');
    if (!('verdict' in attribution)) return standing;
    const { verdict, note } = attribution;
    const found = judgeAttribution({ ...candidate, lead: { ...lead, attribution: verdict } }, context, note);
    return found.kind === 'allow' ? standing : found;
  }

  private write(candidate: Candidate, verdict: Verdict): void {
    const result = this.input.writeCopy(candidate);
    if (result.kind === 'problem') {
      this.holdBack(candidate, { reason: result.reason, until: null, detail: result.detail });
      return;
    }
    this.plannedLeads.add(candidate.lead.rowId);
    const { copy } = result;
    const asked = verdict.kind === 'ask' ? verdict.reason : null;
    this.drafts.push({
      candidate: this.keeper.keep(candidate),
      copy,
      askReason: asked ?? ((copy.frame ?? copy.byModel)?.isAssist === true ? 'model' : null),
      ...(copy.frame === undefined && !isOpenClaim(this.gate)
        ? {}
        : { previousReason: candidate.previousReason }),
      ...gateOf(this.gate),
    });
  }

  private keepVerdict(leadRowId: number): void {
    if (this.gate === null || !('verdict' in this.gate)) return;
    const found = this.attributions.get(this.gate);
    if (found === undefined) this.attributions.set(this.gate, [leadRowId]);
    else found.push(leadRowId);
  }

  private isFull(): boolean {
    return this.drafts.length >= this.input.caps.left && !this.input.context.without.has('cap');
  }

  private overCap(): Refusal {
    const { bindingReason, perRun, perDay } = this.input.caps;
    const detail =
      bindingReason === 'cap_run'
        ? `over the cap of ${String(perRun)} a run`
        : `over the cap of ${String(perDay)} a day`;
    return { reason: bindingReason, until: null, detail };
  }

  private holdBack(candidate: Candidate, refusal: Refusal): void {
    this.keepVerdict(candidate.lead.rowId);
    const { reason } = refusal;
    this.countsByReason[reason] = (this.countsByReason[reason] ?? 0) + 1;
    const held: HeldBack = { candidate: this.keeper.keep(candidate), ...refusal };
    if (this.heldBack.length < HELD_BACK_SHOWN_MAX) this.heldBack.push(held);
    const changed = candidate.previousReason !== reason;
    if (changed && this.changedVerdicts.length < CHANGED_VERDICTS_MAX) this.changedVerdicts.push(held);
    const adjustment = adjustmentFor(held, this.input.context.now);
    if (adjustment !== null) this.adjustments.push(adjustment);
  }
}

function isOpenClaim(said: Attribution | AttributionClaim | null): said is AttributionClaim {
  return said !== null && !('verdict' in said);
}

function gateOf(said: Attribution | AttributionClaim | null): Pick<PlannedDraft, 'attribution' | 'claim'> {
  if (said === null) return {};
  return 'verdict' in said ? { attribution: said } : { claim: said };
}

function adjustmentFor(held: HeldBack, now: Instant): Adjustment | null {
  const { candidate, reason } = held;
  if (reason === 'sequence_paused' && candidate.enrollment !== null) {
    return { kind: 'push_out', candidate, untilAt: now + PAUSE_PUSH_MS };
  }
  if (reason === 'late') {
    return { kind: candidate.sequence.late === 'restart' ? 'restart' : 'pass_over', candidate };
  }
  if (candidate.enrollment === null && LEAVES_NURTURE_QUEUE.has(reason)) {
    return { kind: 'requeue', candidate };
  }
  return null;
}

/** Reasons that hold for longer than a tick; the lead leaves the queue until then, so that a tick costs what is due. */
const LEAVES_NURTURE_QUEUE: ReadonlySet<Reason> = new Set<Reason>([
  'suppressed',
  'opted_out',
  'dnc',
  'stage',
  'status',
  'spam',
  'in_flight',
  'nurture_done',
  'quiet_days',
  'not_due',
]);
