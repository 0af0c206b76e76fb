import { pauseFor } from '../adapters/pause.ts';
import { createSendJournal } from '../adapters/send-journal.ts';
import { checkBeforeWrite } from '../store/disk-space.ts';
import type { Engine } from './engine/engine.ts';
import { MIN_FREE_BYTES } from './engine/live-run.ts';
import { SenderBook } from './engine/sender-book.ts';
import { askAgain } from './engine/asking.ts';
import { sendMessages, type SendingOptions, type SendingResult, type StopReason } from './engine/sending.ts';
import { openMailer } from './send-mailer.ts';
import { stampState, stopReason, type RunSession } from './run-session.ts';
import { composer } from './send-mailing.ts';
import type { SendPlan } from './send-run.ts';

/** Under the unit's 30 minutes, so that the last delivery ends in its own time. */
const CLAIMING_MS_MAX = 29 * 60_000;

/** Why a message waits behind those that are asked about. */
export const OVER_RUN_CAP = { reason: 'cap_run', detail: 'over the cap of the run', until: null } as const;

export const NOTHING_SENT: SendingResult = { settled: [], notSent: [], stoppedBy: null, cutShort: null };

/**
 * Takes the plan's queue out, through the one way there is, after at most `asks` messages in doubt were asked about (D1). Opens no
 * mailer when nothing is to leave.
 */
export async function deliverPlan(
  session: RunSession,
  reading: Engine,
  { plan, asks }: { readonly plan: SendPlan; readonly asks: number },
): Promise<SendingResult> {
  if (plan.queue.length === 0 && asks === 0) return NOTHING_SENT;
  const { workspace, invocation, runId, header } = session;
  const { clock, random, signal } = invocation.context;
  const engine: Engine = { ...reading, db: session.writer() };
  checkBeforeWrite(engine.db, { minFreeBytes: MIN_FREE_BYTES, isThrowaway: engine.isRehearsed });
  const rehearsal = invocation.context.rehearsalSeat;
  const mailer = rehearsal?.mailer ?? (await openMailer(invocation, workspace));
  const deadlineAt = clock.now() + CLAIMING_MS_MAX;
  const { paceMinMs, paceMaxMs } = workspace.mail;
  const isUnpaced = paceMaxMs === 0 || mailer.transport === 'outbox';
  const wait = rehearsal?.wait ?? ((ms: number) => pauseFor(ms, signal));
  const mustStop = (): StopReason | null => {
    if (signal.aborted) return 'signal';
    if (stopReason(workspace) !== null) return 'paused';
    return clock.now() > deadlineAt ? 'time' : null;
  };
  try {
    return await askAndSend(
      engine,
      { plan, asks },
      {
        runId,
        transport: mailer.transport,
        account: mailer.account,
        isRehearsal: !workspace.policy.live,
        journal: createSendJournal(workspace.paths.stateDir),
        stateId: header.stateId,
        senders: new SenderBook(workspace.senders, { isRehearsal: !workspace.policy.live }),
        mailer,
        clock,
        compose: rehearsal?.compose ?? composer(invocation, engine, { workspace, mailer }),
        mustStop,
        pause: () =>
          isUnpaced ? Promise.resolve() : wait(paceMinMs + random.fraction() * (paceMaxMs - paceMinMs)),
        isUnpaced,
        beforeFirstClaim: () => {
          stampState(session, engine.db);
        },
      },
    );
  } finally {
    await mailer.close();
  }
}

/** What is asked about may leave, and so uses the run's cap up (A6). */
async function askAndSend(
  engine: Engine,
  { plan, asks }: { readonly plan: SendPlan; readonly asks: number },
  options: SendingOptions,
): Promise<SendingResult> {
  if (asks === 0) return sendMessages(engine, plan.queue, options);
  const asked = await askAgain(engine, options, asks);
  if (asked.stoppedBy !== null) return { ...asked, notSent: [] };
  if (asked.settled.length > 0) await options.pause();
  const room = Math.max(0, engine.policy.limits.sendsPerRun - asked.settled.length);
  const sent = await sendMessages(engine, plan.queue.slice(0, room), options);
  const behind = plan.queue.slice(room).map((message) => ({ message, ...OVER_RUN_CAP }));
  return { ...sent, settled: [...asked.settled, ...sent.settled], notSent: [...sent.notSent, ...behind] };
}
