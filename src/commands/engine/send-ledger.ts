import { judgeSend } from '../../core/guards/send-guards.ts';
import type { GuardContext } from '../../core/guards/lead-guards.ts';
import type { Instant } from '../../core/model.ts';
import { startOfLocalDay } from '../../core/time/zone.ts';
import type { DeliveryResult, JournalEntry, OutgoingMail, SendJournal } from '../../ports.ts';
import { cancelEnrollment, countFailure, endEnrollment } from '../../store/enrollments.ts';
import { moveMessage, type StoredMessage } from '../../store/messages.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { keepMail, recordAttempt, sendsMade } from '../../store/sends.ts';
import { addTimeline } from '../../store/timeline.ts';
import { recordDelivery } from './delivery.ts';
import type { Engine } from './engine.ts';
import { outgoingOf } from './send-candidates.ts';

/** B5: three attempts that surely failed end the enrollment. */
export const FAILURES_MAX = 3;
const BACKOFF_MS = [5 * 60_000, 30 * 60_000, 120 * 60_000] as const;

export interface LedgerOptions {
  readonly runId: string;
  readonly transport: string;
  readonly isRehearsal: boolean;
  readonly journal: SendJournal;
  readonly stateId: string;
}

/** A message that this run claimed: committed as `sending`, in the journal, its bytes kept. */
export interface Claim {
  readonly message: StoredMessage;
  readonly mail: OutgoingMail;
  readonly attempt: number;
}

/** What was to be sent and was not, with the guard's word. */
export interface NotSent {
  readonly message: StoredMessage;
  readonly reason: string;
  readonly detail: string;
  readonly until: Instant | null;
}

/** A6: how many more may leave now, over the operator's day and the last 24 hours. */
export function sendRoom(engine: Engine): number {
  const { db, policy, now, operatorDay } = engine;
  const made = sendsMade(db, { now, dayStartedAt: startOfLocalDay(operatorDay, policy.timezone) });
  return Math.max(0, policy.limits.sendsPerDay - Math.max(made.onOperatorDay, made.inLast24Hours));
}

/**
 * D1, D2: claims messages for one round of deliveries, in the caller's transaction: the caps counted again, every guard judged again,
 * approved becomes sending by compare-and-set, the exact bytes are kept. The caller syncs the journal before any body.
 */
export function claimRound(
  engine: Engine,
  round: { mails: readonly { message: StoredMessage; mail: OutgoingMail }[]; context: GuardContext },
  options: LedgerOptions,
): { claims: Claim[]; notSent: NotSent[] } {
  const claims: Claim[] = [];
  const notSent: NotSent[] = [];
  let room = engine.without.has('cap') ? Infinity : sendRoom(engine);
  for (const { message, mail } of round.mails) {
    const refusal = room > 0 ? refusalAtDoor(engine, message, round.context) : capRefusal(message);
    if (refusal !== null) {
      notSent.push(refusal);
      continue;
    }
    const claim = claimOne(engine, { message, mail }, options);
    if (claim === null) continue;
    claims.push(claim);
    room -= 1;
  }
  return { claims, notSent };
}

function capRefusal(message: StoredMessage): NotSent {
  return { message, reason: 'cap_day', detail: 'the day has had its sends', until: null };
}

function refusalAtDoor(engine: Engine, message: StoredMessage, context: GuardContext): NotSent | null {
  const fresh = outgoingOf(engine, message.id);
  if (fresh?.message.state !== 'approved' || fresh.message.textHash !== message.textHash) {
    return { message, reason: 'undo', detail: 'the approval was taken back', until: null };
  }
  const verdict = judgeSend(fresh.send, context);
  if (verdict.kind === 'allow' || verdict.kind === 'ask') return null;
  const until = verdict.kind === 'skip' ? verdict.until : null;
  if (verdict.reason === 'allowlist') dropUnlisted(engine, message);
  return { message, reason: verdict.reason, detail: verdict.detail, until };
}

/** D9: the recipient may not be written to at all: skipped, and the enrollment ends. */
function dropUnlisted(engine: Engine, message: StoredMessage): void {
  const change = { ended_at: engine.now, note: 'allowlist' } as const;
  if (!moveMessage(engine.db, message, { to: 'skipped', change })) return;
  const reason = 'recipient_not_in_allowlist';
  cancelEnrollment(engine.db, { enrollmentRowId: message.enrollmentRowId, reason, now: engine.now });
}

function claimOne(
  engine: Engine,
  { message, mail }: { message: StoredMessage; mail: OutgoingMail },
  options: LedgerOptions,
): Claim | null {
  const { db, now, operatorDay } = engine;
  const attempt = message.attempts + 1;
  const change = { claimed_at: now, attempts: attempt, retry_at: null } as const;
  if (!moveMessage(db, message, { to: 'sending', change })) return null;
  const { runId, transport } = options;
  const event = {
    messageRowId: message.rowId,
    attempt,
    at: now,
    operatorDay,
    runId,
    transport,
    detail: null,
  };
  recordAttempt(db, { ...event, event: 'claimed' });
  keepMail(db, {
    messageRowId: message.rowId,
    revision: message.revision,
    textHash: message.textHash ?? '',
    messageIdHeader: mail.messageIdHeader,
    sender: mail.from,
    recipient: mail.to,
    raw: mail.raw,
  });
  return { message: { ...message, state: 'sending', attempts: attempt }, mail, attempt };
}

