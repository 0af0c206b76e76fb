import { describe, expect, it } from 'vitest';

import { earlierEffect, effectOn, type FirstEffect } from '../../src/core/edit-effects.ts';
import { moveEnrollment, type EnrollmentPlace } from '../../src/core/edit-moves.ts';
import {
  WAITING_STATES,
  type SequenceDefinition,
  type SequenceStatus,
  type StepDefinition,
} from '../../src/core/model.ts';
import { NO_TRIGGER, sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';
import {
  after,
  ALWAYS_OPEN,
  B,
  C,
  DAY_MS,
  editTo,
  messages,
  place,
  placeAtC,
  WEB,
} from '../helpers/edit-places.ts';

const AT_ONCE: FirstEffect = { kind: 'at_once' };

function due(days: number, job: 'drip' | 'nurture' = 'drip'): FirstEffect {
  return { kind: 'due', job, at: days * DAY_MS };
}

function firstEffect(
  to: SequenceDefinition,
  { at = place(), from = WEB }: { at?: EnrollmentPlace; from?: SequenceDefinition } = {},
): FirstEffect | null {
  const edit = editTo(to, from);
  return effectOn(edit, at, moveEnrollment(at, edit, ALWAYS_OPEN));
}

function reworded(id: string): StepDefinition {
  return stepDefinition(id, { copy: { ...stepDefinition(id).copy, subject: 'New words' } });
}

function withStatus(status: SequenceStatus, changes: Partial<SequenceDefinition> = {}): SequenceDefinition {
  return { ...WEB, status, ...changes };
}

describe('C5: when somebody under way first notices an edit', () => {
  it('at once, where applying ends their enrollment or takes their draft', () => {
    expect(firstEffect(withStatus('archived'))).toEqual(AT_ONCE);
    expect(firstEffect(withStatus('archived'), { from: withStatus('paused') })).toEqual(AT_ONCE);
    expect(firstEffect(sequenceDefinition('web', ['a', 'b']), { at: placeAtC() })).toEqual(AT_ONCE);
    const withoutB = sequenceDefinition('web', ['a', 'c']);
    expect(firstEffect(withoutB, { at: place({ messages: messages([B, 'held']) }) })).toEqual(AT_ONCE);
  });

  it('at once, where what was approved is no longer sent, because the sequence pauses', () => {
    expect(firstEffect(withStatus('paused'))).toEqual(AT_ONCE);
    expect(firstEffect(withStatus('draft'))).toEqual(AT_ONCE);
    expect(firstEffect(sequenceDefinition('web', ['a', reworded('b'), 'c'], { status: 'paused' }))).toEqual(
      AT_ONCE,
    );
  });

  it('at once, where a paused sequence loses the step whose draft waits; otherwise nobody notices', () => {
    const paused = withStatus('paused');
    const waiting = place({ messages: messages([B, 'approved']) });
    const withoutB = sequenceDefinition('web', ['a', 'c'], { status: 'paused' });
    expect(firstEffect(withoutB, { at: waiting, from: paused })).toEqual(AT_ONCE);
    expect(firstEffect(withoutB, { from: paused })).toBeNull();
    expect(firstEffect(withStatus('paused', { title: 'Web' }), { from: paused })).toBeNull();
    expect(firstEffect(withStatus('draft'), { from: paused })).toBeNull();
  });

  it('when their next email is due as the edit has it, where it moves', () => {
    const moved = sequenceDefinition('web', ['a', stepDefinition('b', after(5)), 'c']);
    expect(firstEffect(moved)).toEqual(due(15));
  });

  it('when it is due, where a sequence goes on that was paused, whether a draft waits or not', () => {
    for (const status of ['paused', 'draft'] as const) {
      const from = withStatus(status);
      expect(firstEffect(WEB, { from })).toEqual(due(12));
      expect(firstEffect(WEB, { from, at: place({ messages: messages([B, 'approved']) }) })).toEqual(due(12));
    }
    const notInTheQueue = place({ nextDueAt: null });
    expect(firstEffect(WEB, { from: withStatus('paused'), at: notInTheQueue })).toBeNull();
  });

  it.each([
    ['the words of their next step', sequenceDefinition('web', ['a', reworded('b'), 'c']), due(12)],
    [
      'how their next step is sent',
      sequenceDefinition('web', ['a', stepDefinition('b', { thread: 'new' }), 'c']),
      due(12),
    ],
    ['the sender of the sequence', { ...WEB, from: 'sales' }, due(12)],
    [
      'the words of their next step, and its name with them',
      sequenceDefinition('web', ['a', stepDefinition('bee', { renamedFrom: 'b' }), 'c']),
      due(12),
    ],
    ['words that they have had', sequenceDefinition('web', [reworded('a'), 'b', 'c']), null],
    ['words further on', sequenceDefinition('web', ['a', 'b', reworded('c')]), null],
    [
      'the name of their next step',
      sequenceDefinition('web', ['a', { ...stepDefinition('b'), id: 'bee', renamedFrom: 'b' }, 'c']),
      null,
    ],
    ['who is enrolled', { ...WEB, trigger: { ...NO_TRIGGER, forms: ['contact'] } }, null],
  ])('by their next email, and so only if it says what changed: %s', (_what, to, expected) => {
    expect(firstEffect(to)).toEqual(expected);
  });

  it('not at all, where a draft waits: it keeps the words it has', () => {
    const words = sequenceDefinition('web', ['a', reworded('b'), 'c'], { title: 'Web' });
    for (const state of WAITING_STATES)
      expect(firstEffect(words, { at: place({ messages: messages([B, state]) }) })).toBeNull();
    for (const state of ['sent', 'expired', 'rejected', 'cancelled'] as const)
      expect(firstEffect(words, { at: place({ messages: messages([C, state]) }) })).toEqual(due(12));
  });

  it('B7: by the nurture job, where a follow-up is theirs', () => {
    const nurture = { ...WEB, kind: 'nurture' as const };
    const followUp = place({ kind: 'nurture', lastStepRowId: null, messages: messages() });
    const words = { ...nurture, steps: [stepDefinition('a'), reworded('b'), stepDefinition('c')] };
    expect(firstEffect(words, { from: nurture, at: followUp })).toEqual(due(12, 'nurture'));
    const later = { ...followUp, nextDueAt: null };
    expect(firstEffect(words, { from: nurture, at: later })).toBeNull();
  });

  it.each([
    [null, null, null],
    [null, due(3), due(3)],
    [due(3), null, due(3)],
    [null, AT_ONCE, AT_ONCE],
    [due(3), AT_ONCE, AT_ONCE],
    [AT_ONCE, due(3), AT_ONCE],
    [due(3), due(2), due(2)],
    [due(2), due(3), due(2)],
    [due(2, 'nurture'), due(2, 'drip'), due(2, 'nurture')],
  ])('is the earlier one of two people: %j and %j are %j', (one, other, expected) => {
    expect(earlierEffect(one, other)).toEqual(expected);
  });
});
