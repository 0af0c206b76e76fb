import { journalFacts, type JournalFact } from '../../core/journal-facts.ts';
import type { MessageState } from '../../core/model.ts';
import { operatorDay } from '../../core/time/operator-day.ts';
import type { JournalEntry, SendJournal } from '../../ports.ts';
import { enrollmentByPublicId } from '../../store/enrollments.ts';
import { messageById, type StoredMessage } from '../../store/messages.ts';
import { forceState, insertForgotten } from '../../store/forgotten-sends.ts';
import { addSuppression } from '../../store/suppressions.ts';
import { addTimeline } from '../../store/timeline.ts';
import { recordContact } from '../../store/contacts.ts';
import { advanceEnrollment } from './enrollment-moves.ts';
import type { Engine } from './engine.ts';

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

/** For a state without a send journal: nothing has left that it would not know of. */
export const WITHOUT_SEND_JOURNAL: SettleAgainstSendJournal = () => ({ sent: 0, uncertain: 0, unknown: [] });

/**
 * Settles every message that the journal speaks of and the state has as not sent: sent where it was accepted, uncertain where no
 * result was written. A message the state never had (drafted after the backup) is put back by its enrollment and step, so that the
 * same step cannot be written again under another id; where even the enrollment is unknown, the address is suppressed.
 */
export function settleAgainst(journal: SendJournal): SettleAgainstSendJournal {
  return (engine) => {
    const unknown: UnknownRecipient[] = [];
    const counts = { sent: 0, uncertain: 0 };
    for (const fact of journalFacts(journal.read()).values()) {
      if (fact.fate === 'not_sent') continue;
      const outcome = settleFact(engine, fact);
      if (outcome === 'settled') counts[fact.fate] += 1;
      if (outcome === 'unknown') unknown.push(unknownOf(fact.line));
    }
    return { ...counts, unknown };
  };
}

type Fact = JournalFact<JournalEntry>;

function settleFact(engine: Engine, fact: Fact): 'settled' | 'known' | 'unknown' {
  const message = messageById(engine.db, fact.line.messageId);
  if (message !== null) return settleMessage(engine, message, fact);
  const enrollment = enrollmentByPublicId(engine.db, fact.line.enrollmentId);
  const sequence = enrollment === null ? undefined : engine.sequences.get(enrollment.sequenceRowId);
  const step = sequence?.steps.find((each) => each.id === fact.line.stepId);
  if (enrollment === null || step === undefined) return suppressUnknown(engine, fact.line);
  const state = fact.fate === 'sent' ? 'sent' : 'uncertain';
  insertForgotten(engine.db, {
    messageId: fact.line.messageId,
    enrollmentRowId: enrollment.rowId,
    leadRowId: enrollment.leadRowId,
    stepRowId: step.rowId,
    job: enrollment.kind,
    state,
    at: fact.line.at,
    operatorDay: operatorDay(fact.line.at, engine.policy.timezone),
  });
  const put = messageById(engine.db, fact.line.messageId);
  if (put !== null) afterSettling(engine, put, fact);
  return 'settled';
}

const SETTLED_STATES: ReadonlySet<MessageState> = new Set<MessageState>(['sent', 'uncertain']);

function settleMessage(engine: Engine, message: StoredMessage, fact: Fact): 'settled' | 'known' {
  if (message.state === 'sent' || (SETTLED_STATES.has(message.state) && fact.fate === 'uncertain'))
    return 'known';
  forceState(engine.db, {
    messageRowId: message.rowId,
    state: fact.fate === 'sent' ? 'sent' : 'uncertain',
    at: fact.line.at,
    detail: 'settled by the send journal',
  });
  afterSettling(engine, message, fact);
  return 'settled';
}

function afterSettling(engine: Engine, message: StoredMessage, { fate, line }: Fact): void {
  const { db } = engine;
  const text =
    fate === 'sent'
      ? 'the send journal proves that it was sent'
      : 'the send journal cannot prove that it was not sent';
  addTimeline(db, { leadRowId: message.leadRowId, at: line.at, kind: fate, text, ref: message.id });
  recordContact(db, message.leadRowId, line.at);
  if (fate === 'uncertain') return;
  advanceEnrollment(engine, {
    enrollmentRowId: message.enrollmentRowId,
    stepRowId: message.stepRowId,
    at: line.at,
  });
}

/** Somebody got, or may have got, a mail that this state cannot place: nobody writes to them until a person has looked. */
function suppressUnknown(engine: Engine, line: JournalEntry): 'unknown' {
  addSuppression(engine.db, {
    emailKey: line.recipient.toLowerCase(),
    reason: 'sent_after_backup',
    note: `${line.sequenceId} › ${line.stepId}, ${line.messageId}`,
    addedAt: engine.now,
  });
  return 'unknown';
}

function unknownOf(line: JournalEntry): UnknownRecipient {
  return { recipient: line.recipient, sequence: line.sequenceId, step: line.stepId };
}
