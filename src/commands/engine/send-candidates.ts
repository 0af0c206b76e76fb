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
