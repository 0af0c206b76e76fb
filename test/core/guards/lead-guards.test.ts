import { describe, expect, it } from 'vitest';

import { judgeLead, judgeLeadInFull, LEAD_GUARD_NAMES } from '../../../src/core/guards/lead-guards.ts';
import type { GuardContext } from '../../../src/core/guards/lead-guards.ts';
import { candidate, DAY_MS, guardContext, HOUR_MS, testPolicy, WEDNESDAY } from '../../helpers/candidates.ts';
import type { CandidateParts } from '../../helpers/candidates.ts';

interface Refusal {
  readonly guard: string;
  readonly title: string;
  readonly parts: CandidateParts;
  readonly reason: string;
  readonly until?: number | null;
  readonly context?: Partial<GuardContext>;
}

const NIGHT = Date.UTC(2026, 1, 18, 3);

/** One line per reason: who would get an email that they must not get, if the guard were off. */
const REFUSALS: readonly Refusal[] = [
  {
    guard: 'suppressed',
    title: 'B3: a bounced address would be written to again',
    parts: { lead: { suppressedReason: 'bounced' } },
    reason: 'suppressed',
  },
  {
    guard: 'bail',
    title: 'B6: someone who asked for no more would hear from us',
    parts: { lead: { optedOut: true } },
    reason: 'opted_out',
  },
  {
    guard: 'bail',
    title: 'B6: a do-not-contact mark would be ignored',
    parts: { lead: { doNotContact: true } },
    reason: 'dnc',
  },
  {
    guard: 'bail',
    title: 'B3: a spam trap would be written to',
    parts: { lead: { spam: true } },
    reason: 'spam',
  },
  {
    guard: 'bail',
    title: 'B6: a customer would get the pitch that won them',
    parts: { lead: { stage: 'customer' } },
    reason: 'stage',
  },
  {
    guard: 'bail',
    title: 'B6: an unqualified lead would be chased',
    parts: { lead: { status: 'unqualified' } },
    reason: 'status',
  },
  {
    guard: 'lead',
    title: 'E4: somebody on holiday would be bumped before they are back',
    parts: { lead: { heldUntil: WEDNESDAY + DAY_MS } },
    reason: 'lead_hold',
    until: WEDNESDAY + DAY_MS,
  },
  {
    guard: 'attribution',
    title: 'B8: a lead would be asked about a company they never worked for',
    parts: { lead: { attribution: 'mismatch' } },
    reason: 'attribution_mismatch',
  },
  {
    guard: 'reservation',
    title: 'A7: a second draft would join the one that waits',
    parts: { reservation: { waiting: { messageId: 'm-1', state: 'pending_approval' } } },
    reason: 'waiting',
  },
  {
    guard: 'reservation',
    title: 'B7: nurture would write into a running drip',
    parts: { job: 'nurture', enrollment: null, reservation: { inFlightSequence: 'website-lead' } },
    reason: 'in_flight',
  },
  {
    guard: 'reservation',
    title: 'B7: a fourth follow-up would go out',
    parts: { job: 'nurture', enrollment: null, lead: { nurtureCount: 3 } },
    reason: 'nurture_done',
  },
  {
    guard: 'reservation',
    title: 'B7: a follow-up would come six days after the last email',
    parts: { job: 'nurture', enrollment: null, reservation: { lastMessageAt: WEDNESDAY - 6 * DAY_MS } },
    reason: 'quiet_days',
    until: WEDNESDAY + DAY_MS,
  },
  {
    guard: 'watermark',
    title: 'A2: one lead would get two drafts in a day',
    parts: { lead: { watermarkAt: WEDNESDAY - 23 * HOUR_MS } },
    reason: 'watermark',
    until: WEDNESDAY + HOUR_MS,
  },
  {
    guard: 'due',
    title: 'A1: a step would come before its time',
    parts: { enrollment: { nextDueAt: WEDNESDAY + 1 } },
    reason: 'not_due',
    until: WEDNESDAY + 1,
  },
  {
    guard: 'due',
    title: 'B9: a sequence that was made a draft again would go on',
    parts: { sequence: { status: 'draft' } },
    reason: 'sequence_paused',
    until: WEDNESDAY + HOUR_MS,
  },
  {
    guard: 'due',
    title: 'B9: a paused sequence would go on',
    parts: { sequence: { status: 'paused' } },
    reason: 'sequence_paused',
    until: WEDNESDAY + HOUR_MS,
  },
  {
    guard: 'due',
    title: 'B5: a failed attempt would be repeated at once',
    parts: { enrollment: { retryAt: WEDNESDAY + HOUR_MS } },
    reason: 'retry_wait',
    until: WEDNESDAY + HOUR_MS,
  },
  {
    guard: 'due',
    title: 'E6: a step that waits for silence would not wait',
    parts: { step: { noReplyMs: 4 * DAY_MS } },
    reason: 'no_reply_wait',
    until: WEDNESDAY + DAY_MS,
  },
  {
    guard: 'due',
    title: 'B7: a lead in contact two days ago would be called cold',
    parts: { job: 'nurture', enrollment: null, lead: { coldSinceAt: WEDNESDAY - 2 * DAY_MS } },
    reason: 'not_due',
    until: WEDNESDAY + DAY_MS,
  },
  {
    guard: 'hours',
    title: 'C4: a lead would be written to in the middle of the night',
    parts: {},
    reason: 'hours',
    context: { now: NIGHT },
    until: Date.UTC(2026, 1, 18, 8),
  },
  {
    guard: 'hours',
    title: 'A11: twenty bumps would go out on a Sunday',
    parts: {},
    reason: 'lead_weekday',
    context: { now: Date.UTC(2026, 1, 22, 10) },
    until: Date.UTC(2026, 1, 23, 8),
  },
  {
    guard: 'late',
    title: 'A16: a step that slept through three weeks would be passed over only if the sequence says so',
    parts: { sequence: { late: 'skip' }, enrollment: { dueAt: WEDNESDAY - 10 * DAY_MS } },
    reason: 'late',
    context: { silences: [{ startedAt: WEDNESDAY - 21 * DAY_MS, endedAt: WEDNESDAY }] },
  },
];

