import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  moveEnrollment,
  risksDoubleSend,
  stepsAhead,
  type EnrollmentMove,
  type EnrollmentPlace,
} from '../../src/core/edit-moves.ts';
import { planEdits } from '../../src/core/edit-plan.ts';
import type {
  MessageState,
  SequenceDefinition,
  StepDefinition,
  StoredSequence,
} from '../../src/core/model.ts';
import { sequenceDefinition, stepDefinition, storedSequence } from '../helpers/definitions.ts';
import {
  A,
  after,
  ALWAYS_OPEN,
  B,
  C,
  DAY_MS,
  editTo,
  messages,
  moveOf,
  place,
  WEB,
} from '../helpers/edit-places.ts';

describe('C5: a live enrollment under an edit', () => {
  it('moves with a changed delay, counted from the previous send', () => {
    const result = moveOf(place(), sequenceDefinition('web', ['a', stepDefinition('b', after(3)), 'c']));
    expect(result).toMatchObject({
      kind: 'moves',
      withdrawn: null,
      dueAt: 13 * DAY_MS,
      nextDueAt: 13 * DAY_MS,
      shiftMs: DAY_MS,
    });
  });

  it('stays when only a later step, words or settings changed', () => {
    expect(moveOf(place(), sequenceDefinition('web', ['a', 'b', stepDefinition('c', after(9))]))).toEqual({
      kind: 'stays',
    });
    const copy = { ...stepDefinition('b').copy, subject: 'New' };
    expect(moveOf(place(), sequenceDefinition('web', ['a', stepDefinition('b', { copy }), 'c']))).toEqual({
      kind: 'stays',
    });
  });

  it('keeps its waiting draft and its time, whatever else changed', () => {
    const waiting = place({
      messages: new Map([
        [A, 'sent'],
        [B, 'pending_approval'],
      ]),
    });
    expect(
      moveOf(waiting, sequenceDefinition('web', ['a', 'x', stepDefinition('b', after(9)), 'c'])),
    ).toEqual({
      kind: 'stays',
    });
  });

  it('goes on to the next live step when the one it waits at is removed, and loses its draft', () => {
    const without = sequenceDefinition('web', ['a', stepDefinition('c', after(5))]);
    expect(moveOf(place(), without)).toMatchObject({
      kind: 'moves',
      withdrawn: null,
      step: { id: 'c' },
      dueAt: 15 * DAY_MS,
    });
    const waiting = place({
      messages: new Map([
        [A, 'sent'],
        [B, 'held'],
      ]),
    });
    expect(moveOf(waiting, without)).toMatchObject({ kind: 'moves', withdrawn: B, step: { id: 'c' } });
  });

  it('completes when nothing is left, and no send is recorded', () => {
    const atLast = place({
      lastStepRowId: B,
      nextStepRowId: C,
      messages: new Map([
        [A, 'sent'],
        [B, 'sent'],
        [C, 'approved'],
      ]),
    });
    expect(moveOf(atLast, sequenceDefinition('web', ['a', 'b']))).toEqual({
      kind: 'completes',
      withdrawn: C,
    });
  });

  it('leaves alone what is being sent or may have been sent', () => {
    for (const state of ['sending', 'uncertain'] as const) {
      const sending = place({
        messages: new Map([
          [A, 'sent'],
          [B, state],
        ]),
      });
      expect(moveOf(sending, sequenceDefinition('web', ['a', 'c']))).toEqual({ kind: 'stays' });
    }
  });

  it('is cancelled when its sequence is archived, drafts and all', () => {
    const waiting = place({
      messages: new Map([
        [A, 'sent'],
        [B, 'approved'],
      ]),
    });
    expect(moveOf(waiting, { ...WEB, status: 'archived' })).toEqual({ kind: 'cancels', withdrawn: 1 });
    expect(moveOf(place(), { ...WEB, status: 'paused' })).toEqual({ kind: 'stays' });
  });

  it('C6: does not take back a "send now", unless the step itself is gone', () => {
    const asked = place({ sentNowAt: 11 * DAY_MS, nextDueAt: 11 * DAY_MS });
    expect(moveOf(asked, sequenceDefinition('web', ['a', stepDefinition('b', after(9)), 'c']))).toEqual({
      kind: 'stays',
    });
    expect(moveOf(asked, sequenceDefinition('web', ['a', 'c']))).toMatchObject({ kind: 'moves' });
    const askedForTheLast = place({ sentNowAt: 9 * DAY_MS });
    expect(
      moveOf(askedForTheLast, sequenceDefinition('web', ['a', stepDefinition('b', after(9)), 'c'])).kind,
    ).toBe('moves');
  });

  it('A16: counts a restarted first step from its restart, not from its enrollment', () => {
    const restarted = place({ lastStepRowId: null, nextStepRowId: A, messages: new Map() });
    const later = sequenceDefinition('web', [stepDefinition('a', after(1)), 'b', 'c']);
    expect(moveOf(restarted, later)).toMatchObject({ kind: 'moves', dueAt: 11 * DAY_MS });
  });

  it('D11: does not pass over a rejected step that is to be written anew', () => {
    const redraft = place({
      messages: new Map([
        [A, 'sent'],
        [B, 'rejected'],
      ]),
    });
    expect(
      moveOf(redraft, sequenceDefinition('web', ['a', stepDefinition('b', after(4)), 'c'])),
    ).toMatchObject({ step: { id: 'b' } });
    const passed = place({
      lastStepRowId: B,
      nextStepRowId: C,
      messages: new Map([
        [A, 'sent'],
        [B, 'rejected'],
      ]),
    });
    expect(stepsAhead(passed, storedSequence(WEB)).map((step) => step.id)).toEqual(['c']);
  });

  it.each<MessageState>(['expired', 'discarded', 'rejected'])(
    'D11: stays at a step that is due again after its draft was %s, whatever is put in front of it, as a waiting draft does',
    (state) => {
      const dueAgain = place({ messages: messages([A, 'sent'], [B, state]) });
      const inFront = sequenceDefinition('web', ['a', 'x', 'b', 'c']);
      const ahead = (to: SequenceDefinition) => stepsAhead(dueAgain, editTo(to).after).map((step) => step.id);
      expect(moveOf(dueAgain, inFront)).toEqual({ kind: 'stays' });
      expect(ahead(inFront)).toEqual(['b', 'c']);
      expect(moveOf(dueAgain, sequenceDefinition('web', ['b', 'a', 'c']))).toEqual({ kind: 'stays' });
      expect(ahead(sequenceDefinition('web', ['c', 'a', 'b']))).toEqual(['b']);
      // Without a draft in hand its time follows the file, and a step that is gone holds nobody.
      const later = sequenceDefinition('web', ['a', 'x', stepDefinition('b', after(4)), 'c']);
      expect(moveOf(dueAgain, later)).toMatchObject({ step: { id: 'b' }, dueAt: 14 * DAY_MS });
      expect(moveOf(dueAgain, sequenceDefinition('web', ['a', 'x', 'c']))).toMatchObject({
        withdrawn: null,
        step: { id: 'x' },
      });
    },
  );

  it('B7: completes a follow-up whose step is removed, and never gives it another', () => {
    const nurture = storedSequence({ ...WEB, kind: 'nurture' });
    const followUp = place({
      kind: 'nurture',
      lastStepRowId: null,
      messages: new Map([[B, 'pending_approval']]),
    });
    const removed = editTo({ ...sequenceDefinition('web', ['a', 'c']), kind: 'nurture' }, nurture);
    expect(moveEnrollment(followUp, removed, ALWAYS_OPEN)).toEqual({ kind: 'completes', withdrawn: B });
    const moved = editTo({ ...sequenceDefinition('web', ['c', 'a', 'b']), kind: 'nurture' }, nurture);
    expect(moveEnrollment({ ...followUp, messages: new Map() }, moved, ALWAYS_OPEN)).toEqual({
      kind: 'stays',
    });
  });
});

