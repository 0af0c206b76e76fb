import type { Instant, Job } from '../model.ts';
import type { Policy } from '../policy.ts';
import { firstOpening, scheduleOfHours, scheduleOfWindow } from '../time/openings.ts';
import { isOperatingDay } from '../time/operator-day.ts';
import { DAY_MS } from '../time/durations.ts';
import type { DraftAct, LeadFacts, SendAct, StepFacts } from './acts.ts';

/** One promise that was not kept: by its number in the requirements, when, to whom. */
export interface Violation {
  readonly promise: string;
  readonly at: Instant;
  readonly lead: string | null;
  readonly what: string;
}

/** What a witness knows of the world beside what happened in it. */
export interface WitnessedRun {
  readonly policy: Policy;
  /** `drip`, `send`, … */
  readonly command: string;
  readonly at: Instant;
  /** True where a person typed it. */
  readonly isByPerson: boolean;
  readonly isPaused: boolean;
  /** Why nobody could trust clock, machine or state at that moment, as the rehearsal itself knows; null: all was well. */
  readonly untrusted: { readonly promise: string; readonly what: string } | null;
  /** What each job last did, as it was before this run. */
  readonly before: Readonly<Record<Job, JobMemory>>;
  readonly bootId: string | null;
  /** What was made of each job's day, this run included. */
  readonly volume: Readonly<Record<Job, DayVolume>>;
  /** Drafts of both jobs on this day of the operator and in the last 24 hours; bodies that left on either. */
  readonly draftsToday: number;
  readonly drafts24h: number;
  readonly sendsToday: number;
  readonly silences: (job: Job) => readonly { readonly startedAt: Instant; readonly endedAt: Instant }[];
  readonly isHoliday: (country: string | null, isoDate: string) => boolean;
  /** D6: what a sender has sent today, and may; null for no cap of its own. */
  readonly senderDay: (address: string) => { readonly sent: number; readonly cap: number | null };
}

export interface JobMemory {
  readonly checkpointAt: Instant | null;
  readonly checkpointBootId: string | null;
}

export interface DayVolume {
  readonly madeToday: number;
  readonly releasedToday: number;
  readonly recentDays: readonly number[];
}

const WINDOW_DAYS = 14;

/**
 * Judges what a run did by what came of it, and by nothing that kept it from doing more: no guard is asked. Each line names the promise
 * that was broken.
 */
export function judgeActs(
  run: WitnessedRun,
  { drafts, sends }: { readonly drafts: readonly DraftAct[]; readonly sends: readonly SendAct[] },
): readonly Violation[] {
  return [
    ...drafts.flatMap((draft) => judgeDraft(run, draft)),
    ...sends.flatMap((send) => judgeSent(run, send)),
    ...judgeRun(run, drafts, sends),
  ];
}

function judgeDraft(run: WitnessedRun, draft: DraftAct): readonly Violation[] {
  const { policy } = run;
  const { limits } = policy;
  const found: string[][] = [...judgeLead(draft, draft.madeAt), ...judgeMoment(run, draft, draft.madeAt)];
  const gapMs = draft.previousDraftAt === null ? null : draft.madeAt - draft.previousDraftAt;
  if (gapMs !== null && gapMs < limits.watermarkMs)
    found.push(['A2', `drafted ${hours(gapMs)} after the draft before it`]);
  if (draft.othersWaiting > 0) found.push(['A7', 'drafted while another draft of this lead waits']);
  if (draft.job === 'nurture' && draft.othersLive > 0)
    found.push(['B7', 'a follow-up for a lead that is under way']);
  if (draft.job === 'drip' && draft.lastPosition !== null && draft.position <= draft.lastPosition)
    found.push(['C5', 'drafted a step that was passed already']);
  const dueAt = Math.max(draft.dueAt ?? 0, draft.nextDueAt ?? 0);
  if (dueAt > draft.madeAt) found.push(['C2', `drafted ${hours(dueAt - draft.madeAt)} before it was due`]);
  if (isLate(run, draft)) {
    if (draft.late !== 'ask') found.push(['A16', `too late, and its sequence says ${draft.late}`]);
    else if (draft.approvedBy === 'sequence' || draft.state === 'approved')
      found.push(['A16', 'too late, and nobody was asked']);
  }
  return found.map(([promise = '', what = '']) => violation(promise, draft.madeAt, { lead: draft, what }));
}

