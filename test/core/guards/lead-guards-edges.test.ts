import { describe, expect, it, test } from 'vitest';

import { judgeLead, type GuardContext } from '../../../src/core/guards/lead-guards.ts';
import { createOpenings } from '../../../src/core/guards/opening.ts';
import {
  candidate,
  DAY_MS,
  guardContext,
  HOUR_MS,
  testPolicy,
  WEDNESDAY,
  type CandidateParts,
} from '../../helpers/candidates.ts';

/** A follow-up for a lead that nobody is writing to. */
const FOLLOW_UP = { job: 'nurture', enrollment: null } as const;

function reasonOf(parts: CandidateParts, context: Partial<GuardContext> = {}): string {
  const verdict = judgeLead(candidate(parts, context.now), guardContext(context));
  return verdict.kind === 'allow' ? 'allow' : verdict.reason;
}

interface Edge {
  readonly title: string;
  /** The last moment, or the last number, at which the guard still refuses. */
  readonly refused: CandidateParts;
  /** The first at which it does not. */
  readonly allowed: CandidateParts;
}

const EDGES: readonly Edge[] = [
  {
    title: 'E4: a hold ends at its hour, and not a millisecond before',
    refused: { lead: { heldUntil: WEDNESDAY + 1 } },
    allowed: { lead: { heldUntil: WEDNESDAY } },
  },
  {
    title: 'A1: a step may come at its due time, and not a millisecond before',
    refused: { enrollment: { nextDueAt: WEDNESDAY + 1 } },
    allowed: { enrollment: { nextDueAt: WEDNESDAY } },
  },
  {
    title: 'B5: a failed attempt waits to the end of its wait, and no longer',
    refused: { enrollment: { retryAt: WEDNESDAY + 1 } },
    allowed: { enrollment: { retryAt: WEDNESDAY } },
  },
  {
    title: 'E6: silence is over when it has lasted as long as the step asks',
    refused: { step: { noReplyMs: 2 * DAY_MS }, enrollment: { anchorAt: WEDNESDAY - 2 * DAY_MS + 1 } },
    allowed: { step: { noReplyMs: 2 * DAY_MS }, enrollment: { anchorAt: WEDNESDAY - 2 * DAY_MS } },
  },
  {
    title: 'E6: before the first mail there is no silence to wait for',
    refused: { step: { noReplyMs: 9 * DAY_MS }, enrollment: { anchorAt: WEDNESDAY, isFirstStep: false } },
    allowed: { step: { noReplyMs: 9 * DAY_MS }, enrollment: { anchorAt: WEDNESDAY, isFirstStep: true } },
  },
  {
    title: 'B7: a lead is cold after exactly the days that make it so',
    refused: { ...FOLLOW_UP, lead: { coldSinceAt: WEDNESDAY - 3 * DAY_MS + 1 } },
    allowed: { ...FOLLOW_UP, lead: { coldSinceAt: WEDNESDAY - 3 * DAY_MS } },
  },
  {
    title: 'B7: the quiet days count from the last message, and end with it',
    refused: { ...FOLLOW_UP, reservation: { lastMessageAt: WEDNESDAY - 7 * DAY_MS + 1 } },
    allowed: { ...FOLLOW_UP, reservation: { lastMessageAt: WEDNESDAY - 7 * DAY_MS } },
  },
  {
    title: 'B7: the last follow-up that a lead may have is still made',
    refused: { ...FOLLOW_UP, lead: { nurtureCount: 3 } },
    allowed: { ...FOLLOW_UP, lead: { nurtureCount: 2 } },
  },
];

describe('where a guard begins and ends', () => {
  it.each(EDGES)('$title', ({ refused, allowed }) => {
    expect(reasonOf(refused)).not.toBe('allow');
    expect(reasonOf(allowed)).toBe('allow');
  });
});

