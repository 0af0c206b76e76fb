import { describe, expect, test } from 'vitest';

import { MESSAGE_STATES, type MessageState } from '../../src/core/model.ts';
import { isExpired, judgeDecision, type Decision, type ReviewFacts } from '../../src/core/review-rules.ts';
import { mayMove } from '../../src/core/states.ts';
import { REVIEWED_AT as NOW, reviewFacts as facts } from '../helpers/review-facts.ts';

/** A held message held by hand, an approval in its undo: what each state most often looks like. */
function typical(state: MessageState): ReviewFacts {
  if (state === 'held') return facts({ state, holdCause: 'operator', heldFrom: 'pending_approval' });
  return facts({ state, leavesAt: state === 'approved' ? NOW + 1 : null });
}

const DECISIONS: Readonly<Record<string, Decision>> = {
  approve: { kind: 'approve' },
  reject: { kind: 'reject', then: 'skip' },
  redraft: { kind: 'reject', then: 'redraft' },
  stop: { kind: 'reject', then: 'stop' },
  discard: { kind: 'discard' },
  edit: { kind: 'edit' },
  hold: { kind: 'hold' },
  release: { kind: 'release' },
  undo: { kind: 'undo' },
  sent: { kind: 'settle', outcome: 'sent' },
  'not-sent': { kind: 'settle', outcome: 'not-sent' },
};

/** Everything that is allowed, and where it leads; what is absent must be refused or change nothing. */
const ALLOWED: Readonly<Record<string, Partial<Record<MessageState, string>>>> = {
  approve: { pending_approval: 'approved none' },
  reject: {
    pending_approval: 'rejected step_passed_over',
    approved: 'rejected step_passed_over',
    held: 'rejected step_passed_over',
  },
  redraft: {
    pending_approval: 'discarded step_due_again',
    approved: 'discarded step_due_again',
    held: 'discarded step_due_again',
  },
  stop: {
    pending_approval: 'rejected enrollment_stops',
    approved: 'rejected enrollment_stops',
    held: 'rejected enrollment_stops',
  },
  discard: {
    pending_approval: 'discarded step_due_again',
    approved: 'discarded step_due_again',
    held: 'discarded step_due_again',
  },
  edit: {
    pending_approval: 'pending_approval none',
    approved: 'pending_approval none',
    held: 'held none',
  },
  hold: { pending_approval: 'held none', approved: 'held none', held: 'held none' },
  release: { held: 'pending_approval none' },
  undo: { approved: 'pending_approval none' },
  sent: { uncertain: 'sent step_delivered' },
  'not-sent': { uncertain: 'approved none' },
};

const UNCHANGED: Readonly<Record<string, readonly MessageState[]>> = {
  approve: ['approved'],
  reject: ['rejected'],
  discard: ['discarded'],
  undo: ['pending_approval'],
  sent: ['sent'],
};

const TABLE = Object.keys(DECISIONS).flatMap((name) => MESSAGE_STATES.map((state) => ({ name, state })));

describe('the table of decisions (D11, architecture)', () => {
  test.each(TABLE)('D11: $name of a message that is $state', ({ name, state }) => {
    const ruling = judgeDecision(DECISIONS[name]!, typical(state));
    const allowed = ALLOWED[name]?.[state];
    if (allowed !== undefined) {
      expect(ruling.kind === 'moves' ? `${ruling.to} ${ruling.follows}` : ruling).toBe(allowed);
    } else {
      expect(ruling.kind).toBe(UNCHANGED[name]?.includes(state) === true ? 'unchanged' : 'refused');
    }
  });

  test('no decision asks for a move that the state machine does not know', () => {
    for (const { name, state } of TABLE) {
      for (const heldFrom of ['pending_approval', 'approved'] as const) {
        const ruling = judgeDecision(DECISIONS[name]!, { ...typical(state), heldFrom });
        if (ruling.kind === 'moves' && ruling.to !== state) expect(mayMove(state, ruling.to)).toBe(true);
      }
    }
  });
});

