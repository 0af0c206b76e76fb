import { readStop } from '../adapters/stop-file.ts';
import type { Candidate } from '../core/candidate.ts';
import { judgeBlastRadius, OPERATING_DAYS_IN_MEAN } from '../core/guards/blast-radius.ts';
import { capsLeft } from '../core/guards/caps.ts';
import { judgeAttribution, judgeLeadInFull } from '../core/guards/lead-guards.ts';
import type { Verdict } from '../core/guards/verdict.ts';
import { compileMatcher, type MatchOutcome } from '../core/matching.ts';
import type { Instant, Job, Lead } from '../core/model.ts';
import type { PlannedStep } from '../core/planned-step.ts';
import type { GuardName, Reason } from '../core/reasons.ts';
import { judgedLead } from '../store/attribution.ts';
import { candidateOfColdLead, candidateOfEnrollment } from '../store/candidates.ts';
import { readJob } from '../store/jobs.ts';
import { liveEnrollmentsOfLead } from '../store/sequence-enrollments.ts';
import { draftsMade, draftVolume } from '../store/volume.ts';
import { attributionGate } from './engine/attribution-gate.ts';
import { isOperatorsDay, sequenceList, type Engine } from './engine/engine.ts';
import { followUpChooser, guardContext } from './engine/planning.ts';
import { copyWriter } from './engine/writing.ts';
import { jobDoubtsOf, type OperatorState } from './operator-state.ts';
import { engineOf, outlookOf } from './outlook.ts';
import { quietReason } from './run.ts';
import { doorGuards } from './why-door.ts';
import { factsOf, type WhyFacts } from './why-facts.ts';
import { withoutModel } from './model-drafts.ts';
import { senderFields } from './workspace.ts';

/** One line of `leads why`: what a guard says and what it looked at. */
export interface WhyGuard {
  readonly name: GuardName;
  /** `hold`: its draft would be made, and held (A8). */
  readonly verdict: Verdict['kind'] | 'hold';
  readonly reason: Reason | null;
  readonly detail: string;
  readonly facts: WhyFacts;
  readonly until: Instant | null;
}

/** One way in which a lead could get its next email: a live enrollment, or the follow-up that nurture would make. */
export interface WhyPath {
  readonly candidate: Candidate;
  /** The run's guards, the lead's in the order of the planner, then the words. */
  readonly guards: readonly WhyGuard[];
  /** What stands: the first no, else the first ask; null when everything allows. */
  readonly answer: WhyGuard | null;
  /** Every no, in order: the next run may be the wrong place to look when two of them hold. */
  readonly refusals: readonly WhyGuard[];
}

export interface Why {
  readonly lead: Lead;
  readonly paths: readonly WhyPath[];
  /** What matching would say today; null for a lead that is under way. */
  readonly match: MatchOutcome | null;
  /** False when no active nurture sequence would take the lead. */
  readonly hasFollowUp: boolean;
  /** B8: of a lead at the wrong company, which is out of every pipeline: no path is left that could say so. Null for any other. */
  readonly mismatch: WhyGuard | null;
}

/**
 * A13: why a lead did or did not get an email, by the guards, the planner and the matcher of a real run, judged now.
 * Reads only, and one path at a time: every guard is asked, also after the first no.
 */
export async function whyOf(state: OperatorState, lead: Lead): Promise<Why> {
  const engine = engineOf(state);
  const live = liveEnrollmentsOfLead(state.db, lead.rowId);
  const enrolled = live.map(({ rowId }) => candidateOfEnrollment(state.db, rowId, engine.sequences));
  const hasNurture = live.some(({ kind }) => kind === 'nurture');
  const followUp = hasNurture ? null : candidateOfColdLead(state.db, lead.rowId, followUpChooser(engine));
  const candidates = [...enrolled, followUp].filter((candidate) => candidate !== null);
  const paths: WhyPath[] = [];
  for (const candidate of candidates) paths.push(await pathOf(state, engine, candidate));
  const { suppressedReason } = lead;
  const match =
    live.length > 0 ? null : compileMatcher(sequenceList(engine))(lead, { suppressedReason, live: [] });
  const mismatch = paths.length > 0 ? null : mismatchGuard(state, lead);
  return { lead, paths, match, hasFollowUp: hasNurture || followUp !== null, mismatch };
}

