import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { planSteps, type PlannedSteps } from '../../src/core/edit-steps.ts';
import type { StepDefinition, StoredStep } from '../../src/core/model.ts';
import { sequenceDefinition, stepDefinition, storedSequence } from '../helpers/definitions.ts';

const NOW = 1_000_000;
const LATER = 2_000_000;

function applied(ids: readonly string[]): readonly StoredStep[] {
  return storedSequence(sequenceDefinition('web', ids)).steps;
}

function steps(
  written: readonly (StepDefinition | string)[],
  stored: readonly StoredStep[],
  now = NOW,
): PlannedSteps {
  return planSteps(sequenceDefinition('web', written), stored, now);
}

function changes({ edits }: PlannedSteps): readonly string[] {
  return edits.map((edit) => `${edit.id}: ${edit.changes.join(' ')}`);
}

describe('C5: the steps of a sequence after an edit', () => {
  it('leaves a removed step as it was: it keeps the moment of its removal and is removed once', () => {
    const once = steps(['a', 'c'], applied(['a', 'b', 'c']));
    expect(changes(once)).toEqual(['b: removed']);
    const twice = steps(['a', 'c', 'd'], once.after, LATER);
    expect(changes(twice)).toEqual(['d: new']);
    expect(twice.after.map(({ id, deletedAt }) => [id, deletedAt])).toEqual([
      ['a', null],
      ['b', NOW],
      ['c', null],
      ['d', null],
    ]);
  });

  it('tells a new name from new words', () => {
    const sameWords = { ...stepDefinition('b'), id: 'bee', renamedFrom: 'b' };
    expect(changes(steps(['a', sameWords], applied(['a', 'b'])))).toEqual(['bee: renamed']);
    const otherWords = stepDefinition('bee', { renamedFrom: 'b' });
    expect(changes(steps(['a', otherWords], applied(['a', 'b'])))).toEqual(['bee: renamed copy']);
    const unknown = stepDefinition('bee', { renamedFrom: 'nowhere' });
    expect(changes(steps(['a', 'b', unknown], applied(['a', 'b'])))).toEqual(['bee: new']);
  });

  it.each<[string, Partial<StepDefinition>]>([
    ['how late it may be', { maxLateMs: 1 }],
    ['its thread', { thread: 'new' }],
    ['how long without a reply', { noReplyMs: 1 }],
  ])('calls %s a setting, which moves nobody', (_what, changed) => {
    expect(changes(steps(['a', stepDefinition('b', changed)], applied(['a', 'b'])))).toEqual(['b: settings']);
  });

  it.each<[readonly string[], readonly string[]]>([
    [['a', 'b', 'c', 'd'], []],
    [['b', 'c', 'd', 'a'], ['a: moved']],
    [['d', 'a', 'b', 'c'], ['d: moved']],
    // Either would do: the one that stands in front now stays, so that two previews say the same.
    [['b', 'a', 'c', 'd'], ['a: moved']],
    [
      ['c', 'd', 'a', 'b'],
      ['a: moved', 'b: moved'],
    ],
    [
      ['d', 'c', 'b', 'a'],
      ['c: moved', 'b: moved', 'a: moved'],
    ],
    [['a', 'x', 'b', 'c', 'd'], ['x: new']],
    [
      ['x', 'b', 'c', 'd'],
      ['a: removed', 'x: new'],
    ],
    [
      ['b', 'x', 'd', 'c'],
      ['a: removed', 'x: new', 'c: moved'],
    ],
  ])('calls as few steps moved as explain the new order: %j', (written, told) => {
    expect(changes(steps(written, applied(['a', 'b', 'c', 'd'])))).toEqual(told);
  });

  it('weighs live steps alone: the removed ones behind a step do not make the others the moved ones', () => {
    const gone = steps(['a', 'b', 'c'], applied(['a', 'p', 'q', 'b', 'c'])).after;
    expect(changes(steps(['b', 'c', 'a'], gone))).toEqual(['a: moved']);
    const without = steps(['c', 'd', 'a'], applied(['a', 'p', 'q', 'b', 'c', 'd']));
    expect(changes(without)).toEqual(['a: moved', 'p: removed', 'q: removed', 'b: removed']);
  });

  it('calls a step moved only where the others keep their order without it, and no fewer would do', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const orders = fc.shuffledSubarray(ids, { minLength: 1 });
    fc.assert(
      fc.property(orders, (written) => {
        const { edits } = steps(written, applied(ids));
        const moved = new Set(edits.filter((edit) => edit.changes.includes('moved')).map(({ id }) => id));
        const kept = written.filter((id) => !moved.has(id));
        expect(kept).toEqual([...kept].sort());
        expect(kept.length).toBe(longestInOrder(written));
      }),
      { seed: 20260218, numRuns: 300 },
    );
  });
});

/** How many of these can stay where they are, by trying every choice of them. */
function longestInOrder(ids: readonly string[]): number {
  const choices = Array.from({ length: 2 ** ids.length }, (_, choice) =>
    ids.filter((_id, index) => (choice >> index) % 2 === 1),
  );
  const inOrder = choices.filter((choice) =>
    choice.every((id, index) => index === 0 || choice[index - 1]! < id),
  );
  return Math.max(...inOrder.map(({ length }) => length));
}
