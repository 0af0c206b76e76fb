import { describe, expect, it } from 'vitest';

import {
  moveEnrollment,
  risksDoubleSend,
  stepsAhead,
  type EnrollmentMove,
  type EnrollmentPlace,
} from '../../src/core/edit-moves.ts';
import type { SequenceDefinition } from '../../src/core/model.ts';
import { sequenceDefinition, stepDefinition, storedSequence } from '../helpers/definitions.ts';
import {
  A,
  after,
  ALWAYS_OPEN,
  B,
  C,
  editTo,
  messages,
  moveOf,
  place,
  placeAtC,
  WEB,
} from '../helpers/edit-places.ts';

const D = 103;
const FOUR = sequenceDefinition('web', ['a', 'b', 'c', 'd']);
const STORED = storedSequence(WEB);

function ahead(at: EnrollmentPlace, to: SequenceDefinition, from = WEB): readonly string[] {
  return stepsAhead(at, editTo(to, from).after).map(({ id }) => id);
}

describe('C5: the steps that somebody has yet to get', () => {
  it('are those after the last one delivered, in the present order', () => {
    expect(ahead(place(), sequenceDefinition('web', ['a', 'c', 'x', 'b']))).toEqual(['c', 'x', 'b']);
    expect(ahead(placeAtC(), sequenceDefinition('web', ['a', 'c', 'b']))).toEqual([]);
  });

  it('begin behind a waiting draft, wherever its step stands now', () => {
    const waiting = place({ messages: messages([A, 'sent'], [B, 'approved']) });
    expect(stepsAhead(waiting, STORED).map(({ id }) => id)).toEqual(['c']);
    expect(ahead(waiting, sequenceDefinition('web', ['a', 'x', 'b', 'y', 'c']))).toEqual(['y', 'c']);
  });

  it('begin behind the last one delivered where the draft loses its step, not where it stood', () => {
    // b came in front of c while a draft of c waited; now c goes.
    const overtaken = place({ nextStepRowId: C, messages: messages([A, 'sent'], [C, 'held']) });
    const withoutC = sequenceDefinition('web', ['a', 'b', 'd']);
    expect(ahead(overtaken, withoutC, FOUR)).toEqual(['b', 'd']);
    expect(moveEnrollment(overtaken, editTo(withoutC, FOUR), ALWAYS_OPEN)).toMatchObject({
      kind: 'moves',
      withdrawn: C,
      step: { id: 'b' },
    });
  });

  it('hold none that was passed over, once it is moved behind somebody', () => {
    for (const state of ['sent', 'sending', 'uncertain', 'skipped'] as const) {
      const passed = messages([A, 'sent'], [B, state], [C, 'sent']);
      const atD = place({ lastStepRowId: C, nextStepRowId: D, messages: passed });
      const moved = sequenceDefinition('web', ['a', 'c', 'b', 'd']);
      expect([state, ahead(atD, moved, FOUR)]).toEqual([state, ['d']]);
    }
  });

  it('D1: hold none that may have left, behind another that may have left as well', () => {
    const doubts = place({ messages: messages([A, 'sent'], [B, 'uncertain'], [C, 'sending']) });
    expect(stepsAhead(doubts, STORED)).toEqual([]);
  });

  it('D11: hold no rejected step that was passed over, once it is moved behind somebody', () => {
    const passed = messages([A, 'sent'], [B, 'rejected'], [C, 'sent']);
    const atD = place({ lastStepRowId: C, nextStepRowId: D, messages: passed });
    const moved = sequenceDefinition('web', ['a', 'c', 'b', 'd']);
    expect(ahead(atD, moved, FOUR)).toEqual(['d']);
    expect(moveEnrollment(atD, editTo(moved, FOUR), ALWAYS_OPEN)).toEqual({ kind: 'stays' });
  });

  it('D11: hold what is due again, because its draft ended unsent', () => {
    for (const state of ['expired', 'discarded'] as const) {
      const at = place({ messages: messages([A, 'sent'], [C, state]) });
      expect([state, stepsAhead(at, STORED).map(({ id }) => id)]).toEqual([state, ['b', 'c']]);
    }
    const redraft = place({ messages: messages([A, 'sent'], [B, 'rejected']) });
    expect(stepsAhead(redraft, STORED).map(({ id }) => id)).toEqual(['b', 'c']);
  });
});

describe('hardening 67: the double-send risk of an edit', () => {
  function movesTo(step: number): EnrollmentMove {
    const found = STORED.steps.find(({ rowId }) => rowId === step)!;
    return { kind: 'moves', step: found, withdrawn: null, shiftMs: 0, dueAt: 0, nextDueAt: 0 };
  }

  it('is there where somebody would go to a step that left or may have left', () => {
    for (const state of ['sent', 'sending', 'uncertain'] as const) {
      const at = place({ messages: messages([B, state]) });
      expect([state, risksDoubleSend(at, movesTo(B), STORED)]).toEqual([state, true]);
    }
    for (const state of ['expired', 'rejected', 'skipped', 'cancelled', 'held'] as const) {
      const at = place({ messages: messages([A, 'sent'], [B, state]) });
      expect([state, risksDoubleSend(at, movesTo(B), STORED)]).toEqual([state, false]);
    }
    expect(risksDoubleSend(place(), movesTo(C), STORED)).toBe(false);
  });

  it('B7: is there for a follow-up too, which has no steps ahead but its own', () => {
    const followUp = place({ kind: 'nurture', lastStepRowId: null, messages: messages([B, 'sent']) });
    expect(risksDoubleSend(followUp, movesTo(B), STORED)).toBe(true);
    expect(risksDoubleSend(followUp, movesTo(A), STORED)).toBe(false);
  });

  it('is not there for whoever stays, ends or is cancelled', () => {
    for (const move of [
      { kind: 'stays' },
      { kind: 'cancels', withdrawn: 1 },
      { kind: 'completes', withdrawn: null },
    ] as const)
      expect(risksDoubleSend(placeAtC(), move, STORED)).toBe(false);
  });
});

describe('C5: whom an edit leaves alone', () => {
  it('words and settings move nobody, not even who waits where they would not be put today', () => {
    // However they came to wait for c with b in front of it.
    const odd = place({ nextStepRowId: C });
    const copy = { ...stepDefinition('b').copy, subject: 'New' };
    expect(moveOf(odd, sequenceDefinition('web', ['a', stepDefinition('b', { copy }), 'c']))).toEqual({
      kind: 'stays',
    });
    expect(moveOf(odd, { ...WEB, status: 'paused', title: 'Web' })).toEqual({ kind: 'stays' });
  });

  it('B6: an archived sequence leaves alone what is being sent, and withdraws the rest', () => {
    const drafts = messages([A, 'sending'], [B, 'uncertain'], [C, 'held'], [D, 'approved'], [104, 'sent']);
    expect(moveOf(place({ messages: drafts }), { ...WEB, status: 'archived' })).toEqual({
      kind: 'cancels',
      withdrawn: 2,
    });
  });

  it('B7: a follow-up whose step is unknown completes, because it has no other', () => {
    const followUp = place({
      kind: 'nurture',
      lastStepRowId: null,
      nextStepRowId: null,
      messages: messages(),
    });
    const nurture = { ...WEB, kind: 'nurture' as const };
    const edit = editTo(
      { ...nurture, steps: [stepDefinition('a', after(1)), ...WEB.steps.slice(1)] },
      nurture,
    );
    expect(moveEnrollment(followUp, edit, ALWAYS_OPEN)).toEqual({ kind: 'completes', withdrawn: null });
  });
});
