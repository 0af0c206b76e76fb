import type { Instant } from '../../core/model.ts';
import { recordContact, recordRehearsedContact } from '../../store/contacts.ts';
import { moveMessage, type StoredMessage } from '../../store/messages.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { addTimeline } from '../../store/timeline.ts';
import { advanceEnrollment } from './enrollment-moves.ts';
import type { Engine } from './engine.ts';

/**
 * A message was delivered (into the outbox while rehearsing, D9): it is sent, the lead was in contact, and its enrollment goes on
 * from now (C2). In the caller's transaction. False when somebody else settled it first.
 */
export function recordDelivery(
  engine: Engine,
  message: StoredMessage,
  delivery: { at: Instant; isRehearsal: boolean; response: string },
): boolean {
  const { db, policy, now } = engine;
  const change = { sent_at: delivery.at, dry: delivery.isRehearsal ? 1 : 0, last_error: null } as const;
  if (!moveMessage(db, message, { to: 'sent', change })) return false;
  const contact = { leadRowId: message.leadRowId, messageRowId: message.rowId, at: delivery.at };
  if (delivery.isRehearsal) recordRehearsedContact(db, contact);
  else recordContact(db, contact.leadRowId, contact.at);
  advanceEnrollment(engine, {
    enrollmentRowId: message.enrollmentRowId,
    stepRowId: message.stepRowId,
    at: delivery.at,
  });
  refreshNurtureDue(db, message.leadRowId, { policy, now });
  const where = delivery.isRehearsal ? 'into the outbox (rehearsal)' : 'delivered';
  addTimeline(db, {
    leadRowId: message.leadRowId,
    at: delivery.at,
    kind: 'sent',
    text: `${message.sequenceId} › ${message.stepId} ${where}: ${delivery.response}`,
    ref: message.id,
  });
  return true;
}
