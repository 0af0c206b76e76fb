import type { ExitName } from '../core/exits.ts';
import type { Doubt } from '../core/guards/wake.ts';
import { messagesInState } from '../store/messages.ts';
import type { Engine } from './engine/engine.ts';
import type { QueuedMessage } from './engine/send-candidates.ts';
import { lookTidied } from './engine/live-run.ts';
import { GUARDS_OFF } from './guards-off.ts';
import { quietReason } from './run.ts';
import type { RunSession } from './run-session.ts';
import { NOTHING_SENT, OVER_RUN_CAP } from './send-delivery.ts';
import { sendCounts, still } from './send-ends.ts';
import type { SendReport } from './send-report.ts';
import { doubtedBy, planSend, type SendPlan, type SendRequest } from './send-run.ts';

/** Why a live run would send nothing at all now, whatever stands at the door. */
interface Closed {
  readonly reason: string;
  readonly detail: string;
}

export interface PreviewRequest {
  readonly request: SendRequest;
  readonly doubts: readonly Doubt[];
  /** D7: the provider has asked to be left alone. */
  readonly isWaiting: boolean;
  /** D1: what the run would ask about first. */
  readonly questions: () => Promise<readonly QueuedMessage[]>;
}

/** F3: what a live `send` would do at this moment, doubts, weekend, holiday and hold line included. Reads only. */
export async function previewSend(
  session: RunSession,
  engine: Engine,
  { request, doubts, isWaiting, questions }: PreviewRequest,
): Promise<SendReport> {
  const plan = lookTidied(engine, 'send', {
    writer: () => session.writer(),
    look: (tidied) => planSend(tidied, request, session.workspace.senders),
  });
  if (isStoppedByDoubt(session, engine, doubts)) {
    const closed = {
      reason: 'doubt',
      detail: 'the run would hold what was approved before, and send nothing',
    };
    return { ...previewOf('COLD_START', shut(plan, closed)), reason: doubts[0]?.reason ?? null, doubts };
  }
  const quiet = quietReason(engine, 'send') ?? (isWaiting ? 'retry_wait' : null);
  const isOver = plan.blastRadius.over && !GUARDS_OFF.has('blast_radius');
  const asked = quiet !== null || isOver ? [] : await questions();
  const found: ExitName =
    plan.queue.length + asked.length > 0 && quiet === null ? 'WOULD_ACT' : 'NOTHING_DUE';
  const exit = request.detailedExitCode ? found : 'OK';
  if (quiet !== null) {
    const closed = { reason: quiet, detail: 'the run would keep still' };
    return { ...previewOf(exit, shut(plan, closed)), reason: quiet };
  }
  const closed = { reason: 'blast_radius', detail: 'the run would hold the whole batch' };
  if (isOver) return { ...previewOf(exit, shut(plan, closed)), doubts };
  return { ...previewOf(exit, behindQuestions(engine, plan, asked.length), asked), doubts };
}

/** A6: what is asked about may leave, and uses the run's cap up before the queue does. */
function behindQuestions({ policy, without }: Engine, plan: SendPlan, asked: number): SendPlan {
  if (asked === 0 || without.has('cap')) return plan;
  const room = Math.max(0, policy.limits.sendsPerRun - asked);
  const behind = plan.queue.slice(room).map((message) => ({ message, ...OVER_RUN_CAP }));
  return { ...plan, queue: plan.queue.slice(0, room), notSent: [...behind, ...plan.notSent] };
}

function previewOf(exit: ExitName, plan: SendPlan, questions: readonly QueuedMessage[] = []): SendReport {
  const would = { would_send: plan.queue.length, would_ask: questions.length };
  return {
    ...still('preview', exit),
    counts: { ...sendCounts(NOTHING_SENT, plan), ...would },
    plan,
    questions,
  };
}

/** A doubt that touches nothing that waits, and that a person's confirmation would lift, lets the run go on. */
function isStoppedByDoubt(session: RunSession, { db }: Engine, doubts: readonly Doubt[]): boolean {
  if (doubts.length === 0) return false;
  if (doubts.some(({ liftedBy }) => liftedBy !== 'confirm')) return true;
  const isDoubted = doubtedBy(session, doubts);
  return [...messagesInState(db, 'approved')].some(isDoubted);
}

function shut(plan: SendPlan, closed: Closed): SendPlan {
  const waiting = plan.queue.map((message) => ({ message, ...closed, until: null }));
  return { ...plan, queue: [], notSent: [...waiting, ...plan.notSent] };
}
