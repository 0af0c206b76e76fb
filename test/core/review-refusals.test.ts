import { describe, expect, test } from 'vitest';

import { MESSAGE_STATES, type HoldCause, type MessageState } from '../../src/core/model.ts';
import {
  holdMark,
  judgeDecision,
  STATE_TEXTS,
  type Decision,
  type ReviewFacts,
  type Ruling,
} from '../../src/core/review-rules.ts';
import { REVIEWED_AT as NOW, reviewFacts } from '../helpers/review-facts.ts';

/** Whoever is refused reads why and what works instead: D11, cli.md 2.1. */

/** A hold is by hand and an approval in its undo, where nothing else is said. */
function facts(changes: Partial<ReviewFacts> = {}): ReviewFacts {
  return reviewFacts({
    holdCause: changes.state === 'held' ? 'operator' : null,
    leavesAt: changes.state === 'approved' ? NOW + 1 : null,
    ...changes,
  });
}

const DECISIONS = {
  approve: { kind: 'approve' },
  reject: { kind: 'reject', then: 'skip' },
  discard: { kind: 'discard' },
  edit: { kind: 'edit' },
  hold: { kind: 'hold' },
  release: { kind: 'release' },
  undo: { kind: 'undo' },
  'take back': { kind: 'take_back' },
  'settle as sent': { kind: 'settle', outcome: 'sent' },
  'settle as not sent': { kind: 'settle', outcome: 'not-sent' },
} as const satisfies Record<string, Decision>;

const GONE = ['failed', 'expired', 'skipped', 'cancelled'] as const;
const UNDER_WAY = ['reserved', 'sending', 'sent'] as const;
const UNSENT = ['pending_approval', 'approved', 'held'] as const;

const HOLD_TEXTS: readonly (readonly [HoldCause | null, string])[] = [
  ['blast_radius', 'it is held with its whole batch: far more than usual'],
  ['doubt', 'it is held because the engine distrusted time, machine or state'],
  ['operator', 'it is held by hand'],
  ['validation', 'it is held because its text did not pass a check'],
  ['lead', 'it is held for its lead'],
  [null, 'it is held'],
];

interface Refused {
  readonly decision: keyof typeof DECISIONS;
  readonly states: readonly MessageState[];
  readonly reason: string;
  readonly instead: string | null;
}

function refused(
  decision: keyof typeof DECISIONS,
  [reason, instead]: readonly [reason: string, instead?: string],
  ...states: readonly MessageState[]
): Refused {
  return { decision, states, reason, instead: instead ?? null };
}

const WRONG = ['wrong_state'] as const;
const SETTLE = ['wrong_state', 'settle'] as const;
const REFUSED: readonly Refused[] = [
  refused('approve', WRONG, ...GONE, ...UNDER_WAY, 'rejected', 'discarded'),
  refused('approve', SETTLE, 'uncertain'),
  refused('approve', ['held', 'release'], 'held'),
  refused('reject', WRONG, ...GONE, ...UNDER_WAY, 'discarded'),
  refused('reject', SETTLE, 'uncertain'),
  refused('discard', WRONG, ...GONE, ...UNDER_WAY, 'rejected'),
  refused('discard', SETTLE, 'uncertain'),
  refused('edit', WRONG, ...GONE, ...UNDER_WAY, 'rejected', 'discarded'),
  refused('edit', SETTLE, 'uncertain'),
  refused('hold', WRONG, ...GONE, ...UNDER_WAY, 'rejected', 'discarded'),
  refused('hold', SETTLE, 'uncertain'),
  refused('release', ['not_held', 'approve'], 'pending_approval'),
  refused('release', ['not_held', 'settle'], 'uncertain'),
  refused('release', ['not_held'], ...GONE, ...UNDER_WAY, 'approved', 'rejected', 'discarded'),
  ...(['undo', 'take back'] as const).flatMap((decision) => [
    refused(decision, WRONG, ...GONE, 'reserved', 'rejected', 'discarded'),
    refused(decision, ['too_late'], 'sending', 'sent', 'uncertain'),
    refused(decision, ['held', 'release'], 'held'),
  ]),
  refused('settle as sent', WRONG, ...GONE, ...UNSENT, 'reserved', 'sending', 'rejected', 'discarded'),
  refused('settle as not sent', WRONG, ...GONE, ...UNSENT, ...UNDER_WAY, 'rejected', 'discarded'),
];

