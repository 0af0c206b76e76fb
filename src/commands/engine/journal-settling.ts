import { listOutbox } from '../../adapters/mail/outbox.ts';
import { journalFacts, type JournalFact } from '../../core/journal-facts.ts';
import type { Instant, MessageState } from '../../core/model.ts';
import { isExpired, isUnsent } from '../../core/review-rules.ts';
import { operatorDay } from '../../core/time/operator-day.ts';
import type { JournalEntry, SendJournal } from '../../ports.ts';
import { appendAudit } from '../../store/audit.ts';
import { enrollmentByPublicId } from '../../store/enrollments.ts';
import { messageById, messagesOfLead, moveMessage, type StoredMessage } from '../../store/messages.ts';
import { forceState, insertForgotten, logDraftedAnew } from '../../store/forgotten-sends.ts';
import { readHeader } from '../../store/header.ts';
import { findLead } from '../../store/leads.ts';
import { keepSender, noteSendingDay, rememberSender, senderOfLead } from '../../store/senders.ts';
import { addSuppression } from '../../store/suppressions.ts';
import { addTimeline } from '../../store/timeline.ts';
import { recordContact, recordRehearsedContact } from '../../store/contacts.ts';
import { advanceEnrollment, standAt } from './enrollment-moves.ts';
import type { Engine } from './engine.ts';
import { passOverOvertaken } from './overtaken.ts';
import { approveAgain } from './send-settling.ts';

/** A mail that left, or may have, to somebody whom this older state does not know. */
export interface UnknownRecipient {
  readonly recipient: string;
  readonly sequence: string;
  readonly step: string;
}

/** What the send journal knew that an older state did not. */
export interface JournalSettlement {
  /** Messages that the journal proved sent. */
  readonly sent: number;
  /** Messages of which nobody knows whether their body left. */
  readonly uncertain: number;
  /** Sends that this state cannot place at all: listed, and their addresses suppressed until a person looks. */
  readonly unknown: readonly UnknownRecipient[];
}

/**
 * A15: settles what an older state still holds as unsent against the send journal, which a restore does not turn back. `adopt` and
 * `restore` call it inside their transaction, before they hold what is left.
 */
export type SettleAgainstSendJournal = (engine: Engine) => JournalSettlement;

/** Where a state can look up what has left without it. */
export interface SendWitnesses {
  readonly journal: SendJournal;
  readonly outboxDir: string;
  /** Who has it settled, as the audit trail names them. */
  readonly actor: string;
}

/**
 * Settles every message that the witnesses speak of and the state has as not sent: sent where it was accepted or lies in the outbox,
 * uncertain where no result was written. A message the state never had (drafted after the backup) is put back by its enrollment and
 * step, so that the same step cannot be written again under another id; where even the enrollment is unknown, the address is
 * suppressed.
 */
export function settleAgainst(witnesses: SendWitnesses): SettleAgainstSendJournal {
  return (engine) => {
    const unknown: UnknownRecipient[] = [];
    const counts = { sent: 0, uncertain: 0 };
    const since = horizonOf(engine);
    for (const fact of factsOf(witnesses)) {
      if (fact.fate === 'not_sent') {
        if (releaseClaim(engine, fact)) recordProof(engine, fact, witnesses.actor);
        continue;
      }
      const outcome = settleFact(engine, fact);
      if (outcome === 'settled') {
        counts[fact.fate] += 1;
        recordProof(engine, fact, witnesses.actor);
      }
      if (outcome === 'unknown' && fact.line.at >= since && suppressUnknown(engine, fact.line))
        unknown.push(unknownOf(fact.line));
    }
    return { ...counts, unknown };
  };
}

type Fact = JournalFact<JournalEntry>;

function recordProof({ db, now }: Engine, { fate, line }: Fact, actor: string): void {
  const detail = { by: 'journal', fate };
  appendAudit(db, { at: now, kind: 'send_proved', actor, subject: line.messageId, detail });
}