describe('whom a follow-up may go to', () => {
  test.each([
    ['new', 'allow'],
    ['contacted', 'allow'],
    ['proposal', 'allow'],
    ['customer', 'stage'],
    ['disqualified', 'stage'],
    ['negotiation', 'stage'],
  ] as const)('B7: a lead whose stage is %s: %s', (stage, reason) => {
    // A stage that a later version of the lead file brings is none that nurture knows.
    const lead = { stage } as CandidateParts['lead'] & object;
    expect(reasonOf({ ...FOLLOW_UP, lead })).toBe(reason);
  });

  test('B7: and the operator reads which stage it was', () => {
    const lead = { stage: 'negotiation' } as unknown as NonNullable<CandidateParts['lead']>;
    expect(judgeLead(candidate({ ...FOLLOW_UP, lead }), guardContext())).toMatchObject({
      detail: 'stage is negotiation',
    });
  });

  test('B3: a drip goes on for a lead whose stage only nurture would not take', () => {
    const lead = { stage: 'negotiation' } as unknown as NonNullable<CandidateParts['lead']>;
    expect(reasonOf({ lead })).toBe('allow');
  });

  test('B7: quiet days, follow-ups had and other sequences stop no drip', () => {
    const reservation = { lastMessageAt: WEDNESDAY, inFlightSequence: 'other' };
    expect(reasonOf({ lead: { nurtureCount: 9, coldSinceAt: WEDNESDAY }, reservation })).toBe('allow');
  });

  test('B7: a follow-up under way has passed those rules when it was begun, and is not stuck on itself', () => {
    const reservation = { lastMessageAt: WEDNESDAY, inFlightSequence: 'stay-in-touch' };
    expect(reasonOf({ job: 'nurture', lead: { nurtureCount: 9 }, reservation })).toBe('allow');
  });
});

describe('when it is late (A16)', () => {
  const silences = [{ startedAt: WEDNESDAY - 40 * DAY_MS, endedAt: WEDNESDAY }];
  const dueAt = WEDNESDAY - 5 * DAY_MS;
  const restart = { late: 'restart' } as const;

  test('a step says it for itself, else its sequence, else the workspace', () => {
    const day = { maxLateMs: DAY_MS };
    const week = { maxLateMs: 9 * DAY_MS };
    const of = (parts: CandidateParts): string =>
      reasonOf(
        { ...parts, sequence: { ...restart, ...parts.sequence }, enrollment: { dueAt } },
        { silences },
      );
    expect(of({})).toBe('allow');
    expect(of({ sequence: day })).toBe('late');
    expect(of({ step: day, sequence: week })).toBe('late');
    expect(of({ step: week, sequence: day })).toBe('allow');
  });

  test('a follow-up that does not exist yet is late for nothing', () => {
    expect(reasonOf({ ...FOLLOW_UP, sequence: restart }, { silences })).toBe('allow');
  });

  test('two reasons to ask are told as the first of them: what the gate does not know', () => {
    const policy = testPolicy({ attribution: { mode: 'domains', unknown: 'ask' } });
    const parts = { lead: { attribution: 'unknown' }, enrollment: { dueAt: dueAt - 9 * DAY_MS } } as const;
    expect(judgeLead(candidate(parts), guardContext({ policy, silences }))).toMatchObject({
      kind: 'ask',
      reason: 'attribution_unknown',
    });
  });
});

describe('what is no reason to wait', () => {
  test.each(['verified', 'not_applicable', null] as const)(
    'B8: with the gate on, a lead whose attribution is %s is written to',
    (attribution) => {
      const policy = testPolicy({ attribution: { mode: 'domains', unknown: 'wait' } });
      expect(reasonOf({ lead: { attribution } }, { policy })).toBe('allow');
    },
  );

  test('E6: a step that asks for no silence waits for none, also while the last mail lies ahead of the clock', () => {
    expect(reasonOf({ step: { noReplyMs: null }, enrollment: { anchorAt: WEDNESDAY + DAY_MS } })).toBe(
      'allow',
    );
  });
});

