import { waitingPlans } from '../../store/plans.ts';
import { messagesInStates } from '../../store/messages.ts';
import { holdingRunId } from '../../store/review.ts';
import type { BatchView, JobView, PlanView, StatusView, VolumeView } from '../../web/private/views.ts';
import { countOf } from '../output/text.ts';
import { formatClock, formatDateTime, formatDay, zoneLabel } from '../output/time.ts';
import { resultText } from '../run-record.ts';
import type { JobStatus, StatusFacts } from '../status-facts.ts';
import { moodOf } from '../status-mood.ts';
import { lastRunText, lateText, lineText, nextText } from '../status-tables.ts';
import { doubtTexts, guardTexts } from '../status-text.ts';
import { nextCommands } from '../status.ts';
import { heldByRun } from './acts.ts';
import { rowView } from './queue-view.ts';
import { seenHash, type Visit } from './visit.ts';

/** The facts of `headgate status`, with what a person can decide from here. */
export function statusView(visit: Visit, facts: StatusFacts): StatusView {
  const { workspace, now } = visit.state;
  const { timezone } = workspace.policy;
  const { queue, today } = facts;
  const mood = moodOf(facts);
  const leaves = queue.nextLeavesAt === null || queue.nextLeavesAt <= now ? null : queue.nextLeavesAt;
  const note = leaves === null ? '' : `next ${formatClock(leaves, timezone)} ${zoneLabel(timezone)}`;
  return {
    mood: { ...mood, text: `${mood.text.charAt(0).toUpperCase()}${mood.text.slice(1)}` },
    at: formatDateTime(now, timezone),
    queue: [
      { count: queue.pendingApproval, label: 'waiting for you', note: '' },
      { count: queue.approved, label: 'approved', note },
      { count: queue.held, label: 'held', note: '' },
      { count: queue.uncertain, label: 'uncertain', note: '' },
    ],
    today: [
      { count: today.drafted, label: 'drafted today', note: '' },
      { count: today.sent, label: 'sent today', note: '' },
      { count: today.replies, label: 'answered today', note: '' },
      ...(['failed', 'bounced', 'unsubscribed', 'complained'] as const)
        .filter((word) => today[word] > 0)
        .map((word) => ({ count: today[word], label: `${word} today`, note: '' })),
    ],
    volumes: (['drip', 'nurture'] as const).map((job) => volumeView(visit, facts, job)),
    jobs: facts.jobs.map((job) => jobView(visit, job)),
    guards: guardTexts(workspace, facts).flat(),
    doubts: doubtTexts(facts),
    plans: plansOf(visit),
    batches: batchesOf(visit),
    next: nextCommands(facts),
  };
}

function volumeView({ state }: Visit, facts: StatusFacts, job: 'drip' | 'nurture'): VolumeView {
  const volume = facts.volume[job];
  return {
    job,
    line: volume.line,
    lineText: lineText(volume, state.workspace.policy.limits, '×'),
    days: volume.days.map(({ day, drafts }) => ({ day: formatDay(Date.parse(day)), drafts })),
  };
}

function jobView({ state: { now, workspace } }: Visit, job: JobStatus): JobView {
  const { timezone } = workspace.policy;
  return {
    name: job.name,
    last: lastRunText(job, now, timezone),
    result: job.lastRun === null ? '' : resultText(job.lastRun),
    next: nextText(job, { now, timezone, isWide: false }) ?? '',
    late: lateText(job, now),
    isLate: job.isLate,
  };
}

/** A5: saved previews that wait, for their timer or for a person. */
function plansOf({ state }: Visit): readonly PlanView[] {
  const { timezone } = state.workspace.policy;
  return (['drip', 'nurture'] as const).flatMap((job) =>
    [...waitingPlans(state.db, job)].slice(0, PLANS_MAX).map(({ id, madeAt, doubts }) => ({
      id,
      job,
      text: `A preview of ${job}, made ${formatDateTime(madeAt, timezone)}${doubts.length === 0 ? '' : ` because of ${doubts.join(', ').replaceAll('_', ' ')}`}, waits: headgate confirm ${id} drafts it. Read it with headgate review plan ${id}.`,
    })),
  );
}

const PLANS_MAX = 3;

/** A8: every batch that is held, by the run that holds it. */
function batchesOf({ state: { db } }: Visit): StatusView['batches'] {
  const counts = new Map<string, number>();
  for (const message of messagesInStates(db, ['held'])) {
    if (message.holdCause !== 'blast_radius' && message.holdCause !== 'doubt') continue;
    const run = holdingRunId(db, message.rowId) ?? message.runId;
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return [...counts].map(([run, count]) => ({ run, text: `${countOf(count, 'mail')} held as one.` }));
}

const ROWS_MAX = 100;

/** What a run holds; null where it holds nothing. */
export function batchView(visit: Visit, run: string): BatchView | null {
  const held = heldByRun(visit, run);
  const [first] = held;
  if (first === undefined) return null;
  return {
    run,
    title: `${countOf(held.length, 'mail')} held as one`,
    why: WHY[first.holdCause ?? 'operator'],
    rows: held.slice(0, ROWS_MAX).map((message) => rowView(visit, message, null)),
    count: held.length,
    seen: seenHash(held),
  };
}

const WHY = {
  blast_radius:
    'Far more than usual would have been drafted or sent at once. The job makes nothing more until you decide.',
  doubt: 'The engine distrusted time, machine or state, and kept back what had been approved before.',
  operator: 'Held by hand.',
  validation: 'The text did not pass a check.',
  lead: 'Held for their leads.',
} as const;
