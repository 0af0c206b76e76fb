import { runActor } from '../../core/audit/entry.ts';
import { fatalMarker } from '../../core/fatal-markers.ts';
import { keyLifeOf } from '../../core/transports.ts';
import type { DeliveryResult } from '../../ports.ts';
import { appendAudit } from '../../store/audit.ts';
import { countFailure, endEnrollment } from '../../store/enrollments.ts';
import { moveMessage, type MessageChange, type StoredMessage } from '../../store/messages.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { keepReceipt, recordAttempt } from '../../store/sends.ts';
import { addTimeline } from '../../store/timeline.ts';
import { keepTransportWait } from '../../store/transport-waits.ts';
import { recordDelivery } from './delivery.ts';
import type { Engine } from './engine.ts';
import { isStepRemoved, withdrawRemoved } from './removed-steps.ts';
import { outgoingOf, type QueuedMessage } from './send-candidates.ts';
import type { Claim, LedgerOptions, Result } from './send-ledger.ts';

/** B5: three attempts that surely failed end the enrollment. */
const FAILURES_MAX = 3;
const BACKOFF_MS = [5 * 60_000, 30 * 60_000, 120 * 60_000] as const;

/** What one attempt came to. */
export interface Settled {
  readonly message: QueuedMessage;
  readonly outcome: 'sent' | 'uncertain' | 'retry' | 'failed' | 'withdrawn';
  readonly detail: string;
}

/** D1: writes what became of one claim, in the caller's transaction. Unknown is never tried again by itself. */
export function settleClaim(
  engine: Engine,
  { claim, result, noteRefusal }: Result,
  options: LedgerOptions,
): Settled {
  const { message, queued, attempt } = claim;
  const { runId, transport } = options;
  const detail = detailOf(result);
  recordAttempt(engine.db, {
    messageRowId: message.rowId,
    messageId: message.id,
    attempt,
    event: result.kind,
    at: engine.now,
    operatorDay: engine.operatorDay,
    runId,
    transport,
    detail,
  });
  switch (result.kind) {
    case 'accepted':
      options.senders.noteLeft(engine, claim.mail.from);
      keepReceipt(engine.db, message.rowId, result);
      recordDelivery(engine, message, { at: engine.now, isRehearsal: options.isRehearsal, response: detail });
      return { message: queued, outcome: 'sent', detail };
    case 'unknown':
      options.senders.noteLeft(engine, claim.mail.from);
      markUncertain(engine, message, { detail, runId, transport });
      keepWait(engine, transport, result);
      return { message: queued, outcome: 'uncertain', detail };
    case 'withdrawn':
      options.senders.forget();
      approveAgain(engine, message, unusedKey(message));
      return { message: queued, outcome: 'withdrawn', detail };
    case 'refused': {
      const settled = refuse(engine, claim, { result, runId });
      keepWait(engine, options.transport, result);
      options.senders.forget();
      noteRefusal?.(engine);
      return settled;
    }
  }
}

function detailOf(result: DeliveryResult): string {
  if (result.kind === 'accepted' || result.kind === 'refused') return result.response;
  return result.kind === 'unknown' ? result.detail : 'called back before the body';
}

/** D7: who asked the whole run to wait is left alone for as long by the runs that follow. In the caller's transaction. */
export function keepWait({ db, now }: Engine, transport: string, result: DeliveryResult): void {
  const wait = waitOf(result);
  if (wait !== null) keepTransportWait(db, transport, { untilAt: now + wait.ms, detail: wait.words });
}

/** Null where it asked for nothing, or only this mail is to wait. */
function waitOf(result: DeliveryResult): { readonly ms: number; readonly words: string } | null {
  if (result.kind === 'unknown') {
    const { retryAfterMs: ms = 0, detail: words } = result;
    return ms > 0 ? { ms, words } : null;
  }
  if (result.kind !== 'refused' || result.scope !== 'run' || result.permanent) return null;
  const { retryAfterMs, response: words } = result;
  return retryAfterMs === null || retryAfterMs <= 0 ? null : { ms: retryAfterMs, words };
}

/**
 * D1: the body left, or may have; only proof or a person settles it. The operator is told at once, unless the next run can ask the
 * provider: then only once its key is forgotten.
 */
export function markUncertain(
  engine: Engine,
  message: StoredMessage,
  { detail, runId, transport }: { detail: string; runId: string; transport: string },
): void {
  const { db, now } = engine;
  if (!moveMessage(db, message, { to: 'uncertain', change: { last_error: detail } })) return;
  addTimeline(db, {
    leadRowId: message.leadRowId,
    at: now,
    kind: 'uncertain',
    text: detail,
    ref: message.id,
  });
  if (keyLifeOf(transport) === null) tellUncertain(engine, message, { detail, runId });
}