/** One claim and what its delivery came to. */
export interface Result {
  readonly claim: Claim;
  readonly result: DeliveryResult;
}

/**
 * A15: one synced write before any body of a round goes out: the round's claims, and what became of the round before, so that a
 * restored state need not call everything uncertain that surely left, or surely did not.
 */
export function journalRound(
  engine: Engine,
  round: { claims: readonly Claim[]; results: readonly Result[] },
  options: LedgerOptions,
): void {
  const results = round.results.map(({ claim, result }) =>
    journalEntry(engine, { ...claim, event: result.kind }, options),
  );
  const claims = round.claims.map((claim) => journalEntry(engine, { ...claim, event: 'claimed' }, options));
  if (results.length + claims.length > 0) options.journal.append([...results, ...claims]);
}

function journalEntry(
  engine: Engine,
  of: { message: StoredMessage; attempt: number; event: JournalEntry['event'] },
  options: LedgerOptions,
): JournalEntry {
  const { message, attempt, event } = of;
  return {
    messageId: message.id,
    attempt,
    at: engine.now,
    stateId: options.stateId,
    event,
    recipient: message.leadEmail,
    enrollmentId: message.enrollmentId,
    sequenceId: message.sequenceId,
    stepId: message.stepId,
  };
}

/** What one attempt came to. `stopsRun`: no other mail would fare better (D4). */
export interface Settled {
  readonly claim: Claim;
  readonly outcome: 'sent' | 'uncertain' | 'retry' | 'failed' | 'withdrawn';
  readonly detail: string;
  readonly stopsRun: boolean;
}

/** D1: writes what became of one claim, in the caller's transaction. Unknown is never tried again by itself. */
export function settleClaim(engine: Engine, { claim, result }: Result, options: LedgerOptions): Settled {
  const { message, attempt } = claim;
  const { runId, transport } = options;
  const detail = detailOf(result);
  recordAttempt(engine.db, {
    messageRowId: message.rowId,
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
      recordDelivery(engine, message, { at: engine.now, isRehearsal: options.isRehearsal, response: detail });
      return { claim, outcome: 'sent', detail, stopsRun: false };
    case 'unknown':
      markUncertain(engine, message, { detail, runId });
      return { claim, outcome: 'uncertain', detail, stopsRun: false };
    case 'withdrawn':
      return withdraw(engine, claim, detail);
    case 'refused':
      return refuse(engine, claim, result);
  }
}

function detailOf(result: DeliveryResult): string {
  if (result.kind === 'accepted' || result.kind === 'refused') return result.response;
  return result.kind === 'unknown' ? result.detail : 'called back before the body';
}

/** D1: the body left, or may have; only proof or a person settles it. */
export function markUncertain(
  engine: Engine,
  message: StoredMessage,
  { detail, runId }: { detail: string; runId: string },
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
  enqueueNotice(db, {
    kind: 'uncertain',
    job: 'send',
    dedupeKey: `uncertain ${message.id}`,
    text: `Nobody knows whether ${message.id} reached ${message.leadEmail}: ${detail}\nheadgate review settle ${message.id} sent|not-sent`,
    runId,
    now,
    repeatAfterMs: Infinity,
  });
}

/** Surely not sent, and nobody's fault: approved again, unless its enrollment ended meanwhile (B6). */
function withdraw(engine: Engine, claim: Claim, detail: string): Settled {
  const { db, now } = engine;
  const { message } = claim;
  const isLive = outgoingOf(engine, message.id) !== null;
  const change = isLive ? { claimed_at: null } : { ended_at: now, note: 'withdrawn before the body' };
  moveMessage(db, message, { to: isLive ? 'approved' : 'cancelled', change });
  return { claim, outcome: 'withdrawn', detail, stopsRun: false };
}

function refuse(engine: Engine, claim: Claim, result: Extract<DeliveryResult, { kind: 'refused' }>): Settled {
  const { db, now } = engine;
  const { message } = claim;
  const detail = result.response;
  if (result.scope === 'run') {
    // B5: no key, no money, no server is no attempt of this message's.
    const change = { claimed_at: null, last_error: detail } as const;
    moveMessage(db, message, { to: 'approved', change });
    return { claim, outcome: 'retry', detail, stopsRun: true };
  }
  const failures = countFailure(db, message.enrollmentRowId, detail);
  if (!result.permanent && failures < FAILURES_MAX) {
    const waitMs = Math.max(result.retryAfterMs ?? 0, BACKOFF_MS[failures - 1] ?? BACKOFF_MS[0]);
    const change = { claimed_at: null, retry_at: now + waitMs, last_error: detail } as const;
    moveMessage(db, message, { to: 'approved', change });
    return { claim, outcome: 'retry', detail, stopsRun: false };
  }
  moveMessage(db, message, { to: 'failed', change: { ended_at: now, last_error: detail } });
  endEnrollment(db, { enrollmentRowId: message.enrollmentRowId, status: 'failed', reason: null, now });
  addTimeline(db, { leadRowId: message.leadRowId, at: now, kind: 'failed', text: detail, ref: message.id });
  return { claim, outcome: 'failed', detail, stopsRun: false };
}