/** What an operator does to a sequence. */
interface Edit {
  readonly kind: 'insert' | 'remove' | 'swap' | 'delay';
  readonly at: number;
}

/** One thing that happens to a sequence or to the one lead in it. */
type Happening = { readonly kind: 'deliver' | 'draft' } | Edit;

const HAPPENINGS: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Happening>({ kind: 'deliver' }) },
  fc.constant<Happening>({ kind: 'draft' }),
  fc.record({ kind: fc.constantFrom('insert', 'remove', 'swap', 'delay'), at: fc.nat(7) }),
);

/** A lead and its sequence, played forward with the real functions. */
class Play {
  sequence: StoredSequence;
  definition: SequenceDefinition;
  at: EnrollmentPlace;
  readonly delivered: number[] = [];
  isOver = false;
  #nextRowId = 1_000;
  #nextName = 0;

  constructor() {
    this.definition = sequenceDefinition('play', ['s1', 's2', 's3']);
    this.sequence = storedSequence(this.definition);
    this.at = place({ lastStepRowId: null, nextStepRowId: A, messages: new Map() });
  }

  happen(happening: Happening): void {
    if (this.isOver) return;
    if ('at' in happening) this.#edit(happening);
    else if (happening.kind === 'deliver') this.#deliver();
    else this.#message('pending_approval');
  }