describe('the lead guards', () => {
  it('let a lead pass whose step is due, in its hours, with nothing else under way', () => {
    expect(judgeLead(candidate(), guardContext())).toEqual({ kind: 'allow' });
  });

  it.each(REFUSALS)('$title', ({ parts, reason, until, context }) => {
    const verdict = judgeLead(candidate(parts, context?.now), guardContext(context));
    expect(verdict).toMatchObject({ kind: 'skip', reason });
    if (until !== undefined) expect(verdict).toMatchObject({ until });
  });

  it.each(REFUSALS)(
    'each refusal is the work of one guard: without $guard, $reason is gone',
    ({ guard, parts, reason, context }) => {
      const without = new Set([guard]);
      expect(
        judgeLead(candidate(parts, context?.now), guardContext({ ...context, without })),
      ).not.toMatchObject({
        reason,
      });
    },
  );

  it('every guard has a refusal of its own in this table', () => {
    expect(new Set(REFUSALS.map((refusal) => refusal.guard))).toEqual(new Set(LEAD_GUARD_NAMES));
  });

  it('A2: a lead is free again when exactly 24 h have passed, not a millisecond before', () => {
    const at = (watermarkAt: number): string =>
      judgeLead(candidate({ lead: { watermarkAt } }), guardContext()).kind;
    expect(at(WEDNESDAY - DAY_MS)).toBe('allow');
    expect(at(WEDNESDAY - DAY_MS + 1)).toBe('skip');
  });

  it('A2: a watermark ahead of the clock still holds the lead back: the clock went back, the draft did not', () => {
    const verdict = judgeLead(candidate({ lead: { watermarkAt: WEDNESDAY + 40 * DAY_MS } }), guardContext());
    expect(verdict).toMatchObject({ reason: 'watermark' });
  });

  it('A16: a late step asks a person by default, and the guards after it may still refuse', () => {
    const silences = [{ startedAt: WEDNESDAY - 21 * DAY_MS, endedAt: WEDNESDAY }];
    const late = candidate({ enrollment: { dueAt: WEDNESDAY - 10 * DAY_MS } });
    expect(judgeLead(late, guardContext({ silences }))).toMatchObject({ kind: 'ask', reason: 'late' });
  });

  it('A16: a step that waited behind a closed window while the job ran is not late', () => {
    const silences = [{ startedAt: WEDNESDAY - 9 * DAY_MS, endedAt: WEDNESDAY }];
    const waiting = candidate({ enrollment: { dueAt: WEDNESDAY - 10 * DAY_MS } });
    expect(judgeLead(waiting, guardContext({ silences }))).toEqual({ kind: 'allow' });
  });

  it('B8: an unknown attribution asks or waits as configured, and the gate off asks nothing', () => {
    const unknown = candidate({ lead: { attribution: 'unknown' } });
    const judge = (mode: 'off' | 'domains', answer: 'ask' | 'wait'): unknown =>
      judgeLead(unknown, guardContext({ policy: testPolicy({ attribution: { mode, unknown: answer } }) }));
    expect(judge('domains', 'ask')).toMatchObject({ kind: 'ask', reason: 'attribution_unknown' });
    expect(judge('domains', 'wait')).toMatchObject({ kind: 'skip', reason: 'attribution_unknown' });
    expect(judge('off', 'ask')).toEqual({ kind: 'allow' });
  });

  it('A13: `leads why` lists every guard in the order in which they are asked', () => {
    const judged = judgeLeadInFull(candidate({ lead: { optedOut: true } }), guardContext());
    expect(judged.map((each) => each.name)).toEqual(LEAD_GUARD_NAMES);
    expect(judged.filter((each) => each.verdict.kind === 'skip').map((each) => each.name)).toEqual(['bail']);
  });
});
