import type { ChatCard } from '../core/chat/card.ts';
import { strongestExit, type ExitName } from '../core/exits.ts';
import type { Doubt } from '../core/guards/wake.ts';
import { forgetWentLive } from '../store/header.ts';
import { enqueueNotice } from '../store/notices.ts';
import type { NotSent } from './engine/send-ledger.ts';
import type { SendingResult, StopReason } from './engine/sending.ts';
import type { StoppedBy } from './engine/send-settling.ts';
import {
  keepRestoredDoubt,
  noteDoubts,
  noteRepeatedPartial,
  writePresence,
  writeRun,
  type RunEnd,
} from './run-ledger.ts';
import { stampState, type RunSession } from './run-session.ts';
import { NOTHING_SENT } from './send-delivery.ts';
import type { SendReport } from './send-report.ts';
import {
  holdBatch,
  holdDoubtful,
  nothingDue,
  waitingCount,
  type HeldMessages,
  type SendPlan,
  type SendRequest,
} from './send-run.ts';

const DAY_MS = 86_400_000;
const NOTHING = { doubts: [], plan: null, result: NOTHING_SENT, held: 0, heldNow: [] } as const;
const NOBODY_HELD: HeldMessages = { count: 0, named: [] };

/** A run that sent nothing, to be completed by whoever knows why. */
export function still(mode: RunEnd['mode'], exit: ExitName): SendReport {
  return { mode, exit, reason: null, counts: {}, planId: null, forced: false, narrowed: false, ...NOTHING };
}

/** Null when the doubt touches nothing that waits, and a person's confirmation would lift it: then the run goes on. */
export function endInDoubt(session: RunSession, found: readonly Doubt[]): SendReport | null {
  const mustBeRight = found.filter((doubt) => doubt.liftedBy === 'being_right');
  const others = found.filter((doubt) => doubt.liftedBy !== 'being_right');
  const isHard = found.some((doubt) => doubt.liftedBy !== 'confirm');
  const db = session.writer();
  const report = db.write(() => {
    // First: its trail says so before anything else is written into a restored state.
    keepRestoredDoubt(session, db, found);
    const moved = mustBeRight.length > 0 ? NOBODY_HELD : holdDoubtful(session, db, others);
    if (moved.count === 0 && !isHard) return null;
    const end = {
      ...still('preview', 'COLD_START'),
      reason: found[0]?.reason ?? null,
      counts: { held: moved.count },
      doubts: found,
      held: moved.count,
      heldNow: moved.named.map((message) => ({
        message,
        reason: 'doubt',
        detail: 'approved before the doubt',
      })),
    };
    const text = doubtNotice(session, found, moved.count);
    // Under another machine or a restored state only `adopt` is the way on.
    const card = moved.count === 0 || isHard ? null : batchCard(session);
    noteDoubts(session, db, { doubts: found, text, card });
    writeRun(session, db, end);
    // A9: the one 30 that writes the checkpoint, since what it doubted is held now and waits for a person.
    if (!isHard) writePresence(session, db, { ...end, mode: 'quiet' });
    return end;
  });
  if (report !== null && !isHard) stampState(session, db);
  return report;
}

/** F2: what this run held can be decided about in the chat; there is no first and no last of what was approved. */
function batchCard({ runId }: RunSession): ChatCard {
  return { kind: 'batch', runId, job: 'send', usual: 0 };
}

function doubtNotice({ runId }: RunSession, found: readonly Doubt[], moved: number): string {
  const why = found.map((doubt) => doubt.detail).join('; ');
  if (moved === 0) return `send sends nothing: ${why}.`;
  return `send holds ${String(moved)} approved messages: ${why}.\nheadgate review list --state held, then: headgate review release --run ${runId}`;
}

/** A run that was there and kept still: paused (34), weekend, holiday, or a held batch that waits (0). */
export function endStill(
  session: RunSession,
  request: SendRequest,
  end: { mode: 'paused' | 'quiet'; exit: ExitName; reason: string; found: readonly Doubt[] },
): SendReport {
  const isPresent = !request.isPreview && end.found.every((doubt) => doubt.liftedBy === 'confirm');
  const report = { ...still(end.mode, end.exit), reason: end.reason, narrowed: isNarrowed(request) };
  const db = session.writer();
  db.write(() => {
    keepRestoredDoubt(session, db, end.found);
    writeRun(session, db, report);
    if (isPresent) writePresence(session, db, report);
  });
  if (isPresent) stampState(session, db);
  return report;
}

/** A8: above the line: the batch is held, the operator told, nothing leaves (31). */
export function endHeld(session: RunSession, request: SendRequest, plan: SendPlan): SendReport {
  const db = session.writer();
  const { volume, line, mean } = plan.blastRadius;
  const report = db.write(() => {
    const held = holdBatch(session, db, plan.queue);
    const end = {
      ...still('live', 'HELD'),
      reason: 'blast_radius',
      counts: { ...sendCounts(NOTHING_SENT, plan), held: held.count },
      narrowed: isNarrowed(request),
      plan: { ...plan, notSent: [...releasedBehind(plan), ...plan.notSent] },
      held: held.count,
      heldNow: held.named.map((message) => ({ message, ...WITH_ITS_BATCH })),
    };
    const text = `HELD  send was about to reach ${String(volume)} today. Usual is ${mean.toFixed(1)}, the line is ${line.toFixed(1)}.\nheadgate review release --run ${session.runId}   or   headgate review discard --run ${session.runId}`;
    enqueueNotice(db, {
      kind: 'held',
      job: 'send',
      dedupeKey: `held ${session.runId}`,
      text,
      card: batchCard(session),
      runId: session.runId,
      now: session.now,
      repeatAfterMs: 0,
    });
    writeRun(session, db, end);
    writePresence(session, db, end);
    return end;
  });
  stampState(session, db);
  return report;
}