describe('undo (D7)', () => {
  test('D7: one millisecond before it leaves is in time, the moment itself is too late', () => {
    const approved = (leavesAt: number) => facts({ state: 'approved', leavesAt });
    expect(judgeDecision({ kind: 'undo' }, approved(NOW + 1))).toMatchObject({ kind: 'moves' });
    expect(judgeDecision({ kind: 'undo' }, approved(NOW))).toMatchObject({
      reason: 'too_late',
      instead: 'hold',
    });
  });

  test.each(['sending', 'sent', 'uncertain'] as const)('D7: what is %s cannot be taken back', (state) => {
    for (const kind of ['undo', 'take_back'] as const)
      expect(judgeDecision({ kind }, facts({ state }))).toMatchObject({ reason: 'too_late', instead: null });
  });

  test('D7: at the desk where it was just approved it comes back as long as nobody claimed it', () => {
    const ruling = judgeDecision({ kind: 'take_back' }, facts({ state: 'approved', leavesAt: NOW - 1 }));
    expect(ruling).toMatchObject({ kind: 'moves', to: 'pending_approval' });
  });
});

describe('release (A8, A15)', () => {
  const held = (changes: Partial<ReviewFacts>) =>
    facts({ state: 'held', holdCause: 'doubt', heldFrom: 'approved', ...changes });

  test('A8: a released batch raises the line, any other hold does not', () => {
    expect(judgeDecision({ kind: 'release' }, held({ holdCause: 'blast_radius' }))).toMatchObject({
      to: 'approved',
      follows: 'line_rises',
    });
    expect(judgeDecision({ kind: 'release' }, held({}))).toMatchObject({ to: 'approved', follows: 'none' });
  });

  test('A15: on another machine or in a restored state nothing that could leave is released before adopt', () => {
    for (const holdCause of ['doubt', 'blast_radius', 'operator', 'lead'] as const) {
      expect(judgeDecision({ kind: 'release' }, held({ holdCause, needsAdopt: true }))).toMatchObject({
        reason: 'needs_adopt',
        instead: 'adopt',
      });
    }
    const byHand = held({ holdCause: 'operator', heldFrom: 'pending_approval', needsAdopt: true });
    expect(judgeDecision({ kind: 'release' }, byHand)).toMatchObject({ to: 'pending_approval' });
  });

  test('D2: what has expired is neither released nor approved', () => {
    expect(judgeDecision({ kind: 'release' }, held({ isExpired: true }))).toMatchObject({
      reason: 'expired',
    });
    expect(judgeDecision({ kind: 'approve' }, facts({ isExpired: true }))).toMatchObject({
      reason: 'expired',
    });
  });

  test('whatever a message was held from but an approval, it goes back to a person', () => {
    for (const heldFrom of ['pending_approval', 'sending', null] as const)
      expect(judgeDecision({ kind: 'release' }, held({ heldFrom }))).toMatchObject({
        to: 'pending_approval',
      });
  });
});

test.each(['skip', 'redraft', 'stop'] as const)(
  'A8: a batch held for its blast radius is not rejected (%s) but discarded, and the refusal says so',
  (then) => {
    const batch = facts({ state: 'held', holdCause: 'blast_radius', heldFrom: 'approved' });
    expect(judgeDecision({ kind: 'reject', then }, batch)).toMatchObject({
      reason: 'blast_radius',
      instead: 'discard',
    });
  },
);

test.each(['blast_radius', 'doubt', 'validation', 'lead'] as const)(
  'a hold by hand never covers up a hold for %s',
  (holdCause) => {
    expect(judgeDecision({ kind: 'hold' }, facts({ state: 'held', holdCause }))).toMatchObject({
      reason: 'held',
    });
  },
);

test.each(['cancelled', 'failed', 'completed'] as const)(
  'B6: settled not-sent after its enrollment was %s, a message does not go out again',
  (enrollmentStatus) => {
    const ruling = judgeDecision(
      { kind: 'settle', outcome: 'not-sent' },
      facts({ state: 'uncertain', enrollmentStatus }),
    );
    expect(ruling).toMatchObject({ kind: 'moves', to: 'cancelled' });
  },
);

test('D2: drafting, an edit and a hold until a named date each start the seven days anew', () => {
  const at = { draftedAt: 0, editedAt: null, heldUntil: null };
  const expiry = { now: 100, expiryMs: 99 };
  expect(isExpired(at, expiry)).toBe(true);
  expect(isExpired({ ...at, draftedAt: 1 }, expiry)).toBe(false);
  expect(isExpired({ ...at, editedAt: 1 }, expiry)).toBe(false);
  expect(isExpired({ ...at, heldUntil: 1 }, expiry)).toBe(false);
});