/**
 * Up to its last reading of the clock a state knew all that it sent: whom it cannot place from before then was erased since, or
 * belongs to a state that this one replaced. A reading ahead of the clock says nothing.
 */
function horizonOf({ db, now }: Engine): Instant {
  const { lastClockAt } = readHeader(db);
  return lastClockAt <= now ? lastClockAt : 0;
}

/** What went over a wire is known by the journal alone; what went to the outbox lies there, or never left. */
function factsOf({ journal, outboxDir }: SendWitnesses): readonly Fact[] {
  const lines = journal.read();
  const overWire = journalFacts(lines.filter(({ transport }) => transport !== OUTBOX));
  const toOutbox = journalFacts(lines.filter(({ transport }) => transport === OUTBOX));
  const isDoubtful = [...toOutbox.values()].some(({ fate }) => fate === 'uncertain');
  const inOutbox = new Map(
    isDoubtful ? listOutbox(outboxDir).map(({ messageId, at }) => [messageId, at]) : [],
  );
  for (const [messageId, { fate, line }] of toOutbox) {
    const other = overWire.get(messageId);
    if (other !== undefined && other.fate !== 'not_sent') continue;
    const foundAt = inOutbox.get(messageId);
    if (fate !== 'uncertain') overWire.set(messageId, { fate, line });
    else if (foundAt === undefined) overWire.set(messageId, { fate: 'not_sent', line });
    else overWire.set(messageId, { fate: 'sent', line: { ...line, at: foundAt } });
  }
  return [...overWire.values()];
}

const OUTBOX = 'outbox';

function settleFact(engine: Engine, fact: Fact): 'settled' | 'known' | 'unknown' {
  const { line } = fact;
  const message = messageById(engine.db, line.messageId);
  if (message !== null) return settleMessage(engine, message, fact);
  const enrollment = enrollmentByPublicId(engine.db, line.enrollmentId);
  const sequence = enrollment === null ? undefined : engine.sequences.get(enrollment.sequenceRowId);
  const step = sequence?.steps.find((each) => each.id === line.stepId);
  if (enrollment === null || step === undefined) return 'unknown';
  insertForgotten(engine.db, {
    messageId: line.messageId,
    enrollmentRowId: enrollment.rowId,
    leadRowId: enrollment.leadRowId,
    stepRowId: step.rowId,
    job: enrollment.kind,
    ...momentOf(engine, line),
    ...stateOf(fact),
  });
  const put = messageById(engine.db, line.messageId);
  if (put !== null) afterSettling(engine, put, fact);
  return 'settled';
}

/** A copy made in the middle of a run holds claims whose end it never saw: one that surely did not leave is approved again. */
function releaseClaim(engine: Engine, { line }: Fact): boolean {
  const message = messageById(engine.db, line.messageId);
  if (message?.state !== 'sending') return false;
  approveAgain(engine, message);
  passOverOvertaken(engine, message);
  return true;
}

function stateOf({ fate, line }: Fact): { state: 'sent' | 'uncertain'; at: Instant; isRehearsal: boolean } {
  return { state: fate === 'sent' ? 'sent' : 'uncertain', at: line.at, isRehearsal: line.isRehearsal };
}

const SETTLED_STATES: ReadonlySet<MessageState> = new Set<MessageState>(['sent', 'uncertain']);

function settleMessage(engine: Engine, message: StoredMessage, fact: Fact): 'settled' | 'known' {
  if (message.state === 'sent' || (SETTLED_STATES.has(message.state) && fact.fate === 'uncertain'))
    return 'known';
  if (wasDraftedAnew(engine, message, fact.line.at)) {
    const { rowId: messageRowId, id: messageId, leadRowId } = message;
    logDraftedAnew(engine.db, { messageRowId, messageId, leadRowId, ...momentOf(engine, fact.line) });
  }
  forceState(engine.db, {
    messageRowId: message.rowId,
    detail: 'settled by the send journal',
    ...stateOf(fact),
  });
  afterSettling(engine, message, fact);
  return 'settled';
}

