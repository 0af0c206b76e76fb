import { describe, expect, test } from 'vitest';

import type { GuardContext } from '../../../src/core/guards/lead-guards.ts';
import type { SenderAtDoor } from '../../../src/core/senders/assignment.ts';
import { judgeSend, type SendCandidate } from '../../../src/core/guards/send-guards.ts';
import type { Verdict } from '../../../src/core/guards/verdict.ts';
import { candidate, DAY_MS, guardContext, HOUR_MS, testPolicy, WEDNESDAY } from '../../helpers/candidates.ts';
import type { CandidateParts } from '../../helpers/candidates.ts';

const MINUTE_MS = 60_000;
/** Wednesday 03:00 in Berlin. */
const NIGHT = Date.UTC(2026, 1, 18, 2);

interface OutgoingParts extends CandidateParts {
  readonly message?: Partial<SendCandidate['message']>;
  readonly lastSentAt?: number;
  readonly sender?: Partial<SenderAtDoor>;
}

/** Drafted yesterday, approved an hour ago, its undo over: nothing stands in its way unless the test says so. */
function outgoing(parts: OutgoingParts = {}, now = WEDNESDAY): SendCandidate {
  return {
    // As it stands for every message on its way out: it is the reservation, and the watermark, and was due.
    candidate: candidate({
      ...parts,
      lead: { watermarkAt: now - HOUR_MS, ...parts.lead },
      enrollment: { nextDueAt: now + DAY_MS, ...parts.enrollment },
      reservation: { waiting: { messageId: 'm-1', state: 'approved' }, ...parts.reservation },
    }),
    message: {
      rowId: 1,
      id: 'm-1',
      state: 'approved',
      approvedAt: now - HOUR_MS,
      draftedAt: now - DAY_MS,
      editedAt: null,
      heldUntil: null,
      leavesAt: now - 45 * MINUTE_MS,
      retryAt: null,
      released: false,
      ...parts.message,
    },
    lastSentAt: parts.lastSentAt ?? null,
    sender: { address: 'tom@example.com', room: 1, pausedReason: null, removed: null, ...parts.sender },
  };
}

interface Refusal {
  readonly guard: string;
  readonly title: string;
  readonly parts: OutgoingParts;
  readonly reason: string;
  readonly until?: number;
  readonly context?: Parameters<typeof guardContext>[0];
}

/** One line per reason: which mail would leave that must not, if the guard were off. */
const REFUSALS: readonly Refusal[] = [
  {
    guard: 'suppressed',
    title: 'D2: an address that bounced after the approval would be written to',
    parts: { lead: { suppressedReason: 'bounced' } },
    reason: 'suppressed',
  },
  {
    guard: 'bail',
    title: 'D2: somebody who opted out after the approval would still get the mail',
    parts: { lead: { optedOut: true } },
    reason: 'opted_out',
  },
  {
    guard: 'bail',
    title: 'D2: somebody who became a customer over lunch would get the pitch',
    parts: { lead: { stage: 'customer' } },
    reason: 'stage',
  },
  {
    guard: 'lead',
    title: 'E4: somebody who wrote "back on Monday" after the approval would be bumped before',
    parts: { lead: { heldUntil: WEDNESDAY + DAY_MS } },
    reason: 'lead_hold',
    until: WEDNESDAY + DAY_MS,
  },
  {
    guard: 'attribution',
    title: 'B8: a mismatch found after the approval would be ignored',
    parts: { lead: { attribution: 'mismatch' } },
    reason: 'attribution_mismatch',
  },
  {
    guard: 'hours',
    title: 'A11: a mail approved at noon would arrive at three in the morning',
    parts: {},
    reason: 'hours',
    context: { now: NIGHT },
    until: Date.UTC(2026, 1, 18, 8),
  },
  {
    guard: 'expired',
    title: 'D2: words of eight days ago would leave because nobody looked',
    parts: { message: { draftedAt: WEDNESDAY - 8 * DAY_MS } },
    reason: 'expired',
  },
  {
    guard: 'undo',
    title: 'D7: the quarter of an hour to take it back would be none',
    parts: { message: { leavesAt: WEDNESDAY + 1 } },
    reason: 'undo',
    until: WEDNESDAY + 1,
  },
  {
    guard: 'undo',
    title: 'B5: a server that said "later" would be asked again at once',
    parts: { message: { retryAt: WEDNESDAY + 5 * MINUTE_MS } },
    reason: 'retry_wait',
    until: WEDNESDAY + 5 * MINUTE_MS,
  },
  {
    guard: 'watermark',
    title: 'A2: two mails approved for one lead would leave in the same minute',
    parts: { lastSentAt: WEDNESDAY - 23 * HOUR_MS },
    reason: 'watermark',
    until: WEDNESDAY + HOUR_MS,
  },
  {
    guard: 'due',
    title: 'B9: a sequence made a draft again after the approval would go on',
    parts: { sequence: { status: 'draft' } },
    reason: 'sequence_paused',
  },
  {
    guard: 'due',
    title: 'B9: a sequence paused after the approval would go on',
    parts: { sequence: { status: 'paused' } },
    reason: 'sequence_paused',
  },
  {
    guard: 'allowlist',
    title: 'D9: a trial run with one colleague on the list would reach a customer',
    parts: {},
    reason: 'allowlist',
    context: { policy: testPolicy({ allowlist: ['me@example.com'] }) },
  },
  {
    guard: 'sender_cap',
    title: 'D6: a mailbox that is being warmed up would send one mail more than it may',
    parts: { sender: { room: 0 } },
    reason: 'sender_cap',
  },
  {
    guard: 'sender_cap',
    title: 'D6: a mailbox that people complain about would go on',
    parts: { sender: { pausedReason: '0.4 % complaints' } },
    reason: 'sender_cap',
  },
  {
    guard: 'sender_cap',
    title: 'D6: the leads of a removed mailbox would hear from a stranger',
    parts: { sender: { removed: 'old@example.com' } },
    reason: 'sender_cap',
  },
];