function judgeSent(run: WitnessedRun, send: SendAct): readonly Violation[] {
  const { limits } = run.policy;
  const found: string[][] = [...judgeLead(send, send.at), ...judgeMoment(run, send, send.at)];
  if (send.approvedAt === null || send.approvedAt > send.at) found.push(['D5', 'sent without an approval']);
  else if ((send.leavesAt ?? 0) > send.at) found.push(['D7', 'sent while it could still be undone']);
  if (send.deliveries > 1) found.push(['D1', `delivered ${String(send.deliveries)} times`]);
  const gapMs = send.previousSentAt === null ? null : send.at - send.previousSentAt;
  if (gapMs !== null && gapMs < limits.watermarkMs)
    found.push(['A2', `sent ${hours(gapMs)} after the mail before it`]);
  const freshAt = Math.max(send.draftedAt ?? 0, send.editedAt ?? 0, send.heldUntil ?? 0);
  if (freshAt + limits.draftExpiryMs < send.at) found.push(['D2', 'sent a draft that was too old']);
  if (send.senderPausedAt !== null && send.senderPausedAt < send.at)
    found.push(['D6', 'sent by a mailbox that is paused']);
  const { allowlist } = run.policy;
  const address = send.leadEmail.toLowerCase();
  const isListed = allowlist.some(
    (entry) =>
      address === entry.toLowerCase() || (entry.startsWith('@') && address.endsWith(entry.toLowerCase())),
  );
  if (allowlist.length > 0 && !isListed)
    found.push(['D9', 'sent to an address that is not on the allowlist']);
  return found.map(([promise = '', what = '']) => violation(promise, send.at, { lead: send, what }));
}

/** B3, B6, B8: who must not be written to. */
function judgeLead(lead: LeadFacts, at: Instant): string[][] {
  if (lead.suppressedReason !== null)
    return [['B3', `written to though suppressed: ${lead.suppressedReason}`]];
  if (lead.isOptedOut) return [['B3', 'written to though opted out']];
  if (lead.isDoNotContact) return [['B3', 'written to though marked do-not-contact']];
  if (lead.isSpam) return [['B3', 'written to though marked as spam']];
  if (lead.stage === 'customer' || lead.stage === 'disqualified')
    return [['B3', `written to in stage ${lead.stage}`]];
  if (lead.status === 'unqualified') return [['B3', 'written to though unqualified']];
  if (lead.attribution === 'mismatch') return [['B8', 'written to at an address of another company']];
  if ((lead.leadHeldUntil ?? 0) > at) return [['E4', 'written to while on hold']];
  return [];
}

/** A10, A11, A14, A15, B9, C3: when nothing may happen. */
function judgeMoment(run: WitnessedRun, act: LeadFacts & StepFacts, at: Instant): string[][] {
  const found: string[][] = [];
  if (run.isPaused) found.push(['A10', 'while everything was paused']);
  if (run.untrusted !== null) found.push([run.untrusted.promise, `while ${run.untrusted.what}`]);
  if (act.sequenceStatus !== 'active') found.push(['B9', `its sequence is ${act.sequenceStatus}`]);
  const closed = closedAt(run, act, at);
  if (closed !== null) found.push(closed);
  return found;
}

function closedAt(
  { policy, isHoliday }: WitnessedRun,
  act: LeadFacts & StepFacts,
  at: Instant,
): string[] | null {
  const hoursOf = scheduleOfHours({
    hours: policy.hours,
    leadZone: act.zone,
    isHoliday: (isoDate) => isHoliday(act.country, isoDate),
  });
  if (firstOpening({ hours: hoursOf, window: null }, at, at) === null)
    return ['A11', `outside the hours of ${act.zone}`];
  const window = scheduleOfWindow(act.window, act.zone);
  const opensAt = firstOpening({ hours: hoursOf, window }, at, at + WINDOW_DAYS * DAY_MS);
  // C3: where window and hours never meet, the window is left out of account.
  return opensAt === null || opensAt === at ? null : ['C3', 'outside the window of its step'];
}

function isLate(run: WitnessedRun, { job, dueAt, maxLateMs }: DraftAct): boolean {
  if (dueAt === null) return false;
  const latestAt = dueAt + (maxLateMs ?? run.policy.limits.maxLateMs);
  return run.silences(job).some(({ startedAt, endedAt }) => startedAt < dueAt && endedAt > latestAt);
}