describe('D11: a refusal names the reason that programs match on, and the verb that does work', () => {
  test.each(REFUSED)(
    '$decision of $states: $reason, instead: $instead',
    ({ decision, states, reason, instead }) => {
      for (const state of states)
        expect(judgeDecision(DECISIONS[decision], facts({ state })), state).toMatchObject({
          kind: 'refused',
          reason,
          instead,
        });
    },
  );

  const HELD: readonly ReviewFacts[] = HOLD_TEXTS.flatMap(([holdCause]) =>
    [false, true].map((isExpired) => facts({ state: 'held', holdCause, isExpired })),
  );
  const OTHERS = MESSAGE_STATES.filter((state) => state !== 'held').flatMap((state) =>
    [NOW - 1, NOW + 1].flatMap((leavesAt) =>
      [false, true].map((isExpired) => facts({ state, leavesAt, isExpired })),
    ),
  );

  test('nobody is sent from a refusal to a verb that refuses as well', () => {
    for (const of of [...HELD, ...OTHERS]) {
      for (const decision of Object.values(DECISIONS)) {
        const ruling = judgeDecision(decision, of);
        if (ruling.kind !== 'refused' || ruling.instead === null) continue;
        const verb: Decision =
          ruling.instead === 'settle'
            ? { kind: 'settle', outcome: 'not-sent' }
            : ruling.instead === 'adopt'
              ? { kind: 'release' }
              : { kind: ruling.instead };
        const then = judgeDecision(verb, of);
        // What has expired cannot be released either, and that refusal names the way.
        if (then.kind === 'refused')
          expect(then, JSON.stringify([decision, of])).toMatchObject({ reason: 'expired' });
      }
    }
  });

  test('an approval without a time to leave can no longer be undone, but be held', () => {
    expect(judgeDecision({ kind: 'undo' }, facts({ state: 'approved', leavesAt: null }))).toMatchObject({
      reason: 'too_late',
      instead: 'hold',
      detail: 'the time to undo is over; it has not left yet',
    });
  });
});

describe('what a refusal says', () => {
  const detailOf = (ruling: Ruling): string => ('detail' in ruling ? ruling.detail : ruling.kind);

  test.each(HOLD_TEXTS)('A8, A15: a hold for %s says what holds it', (holdCause, text) => {
    const held = facts({ state: 'held', holdCause });
    expect(detailOf(judgeDecision({ kind: 'approve' }, held))).toBe(text);
    expect(detailOf(judgeDecision({ kind: 'undo' }, held))).toBe(text);
  });

  test('A8: a hold by hand that would cover a doubt is refused with the doubt, and with the verb that looks at it', () => {
    expect(judgeDecision({ kind: 'hold' }, facts({ state: 'held', holdCause: 'doubt' }))).toEqual({
      kind: 'refused',
      reason: 'held',
      detail: 'it is held because the engine distrusted time, machine or state',
      instead: 'release',
    });
  });

  test('every other state is said as it is', () => {
    expect(STATE_TEXTS).toEqual({
      reserved: 'it is being written',
      pending_approval: 'it waits for approval',
      approved: 'it is approved already',
      sending: 'it is being sent',
      sent: 'it was sent',
      uncertain: 'nobody knows yet whether it was sent',
      failed: 'it failed',
      held: 'it is held',
      rejected: 'it was rejected',
      expired: 'it expired',
      discarded: 'it was discarded',
      skipped: 'it was skipped',
      cancelled: 'it was cancelled',
    });
    for (const state of GONE)
      expect(detailOf(judgeDecision({ kind: 'approve' }, facts({ state })))).toBe(STATE_TEXTS[state]);
    expect(detailOf(judgeDecision({ kind: 'release' }, facts({ state: 'sent' })))).toBe('it was sent');
  });

  test('D2: what waited too long is refused with what becomes of it', () => {
    const expired = facts({ state: 'pending_approval', isExpired: true });
    expect(judgeDecision({ kind: 'approve' }, expired)).toEqual({
      kind: 'refused',
      reason: 'expired',
      detail: 'it waited too long; the next run ends it and writes it anew',
      instead: 'discard',
    });
  });

  test('A8, A15: the two that no other verb lifts say so', () => {
    const batch = facts({ state: 'held', holdCause: 'blast_radius' });
    expect(detailOf(judgeDecision(DECISIONS.reject, batch))).toBe(
      'it is held with its whole batch, which is released or discarded',
    );
    expect(detailOf(judgeDecision({ kind: 'release' }, { ...batch, needsAdopt: true }))).toBe(
      'this state may be restored or copied, and waits for adopt',
    );
  });
});

