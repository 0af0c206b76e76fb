import type { ExitName } from '../core/exits.ts';
import type { Doubt } from '../core/guards/wake.ts';
import { messagesInState } from '../store/messages.ts';
import type { Engine } from './engine/engine.ts';
import { lookTidied } from './engine/live-run.ts';
import { GUARDS_OFF } from './guards-off.ts';
import { quietReason } from './run.ts';
import type { RunSession } from './run-session.ts';
import { NOTHING_SENT } from './send-delivery.ts';
import { sendCounts, still } from './send-ends.ts';
import type { SendReport } from './send-report.ts';
import { doubtedBy, planSend, type SendPlan, type SendRequest } from './send-run.ts';

/** Why a live run would send nothing at all now, whatever stands at the door. */
interface Closed {
  readonly reason: string;
  readonly detail: string;
}

/** F3: what a live `send` would do at this moment, doubts, weekend, holiday and hold line included. Reads only. */
export function previewSend(
  session: RunSession,
  engine: Engine,
  { request, doubts }: { readonly request: SendRequest; readonly doubts: readonly Doubt[] },
): SendReport {
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
  const quiet = quietReason(engine, 'send');
  const found: ExitName = plan.queue.length > 0 && quiet === null ? 'WOULD_ACT' : 'NOTHING_DUE';
  const exit = request.detailedExitCode ? found : 'OK';
  if (quiet !== null) {
    const closed = { reason: quiet, detail: 'the run would keep still' };
    return { ...previewOf(exit, shut(plan, closed)), reason: quiet };
  }
  const isOver = plan.blastRadius.over && !GUARDS_OFF.has('blast_radius');
  const closed = { reason: 'blast_radius', detail: 'the run would hold the whole batch' };
  return { ...previewOf(exit, isOver ? shut(plan, closed) : plan), doubts };
}

function previewOf(exit: ExitName, plan: SendPlan): SendReport {
  const counts = { ...sendCounts(NOTHING_SENT, plan), would_send: plan.queue.length };
  return { ...still('preview', exit), counts, plan };
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