function judge(parts: OutgoingParts, context: Parameters<typeof guardContext>[0] = {}): Verdict {
  const now = context.now ?? WEDNESDAY;
  return judgeSend(outgoing(parts, now), guardContext(context));
}

describe('right before a message may leave', () => {
  test('D2: it leaves when nothing stands in its way, though it is its own reservation and watermark', () => {
    expect(judge({})).toEqual({ kind: 'allow' });
  });

  test.each(REFUSALS)('$title', ({ parts, reason, until, context, guard }) => {
    expect(judge(parts, context)).toMatchObject({
      kind: 'skip',
      reason,
      ...(until === undefined ? {} : { until }),
    });
    const without: GuardContext['without'] = new Set([guard]);
    expect(judge(parts, { ...context, without }), 'with the guard off').toEqual({ kind: 'allow' });
  });

  test('D2: a step that a person approved although it was late is not asked about again', () => {
    const silences = [{ startedAt: WEDNESDAY - 30 * DAY_MS, endedAt: WEDNESDAY - 2 * HOUR_MS }];
    const parts = { enrollment: { dueAt: WEDNESDAY - 25 * DAY_MS } };
    expect(judge(parts, { silences })).toEqual({ kind: 'allow' });
  });

  test('B8: who is unknown was asked about when it was drafted', () => {
    const policy = testPolicy({ attribution: { mode: 'domains', unknown: 'ask' } });
    expect(judge({ lead: { attribution: 'unknown' } }, { policy })).toEqual({ kind: 'allow' });
  });
});

describe('the edges of the times', () => {
  test('D7: at the very moment at which the undo ends the message may leave', () => {
    expect(judge({ message: { leavesAt: WEDNESDAY } })).toEqual({ kind: 'allow' });
  });

  test('D2: seven days are not too old, a millisecond more is', () => {
    expect(judge({ message: { draftedAt: WEDNESDAY - 7 * DAY_MS } })).toEqual({ kind: 'allow' });
    expect(judge({ message: { draftedAt: WEDNESDAY - 7 * DAY_MS - 1 } })).toMatchObject({
      reason: 'expired',
    });
  });

  test('D2: an edit makes the words new; a hold until a named date does not age them', () => {
    const draftedAt = WEDNESDAY - 20 * DAY_MS;
    expect(judge({ message: { draftedAt, editedAt: WEDNESDAY - DAY_MS } })).toEqual({ kind: 'allow' });
    expect(judge({ message: { draftedAt, heldUntil: WEDNESDAY - DAY_MS } })).toEqual({ kind: 'allow' });
  });

  test('A2: exactly 24 hours after the last mail the next one may leave', () => {
    expect(judge({ lastSentAt: WEDNESDAY - DAY_MS })).toEqual({ kind: 'allow' });
    expect(judge({ lastSentAt: WEDNESDAY - DAY_MS + 1 })).toMatchObject({ reason: 'watermark' });
  });

  test('B5: once the wait after a failure is over it is tried again', () => {
    expect(judge({ message: { retryAt: WEDNESDAY } })).toEqual({ kind: 'allow' });
  });
});

describe('D9: mail.allowlist', () => {
  const listed = (entry: string, email: string): Verdict =>
    judge({ lead: { email } }, { policy: testPolicy({ allowlist: [entry] }) });

  test.each([
    ['me@example.com', 'ME@Example.com'],
    ['Me@Example.com', 'me@example.com'],
    ['@example.com', 'anybody@example.com'],
    ['@Example.com', 'anybody@EXAMPLE.COM'],
  ])('%s lets %s through', (entry, email) => {
    expect(listed(entry, email)).toEqual({ kind: 'allow' });
  });

  test.each([
    ['me@example.com', 'notme@example.com'],
    ['me@example.com', 'me@example.com.evil.example'],
    ['@example.com', 'a@sub.example.com'],
    ['@example.com', 'a@notexample.com'],
    ['example.com', 'a@example.com'],
  ])('%s does not let %s through', (entry, email) => {
    expect(listed(entry, email)).toMatchObject({ kind: 'skip', reason: 'allowlist' });
  });
});
