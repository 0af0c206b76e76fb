import type { Instant } from '../../core/model.ts';
import { releasedTo, type Decision } from '../../core/review-rules.ts';
import { textHash, type HashedCopy } from '../../core/text-hash.ts';
import type { MessageChange, StoredMessage } from '../../store/messages.ts';
import type { Desk } from './desk.ts';

/** What came with a decision besides itself. */
export interface DecisionDetails {
  /** In the operator's words; null for none. */
  readonly reason: string | null;
  /** `hold --until`; null: until released. */
  readonly until: Instant | null;
  /** The new words of an edit, already valid. */
  readonly copy: HashedCopy | null;
}

export const NO_DETAILS: DecisionDetails = { reason: null, until: null, copy: null };

const NO_HOLD: MessageChange = {
  hold_cause: null,
  held_from: null,
  held_by_job: null,
  held_run_id: null,
  held_until: null,
  note: null,
};

const NO_APPROVAL: MessageChange = {
  approved_at: null,
  approved_by: null,
  approved_boot_id: null,
  leaves_at: null,
};

/** The columns that a decision changes besides the state. `settle sent` is a delivery and not among them. */
export function changeOf(
  decision: Decision,
  message: StoredMessage,
  { desk, details }: { readonly desk: Desk; readonly details: DecisionDetails },
): MessageChange {
  const { now } = desk.engine;
  switch (decision.kind) {
    case 'approve':
      return approval(desk);
    case 'reject':
    case 'discard':
      return { ...NO_HOLD, leaves_at: null, ended_at: now, note: details.reason ?? endingNote(decision) };
    case 'edit':
      return editChange(message, details, now);
    case 'hold':
      return {
        hold_cause: 'operator',
        held_from: message.state === 'held' ? message.heldFrom : message.state,
        held_until: details.until,
        note: details.reason,
        leaves_at: null,
      };
    case 'release': {
      const isBatch = message.holdCause === 'blast_radius';
      const back = releasedTo(message.heldFrom) === 'approved' ? approval(desk) : NO_APPROVAL;
      // D2: a hold until a named date does not age the draft, as far as it went.
      const heldUntil = message.heldUntil === null ? null : Math.min(message.heldUntil, now);
      return { ...NO_HOLD, held_until: heldUntil, ...back, ...(isBatch ? { released: 1 } : {}) };
    }
    case 'undo':
    case 'take_back':
      return NO_APPROVAL;
    case 'settle':
      return { claimed_at: null, ...approval(desk) };
  }
}

/** D7: a fresh undo, whatever the approval was before. */
function approval(desk: Desk): MessageChange {
  const { now, policy } = desk.engine;
  return {
    approved_at: now,
    approved_by: desk.reviewer.actor ?? desk.reviewer.name,
    approved_boot_id: desk.bootId,
    leaves_at: now + policy.limits.undoMs,
    retry_at: null,
  };
}

function endingNote(decision: Extract<Decision, { kind: 'reject' | 'discard' }>): string {
  if (decision.kind === 'discard') return 'discarded';
  return decision.then === 'redraft' ? 'rejected, to be written again' : 'rejected';
}

/** D5: an approval is of these words and no others, also where it waits behind a hold. */
function editChange(message: StoredMessage, { copy }: DecisionDetails, now: Instant): MessageChange {
  if (copy === null) throw new Error('An edit without words');
  return {
    subject: copy.subject,
    preheader: copy.preheader,
    body_markdown: copy.bodyMarkdown,
    text_hash: textHash(copy),
    edited_at: now,
    ...NO_APPROVAL,
    ...(message.state === 'held' ? { held_from: 'pending_approval' } : {}),
  };
}