function mismatchGuard({ db, workspace }: OperatorState, lead: Lead): WhyGuard | null {
  const judged = judgedLead(db, lead.rowId);
  if (judged?.verdict !== 'mismatch') return null;
  const facts = {
    address: lead.email,
    company: judged.company,
    company_domain: judged.companyDomain,
    judged_by: judged.by,
    mode: workspace.policy.attribution.mode,
  };
  const detail = judged.note ?? 'the address does not belong to the company';
  return no('attribution', 'attribution_mismatch', { detail, facts });
}

/** The same for one enrollment or follow-up. */
export async function pathOf(state: OperatorState, engine: Engine, candidate: Candidate): Promise<WhyPath> {
  const cap = capGuard(engine, candidate.job);
  const run = runGuards(state, engine, candidate.job);
  const own = [
    ...leadGuards(engine, candidate, await gateVerdict(state, engine, candidate)),
    await copyGuard(state, engine, candidate),
    ...doorGuards(engine, state.workspace.senders, candidate),
  ];
  const isFree = ![...run, cap, ...own].some(isNo);
  const place = isFree ? await placeInQueue(state, engine, candidate) : null;
  const guards = [...run, place ?? cap, ...own];
  const refusals = guards.filter(isNo);
  const answer = refusals[0] ?? guards.find((guard) => guard.verdict === 'ask') ?? null;
  return { candidate, guards, answer, refusals };
}

/** B8: what the gate would find, of a lead that no run has judged yet; null where it has been judged, or the gate is off. */
async function gateVerdict(
  { workspace }: OperatorState,
  engine: Engine,
  candidate: Candidate,
): Promise<Verdict | string | null> {
  const { lead, job } = candidate;
  if (lead.attribution !== null) return null;
  const gate = await attributionGate(engine, {
    job,
    allowFile: workspace.attributionAllowFile,
    hasModel: withoutModel(workspace, false) === null,
  });
  if (gate === undefined) return null;
  const found = gate(candidate);
  if (found === null) return 'not judged yet: that comes before its first draft';
  if (!('verdict' in found)) return 'not judged yet: a model is asked before its first draft';
  const judged = { ...candidate, lead: { ...lead, attribution: found.verdict } };
  const verdict = judgeAttribution(judged, guardContext(engine, job), found.note);
  return verdict.kind === 'allow' ? found.note : verdict;
}

function leadGuards(
  engine: Engine,
  candidate: Candidate,
  gate: Verdict | string | null,
): readonly WhyGuard[] {
  return judgeLeadInFull(candidate, guardContext(engine, candidate.job)).map((judged) => {
    const { name } = judged;
    const facts = factsOf(name, candidate, engine);
    const isGate = name === 'attribution' && gate !== null;
    if (isGate && typeof gate === 'string') return allow(name, gate, facts);
    const verdict = isGate && typeof gate !== 'string' ? gate : judged.verdict;
    if (verdict.kind === 'allow') return allow(name, '', facts);
    const { kind, reason, detail } = verdict;
    return {
      name,
      verdict: kind,
      reason,
      detail,
      facts,
      until: verdict.kind === 'skip' ? verdict.until : null,
    };
  });
}

/** D3: whether the words can be written. */
async function copyGuard(state: OperatorState, engine: Engine, candidate: Candidate): Promise<WhyGuard> {
  const write = await copyWriter(engine, {
    sender: senderFields(state.workspace),
    withoutModel: withoutModel(state.workspace, false),
  });
  const result = write(candidate);
  const facts = { mode: candidate.step.copy.mode };
  if (result.kind === 'rendered') return allow('copy', '', { ...facts, subject: result.copy.subject });
  return no('copy', result.reason, { detail: result.detail, facts });
}

/** What holds for every lead of the run: pause, doubts, the operator's day, a held batch, the hold line. The cap comes last. */
function runGuards(state: OperatorState, engine: Engine, job: Job): readonly WhyGuard[] {
  const day = { operator_day: engine.operatorDay, timezone: engine.policy.timezone };
  const quiet = quietReason(engine, job);
  const isDayOff = !isOperatorsDay(engine, engine.operatorDay);
  return [
    pauseGuard(state),
    ...wakeGuards(state, job),
    isDayOff && quiet !== null
      ? no('run', quiet, { detail: `a ${quiet} of the operator`, facts: day })
      : allow('run', 'a working day of the operator', day),
    quiet === 'hold_open'
      ? no('run', 'hold_open', { detail: 'a held batch of this job waits for a decision', facts: {} })
      : allow('run', 'no held batch waits', {}),
    lineGuard(engine, job),
  ];
}

