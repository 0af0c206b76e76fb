import { describe, expect, it } from 'vitest';

import { isActivated, isChanged, planEdits, touchesLive, type EditPlan } from '../../src/core/edit-plan.ts';
import type { SendWindow, SequenceDefinition, StepDefinition, StoredSequence } from '../../src/core/model.ts';
import { NO_TRIGGER, sequenceDefinition, stepDefinition, storedSequence } from '../helpers/definitions.ts';

const NOW = 1_000_000;

function plan(
  stored: readonly StoredSequence[],
  definitions: readonly SequenceDefinition[],
  live: Readonly<Record<number, number>> = {},
): EditPlan {
  return planEdits({ stored, definitions, liveCount: (rowId) => live[rowId] ?? 0, now: NOW });
}

/** `id: change change` of every changed step, in order. */
function stepChanges(result: EditPlan): string[] {
  return result.edits.flatMap((edit) => edit.steps.map((step) => `${step.id}: ${step.changes.join(' ')}`));
}

const WEB = sequenceDefinition('web', ['a', 'b', 'c']);
const ARCHIVED: SequenceDefinition = { ...WEB, status: 'archived' };
const AT_NIGHT: SendWindow = { startMinute: 0, endMinute: 300, zone: 'UTC', weekdays: [] };
const ON_DAY_4: Partial<StepDefinition> = { timing: { kind: 'day', day: 4 } };