  #message(state: MessageState): void {
    const { nextStepRowId, messages } = this.at;
    if (nextStepRowId !== null)
      this.at = { ...this.at, messages: new Map([...messages, [nextStepRowId, state]]) };
  }

  #deliver(): void {
    const delivered = this.at.nextStepRowId!;
    // Nobody gets a delivered step again, and nothing that was removed is sent.
    expect(this.delivered).not.toContain(delivered);
    expect(this.sequence.steps.find((step) => step.rowId === delivered)?.deletedAt).toBeNull();
    this.#message('sent');
    this.delivered.push(delivered);
    this.at = { ...this.at, lastStepRowId: delivered };
    const next = stepsAhead(this.at, this.sequence)[0] ?? null;
    this.isOver = next === null;
    this.at = { ...this.at, nextStepRowId: next?.rowId ?? null };
  }

  #edit(happening: Edit): void {
    const definition = { ...this.definition, steps: this.#editedSteps(happening) };
    const plan = planEdits({
      stored: [this.sequence],
      definitions: [definition],
      liveCount: () => 1,
      now: 1,
    });
    expect(plan.refusals).toEqual([]);
    const planned = plan.edits[0]!;
    const aheadBefore = stepsAhead(this.at, this.sequence).map((step) => step.rowId);
    const move = moveEnrollment(this.at, planned, ALWAYS_OPEN);
    expect(risksDoubleSend(this.at, move, planned.after)).toBe(false);
    this.definition = definition;
    this.sequence = this.#saved(planned.after);
    this.#apply(move);
    if (happening.kind !== 'swap') this.#expectNoneLost(aheadBefore);
  }

  #apply(move: EnrollmentMove): void {
    if (move.kind === 'stays' || move.kind === 'cancels') return;
    const messages = new Map(this.at.messages);
    if (move.withdrawn !== null) messages.set(move.withdrawn, 'cancelled');
    this.isOver = move.kind === 'completes';
    const step =
      move.kind === 'moves' ? this.sequence.steps.find((each) => each.id === move.step.id) : undefined;
    this.at = { ...this.at, messages, nextStepRowId: step?.rowId ?? null };
  }

  /** Nobody loses a live step after their position, unless somebody moved that step away. */
  #expectNoneLost(aheadBefore: readonly number[]): void {
    const isLive = (rowId: number): boolean =>
      this.sequence.steps.some((step) => step.rowId === rowId && step.deletedAt === null);
    const ahead = stepsAhead(this.at, this.sequence).map((step) => step.rowId);
    expect(ahead).toEqual(expect.arrayContaining(aheadBefore.filter(isLive)));
    expect(this.isOver).toBe(ahead.length === 0 && !this.#isWaiting());
    if (!this.isOver) expect(isLive(this.at.nextStepRowId!)).toBe(true);
  }

  #isWaiting(): boolean {
    return [...this.at.messages.values()].includes('pending_approval');
  }

  #editedSteps(happening: Edit): readonly StepDefinition[] {
    const steps = [...this.definition.steps];
    const at = happening.at % (steps.length + (happening.kind === 'insert' ? 1 : 0) || 1);
    const step = steps[at];
    switch (happening.kind) {
      case 'insert':
        this.#nextName += 1;
        steps.splice(at, 0, stepDefinition(`new${this.#nextName}`));
        return steps;
      case 'remove':
        return steps.filter((_, index) => index !== at);
      case 'swap':
        return step === undefined ? steps : [...steps.filter((_, index) => index !== at), step];
      case 'delay':
        return steps.map((each, index) =>
          index === at ? { ...each, ...after(1 + this.#nextName++) } : each,
        );
    }
  }

  #saved(sequence: StoredSequence): StoredSequence {
    const steps = sequence.steps.map((step) =>
      step.rowId < 0 ? { ...step, rowId: this.#nextRowId++ } : step,
    );
    return { ...sequence, steps };
  }
}

describe('hardening 67: any edits over any progress', () => {
  it('gives nobody a delivered step again and loses nobody a live step after their position', () => {
    fc.assert(
      fc.property(fc.array(HAPPENINGS, { maxLength: 25 }), (happenings) => {
        const play = new Play();
        for (const happening of happenings) play.happen(happening);
        expect(new Set(play.delivered).size).toBe(play.delivered.length);
      }),
      { seed: 20260218, numRuns: 2_000 },
    );
  });
});