const WITH_ITS_BATCH = { reason: 'blast_radius', detail: 'held with its whole batch' } as const;

/** A8: what was released from an earlier batch is not held again, and leaves once this one is decided about. */
function releasedBehind({ queue }: SendPlan): readonly NotSent[] {
  const detail = 'waits until the held batch is decided about';
  return queue
    .filter(({ released }) => released)
    .map((message) => ({ message, reason: 'hold_open', detail, until: null }));
}

/** The live ending. A run that was cut short, or that no server answered, has not succeeded: it writes no checkpoint (A9). */
export function endSent(
  session: RunSession,
  request: SendRequest,
  { plan, result }: { plan: SendPlan; result: SendingResult },
): SendReport {
  const db = session.writer();
  const exit = sentExit(result, request);
  const end = {
    ...still('live', exit),
    counts: sendCounts(result, plan),
    reason: result.cutShort === 'paused' ? 'paused' : null,
    narrowed: isNarrowed(request),
    plan,
    result,
  };
  const isWhole = result.cutShort === null || result.cutShort === 'time';
  db.write(() => {
    // D9: what went to the outbox since going live is a rehearsal, and has to be decided about like any other.
    if (!session.workspace.policy.live) forgetWentLive(db);
    if (result.stoppedBy?.isFatal === true) noteStopped(session, result.stoppedBy);
    noteDemand(session, plan);
    noteLostSenders(session, plan);
    noteRepeatedPartial(session, db, exit);
    writeRun(session, db, end);
    if (result.stoppedBy === null) writePresence(session, db, { ...end, narrowed: end.narrowed || !isWhole });
  });
  stampState(session, db);
  return end;
}

/** A8: what would leave but for the caps, once a day, when it is above the line. */
function noteDemand(session: RunSession, plan: SendPlan): void {
  const { line } = plan.blastRadius;
  const { demand } = plan;
  if (demand <= line) return;
  enqueueNotice(session.writer(), {
    kind: 'demand',
    job: 'send',
    dedupeKey: 'demand send',
    text: `send: ${String(demand)} could leave now, the hold line is ${line.toFixed(1)}. The caps let ${String(plan.queue.length)} through.`,
    runId: session.runId,
    now: session.now,
    repeatAfterMs: DAY_MS,
  });
}

/** D6: leads whose sender is named no more wait for a person's word, and only the operator can give it. */
function noteLostSenders(session: RunSession, { lostSenders }: SendPlan): void {
  for (const address of lostSenders) {
    enqueueNotice(session.writer(), {
      kind: 'sender',
      job: 'send',
      dedupeKey: `sender lost ${address}`,
      text: `Leads of ${address} wait: it is in no [[sender]] block any more.\nName it in takes_over of another block, or put it back: headgate config explain sender.takes_over`,
      runId: session.runId,
      now: session.now,
      repeatAfterMs: 7 * DAY_MS,
    });
  }
}

function noteStopped(session: RunSession, { response }: StoppedBy): void {
  enqueueNotice(session.writer(), {
    kind: 'fatal',
    job: 'send',
    dedupeKey: `fatal send ${response.slice(0, 80)}`,
    text: `send stopped at the first answer of its kind: ${response}\nNothing was lost; what was not sent is still approved.`,
    runId: session.runId,
    now: session.now,
    repeatAfterMs: DAY_MS,
  });
}

const EXIT_WHEN_CUT_SHORT: Readonly<Record<StopReason, ExitName>> = {
  paused: 'PAUSED',
  signal: 'OK',
  time: 'OK',
};

function sentExit({ settled, notSent, stoppedBy, cutShort }: SendingResult, request: SendRequest): ExitName {
  const exits: ExitName[] = [settled.some(({ outcome }) => outcome === 'sent') ? 'OK' : nothingDue(request)];
  if (stoppedBy !== null) exits.push(stoppedBy.isFatal ? 'UNAVAILABLE' : 'TEMPFAIL');
  if (cutShort !== null) exits.push(EXIT_WHEN_CUT_SHORT[cutShort]);
  const isAmiss =
    settled.some(({ outcome }) => outcome !== 'sent' && outcome !== 'withdrawn') ||
    notSent.some(({ reason }) => reason === 'validation');
  if (isAmiss) exits.push('PARTIAL');
  return strongestExit(exits);
}

/** cli.md 2.6: evaluated, the demand before caps, what became of what was tried, and each reason by its own word. */
export function sendCounts(
  result: Pick<SendingResult, 'settled' | 'notSent'>,
  plan: SendPlan,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {
    evaluated: plan.queue.length + waitingCount(plan),
    demand: plan.demand,
  };
  for (const { outcome } of result.settled) counts[outcome] = (counts[outcome] ?? 0) + 1;
  for (const { reason } of [...plan.notSent, ...result.notSent]) counts[reason] = (counts[reason] ?? 0) + 1;
  for (const [reason, more] of Object.entries(plan.notNamed)) counts[reason] = (counts[reason] ?? 0) + more;
  return counts;
}

function isNarrowed(request: SendRequest): boolean {
  return request.limit !== null || request.only.length > 0;
}
