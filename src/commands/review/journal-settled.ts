import { createSendJournal } from '../../adapters/send-journal.ts';
import type { SettledOutcome } from '../../core/review-rules.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { readHeader } from '../../store/header.ts';
import { claimedTransport } from '../../store/sends.ts';
import type { Desk } from './desk.ts';

/**
 * A15, D1: a restored state asks the send journal what left without it. What a person found out stands there too, behind the claims that
 * it is about: else `sync`, `adopt` and every restore would call the message uncertain again. Called in the transaction of the decision,
 * which fails when it cannot be written (77).
 */
export function journalSettled(
  { state, engine }: Desk,
  message: StoredMessage,
  of: { readonly outcome: SettledOutcome; readonly isRehearsal: boolean },
): void {
  const { db, now } = engine;
  createSendJournal(state.workspace.paths.stateDir).append([
    {
      messageId: message.id,
      // A message that the journal itself put back into an older state has no attempt there.
      attempt: Math.max(1, message.attempts),
      at: of.outcome === 'sent' ? (message.claimedAt ?? now) : now,
      stateId: readHeader(db).stateId,
      event: of.outcome === 'sent' ? 'settled_sent' : 'settled_not_sent',
      recipient: message.leadEmail,
      enrollmentId: message.enrollmentId,
      sequenceId: message.sequenceId,
      stepId: message.stepId,
      transport: claimedTransport(db, message.rowId),
      isRehearsal: of.isRehearsal,
    },
  ]);
}
