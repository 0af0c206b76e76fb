import { pauseFor } from '../adapters/pause.ts';
import { createSendJournal } from '../adapters/send-journal.ts';
import { strongestExit, type ExitName } from '../core/exits.ts';
import type { Doubt } from '../core/guards/wake.ts';
import { checkBeforeWrite } from '../store/disk-space.ts';
import { enqueueNotice } from '../store/notices.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { openEngine, type Engine } from './engine/engine.ts';
import { expireOld, MIN_FREE_BYTES } from './engine/live-run.ts';
import { sendMessages, type SendingResult } from './engine/sending.ts';
import { GUARDS_OFF } from './guards-off.ts';
import { composer, openMailer } from './send-mailing.ts';
import { countOption, flagOption, listOption } from './options.ts';
import { quietReason } from './run.ts';
import {
  keepRestoredDoubt,
  noteDoubts,
  noteRepeatedPartial,
  writePresence,
  writeRun,
  type RunEnd,
} from './run-ledger.ts';
import { doubtsOf, openSession, stampState, stopReason, type RunSession } from './run-session.ts';
import { reportSend, type SendReport } from './send-report.ts';
import { settleOldClaims } from './send-recovery.ts';
import {
  holdBatch,
  holdDoubtful,
  nothingDue,
  planSend,
  type SendPlan,
  type SendRequest,
} from './send-run.ts';

/** Under the unit's 30 minutes, so that the last delivery ends in its own time. */
const CLAIMING_MS_MAX = 29 * 60_000;

/** `send`: the only command that touches people. Approved messages, every guard again, one by one (D1, D2). */
export async function run(invocation: Invocation): Promise<Outcome> {
  const request: SendRequest = {
    isPreview: flagOption(invocation, 'preview'),
    limit: countOption(invocation, 'limit'),
    only: listOption(invocation, 'only'),
    detailedExitCode: flagOption(invocation, 'detailedExitCode'),
  };
  const session = openSession(invocation, 'send');
  try {
    return reportSend(session, await sendInSession(session, request));
  } finally {
    session.close();
  }
}

async function sendInSession(session: RunSession, request: SendRequest): Promise<SendReport> {
  const found = doubtsOf(session, GUARDS_OFF);
  const stopped = stopReason(session.workspace);
  if (stopped !== null)
    return endStill(session, request, { mode: 'paused', exit: 'PAUSED', reason: 'paused', found });

  const { policy } = session.workspace;
  const engine = openEngine({ db: session.reader, policy, now: session.now, without: GUARDS_OFF });
  if (request.isPreview)
    return {
      ...still('preview', previewExit(engine, request)),
      plan: planSend(engine, request),
      doubts: found,
    };
  const held = found.length === 0 ? null : holdForDoubts(session, found);
  if (held !== null) return held;

  settleOldClaims(session, engine);
  expireOld(engine, () => session.writer());
  const quiet = quietReason(engine, 'send');
  if (quiet !== null)
    return endStill(session, request, { mode: 'quiet', exit: nothingDue(request), reason: quiet, found: [] });
  const plan = planSend(engine, request);
  if (plan.blastRadius.over && !GUARDS_OFF.has('blast_radius')) return endHeld(session, request, plan);
  return endSent(session, request, { engine, plan, lifted: found });
}

function previewExit(engine: Engine, request: SendRequest): ExitName {
  if (!request.detailedExitCode) return 'OK';
  return planSend(engine, request).queue.length > 0 ? 'WOULD_ACT' : 'NOTHING_DUE';
}

/** Null when the doubt touches nothing that waits, and a person's confirmation would lift it: then the run goes on. */
function holdForDoubts(session: RunSession, found: readonly Doubt[]): SendReport | null {
  const mustBeRight = found.filter((doubt) => doubt.liftedBy === 'being_right');
  const others = found.filter((doubt) => doubt.liftedBy !== 'being_right');
  const db = session.writer();
  return db.write(() => {
    const moved = mustBeRight.length > 0 ? 0 : holdDoubtful(session, db, others);
    const isHard = found.some((doubt) => doubt.liftedBy !== 'confirm');
    if (moved === 0 && !isHard) return null;
    keepRestoredDoubt(session, db, found);
    const end: RunEnd = {
      ...still('preview', 'COLD_START'),
      reason: found[0]?.reason ?? null,
      counts: { held: moved },
    };
    noteDoubts(session, db, { doubts: found, text: doubtNotice(found, moved) });
    writeRun(session, db, end);
    // A9: the one 30 that writes the checkpoint, since what it doubted is held now and waits for a person.
    if (!isHard) writePresence(session, db, { ...end, mode: 'quiet' });
    return { ...end, ...NOTHING, doubts: found, held: moved };
  });
}

function doubtNotice(found: readonly Doubt[], moved: number): string {
  const why = found.map((doubt) => doubt.detail).join('; ');
  return `send holds ${String(moved)} approved messages: ${why}.\nheadgate review list --state held, then: headgate review release --all`;
}

function endStill(
  session: RunSession,
  request: SendRequest,
  end: { mode: 'paused' | 'quiet'; exit: ExitName; reason: string; found: readonly Doubt[] },
): SendReport {
  const isPresent = !request.isPreview && end.found.every((doubt) => doubt.liftedBy === 'confirm');
  const report: RunEnd = { ...still(end.mode, end.exit), reason: end.reason, narrowed: isNarrowed(request) };
  const db = session.writer();
  db.write(() => {
    keepRestoredDoubt(session, db, end.found);
    writeRun(session, db, report);
    if (isPresent) writePresence(session, db, report);
  });
  if (isPresent) stampState(session, db);
  return { ...report, ...NOTHING };
}

