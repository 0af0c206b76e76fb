import { messagesInState, moveMessage, type StoredMessage } from '../../store/messages.ts';
import { addTimeline } from '../../store/timeline.ts';
import type { Engine } from './engine.ts';

/**
 * A15, architecture (`send`'s doubts): an approval that a person put on hold until a date comes back by itself when the date has
 * come. One from before a doubt must not: its hold then ends as waiting for approval. In the caller's transaction.
 */
export function doubtHeldApprovals(
  { db, now }: Pick<Engine, 'db' | 'now'>,
  isDoubted: (message: StoredMessage) => boolean,
): void {
  for (const message of [...messagesInState(db, 'held')]) {
    if (message.holdCause !== 'operator' || message.heldFrom !== 'approved' || !isDoubted(message)) continue;
    if (!moveMessage(db, message, { to: 'held', change: { held_from: 'pending_approval' } })) continue;
    const text = 'its approval was from before a doubt: it must be given again after the hold';
    addTimeline(db, { leadRowId: message.leadRowId, at: now, kind: 'held', text, ref: message.id });
  }
}