/** Tells the operator of one message, once. In the caller's transaction. */
export function tellUncertain(
  { db, now }: Engine,
  { id, leadEmail }: Pick<StoredMessage, 'id' | 'leadEmail'>,
  { detail, runId }: { detail: string; runId: string },
): void {
  enqueueNotice(db, {
    kind: 'uncertain',
    job: 'send',
    dedupeKey: `uncertain ${id}`,
    text: `Nobody knows whether ${id} reached ${leadEmail}: ${detail}\nheadgate review settle ${id} sent|not-sent`,
    runId,
    now,
    repeatAfterMs: Infinity,
  });
}

/**
 * Surely not sent: approved again, with the same bytes for the next attempt, unless its enrollment ended meanwhile (B6) or its step
 * was removed (C5). In the caller's transaction. False when it was cancelled.
 */
export function approveAgain(engine: Engine, message: StoredMessage, change: MessageChange = {}): boolean {
  if (isStepRemoved(engine, message)) {
    withdrawRemoved(engine, message);
    return false;
  }
  const isLive = outgoingOf(engine, message.id) !== null;
  const move = isLive
    ? ({ to: 'approved', change: { claimed_at: null, ...change } } as const)
    : ({ to: 'cancelled', change: { ended_at: engine.now, note: 'its enrollment ended first' } } as const);
  moveMessage(engine.db, message, move);
  return isLive;
}

/** D1: an attempt that surely did not leave used no key: what was known of it before the claim holds. */
function unusedKey({ keyUsedAt }: StoredMessage): MessageChange {
  return { key_used_at: keyUsedAt };
}

function refuse(
  engine: Engine,
  claim: Claim,
  {
    result,
    runId,
  }: { readonly result: Extract<DeliveryResult, { kind: 'refused' }>; readonly runId: string },
): Settled {
  const { db, now } = engine;
  const { message, queued } = claim;
  const detail = result.response;
  const isStopping = result.scope === 'run';
  // B5: no key, no money, no server is no attempt of this message's.
  const failures = isStopping ? 0 : countFailure(db, message.enrollmentRowId, detail);
  if (isStopping || (!result.permanent && failures < FAILURES_MAX)) {
    const waitMs = Math.max(result.retryAfterMs ?? 0, BACKOFF_MS[failures - 1] ?? BACKOFF_MS[0]);
    const wait = isStopping ? {} : { retry_at: now + waitMs };
    approveAgain(engine, message, { last_error: detail, ...unusedKey(message), ...wait });
    return { message: queued, outcome: 'retry', detail };
  }
  moveMessage(db, message, { to: 'failed', change: { ended_at: now, last_error: detail } });
  endEnrollment(db, { enrollmentRowId: message.enrollmentRowId, status: 'failed', reason: null, now });
  // B7: in flight no more, its lead can go cold like any other.
  refreshNurtureDue(db, message.leadRowId, { policy: engine.policy, now });
  addTimeline(db, { leadRowId: message.leadRowId, at: now, kind: 'failed', text: detail, ref: message.id });
  const entry = { at: now, actor: runActor(runId), subject: message.id } as const;
  appendAudit(db, { ...entry, kind: 'send_failed', detail: { attempts: claim.attempt } });
  return { message: queued, outcome: 'failed', detail };
}

/** Why a run ended before its queue did: an answer that no other mail would fare better with (D4). */
export interface StoppedBy {
  readonly response: string;
  /** No key, no money, no log-in: it does not mend itself. Else the network is down, and trying again is safe. */
  readonly isFatal: boolean;
}

/** The first such answer of a round; null when there is none. */
export function stoppedBy(round: readonly Pick<Result, 'result'>[]): StoppedBy | null {
  for (const { result } of round) {
    // Nobody knows whether this mail left; but that no other will, the words may say all the same.
    if (result.kind === 'unknown' && fatalMarker(result.detail) !== null)
      return { response: result.detail, isFatal: true };
    if (result.kind === 'unknown' && waitOf(result) !== null)
      return { response: result.detail, isFatal: false };
    if (result.kind !== 'refused' || result.scope !== 'run') continue;
    return {
      response: result.response,
      isFatal: result.permanent || fatalMarker(result.response) !== null,
    };
  }
  return null;
}