describe('C5: what an edit changes', () => {
  it('finds nothing to do when the files say what was applied', () => {
    const { edits, refusals } = plan([storedSequence(WEB)], [WEB]);
    expect(refusals).toEqual([]);
    expect(edits.map(isChanged)).toEqual([false]);
    // As applied, the moment too: nothing is saved again.
    expect(edits[0]?.after).toBe(edits[0]?.before);
  });

  it('finds something to do in a change of the whole sequence alone, else it would never be applied', () => {
    expect(plan([storedSequence(WEB)], [{ ...WEB, status: 'paused' }]).edits.map(isChanged)).toEqual([true]);
  });

  it('lists the sequences by name, whatever order files and state have them in', () => {
    const [one, two, three] = ['b', 'a', 'c'].map((id) => sequenceDefinition(id, ['s']));
    for (const definitions of [
      [one!, two!, three!],
      [three!, two!, one!],
    ])
      expect(plan([], definitions).edits.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(plan([storedSequence(three!), storedSequence(one!, 2)], [two!]).edits.map(({ id }) => id)).toEqual(
      ['a', 'b', 'c'],
    );
  });

  it('calls a new sequence new, with rows that neither the state has nor another new one', () => {
    const { edits } = plan(
      [storedSequence(WEB)],
      [WEB, ...['x', 'y'].map((id) => sequenceDefinition(id, ['s']))],
    );
    expect(
      edits.map(({ id, before, after, changes, steps }) => [
        id,
        before?.rowId ?? null,
        changes,
        steps.map((step) => `${step.id}: ${step.changes.join(' ')}`),
        after.steps.map(({ id: step, position, deletedAt }) => [step, position, deletedAt]),
        after.appliedAt,
      ]),
    ).toEqual([
      ['web', 1, [], [], ['a', 'b', 'c'].map((id, position) => [id, position, null]), 0],
      ['x', null, ['new'], ['s: new'], [['s', 0, null]], NOW],
      ['y', null, ['new'], ['s: new'], [['s', 0, null]], NOW],
    ]);
    const rowIds = edits.map(({ after }) => after.rowId);
    expect([rowIds[0], new Set(rowIds).size, rowIds.filter((rowId) => rowId < 0).length]).toEqual([1, 3, 2]);
  });

  it('tells words, delays, windows and settings apart, so that a reviewer sees what can move somebody', () => {
    const edited = sequenceDefinition('web', [
      stepDefinition('a', { copy: { ...stepDefinition('a').copy, subject: 'New words' } }),
      stepDefinition('b', { timing: { kind: 'day', day: 4 }, maxLateMs: 1 }),
      stepDefinition('c', { window: { startMinute: 540, endMinute: 660, zone: 'lead', weekdays: [] } }),
    ]);
    const result = plan([storedSequence(WEB)], [edited]);
    expect(stepChanges(result)).toEqual(['a: copy', 'b: timing settings', 'c: window']);
    expect(result.edits[0]?.changes).toEqual([]);
  });

  it('touches nobody who is under way with words alone', () => {
    const copy = { ...stepDefinition('a').copy, bodyMarkdown: 'Other' };
    const edited = sequenceDefinition('web', [stepDefinition('a', { copy }), 'b', 'c'], { title: 'Web' });
    const [edit] = plan([storedSequence(WEB)], [edited]).edits;
    expect(edit?.changes).toEqual(['settings']);
    expect(edit === undefined || touchesLive(edit)).toBe(false);
  });

  it.each<[string, SequenceDefinition, SequenceDefinition | null, boolean]>([
    ['a step that is new', sequenceDefinition('web', ['a', 'b', 'c', 'd']), WEB, true],
    ['a step that is gone', sequenceDefinition('web', ['a', 'b']), WEB, true],
    ['a step that moved', sequenceDefinition('web', ['b', 'a', 'c']), WEB, true],
    ['a window of the whole', { ...WEB, window: AT_NIGHT }, WEB, true],
    ['how gaps between days are kept', { ...WEB, gap: 'watermark' }, WEB, true],
    ['its archive', { ...WEB, status: 'archived' }, WEB, true],
    [
      'a step that moves somebody, beside words',
      sequenceDefinition('web', [stepDefinition('a', { thread: 'new' }), stepDefinition('b', ON_DAY_4), 'c']),
      WEB,
      true,
    ],
    [
      'a time that changed together with a setting',
      sequenceDefinition('web', ['a', stepDefinition('b', { ...ON_DAY_4, maxLateMs: 1 }), 'c']),
      WEB,
      true,
    ],
    ['a pause', { ...WEB, status: 'paused' }, WEB, false],
    ['a trigger', { ...WEB, trigger: { ...NO_TRIGGER, forms: ['contact'] } }, WEB, false],
    ['what was archived before', { ...WEB, status: 'archived', title: 'W' }, ARCHIVED, false],
    ['a new sequence', WEB, null, false],
  ])('touches whoever is under way, or does not: %s', (_what, to, from, touches) => {
    const [edit] = plan(from === null ? [] : [storedSequence(from)], [to]).edits;
    expect(edit === undefined ? null : touchesLive(edit)).toBe(touches);
  });

  it('keeps the row of every step that keeps its id, whatever its place (hardening 67)', () => {
    const result = plan([storedSequence(WEB)], [sequenceDefinition('web', ['c', 'a', 'x', 'b'])]);
    expect(stepChanges(result)).toEqual(['c: moved', 'x: new']);
    expect(result.edits[0]?.after.steps.map(({ id, rowId, position }) => [id, rowId, position])).toEqual([
      ['c', 102, 0],
      ['a', 100, 1],
      ['x', -3, 2],
      ['b', 101, 3],
    ]);
  });

  it('leaves a tombstone where a step stood, and never moves it to the end', () => {
    const result = plan([storedSequence(WEB)], [sequenceDefinition('web', ['a', 'c'])]);
    expect(stepChanges(result)).toEqual(['b: removed']);
    expect(
      result.edits[0]?.after.steps.map(({ id, position, deletedAt }) => [id, position, deletedAt]),
    ).toEqual([
      ['a', 0, null],
      ['b', 1, NOW],
      ['c', 1, null],
    ]);
  });

  it('follows a step that says what it was called, and calls it new and removed when it does not', () => {
    const stored = storedSequence(WEB);
    const renamed = sequenceDefinition('web', ['a', stepDefinition('b2', { renamedFrom: 'b' }), 'c']);
    const [edit] = plan([stored], [renamed]).edits;
    expect(edit?.steps.map((step) => [step.id, step.before?.id, step.after.rowId])).toEqual([
      ['b2', 'b', 101],
    ]);
    // Applied again, the line in the file is only history.
    const again = plan([{ ...edit!.after, appliedAt: 0 }], [renamed]);
    expect(again.edits.map(isChanged)).toEqual([false]);
    expect(stepChanges(plan([stored], [sequenceDefinition('web', ['a', 'b2', 'c'])]))).toEqual([
      'b: removed',
      'b2: new',
    ]);
  });

  it('A19: says which sequences begin to match', () => {
    const draft = sequenceDefinition('web', ['a'], { status: 'draft' });
    const active = { ...draft, status: 'active' as const };
    expect(plan([storedSequence(draft)], [active]).edits.map(isActivated)).toEqual([true]);
    expect(plan([], [active]).edits.map(isActivated)).toEqual([true]);
    expect(plan([storedSequence(active)], [active]).edits.map(isActivated)).toEqual([false]);
    const paused = { ...draft, status: 'paused' as const };
    expect(plan([storedSequence(paused)], [active]).edits.map(isActivated)).toEqual([true]);
    expect(plan([storedSequence(draft)], [paused]).edits.map(isActivated)).toEqual([false]);
  });

  it('sees a trigger, a status and a window of the whole sequence', () => {
    const edited: SequenceDefinition = {
      ...WEB,
      status: 'paused',
      trigger: { ...NO_TRIGGER, forms: ['contact'] },
      window: { startMinute: 0, endMinute: 1440, zone: 'UTC', weekdays: [1] },
    };
    expect(plan([storedSequence(WEB)], [edited]).edits[0]?.changes).toEqual(['status', 'trigger', 'window']);
  });
});