describe('opening hours, worked out once for all who share them (A11, C3)', () => {
  const openings = createOpenings(WEDNESDAY, testPolicy(), (country) =>
    country === 'DE' ? new Set(['2026-02-18']) : new Set(),
  );
  const at = (parts: CandidateParts): unknown => openings(candidate(parts));
  const window = (startMinute: number, endMinute: number, zone = 'lead', weekdays: readonly number[] = []) =>
    ({ startMinute, endMinute, zone, weekdays }) as unknown as NonNullable<
      NonNullable<CandidateParts['step']>['window']
    >;

  test('leads of one zone and another country keep their own holidays', () => {
    expect(at({ lead: { country: 'DE' } })).toEqual({
      reason: 'lead_holiday',
      opensAt: Date.UTC(2026, 1, 19, 8),
      detail: 'a public holiday in Europe/Berlin',
    });
    expect(at({ lead: { country: 'AT' } })).toEqual({ reason: null, opensAt: null, detail: '' });
    expect(at({ lead: { country: null } })).toMatchObject({ reason: null });
  });

  test('leads of one country and another zone keep their own hours', () => {
    expect(at({ lead: { country: 'AT', zone: 'Asia/Tokyo' } })).toEqual({
      reason: 'hours',
      opensAt: Date.UTC(2026, 1, 19),
      detail: 'outside the hours in Asia/Tokyo',
    });
    expect(at({ lead: { country: 'AT' } })).toMatchObject({ reason: null });
  });

  test('each window is its own: its start, its end, its zone and its weekdays', () => {
    const of = (step: ReturnType<typeof window>): unknown =>
      at({ lead: { country: 'AT' }, step: { window: step } });
    expect(of(window(600, 720))).toMatchObject({ reason: null });
    expect(of(window(600, 660))).toEqual({
      reason: 'window',
      opensAt: Date.UTC(2026, 1, 19, 9),
      detail: "outside the step's window (lead in Europe/Berlin)",
    });
    expect(of(window(670, 720))).toMatchObject({ reason: 'window', opensAt: Date.UTC(2026, 1, 18, 10, 10) });
    expect(of(window(600, 720, 'America/New_York'))).toMatchObject({
      reason: 'window',
      opensAt: Date.UTC(2026, 1, 18, 15),
    });
    expect(of(window(600, 720, 'lead', [4]))).toMatchObject({ reason: 'window' });
    expect(of(window(600, 720, 'lead', [3]))).toMatchObject({ reason: null });
  });

  test('a step’s own window goes before that of its sequence', () => {
    const parts = { lead: { country: 'AT' }, sequence: { window: window(600, 660) } };
    expect(at(parts)).toMatchObject({ reason: 'window' });
    expect(at({ ...parts, step: { window: window(600, 720) } })).toMatchObject({ reason: null });
  });

  test('P7: ten thousand leads of one zone and one country are worked out once', () => {
    let asked = 0;
    const counted = createOpenings(WEDNESDAY, testPolicy(), () => {
      asked += 1;
      return new Set();
    });
    for (const rowId of [1, 2, 3]) counted(candidate({ lead: { rowId } }));
    expect(asked).toBe(1);
  });

  test('a lead without a single open day in a year is told why, and no day is named', () => {
    const closed = createOpenings(
      WEDNESDAY,
      testPolicy(),
      () => ({ has: () => true }) as unknown as Set<string>,
    );
    expect(closed(candidate())).toEqual({
      reason: 'lead_holiday',
      opensAt: null,
      detail: 'a public holiday in Europe/Berlin',
    });
  });

  test('a weekend is told as one, with the moment at which work begins again', () => {
    const sunday = createOpenings(Date.UTC(2026, 1, 22, 10), testPolicy(), () => new Set());
    expect(sunday(candidate())).toEqual({
      reason: 'lead_weekday',
      opensAt: Date.UTC(2026, 1, 23, 8),
      detail: 'not a working day in Europe/Berlin',
    });
  });
});

