import { describe, expect, it } from 'vitest';

import { isActivated, isChanged, planEdits, touchesLive, type EditPlan } from '../../src/core/edit-plan.ts';
import type { SequenceDefinition, StoredSequence } from '../../src/core/model.ts';
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

describe('C5: what an edit changes', () => {
  it('finds nothing to do when the files say what was applied', () => {
    const { edits, refusals } = plan([storedSequence(WEB)], [WEB]);
    expect(refusals).toEqual([]);
    expect(edits.map(isChanged)).toEqual([false]);
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

describe('what is refused, so that nothing is applied at all', () => {
  const refused = (result: EditPlan): readonly string[] => result.refusals.map((refusal) => refusal.code);

  it('hardening 64: a folder that vanished under live enrollments, until it is archived and applied', () => {
    const stored = storedSequence(WEB);
    expect(refused(plan([stored], [], { 1: 2 }))).toEqual(['sequence_vanished']);
    expect(plan([stored], [], { 1: 2 }).refusals[0]?.message).toContain('2 of its enrollments');
    const archived = { ...WEB, status: 'archived' as const };
    expect(refused(plan([stored], [archived], { 1: 2 }))).toEqual([]);
    const gone = plan([storedSequence(archived)], []);
    expect([refused(gone), gone.edits]).toEqual([[], []]);
  });

  it('archives a sequence whose folder vanished when nobody is in it', () => {
    const [edit] = plan([storedSequence(WEB)], []).edits;
    expect([edit?.changes, edit?.after.status]).toEqual([['removed'], 'archived']);
  });

  it('hardening 74: a rename without renamed_from under live enrollments; with it the state is kept', () => {
    const renamed = sequenceDefinition('site', ['a', 'b', 'c']);
    expect(refused(plan([storedSequence(WEB)], [renamed], { 1: 1 }))).toEqual(['sequence_vanished']);
    const result = plan([storedSequence(WEB)], [{ ...renamed, renamedFrom: 'web' }], { 1: 1 });
    expect(refused(result)).toEqual([]);
    expect(result.edits.map(({ id, changes, after }) => [id, changes, after.rowId])).toEqual([
      ['site', ['renamed', 'settings'], 1],
    ]);
  });

  it('hardening 66: a step id used again after its deletion', () => {
    const withoutB = plan([storedSequence(WEB)], [sequenceDefinition('web', ['a', 'c'])]).edits[0]!.after;
    const result = plan([withoutB], [sequenceDefinition('web', ['a', 'b', 'c'])]);
    expect(refused(result)).toEqual(['step_id_reused']);
    const asOther = sequenceDefinition('web', ['a', stepDefinition('b2', { renamedFrom: 'b' }), 'c']);
    expect(refused(plan([withoutB], [asOther]))).toEqual(['renamed_from']);
  });

  it('a former name that is still written or claimed twice', () => {
    const twice = sequenceDefinition('web', [
      'a',
      stepDefinition('x', { renamedFrom: 'b' }),
      stepDefinition('y', { renamedFrom: 'b' }),
    ]);
    expect(refused(plan([storedSequence(WEB)], [twice]))).toEqual(['renamed_from']);
    const both = sequenceDefinition('web', ['a', 'b', stepDefinition('x', { renamedFrom: 'b' })]);
    expect(refused(plan([storedSequence(WEB)], [both]))).toEqual(['renamed_from']);
  });

  it('B9: an archived sequence that comes back, and B1: a second catch-all', () => {
    const archived = { ...WEB, status: 'archived' as const };
    expect(refused(plan([storedSequence(archived)], [WEB]))).toEqual(['sequence_archived']);
    const trigger = { ...NO_TRIGGER, catchAll: true };
    const two = [sequenceDefinition('p', ['a'], { trigger }), sequenceDefinition('q', ['a'], { trigger })];
    expect(refused(plan([], two))).toEqual(['second_catch_all']);
  });

  it('a drip that becomes a nurture under live enrollments', () => {
    const nurture = { ...WEB, kind: 'nurture' as const };
    expect(refused(plan([storedSequence(WEB)], [nurture], { 1: 1 }))).toEqual(['kind_changed']);
    expect(refused(plan([storedSequence(WEB)], [nurture]))).toEqual([]);
  });
});
