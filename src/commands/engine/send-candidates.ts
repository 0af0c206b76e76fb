import type { SendCandidate } from '../../core/guards/send-guards.ts';
import { candidateOfEnrollment } from '../../store/candidates.ts';
import { messageById, type StoredMessage } from '../../store/messages.ts';
import { lastSentToLead } from '../../store/sends.ts';
import type { Engine } from './engine.ts';

/** An approved message with all that the guards at the door need; read afresh, inside the claiming transaction too. */
export interface Outgoing {
  readonly message: StoredMessage;
  readonly send: SendCandidate;
}

/** What a run remembers of each message: which one it is, and whose; not its words. A run may have ten thousand of them. */
export type QueuedMessage = Pick<
  StoredMessage,
  | 'rowId'
  | 'id'
  | 'state'
  | 'enrollmentRowId'
  | 'leadRowId'
  | 'released'
  | 'textHash'
  | 'subject'
  | 'leadId'
  | 'leadEmail'
  | 'leadName'
  | 'leadZone'
  | 'sequenceId'
  | 'stepId'
>;

/** A message without its words. */
export function withoutWords(message: StoredMessage): QueuedMessage {
  return {
    rowId: message.rowId,
    id: message.id,
    state: message.state,
    enrollmentRowId: message.enrollmentRowId,
    leadRowId: message.leadRowId,
    released: message.released,
    textHash: message.textHash,
    subject: message.subject,
    leadId: message.leadId,
    leadEmail: message.leadEmail,
    leadName: message.leadName,
    leadZone: message.leadZone,
    sequenceId: message.sequenceId,
    stepId: message.stepId,
  };
}

/** Null when the message is no longer approved, or its enrollment has ended: it is not for sending any more. */
export function outgoingOf(engine: Engine, messageId: string): Outgoing | null {
  const message = messageById(engine.db, messageId);
  if (message === null) return null;
  const candidate = candidateOfEnrollment(engine.db, message.enrollmentRowId, engine.sequences);
  if (candidate === null) return null;
  const step = candidate.sequence.steps.find((each) => each.rowId === message.stepRowId);
  const { approvedAt, draftedAt } = message;
  if (step === undefined || approvedAt === null || draftedAt === null) return null;
  return {
    message,
    send: {
      candidate: { ...candidate, step },
      message: { ...message, approvedAt, draftedAt, leavesAt: message.leavesAt ?? approvedAt },
      lastSentAt: lastSentToLead(engine.db, message.leadRowId, message.rowId),
    },
  };
}
