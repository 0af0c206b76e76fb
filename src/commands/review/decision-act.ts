import type { AuditDetail } from '../../core/audit/entry.ts';
import type { AuditKind } from '../../core/audit/kinds.ts';
import type { Decision } from '../../core/review-rules.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { PersonAct } from '../audit/record.ts';

const KINDS = {
  approve: 'approved',
  edit: 'edited',
  reject: 'rejected',
  hold: 'held',
  release: 'released',
  discard: 'discarded',
  settle: 'settled',
  undo: 'approval_undone',
  take_back: 'approval_undone',
} as const satisfies Record<Decision['kind'], AuditKind>;

/** A13: what was decided of which words. Why is in the lead's story: it may name somebody. */
export function decisionAct(
  decision: Decision,
  { before, after }: { readonly before: StoredMessage; readonly after: StoredMessage },
): PersonAct {
  const detail = {
    from: before.state,
    to: after.state,
    text_hash: after.textHash,
    ...ownDetail(decision, { before, after }),
  };
  return { kind: KINDS[decision.kind], subject: before.id, detail };
}

function ownDetail(
  decision: Decision,
  { before, after }: { readonly before: StoredMessage; readonly after: StoredMessage },
): AuditDetail {
  switch (decision.kind) {
    case 'edit':
      return { text_hash_before: before.textHash };
    case 'hold':
      return { until: after.heldUntil };
    case 'reject':
      return { then: decision.then };
    case 'release':
      return { cause: before.holdCause };
    case 'settle':
      return { outcome: decision.outcome };
    case 'approve':
    case 'discard':
    case 'undo':
    case 'take_back':
      return {};
  }
}