function judgeRun(
  run: WitnessedRun,
  drafts: readonly DraftAct[],
  sends: readonly SendAct[],
): readonly Violation[] {
  const { policy, at } = run;
  const { limits } = policy;
  const found: Violation[] = [];
  const say = (promise: string, what: string): void =>
    void found.push(violation(promise, at, { lead: null, what }));
  for (const draft of twiceInOneRun(drafts))
    found.push(violation('A1', at, { lead: draft, what: 'two steps in one run' }));
  for (const job of ['drip', 'nurture'] as const) {
    const own = drafts.filter((draft) => draft.job === job);
    if (own.length === 0) continue;
    const perRun = job === 'drip' ? limits.draftsPerRunDrip : limits.draftsPerRunNurture;
    if (own.length > perRun)
      say('A6', `${job} made ${String(own.length)} drafts in one run, the cap is ${String(perRun)}`);
    const doubt = unsettled(run, job);
    if (doubt !== null && run.command !== 'confirm' && !run.isByPerson) say('A4', `${job} drafted ${doubt}`);
    if (doubt?.startsWith('after') === true && run.command === 'confirm' && !run.isByPerson)
      say('A5', `a timer confirmed ${job} ${doubt}`);
    const unheld = own.some((draft) => !draft.isBatchHeld);
    const line = holdLine(policy, run.volume[job]);
    if (unheld && run.volume[job].madeToday > line)
      say(
        'A8',
        `${job} made ${String(run.volume[job].madeToday)} today, the hold line is ${line.toFixed(1)}`,
      );
  }
  if (drafts.length > 0 && Math.max(run.draftsToday, run.drafts24h) > limits.draftsPerDay)
    say(
      'A6',
      `${String(Math.max(run.draftsToday, run.drafts24h))} drafts in a day, the cap is ${String(limits.draftsPerDay)}`,
    );
  if (sends.length > limits.sendsPerRun)
    say('A6', `${String(sends.length)} sends in one run, the cap is ${String(limits.sendsPerRun)}`);
  if (sends.length > 0 && run.sendsToday > limits.sendsPerDay)
    say('A6', `${String(run.sendsToday)} sends in a day, the cap is ${String(limits.sendsPerDay)}`);
  for (const address of new Set(sends.flatMap(({ sender }) => (sender === null ? [] : [sender])))) {
    const { sent, cap } = run.senderDay(address);
    if (cap !== null && sent > cap)
      say('D6', `${address} sent ${String(sent)} on one day, its cap is ${String(cap)}`);
  }
  const day = drafts[0]?.day ?? sends[0]?.day;
  if (
    day !== undefined &&
    !isOperatingDay(day, { weekdays: policy.hours.weekdays, holidays: policy.holidays })
  )
    say('A11', `on ${day}, when the operator does not work`);
  return found;
}

/** A4, A5: what was not settled when the run began, as the end of a sentence; null: all was. */
function unsettled({ before, bootId, at, policy }: WitnessedRun, job: Job): string | null {
  const { checkpointAt, checkpointBootId } = before[job];
  if (checkpointAt === null) return 'without ever having run before';
  if (at - checkpointAt > policy.limits.coldStartMs) return `after ${hours(at - checkpointAt)} of silence`;
  return bootId === null || checkpointBootId !== bootId ? 'in a boot that nobody had settled' : null;
}

function holdLine({ limits }: Policy, { recentDays, releasedToday }: DayVolume): number {
  const sum = recentDays.reduce((total, day) => total + day, 0);
  const mean = recentDays.length === 0 ? 0 : sum / recentDays.length;
  return limits.blastRadiusFactor * Math.max(mean, limits.blastRadiusFloor) + releasedToday;
}

function twiceInOneRun(drafts: readonly DraftAct[]): readonly DraftAct[] {
  const seen = new Set<string>();
  return drafts.filter(({ leadRowId, runId }) => {
    const key = `${runId} ${String(leadRowId)}`;
    const isSecond = seen.has(key);
    seen.add(key);
    return isSecond;
  });
}

function violation(
  promise: string,
  at: Instant,
  { lead, what }: { readonly lead: LeadFacts | null; readonly what: string },
): Violation {
  return { promise, at, lead: lead?.leadEmail ?? null, what };
}

function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