function endHeld(session: RunSession, request: SendRequest, plan: SendPlan): SendReport {
  const db = session.writer();
  const { volume, line, mean } = plan.blastRadius;
  return db.write(() => {
    const held = holdBatch(session, db, plan.queue);
    const end: RunEnd = {
      ...still('live', 'HELD'),
      reason: 'blast_radius',
      counts: { held },
      narrowed: isNarrowed(request),
    };
    const text = `HELD  send was about to reach ${String(volume)} today. Usual is ${mean.toFixed(1)}, the line is ${line.toFixed(1)}.\nheadgate review release --run ${session.runId}   or   headgate review discard --run ${session.runId}`;
    enqueueNotice(db, {
      kind: 'held',
      job: 'send',
      dedupeKey: `held ${session.runId}`,
      text,
      runId: session.runId,
      now: session.now,
      repeatAfterMs: 0,
    });
    writeRun(session, db, end);
    writePresence(session, db, end);
    return { ...end, ...NOTHING, plan, held };
  });
}

async function endSent(
  session: RunSession,
  request: SendRequest,
  of: { engine: Engine; plan: SendPlan; lifted: readonly Doubt[] },
): Promise<SendReport> {
  const db = session.writer();
  const engine: Engine = { ...of.engine, db };
  const result = of.plan.queue.length === 0 ? EMPTY_RESULT : await deliverAll(session, engine, of.plan);
  const exit = sentExit(result, request);
  const end: RunEnd = {
    ...still('live', exit),
    counts: sendCounts(result, of.plan),
    reason: null,
    narrowed: isNarrowed(request),
  };
  db.write(() => {
    if (result.stoppedBy !== null) noteStopped(session, result.stoppedBy);
    noteRepeatedPartial(session, db, exit);
    writeRun(session, db, end);
    if (result.stoppedBy === null) writePresence(session, db, end);
  });
  stampState(session, db);
  return { ...end, ...NOTHING, plan: of.plan, result };
}

async function deliverAll(session: RunSession, engine: Engine, plan: SendPlan): Promise<SendingResult> {
  const { workspace, invocation, runId, header } = session;
  const { clock, random, signal } = invocation.context;
  checkBeforeWrite(engine.db, { minFreeBytes: MIN_FREE_BYTES });
  const mailer = await openMailer(invocation, workspace);
  const deadlineAt = clock.now() + CLAIMING_MS_MAX;
  const { paceMinMs, paceMaxMs } = workspace.mail;
  const isUnpaced = paceMaxMs === 0 || mailer.transport === 'outbox';
  try {
    return await sendMessages(engine, plan.queue, {
      runId,
      transport: mailer.transport,
      isRehearsal: !workspace.policy.live,
      journal: createSendJournal(workspace.paths.stateDir),
      stateId: header.stateId,
      mailer,
      clock,
      compose: composer(engine, workspace),
      mustStop: () => signal.aborted || stopReason(workspace) !== null || clock.now() > deadlineAt,
      pause: () =>
        isUnpaced
          ? Promise.resolve()
          : pauseFor(paceMinMs + random.fraction() * (paceMaxMs - paceMinMs), signal),
      isUnpaced,
      beforeFirstClaim: () => {
        stampState(session, engine.db);
      },
    });
  } finally {
    await mailer.close();
  }
}

function noteStopped(session: RunSession, response: string): void {
  enqueueNotice(session.writer(), {
    kind: 'fatal',
    job: 'send',
    dedupeKey: `fatal send ${response.slice(0, 80)}`,
    text: `send stopped at the first answer of its kind: ${response}\nNothing was lost; what was not sent is still approved.`,
    runId: session.runId,
    now: session.now,
    repeatAfterMs: 86_400_000,
  });
}

function sentExit(result: SendingResult, request: SendRequest): ExitName {
  const exits: ExitName[] = [
    result.settled.some((each) => each.outcome === 'sent') ? 'OK' : nothingDue(request),
  ];
  if (result.stoppedBy !== null) exits.push('UNAVAILABLE');
  if (result.settled.some((each) => each.outcome !== 'sent' && each.outcome !== 'withdrawn'))
    exits.push('PARTIAL');
  return strongestExit(exits);
}

function sendCounts(result: SendingResult, plan: SendPlan): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { evaluated: plan.queue.length + plan.notSent.length };
  for (const { outcome } of result.settled) counts[outcome] = (counts[outcome] ?? 0) + 1;
  for (const { reason } of [...plan.notSent, ...result.notSent]) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

const EMPTY_RESULT: SendingResult = { settled: [], notSent: [], stoppedBy: null };
const NOTHING = { doubts: [], plan: null, result: EMPTY_RESULT, held: 0 } as const;

function still(mode: RunEnd['mode'], exit: ExitName): RunEnd & typeof NOTHING {
  return { mode, exit, reason: null, counts: {}, planId: null, forced: false, narrowed: false, ...NOTHING };
}

function isNarrowed(request: SendRequest): boolean {
  return request.limit !== null || request.only.length > 0;
}
