import type { MessageState } from '../../core/model.ts';
import type { Decision } from '../../core/review-rules.ts';
import { formatInstant } from '../../core/time/instants.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { OVERTAKEN_NOTE } from '../engine/overtaken.ts';
import type { DecisionDetails } from './changes.ts';
import type { Reviewer } from './desk.ts';

type DecisionKind = Decision['kind'];

/** How each decision is called once it is done, and when it is refused. */
export const DECISION_WORDS: Readonly<Record<DecisionKind, { readonly done: string; readonly not: string }>> =
  {
    approve: { done: 'Approved', not: 'Not approved' },
    reject: { done: 'Rejected', not: 'Not rejected' },
    discard: { done: 'Discarded', not: 'Not discarded' },
    edit: { done: 'Edited', not: 'Not edited' },
    hold: { done: 'Held', not: 'Not held' },
    release: { done: 'Released', not: 'Not released' },
    undo: { done: 'Taken back', not: 'Not taken back' },
    take_back: { done: 'Taken back', not: 'Not taken back' },
    settle: { done: 'Settled', not: 'Not settled' },
  };

const TIMELINE_KINDS: Readonly<Record<DecisionKind, string>> = {
  approve: 'approved',
  reject: 'rejected',
  discard: 'discarded',
  edit: 'edited',
  hold: 'held',
  release: 'released',
  undo: 'taken_back',
  take_back: 'taken_back',
  settle: 'settled',
};

/** A13, F4: one line of the lead's story: who decided what, and why. */
export function decisionEntry(
  decision: Decision,
  message: StoredMessage,
  of: { readonly reviewer: Reviewer; readonly to: MessageState; readonly details: DecisionDetails },
): { readonly kind: string; readonly text: string } {
  const { reviewer, details } = of;
  const who = `by ${reviewer.name}${reviewer.via === null ? '' : ` in ${reviewer.via}`}`;
  const what = whatFollowed(decision, message, of);
  const why = details.reason === null ? '' : `: ${details.reason}`;
  return { kind: TIMELINE_KINDS[decision.kind], text: `${who}${what === null ? '' : `, ${what}`}${why}` };
}

function whatFollowed(
  decision: Decision,
  message: StoredMessage,
  { to, details }: { readonly to: MessageState; readonly details: DecisionDetails },
): string | null {
  switch (decision.kind) {
    case 'approve':
      return message.editedAt === null ? 'unchanged' : 'as edited';
    case 'reject':
      return REJECTED_TEXTS[decision.then];
    case 'discard':
      return 'the step is due again';
    case 'edit':
      return editedText(message, details);
    case 'hold':
      return details.until === null ? null : `until ${formatInstant(details.until)}`;
    case 'release':
      return to === 'approved' ? 'approved again' : 'waits for approval again';
    case 'undo':
    case 'take_back':
      return 'the approval was taken back';
    case 'settle':
      if (decision.outcome === 'sent') return 'it was sent';
      return to === 'skipped' ? `it was not sent, and is passed over: ${OVERTAKEN_NOTE}` : 'it was not sent';
  }
}

const REJECTED_TEXTS = {
  skip: 'the step is passed over',
  redraft: 'the step is written again',
  stop: 'the sequence stops here',
} as const;

/** "Who changed what": the words themselves are in the message, so the former subject is what could get lost. */
function editedText(message: StoredMessage, { copy }: DecisionDetails): string {
  if (copy === null) return 'the text changed';
  const parts = [
    ...(copy.subject === message.subject ? [] : [`the subject was "${message.subject ?? ''}"`]),
    ...(copy.preheader === message.preheader ? [] : ['the preheader changed']),
    ...(copy.bodyMarkdown === message.bodyMarkdown ? [] : ['the text changed']),
    ...(message.state === 'approved' ? ['the approval was taken back'] : []),
  ];
  return parts.join(', ');
}