describe('A15: a hold that the engine made', () => {
  test('waits for adopt even where it would only go back to a person', () => {
    for (const holdCause of ['doubt', 'blast_radius', 'validation', 'lead'] as const) {
      const held = facts({ state: 'held', holdCause, heldFrom: 'pending_approval', needsAdopt: true });
      expect(judgeDecision({ kind: 'release' }, held), holdCause).toMatchObject({ reason: 'needs_adopt' });
    }
  });

  test('A8: its mark is left on a message that has come out of the hold, and stands in nobody’s way', () => {
    const released = facts({ state: 'pending_approval', holdCause: 'blast_radius' });
    expect(judgeDecision(DECISIONS.reject, released)).toMatchObject({ kind: 'moves', to: 'rejected' });
  });

  test('whoever releases the hold that they saw releases none that came after it', () => {
    const hold = { holdCause: 'doubt', heldUntil: 5, note: 'clock went back' } as const;
    const marks = [
      hold,
      { ...hold, holdCause: 'operator' as const },
      { ...hold, heldUntil: 6 },
      { ...hold, heldUntil: null },
      { ...hold, note: 'clock went forth' },
      { ...hold, note: null },
    ].map(holdMark);
    expect(new Set(marks).size).toBe(marks.length);
    expect(holdMark({ ...hold })).toBe(marks[0]);
  });
});

describe('D11: settled as not sent, a message goes out again only where it still has a place', () => {
  const settled = (changes: Partial<ReviewFacts>): Ruling =>
    judgeDecision(DECISIONS['settle as not sent'], facts({ state: 'uncertain', ...changes }));

  test.each<[string, Partial<ReviewFacts>, MessageState, string]>([
    [
      'C5: not where its step was removed: the enrollment goes on from there',
      { isStepRemoved: true },
      'cancelled',
      'step_left',
    ],
    [
      'C5: not behind a later step: nobody gets them out of their order',
      { isOvertaken: true },
      'skipped',
      'none',
    ],
    [
      'A15: not in words that are lost: they are written anew',
      { wordsAreLost: true },
      'discarded',
      'step_due_again',
    ],
    ['A15: in its own words where they are not lost', { wordsAreLost: false }, 'approved', 'none'],
    [
      'C5: a removed step is removed, overtaken or not',
      { isStepRemoved: true, isOvertaken: true },
      'cancelled',
      'step_left',
    ],
    [
      'C5: lost words of an overtaken step are not written anew',
      { isOvertaken: true, wordsAreLost: true },
      'skipped',
      'none',
    ],
  ])('%s', (_title, changes, to, follows) => {
    expect(settled(changes)).toEqual({ kind: 'moves', to, follows });
  });
});