describe('what the operator reads of a refusal (A13)', () => {
  const quietUntil = { lastMessageAt: WEDNESDAY - DAY_MS };

  test.each<[CandidateParts, string]>([
    [{ lead: { suppressedReason: 'bounced' } }, 'on the suppression list: bounced'],
    [{ lead: { optedOut: true } }, 'asked for no more email'],
    [{ lead: { doNotContact: true } }, 'marked do-not-contact'],
    [{ lead: { spam: true } }, 'marked as spam'],
    [{ lead: { stage: 'customer' } }, 'stage is customer'],
    [{ lead: { stage: 'disqualified' } }, 'stage is disqualified'],
    [{ lead: { status: 'unqualified' } }, 'status is unqualified'],
    [{ lead: { heldUntil: WEDNESDAY + 1 } }, 'on hold'],
    [{ lead: { heldUntil: WEDNESDAY + 1, holdNote: 'away until March' } }, 'away until March'],
    [{ lead: { attribution: 'mismatch' } }, 'the address does not belong to the company'],
    [{ reservation: { waiting: { messageId: 'm-1', state: 'held' } } }, 'm-1 is held and counts as sent'],
    [{ ...FOLLOW_UP, reservation: { inFlightSequence: 'tips' } }, 'in flight in tips'],
    [{ ...FOLLOW_UP, lead: { nurtureCount: 4 } }, 'had 4 of 3 follow-ups'],
    [{ ...FOLLOW_UP, reservation: quietUntil }, 'something was drafted, rejected or sent too recently'],
    [{ lead: { watermarkAt: WEDNESDAY } }, 'a draft was made for this lead too recently'],
    [{ sequence: { status: 'paused' } }, 'website-lead is paused'],
    [{ sequence: { status: 'draft' } }, 'website-lead is a draft again'],
    [{ ...FOLLOW_UP, lead: { coldSinceAt: WEDNESDAY } }, 'was in contact too recently'],
    [{ enrollment: { nextDueAt: WEDNESDAY + 1 } }, 'the next step is not due yet'],
    [{ enrollment: { retryAt: WEDNESDAY + 1 } }, 'the last attempt failed; waiting before the next'],
    [
      { step: { noReplyMs: DAY_MS }, enrollment: { anchorAt: WEDNESDAY } },
      'the step waits for silence after the last email',
    ],
  ])('%j: %s', (parts, detail) => {
    expect(judgeLead(candidate(parts), guardContext())).toMatchObject({ kind: 'skip', detail });
  });

  test('what slept through a silence is told with what its sequence says', () => {
    const silences = [{ startedAt: WEDNESDAY - 40 * DAY_MS, endedAt: WEDNESDAY }];
    const of = (late: 'ask' | 'skip'): unknown =>
      judgeLead(
        candidate({ sequence: { late }, enrollment: { dueAt: WEDNESDAY - 20 * DAY_MS } }),
        guardContext({ silences }),
      );
    const slept = 'it fell due while nothing ran, and that was too long ago';
    expect(of('ask')).toMatchObject({ kind: 'ask', detail: slept });
    expect(of('skip')).toMatchObject({ kind: 'skip', detail: `${slept}; the sequence says skip` });
  });

  test('what the gate does not know is told, and what it has just been told instead', () => {
    const policy = testPolicy({ attribution: { mode: 'domains', unknown: 'wait' } });
    const verdict = judgeLead(candidate({ lead: { attribution: 'unknown' } }), guardContext({ policy }));
    expect(verdict).toMatchObject({ detail: 'nothing shows whether the address belongs to the company' });
  });

  test('B9: what waits behind a paused sequence is looked at again in an hour', () => {
    const verdict = judgeLead(candidate({ sequence: { status: 'paused' } }), guardContext());
    expect(verdict).toMatchObject({ until: WEDNESDAY + HOUR_MS });
  });
});
