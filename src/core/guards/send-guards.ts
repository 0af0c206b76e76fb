import type { Candidate } from '../candidate.ts';
import type { Instant, MessageState } from '../model.ts';
import { judgeLead, judgeSequenceAtRest, type GuardContext } from './lead-guards.ts';
import type { SenderAtDoor } from '../senders/assignment.ts';
import { ALLOW, skip, type Verdict } from './verdict.ts';

/** One approved message on its way out: the candidate it was drafted for, as it is now, and what became of its words. */
export interface SendCandidate {
  readonly candidate: Candidate;
  readonly message: {
    readonly rowId: number;
    readonly id: string;
    readonly state: MessageState;
    readonly approvedAt: Instant;
    readonly draftedAt: Instant;
    readonly editedAt: Instant | null;
    readonly heldUntil: Instant | null;
    readonly leavesAt: Instant;
    readonly retryAt: Instant | null;
    readonly released: boolean;
  };
  /** The last delivery to this lead by any other message; null for none. */
  readonly lastSentAt: Instant | null;
  /** D6: who would write; null where nobody asks about that. */
  readonly sender: SenderAtDoor | null;
}

/**
 * Draft guards that a message on its way out has passed for good: it is itself the reservation and the watermark, its step was due,
 * and if it was late a person has approved it. Everything else is judged again (D2).
 */
const PASSED_WHEN_DRAFTED = ['reservation', 'watermark', 'due', 'late'] as const;

/** D2: the whole guard list again, right before a message may leave. */
export function judgeSend(send: SendCandidate, context: GuardContext): Verdict {
  const without = new Set([...context.without, ...PASSED_WHEN_DRAFTED]);
  const verdict = judgeLead(send.candidate, { ...context, without });
  if (verdict.kind === 'skip') return verdict;
  for (const [name, guard] of SEND_GUARDS) {
    if (context.without.has(name)) continue;
    const own = guard(send, context);
    if (own.kind !== 'allow') return own;
  }
  return ALLOW;
}

type SendGuard = (send: SendCandidate, context: GuardContext) => Verdict;

const SEND_GUARDS: readonly (readonly [string, SendGuard])[] = [
  ['expired', judgeExpired],
  ['undo', judgeUndo],
  ['watermark', judgeSentWatermark],
  ['due', judgeSequence],
  ['allowlist', judgeAllowlist],
  // Last of all: only what could leave otherwise takes part in what a sender may still send.
  ['sender_cap', judgeSender],
];

/** D2: a draft older than its expiry ends at the next run, approved or not. */
function judgeExpired({ message }: SendCandidate, { now, policy }: GuardContext): Verdict {
  const freshAt = Math.max(message.draftedAt, message.editedAt ?? 0, message.heldUntil ?? 0);
  if (freshAt + policy.limits.draftExpiryMs >= now) return ALLOW;
  return skip('expired', 'the draft waited too long');
}

/** D7: an approval can be taken back until then; after a passing failure the wait before the next attempt counts alike. */
function judgeUndo({ message }: SendCandidate, { now }: GuardContext): Verdict {
  if (message.leavesAt > now) return skip('undo', 'the approval can still be undone', message.leavesAt);
  if (message.retryAt === null || message.retryAt <= now) return ALLOW;
  return skip('retry_wait', 'the last attempt failed; waiting before the next', message.retryAt);
}

/** A2, at the door: two emails to one lead keep the watermark between them, whatever was approved when. */
function judgeSentWatermark({ lastSentAt }: SendCandidate, { now, policy }: GuardContext): Verdict {
  if (lastSentAt === null) return ALLOW;
  const freeAt = lastSentAt + policy.limits.watermarkMs;
  return freeAt > now ? skip('watermark', 'this lead was sent something too recently', freeAt) : ALLOW;
}

function judgeSequence({ candidate }: SendCandidate, { now }: GuardContext): Verdict {
  return judgeSequenceAtRest(candidate.sequence, now);
}

/** D9: compared without case, whole addresses or `@domain`. */
function judgeAllowlist({ candidate }: SendCandidate, { policy }: GuardContext): Verdict {
  if (policy.allowlist.length === 0) return ALLOW;
  const address = candidate.lead.email.toLowerCase();
  const isListed = policy.allowlist.some(
    (entry) => address === entry.toLowerCase() || isDomainOf(entry, address),
  );
  return isListed ? ALLOW : skip('allowlist', 'not on mail.allowlist');
}

function isDomainOf(entry: string, address: string): boolean {
  return entry.startsWith('@') && address.endsWith(entry.toLowerCase());
}

/** D6: its sender has had its mails of the day, is paused, or is none any more: the lead waits for it and goes to no other. */
function judgeSender({ sender }: SendCandidate): Verdict {
  if (sender === null) return ALLOW;
  const { address, room, pausedReason, removed } = sender;
  if (removed !== null) {
    const detail = `its sender ${removed} is in no [[sender]] block, and none takes_over its leads`;
    return skip('sender_cap', detail);
  }
  if (pausedReason !== null) return skip('sender_cap', `${address} is paused: ${pausedReason}`);
  return room !== null && room <= 0 ? skip('sender_cap', `${address} has had its mails of the day`) : ALLOW;
}
