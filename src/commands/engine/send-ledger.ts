import { runActor, type AuditHead } from '../../core/audit/entry.ts';
import { judgeSend } from '../../core/guards/send-guards.ts';
import type { GuardContext } from '../../core/guards/lead-guards.ts';
import type { Instant } from '../../core/model.ts';
import type { SenderAtDoor } from '../../core/senders/assignment.ts';
import { isSameAddress } from '../../core/senders/sender.ts';
import { startOfLocalDay } from '../../core/time/zone.ts';
import { KEY_SAFETY_MARGIN_MS, keyLifeOf } from '../../core/transports.ts';
import type { DeliveryResult, JournalEntry, OutgoingMail, SendJournal } from '../../ports.ts';
import { appendAudit } from '../../store/audit.ts';
import { cancelEnrollment } from '../../store/enrollments.ts';
import { moveMessage, type StoredMessage } from '../../store/messages.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { keepSender } from '../../store/senders.ts';
import { keepMail, recordAttempt, sendsMade, type SendsMade } from '../../store/sends.ts';
import { addTimeline } from '../../store/timeline.ts';
import type { Engine } from './engine.ts';
import { outgoingOf, type QueuedMessage } from './send-candidates.ts';
import type { SenderBook } from './sender-book.ts';

export interface LedgerOptions {
  readonly runId: string;
  readonly transport: string;
  /** `Mailer.account` */
  readonly account: string | null;
  readonly isRehearsal: boolean;
  readonly journal: SendJournal;
  readonly stateId: string;
  /** D6: what every mailbox may still send. */
  readonly senders: SenderBook;
}

/** A message that this run claimed: committed as `sending`, in the journal, its bytes kept. */
export interface Claim {
  readonly message: StoredMessage;
  /** As the plan has it: what the report says of it. */
  readonly queued: QueuedMessage;
  readonly mail: OutgoingMail;
  readonly attempt: number;
}

/** What was to be sent and was not, with the guard's word. */
export interface NotSent {
  readonly message: QueuedMessage;
  readonly reason: string;
  readonly detail: string;
  readonly until: Instant | null;
}

/** A6: how many more may leave now, over the operator's day and the last 24 hours. */
export function sendRoom(engine: Engine): number {
  const made = sentSoFar(engine);
  return Math.max(0, engine.policy.limits.sendsPerDay - Math.max(made.onOperatorDay, made.inLast24Hours));
}

/** A6: what left, or may have, on the operator's day and in the last 24 hours. */
export function sentSoFar({ db, policy, now, operatorDay }: Engine): SendsMade {
  return sendsMade(db, { now, dayStartedAt: startOfLocalDay(operatorDay, policy.timezone) });
}

/** A message that can leave as this mail. */
export interface Composed {
  readonly queued: QueuedMessage;
  readonly message: StoredMessage;
  readonly mail: OutgoingMail;
}

/**
 * D1, D2: claims messages for one round of deliveries, in the caller's transaction: the caps counted again, every guard judged again,
 * approved becomes sending by compare-and-set, the exact bytes are kept. The caller syncs the journal before any body.
 */
export function claimRound(
  engine: Engine,
  round: { mails: readonly Composed[]; context: GuardContext },
  options: LedgerOptions,
): { claims: Claim[]; notSent: NotSent[] } {
  const claims: Claim[] = [];
  const notSent: NotSent[] = [];
  options.senders.refresh(engine);
  let room = engine.without.has('cap') ? Infinity : sendRoom(engine);
  for (const composed of round.mails) {
    const refusal =
      room > 0
        ? refusalAtDoor(engine, composed, { ...options, context: round.context })
        : capRefusal(composed.queued);
    if (refusal !== null) {
      notSent.push(refusal);
      continue;
    }
    const claim = claimOne(engine, composed, options);
    if (claim === null) continue;
    claims.push(claim);
    room -= 1;
  }
  return { claims, notSent };
}

function capRefusal(message: QueuedMessage): NotSent {
  return { message, reason: 'cap_day', detail: 'the day has had its sends', until: null };
}

/** D7: no longer approved, or with other words than were composed. */
export function undoRefusal(message: QueuedMessage): NotSent {
  return { message, reason: 'undo', detail: 'the approval was taken back', until: null };
}

function refusalAtDoor(
  engine: Engine,
  { queued: message, message: composed }: Composed,
  of: Pick<LedgerOptions, 'senders' | 'runId'> & { readonly context: GuardContext },
): NotSent | null {
  const { senders, context, runId } = of;
  const fresh = outgoingOf(engine, message.id, { book: senders, proposed: message.sender });
  if (fresh?.message.state !== 'approved' || fresh.message.textHash !== composed.textHash) {
    return undoRefusal(message);
  }
  const verdict = judgeSend(fresh.send, context);
  if (verdict.kind !== 'skip') return otherSender(message, fresh.send.sender);
  const { reason, until, detail } = verdict;
  if (reason === 'allowlist') dropUnlisted(engine, message, runId);
  return { message, reason, detail, until };
}

/** D6: the mail was composed for a sender that the lead has not, since another mail to it was claimed in between. */
function otherSender(message: QueuedMessage, sender: SenderAtDoor | null): NotSent | null {
  if (sender === null || isSameAddress(sender.address, message.sender)) return null;
  const detail = `its sender is ${sender.address}; the next run composes it for that one`;
  return { message, reason: 'sender_cap', detail, until: null };
}