function pauseGuard({ workspace }: OperatorState): WhyGuard {
  const stop = readStop(workspace.paths.stopFile);
  if (stop === null) return allow('run', 'not paused', {});
  return no('run', 'paused', { detail: stop.reason === '' ? 'STOP is there' : stop.reason, facts: {} });
}

function wakeGuards(state: OperatorState, job: Job): readonly WhyGuard[] {
  const { checkpointAt } = readJob(state.db, job);
  const gapHours = checkpointAt === null ? null : Math.round((state.now - checkpointAt) / 360_000) / 10;
  const doubts = jobDoubtsOf(state, job);
  if (doubts.length === 0)
    return [allow('run', 'no doubt about time, machine or state', { gap_hours: gapHours })];
  return doubts.map(({ reason, detail, liftedBy }) =>
    no('run', reason, { detail, facts: { gap_hours: gapHours, lifted_by: liftedBy } }),
  );
}

/** A8: never a no for one lead, since a batch above the line is made, and held. */
function lineGuard(engine: Engine, job: Job): WhyGuard {
  const { db, operatorDay, policy } = engine;
  const isOperatingDay = (isoDate: string): boolean => isOperatorsDay(engine, isoDate);
  const volume = draftVolume(db, { job, operatorDay, isOperatingDay, days: OPERATING_DAYS_IN_MEAN });
  const { blastRadiusFactor: factor, blastRadiusFloor: floor } = policy.limits;
  const { line, over } = judgeBlastRadius({ ...volume, thisRun: 1, factor, floor });
  const facts = { made_today: volume.madeToday, line: Math.round(line * 10) / 10 };
  return over
    ? {
        name: 'run',
        verdict: 'hold',
        reason: 'blast_radius',
        detail: 'one more draft is above the hold line',
        facts,
        until: null,
      }
    : allow('run', 'below the hold line', facts);
}

function capGuard(engine: Engine, job: Job): WhyGuard {
  const { db, policy, now, operatorDay } = engine;
  const made = draftsMade(db, now, operatorDay);
  const caps = capsLeft(job, policy.limits, { ...made, limit: null });
  const facts = {
    per_run: caps.perRun,
    per_day: caps.perDay,
    drafted_today: made.onOperatorDay,
    drafted_in_24_hours: made.inLast24Hours,
  };
  if (caps.left > 0) return allow('run', 'the cap has room', facts);
  return no('run', caps.bindingReason, { detail: 'the cap is used up', facts });
}

/** A6: when every guard allows, only the planner knows whether those before it in the queue leave it a place. */
async function placeInQueue(
  state: OperatorState,
  engine: Engine,
  candidate: Candidate,
): Promise<WhyGuard | null> {
  const { plan } = await outlookOf(state, engine, candidate.job);
  const isSame = (other: PlannedStep): boolean =>
    other.lead.rowId === candidate.lead.rowId && other.enrollment?.rowId === candidate.enrollment?.rowId;
  if (plan.drafts.some((draft) => isSame(draft.candidate))) return null;
  const held = plan.heldBack.find((each) => isSame(each.candidate));
  const facts = { due_before_it: plan.demand };
  if (held === undefined) return no('run', 'cap_run', { detail: 'others are longer overdue', facts });
  return no('run', held.reason, { detail: held.detail, facts, until: held.until });
}

function isNo(guard: WhyGuard): boolean {
  return guard.verdict === 'skip' || guard.verdict === 'hold';
}

function allow(name: GuardName, detail: string, facts: WhyFacts): WhyGuard {
  return { name, verdict: 'allow', reason: null, detail, facts, until: null };
}

function no(
  name: GuardName,
  reason: Reason,
  of: { detail: string; facts: WhyFacts; until?: Instant | null },
): WhyGuard {
  return { name, verdict: 'skip', reason, detail: of.detail, facts: of.facts, until: of.until ?? null };
}