/** What had ended in this state, or was too old to leave any more (D2), had to be drafted anew to leave after it. */
function wasDraftedAnew({ policy }: Engine, message: StoredMessage, leftAt: Instant): boolean {
  if (ENDED_UNSENT.has(message.state)) return true;
  return (
    isUnsent(message.state) && isExpired(message, { now: leftAt, expiryMs: policy.limits.draftExpiryMs })
  );
}

const ENDED_UNSENT: ReadonlySet<MessageState> = new Set<MessageState>(['expired', 'discarded', 'rejected']);

function momentOf({ policy }: Engine, { at }: JournalEntry): { at: Instant; operatorDay: string } {
  return { at, operatorDay: operatorDay(at, policy.timezone) };
}

function afterSettling(engine: Engine, message: StoredMessage, { fate, line }: Fact): void {
  const { db } = engine;
  const text =
    fate === 'sent'
      ? 'the send journal proves that it was sent'
      : 'the send journal cannot prove that it was not sent';
  addTimeline(db, { leadRowId: message.leadRowId, at: line.at, kind: fate, text, ref: message.id });
  const contact = { leadRowId: message.leadRowId, messageRowId: message.rowId, at: line.at };
  if (line.isRehearsal) recordRehearsedContact(db, contact);
  else recordContact(db, contact.leadRowId, contact.at);
  noteSender(engine, message, line);
  const step = { enrollmentRowId: message.enrollmentRowId, stepRowId: message.stepRowId, at: line.at };
  if (fate === 'uncertain') standAt(engine, step);
  else advanceEnrollment(engine, step);
  passOverOvertaken(engine, message);
  if (fate === 'uncertain') giveWay(engine, message);
}

/** A7: what waited for the lead in an older state had ended before this message was claimed; its step is due again when that one is settled (D11). */
function giveWay({ db, now }: Engine, { rowId, leadRowId }: StoredMessage): void {
  const note = 'another mail to this lead may have left since';
  for (const message of messagesOfLead(db, leadRowId)) {
    if (message.rowId === rowId || !isUnsent(message.state)) continue;
    if (!moveMessage(db, message, { to: 'discarded', change: { ended_at: now, note } })) continue;
    addTimeline(db, { leadRowId, at: now, kind: 'discarded', text: note, ref: message.id });
  }
}

/** D6: the lead heard from this sender, and keeps it; the day warms it up and counts in its cap. */
function noteSender({ db, policy, sequences }: Engine, message: StoredMessage, line: JournalEntry): void {
  const { sender: address, isRehearsal } = line;
  if (address === undefined) return;
  rememberSender(db, message.rowId, address);
  noteSendingDay(db, { address, operatorDay: operatorDay(line.at, policy.timezone), isRehearsal });
  const hasOwn = [...sequences.values()].some(({ id, from }) => id === message.sequenceId && from !== null);
  if (!hasOwn && senderOfLead(db, message.leadRowId) === null) keepSender(db, message.leadRowId, address);
}

/**
 * Somebody got, or may have got, a mail that this state cannot place: nobody writes to them until a person has looked. False when
 * the address was suppressed before.
 */
function suppressUnknown({ db, now }: Engine, line: JournalEntry): boolean {
  const step = `${line.sequenceId} › ${line.stepId}`;
  const isNew = addSuppression(db, {
    emailKey: line.recipient.toLowerCase(),
    reason: 'sent_after_backup',
    note: `${step}, ${line.messageId}`,
    addedAt: now,
  });
  const lead = isNew ? findLead(db, line.recipient) : null;
  if (lead === null) return isNew;
  const text = `${step} left, or may have, after the backup that this state was restored from`;
  addTimeline(db, { leadRowId: lead.rowId, at: line.at, kind: 'suppressed', text, ref: line.messageId });
  recordContact(db, lead.rowId, line.at);
  return true;
}

function unknownOf(line: JournalEntry): UnknownRecipient {
  return { recipient: line.recipient, sequence: line.sequenceId, step: line.stepId };
}
