import { HeadgateError } from './errors.ts';
import type { EnrollmentStatus, MessageState } from './model.ts';

/** Every legal move of a message (architecture, State machines). What is absent is an error, never a silent no-op. */
const MESSAGE_MOVES: Readonly<Record<MessageState, readonly MessageState[]>> = {
  reserved: ['pending_approval', 'approved', 'held', 'cancelled'],
  pending_approval: ['approved', 'held', 'rejected', 'expired', 'discarded', 'skipped', 'cancelled'],
  approved: [
    'pending_approval',
    'sending',
    'held',
    'rejected',
    'expired',
    'discarded',
    'skipped',
    'cancelled',
  ],
  // The claiming send alone may still cancel or skip while the body surely has not left.
  sending: ['sent', 'uncertain', 'approved', 'failed', 'cancelled', 'skipped'],
  // Discarded where its words are lost: it must be written anew. Skipped where a later step has gone out.
  // D1: sending again only to ask a provider whose key lives.
  uncertain: ['sending', 'sent', 'approved', 'cancelled', 'discarded', 'skipped'],
  held: ['pending_approval', 'approved', 'rejected', 'expired', 'discarded', 'skipped', 'cancelled'],
  // A new revision of the same message (D11).
  expired: ['reserved'],
  discarded: ['reserved'],
  rejected: ['reserved'],
  sent: [],
  failed: [],
  skipped: [],
  cancelled: [],
};

/** True when a message may go from one state to the other. */
export function mayMove(from: MessageState, to: MessageState): boolean {
  return MESSAGE_MOVES[from].includes(to);
}

/** Throws `illegal_transition` (70) for a move that the state machine does not know. */
export function assertMove(messageId: string, from: MessageState, to: MessageState): void {
  if (mayMove(from, to)) return;
  throw new HeadgateError(`${messageId} cannot go from ${from} to ${to}`, {
    code: 'illegal_transition',
    exit: 'SOFTWARE',
    notDone: 'The message was left as it is.',
  });
}

/** B4: pending or active. */
export function isLive(status: EnrollmentStatus): boolean {
  return status === 'pending' || status === 'active';
}
