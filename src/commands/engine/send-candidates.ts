import type { Candidate } from '../../core/candidate.ts';
import type { GuardContext } from '../../core/guards/lead-guards.ts';
import { createOpenings } from '../../core/guards/opening.ts';
import type { SendCandidate } from '../../core/guards/send-guards.ts';
import type { SenderAtDoor } from '../../core/senders/assignment.ts';
import { messageAtDoor, type MessageAtDoor } from '../../store/at-door.ts';
import { candidateOfEnrollment } from '../../store/candidates.ts';
import type { Engine } from './engine.ts';
import type { SenderBook } from './sender-book.ts';

/** An approved message with all that the guards at the door need; read afresh, inside the claiming transaction too. */
export interface Outgoing {
  readonly message: MessageAtDoor;
  readonly send: SendCandidate;
}

/** What a run remembers of each message: which one it is, and whose; not its words. A run may have ten thousand of them. */
export interface QueuedMessage {
  readonly rowId: number;
  readonly id: string;
  readonly state: 'approved';
  readonly enrollmentRowId: number;
  readonly leadRowId: number;
  readonly released: boolean;
  readonly subject: string | null;
  readonly leadId: string;
  readonly leadEmail: string;
  readonly leadName: string | null;
  readonly leadZone: string;
  readonly sequenceId: string;
  readonly stepId: string;
  /** D6: the address that its mail is composed for. */
  readonly sender: string;
  /** Its sequence says so, for all its leads. */
  readonly isFixedSender: boolean;
}

/** The guards' view of this moment at the door. Without silences: whether a step is late was asked when it was drafted (A16). */
export function doorContext({ policy, now, holidaysOf, without }: Engine): GuardContext {
  return { now, policy, silences: [], openingFor: createOpenings(now, policy, holidaysOf), without };
}

/** `asked` null: the guard of senders is left out. Null when the message is no longer approved, or its enrollment has ended: it is not for sending any more. */
export function outgoingOf(
  engine: Engine,
  messageId: string,
  asked: SenderAsked | null = null,
): Outgoing | null {
  const message = messageAtDoor(engine.db, messageId);
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
      lastSentAt: message.lastSentAt,
      sender: asked === null ? null : senderOf(candidate, asked),
    },
  };
}

/** Whose book of senders to ask, and whom the mail is composed for already; null before it is. */
export interface SenderAsked {
  readonly book: SenderBook;
  readonly proposed: string | null;
}

function senderOf({ sequence, lead }: Candidate, { book, proposed }: SenderAsked): SenderAtDoor {
  return book.at({ from: sequence.from, leadSender: lead.sender }, proposed);
}

/** An approved message as the plan keeps it. */
export function queuedMessage({ message, send }: Outgoing, sender: string): QueuedMessage {
  const { lead, sequence, step } = send.candidate;
  return {
    rowId: message.rowId,
    id: message.id,
    state: 'approved',
    enrollmentRowId: message.enrollmentRowId,
    leadRowId: message.leadRowId,
    released: message.released,
    subject: message.subject,
    leadId: lead.id,
    leadEmail: lead.email,
    leadName: lead.name,
    leadZone: lead.zone,
    sequenceId: sequence.id,
    stepId: step.id,
    sender,
    isFixedSender: sequence.from !== null,
  };
}