/** D9: the recipient may not be written to at all: skipped, and the enrollment ends. In the caller's transaction. */
export function dropUnlisted(engine: Engine, message: QueuedMessage, runId: string): void {
  const change = { ended_at: engine.now, note: 'allowlist' } as const;
  if (!moveMessage(engine.db, message, { to: 'skipped', change })) return;
  const reason = 'recipient_not_in_allowlist';
  const { db, now, policy } = engine;
  cancelEnrollment(db, { enrollmentRowId: message.enrollmentRowId, reason, now });
  refreshNurtureDue(db, message.leadRowId, { policy, now });
  const entry = { at: now, actor: runActor(runId), subject: message.id } as const;
  appendAudit(db, { ...entry, kind: 'send_skipped', detail: { reason } });
}

function claimOne(engine: Engine, { queued, message, mail }: Composed, options: LedgerOptions): Claim | null {
  const { db, now, operatorDay } = engine;
  const attempt = message.attempts + 1;
  const sender = mail.from.toLowerCase();
  const key_used_at = keyFirstUsedAt(message, { transport: options.transport, now });
  const change = { claimed_at: now, key_used_at, attempts: attempt, retry_at: null, sender } as const;
  if (!moveMessage(db, message, { to: 'sending', change })) return null;
  const { runId, transport, account } = options;
  const event = {
    messageRowId: message.rowId,
    messageId: message.id,
    textHash: message.textHash,
    attempt,
    at: now,
    operatorDay,
    runId,
    transport,
    account,
    detail: null,
  };
  options.senders.take(mail.from);
  // What only a sequence names is that sequence's, and no lead's for life.
  if (!queued.isFixedSender) keepSender(db, message.leadRowId, sender);
  recordAttempt(db, { ...event, event: 'claimed' });
  keepMail(db, {
    messageRowId: message.rowId,
    revision: message.revision,
    textHash: message.textHash ?? '',
    messageIdHeader: mail.messageIdHeader,
    sender: mail.from,
    recipient: mail.to,
    raw: mail.raw,
    transport,
    payload: mail.payload,
  });
  return { message: { ...message, state: 'sending', attempts: attempt }, queued, mail, attempt };
}

/** D1: a key lives from its first use on, however often a person has it used again; once it is surely forgotten it begins anew. */
function keyFirstUsedAt(
  { keyUsedAt }: StoredMessage,
  { transport, now }: { readonly transport: string; readonly now: Instant },
): Instant {
  const keyLifeMs = keyLifeOf(transport);
  if (keyUsedAt === null || keyLifeMs === null) return now;
  return keyUsedAt > now - keyLifeMs - KEY_SAFETY_MARGIN_MS ? keyUsedAt : now;
}

/** A message that cannot be made into a mail, and why. */
export interface Unfit {
  readonly queued: QueuedMessage;
  readonly message: StoredMessage;
  readonly detail: string;
}

/**
 * D4, hardening 146: what cannot be made into a mail waits, held, for a person to edit or discard it: tried again it would stand
 * before all others in every run. In the caller's transaction.
 */
export function holdUnfit(
  engine: Engine,
  unfit: readonly Unfit[],
  { runId }: LedgerOptions,
): readonly NotSent[] {
  const { db, now } = engine;
  return unfit.flatMap(({ queued, message, detail }) => {
    const change = {
      hold_cause: 'validation',
      held_from: 'pending_approval',
      held_by_job: 'send',
      held_run_id: runId,
      note: detail,
      leaves_at: null,
    } as const;
    if (!moveMessage(db, message, { to: 'held', change })) return [];
    addTimeline(db, { leadRowId: message.leadRowId, at: now, kind: 'held', text: detail, ref: message.id });
    enqueueNotice(db, {
      kind: 'unfit',
      job: 'send',
      dedupeKey: `unfit ${message.id} ${String(message.revision)}`,
      text: `${detail}. It is held.\nheadgate review edit ${message.id}   or   headgate review discard ${message.id}`,
      runId,
      now,
      repeatAfterMs: Infinity,
    });
    return [{ message: queued, reason: 'validation', detail, until: null }];
  });
}

/** One claim and what its delivery came to. */
export interface Result {
  readonly claim: Claim;
  readonly result: DeliveryResult;
  /** E4: what a refusal for good does beside failing, once it was judged; in the caller's transaction. */
  readonly noteRefusal?: (engine: Engine) => void;
}

/**
 * A15: one synced write before any body of a round goes out: the round's claims, and what became of the round before, so that a
 * restored state need not call everything uncertain that surely left, or surely did not.
 */
export function journalRound(
  engine: Engine,
  round: { claims: readonly Claim[]; results: readonly Result[]; trailEnd: AuditHead | null },
  options: LedgerOptions,
): void {
  const results = round.results.map(({ claim, result }) =>
    journalEntry(engine, { claim, event: result.kind }, options),
  );
  const claims = round.claims.map((claim) => journalEntry(engine, { claim, event: 'claimed' }, options));
  const entries = [...results, ...claims];
  const last = entries.pop();
  if (last === undefined) return;
  // A13: the end of the trail is known outside of the state as soon as anything leaves, and costs no sync of its own.
  const audit = round.trailEnd === null ? {} : { audit: round.trailEnd };
  options.journal.append([...entries, { ...last, ...audit }]);
}

function journalEntry(
  engine: Engine,
  of: { claim: Claim; event: JournalEntry['event'] },
  options: LedgerOptions,
): JournalEntry {
  const { message, mail, attempt } = of.claim;
  return {
    messageId: message.id,
    attempt,
    at: engine.now,
    stateId: options.stateId,
    event: of.event,
    recipient: mail.to,
    enrollmentId: message.enrollmentId,
    sequenceId: message.sequenceId,
    stepId: message.stepId,
    transport: options.transport,
    isRehearsal: options.isRehearsal,
    sender: mail.from.toLowerCase(),
  };
}
