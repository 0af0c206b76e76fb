import { describe, expect, it } from 'vitest';

import { planEdits } from '../../src/core/edit-plan.ts';
import type { SequenceDefinition, StoredSequence } from '../../src/core/model.ts';
import {
  appliedDefinitionsHash,
  enrollmentCounts,
  loadSequenceHeads,
  loadSequences,
  saveSequences,
} from '../../src/store/sequences.ts';
import { NO_TRIGGER, sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';
import { testState, type TestState } from '../helpers/state.ts';

/** Saves what a plan over the present state says, as `apply` does. */
function apply({ database }: TestState, definitions: readonly SequenceDefinition[]): StoredSequence[] {
  const plan = planEdits({ stored: loadSequences(database), definitions, liveCount: () => 0, now: 5 });
  expect(plan.refusals).toEqual([]);
  const changed = plan.edits.filter((edit) => edit.after !== edit.before).map((edit) => edit.after);
  return database.write(() => saveSequences(database, changed));
}

describe('applied sequences', () => {
  it('come back as they were saved, words, windows and delays included', () => {
    const state = testState();
    const definition = sequenceDefinition(
      'web',
      [
        stepDefinition('a', { timing: { kind: 'after', delay: { unit: 'working_days', days: 2 } } }),
        stepDefinition('b', {
          window: { startMinute: 540, endMinute: 660, zone: 'lead', weekdays: [2, 3] },
          noReplyMs: 1,
        }),
      ],
      { trigger: { ...NO_TRIGGER, forms: ['contact'], where: [{ field: 'region', equals: 'Bavaria' }] } },
    );
    const [saved] = apply(state, [definition]);
    expect(loadSequences(state.database)).toEqual([saved]);
    const { rowId: _rowId, appliedAt, definitionHash: _hash, steps, ...rest } = saved!;
    expect({
      ...rest,
      steps: steps.map(({ rowId: _r, position: _p, deletedAt: _d, ...step }) => step),
    }).toEqual(definition);
    expect(appliedAt).toBe(5);
    expect(apply(state, [definition])).toEqual([]);
  });

  it('C1: keep row ids when steps move, and leave a tombstone when one goes', () => {
    const state = testState();
    const rowIds = new Map(
      apply(state, [sequenceDefinition('web', ['a', 'b', 'c'])])[0]!.steps.map((step) => [
        step.id,
        step.rowId,
      ]),
    );
    apply(state, [sequenceDefinition('web', ['c', 'a', 'd'])]);
    const steps = loadSequences(state.database)[0]!.steps;
    expect(steps.map(({ id, position, deletedAt }) => [id, position, deletedAt])).toEqual([
      ['c', 0, null],
      ['a', 1, null],
      ['b', 2, 5],
      ['d', 2, null],
    ]);
    for (const step of steps) if (step.id !== 'd') expect(step.rowId).toBe(rowIds.get(step.id));
  });

  it('let names, step ids and the one catch-all change hands in one transaction (B1, C1)', () => {
    const state = testState();
    const trigger = { ...NO_TRIGGER, catchAll: true };
    const first = apply(state, [
      sequenceDefinition('p', ['a', 'b'], { trigger }),
      sequenceDefinition('q', ['a']),
    ]);
    apply(state, [
      sequenceDefinition('p', [
        stepDefinition('b2', { renamedFrom: 'b' }),
        stepDefinition('a2', { renamedFrom: 'a' }),
      ]),
      sequenceDefinition('q', ['a'], { trigger }),
    ]);
    const [p, q] = loadSequences(state.database);
    expect([p!.trigger.catchAll, q!.trigger.catchAll]).toEqual([false, true]);
    expect(p!.steps.map((step) => [step.id, step.rowId])).toEqual([
      ['b2', first[0]!.steps[1]!.rowId],
      ['a2', first[0]!.steps[0]!.rowId],
    ]);
  });

  it('refuse a second catch-all even when the code above forgets it (B1)', () => {
    const state = testState();
    const trigger = { ...NO_TRIGGER, catchAll: true };
    const [p] = apply(state, [sequenceDefinition('p', ['a'], { trigger })]);
    expect(() =>
      state.database.write(() => saveSequences(state.database, [{ ...p!, rowId: -1, id: 'q' }])),
    ).toThrow(/UNIQUE/);
  });

  it('A17: change their hash with any word, and only then', () => {
    const state = testState();
    apply(state, [sequenceDefinition('web', ['a'])]);
    const before = appliedDefinitionsHash(state.database);
    const copy = { ...stepDefinition('a').copy, bodyMarkdown: 'One other word' };
    apply(state, [sequenceDefinition('web', [stepDefinition('a', { copy })])]);
    expect(appliedDefinitionsHash(state.database)).not.toBe(before);
    apply(state, [sequenceDefinition('web', ['a'])]);
    expect(appliedDefinitionsHash(state.database)).toBe(before);
    expect(loadSequenceHeads(state.database)).toMatchObject([{ id: 'web', kind: 'drip', status: 'active' }]);
    expect(enrollmentCounts(state.database).size).toBe(0);
  });

  it('can be spread without losing their steps, which are parsed late', () => {
    const state = testState();
    apply(state, [sequenceDefinition('web', ['a'])]);
    const [web] = loadSequences(state.database);
    expect({ ...web }.steps?.map((step) => step.id)).toEqual(['a']);
  });
});
