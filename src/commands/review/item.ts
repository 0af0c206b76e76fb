import type { Instant } from '../../core/model.ts';
import { formatInstant } from '../../core/time/instants.ts';
import type { StateDatabase } from '../../store/database.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { writtenBy } from '../../store/model-calls.ts';
import { messageIdHeader } from '../../store/review.ts';

/** One message as `review … --json` shows it (cli.md 2.6). */
export function reviewItem(db: StateDatabase, message: StoredMessage): Readonly<Record<string, unknown>> {
  return {
    id: message.id,
    state: message.state,
    lead: {
      id: message.leadId,
      email: message.leadEmail,
      tz: message.leadZone,
      name: message.leadName,
    },
    sequence: message.sequenceId,
    step: message.stepId,
    subject: message.subject,
    drafted_at: timeOf(message.draftedAt),
    edited_at: timeOf(message.editedAt),
    approved_at: timeOf(message.approvedAt),
    approved_by: message.approvedBy,
    leaves_at: timeOf(message.leavesAt),
    sent_at: timeOf(message.sentAt),
    message_id: messageIdHeader(db, message.rowId),
    reason: reasonOf(message),
    note: message.note,
    hold_cause: message.holdCause,
    held_from: message.heldFrom,
    held_until: timeOf(message.heldUntil),
    job: message.job,
    run: message.runId,
    revision: message.revision,
    dry: message.dry,
    hash: message.textHash,
  };
}

/** The same with the words (`review show`). */
export function reviewItemWithText(
  db: StateDatabase,
  message: StoredMessage,
): Readonly<Record<string, unknown>> {
  const by = writtenBy(db, message.id);
  return {
    ...reviewItem(db, message),
    preheader: message.preheader,
    text: message.bodyMarkdown,
    model: by === null ? null : { name: by.model, calls: by.calls, cost_micros: by.costMicros },
  };
}

/** Why it is where it is: what holds it, else why a person must look, else how it ended. */
function reasonOf({ state, holdCause, askReason, note, lastError }: StoredMessage): string | null {
  switch (state) {
    case 'held':
      return holdCause;
    case 'reserved':
    case 'pending_approval':
    case 'approved':
    case 'sending':
    case 'sent':
      return askReason;
    case 'uncertain':
    case 'failed':
      return lastError;
    case 'rejected':
    case 'expired':
    case 'discarded':
    case 'skipped':
    case 'cancelled':
      return note;
  }
}

/** ISO 8601 in UTC; null stays null. */
function timeOf(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
