import { liftByPerson, type Doubt } from '../core/guards/wake.ts';
import { keyLifeOf } from '../core/transports.ts';
import { hasAskable } from '../store/asking.ts';
import { transportWait, type TransportWait } from '../store/transport-waits.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { journalAhead } from './audit/breaks.ts';
import { keysLiveSince, questionsNow } from './engine/asking.ts';
import { openEngine, type Engine } from './engine/engine.ts';
import { tidyUp } from './engine/live-run.ts';
import type { QueuedMessage } from './engine/send-candidates.ts';
import { judgeSenders } from './engine/sender-health.ts';
import { guardsOff, isRehearsed } from './guards-off.ts';
import { countOption, flagOption, listOption, usageError } from './options.ts';
import { findMessage } from './review/find.ts';
import { quietReason } from './run.ts';
import { doubtsOf, openSession, optOutsOf, stopReason, type RunSession } from './run-session.ts';
import { deliverPlan } from './send-delivery.ts';
import { openMailer } from './send-mailer.ts';
import { endHeld, endInDoubt, endSent, endStill } from './send-ends.ts';
import { previewSend } from './send-preview.ts';
import { settleOldClaims, tellForgottenKeys } from './send-recovery.ts';
import { reportSend, type SendReport } from './send-report.ts';
import { dropUnlistedNow, nothingDue, planSend, type SendRequest } from './send-run.ts';

/** P7: the run reads each message a few times and none again later, so that a small state and a large one need the same memory. */
const CACHE_KIB = 2_048;

/** `send`: the only command that touches people. Approved messages, every guard again, one by one (D1, D2). */
export async function run(invocation: Invocation): Promise<Outcome> {
  const asked: SendRequest = {
    isPreview: flagOption(invocation, 'preview'),
    limit: countOption(invocation, 'limit'),
    only: listOption(invocation, 'only'),
    detailedExitCode: flagOption(invocation, 'detailedExitCode'),
  };
  const session = openSession(invocation, 'send', { cacheKib: CACHE_KIB });
  try {
    refuseRaisedCap(session, asked);
    // Whole ids, whatever was typed; an id that nothing has is a misunderstanding.
    const request = { ...asked, only: asked.only.map((typed) => findMessage(session.reader, typed).id) };
    return reportSend(session, await sendInSession(session, request));
  } finally {
    session.close();
  }
}

async function sendInSession(session: RunSession, request: SendRequest): Promise<SendReport> {
  const without = guardsOff(session.invocation);
  const judged = doubtsOf(session, without);
  if (stopReason(session.workspace) !== null && !without.has('pause'))
    return endStill(session, request, { mode: 'paused', exit: 'PAUSED', reason: 'paused', found: judged });

  const { policy } = session.workspace;
  const engine = openEngine({
    db: session.reader,
    policy,
    now: session.now,
    without,
    isRehearsed: isRehearsed(session.invocation),
    optOuts: optOutsOf(session),
  });
  if (request.isPreview)
    return previewSend(session, engine, {
      request,
      doubts: judged,
      isWaiting: providerWait(session, engine) !== null,
      questions: () => questionsOf(session, engine, request),
    });
  const found = withJournal(session, judged);
  // First what a killed run left: what turns out not to have left is approved again, and doubted like the rest.
  if (liftByPerson(found).length === 0) settleOldClaims(session, engine);
  const doubted = found.length === 0 ? null : endInDoubt(session, found);
  if (doubted !== null) return doubted;

  tidyUp(engine, 'send', session);
  const quiet = quietReason(engine, 'send');
  if (quiet !== null)
    return endStill(session, request, { mode: 'quiet', exit: nothingDue(request), reason: quiet, found: [] });
  judgeSenders(engine, { runId: session.runId, writer: () => session.writer() });
  const wait = providerWait(session, engine);
  if (wait !== null)
    return endStill(session, request, {
      mode: 'quiet',
      exit: nothingDue(request),
      reason: 'retry_wait',
      found: [],
    });
  tellForgottenKeys(session, engine);
  const plan = planSend(engine, request, session.workspace.senders);
  if (plan.blastRadius.over && !without.has('blast_radius')) return endHeld(session, request, plan);
  dropUnlistedNow(session, engine, plan);
  const result = await deliverPlan(session, engine, { plan, asks: asksAtMost(session, engine, request) });
  // Who opted out while it ran was called back before the body; now the state says why.
  tidyUp(engine, 'send', session);
  return endSent(session, request, { plan, result });
}

/** D1, A15: a state that is older than the send journal is doubted like any restored one, also where its stamp was put back with it. */
function withJournal({ reader }: RunSession, judged: readonly Doubt[]): readonly Doubt[] {
  if (judged.some(({ reason }) => reason === 'restored')) return judged;
  const ahead = journalAhead(reader);
  return ahead === null ? judged : [ahead, ...judged];
}

/** D7: what a provider asked for after an earlier run; null while nothing does. */
function providerWait({ workspace }: RunSession, { db, now }: Engine): TransportWait | null {
  const { transport } = workspace.mail;
  return transport === 'outbox' ? null : transportWait(db, { transport, now });
}

/** F3: what the run would ask its provider about; no mailer is opened where there is nothing to ask. */
async function questionsOf(
  session: RunSession,
  engine: Engine,
  request: SendRequest,
): Promise<readonly QueuedMessage[]> {
  const most = asksAtMost(session, engine, request);
  if (most === 0 || !engine.policy.live) return [];
  const mailer = await openMailer(session.invocation, session.workspace);
  try {
    return questionsNow(engine, { mailer, most });
  } finally {
    await mailer.close();
  }
}

/** D1: how many messages in doubt this run may ask about. A run that was narrowed by hand does what it was asked for and no more. */
function asksAtMost({ workspace }: RunSession, { db, now, policy }: Engine, request: SendRequest): number {
  const { transport } = workspace.mail;
  const keyLifeMs = keyLifeOf(transport);
  if (keyLifeMs === null || request.limit !== null || request.only.length > 0) return 0;
  const usedAfter = keysLiveSince(now, keyLifeMs);
  return hasAskable(db, { transport, usedAfter }) ? policy.limits.sendsPerRun : 0;
}

/** Hardening 89: a `--limit` above the cap is a misunderstanding, not a wish. */
function refuseRaisedCap(session: RunSession, { limit }: SendRequest): void {
  const { sendsPerRun } = session.workspace.policy.limits;
  if (limit === null || limit <= sendsPerRun) return;
  throw usageError(
    `--limit ${String(limit)} is above the cap of ${String(sendsPerRun)} a run`,
    'A flag can only lower it; see limits.sends_per_run',
  );
}
