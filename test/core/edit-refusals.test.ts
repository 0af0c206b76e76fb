import { describe, expect, it } from 'vitest';

import { isChanged, planEdits, type EditPlan } from '../../src/core/edit-plan.ts';
import type { EditRefusal } from '../../src/core/edit-steps.ts';
import type { SequenceDefinition, StepDefinition, StoredSequence } from '../../src/core/model.ts';
import { definitionHash } from '../../src/core/text-hash.ts';
import { NO_TRIGGER, sequenceDefinition, stepDefinition, storedSequence } from '../helpers/definitions.ts';

const NOW = 1_000_000;
const WEB = sequenceDefinition('web', ['a', 'b', 'c']);
const ARCHIVED: SequenceDefinition = { ...WEB, status: 'archived' };
const CATCH_ALL = { trigger: { ...NO_TRIGGER, catchAll: true } };

function plan(
  stored: readonly StoredSequence[],
  definitions: readonly SequenceDefinition[],
  live: Readonly<Record<number, number>> = {},
): EditPlan {
  return planEdits({ stored, definitions, liveCount: (rowId) => live[rowId] ?? 0, now: NOW });
}

/** The steps of `web` as they are written, against what was applied. */
function planned(
  steps: readonly (StepDefinition | string)[],
  stored: StoredSequence = storedSequence(WEB),
): EditPlan {
  return plan([stored], [sequenceDefinition('web', steps)]);
}

function wasCalled(id: string, renamedFrom: string): StepDefinition {
  return stepDefinition(id, { renamedFrom });
}

const codes = (result: EditPlan): readonly string[] => result.refusals.map(({ code }) => code);
const withoutB = (): StoredSequence => planned(['a', 'c']).edits[0]!.after;

describe('what is refused, so that nothing is applied at all, with the way out of it', () => {
  it.each<[string, () => EditPlan, EditRefusal]>([
    [
      'hardening 64: a folder that vanished under live enrollments',
      () => plan([storedSequence(WEB)], [], { 1: 2 }),
      {
        code: 'sequence_vanished',
        sequence: 'web',
        step: null,
        message: 'the folder of web is gone while 2 of its enrollments are live',
        fix: 'bring it back with status = "archived" and apply, or name it in the new folder: renamed_from = "web"',
      },
    ],
    [
      'B9: an archived sequence that comes back',
      () => plan([storedSequence(ARCHIVED)], [WEB]),
      {
        code: 'sequence_archived',
        sequence: 'web',
        step: null,
        message: 'web is archived, and that is for good',
        fix: 'start a new sequence under another name',
      },
    ],
    [
      'a drip that becomes a nurture under live enrollments',
      () => plan([storedSequence(WEB)], [{ ...WEB, kind: 'nurture' }], { 1: 3 }),
      {
        code: 'kind_changed',
        sequence: 'web',
        step: null,
        message: 'web cannot become a nurture while 3 of its enrollments are live',
        fix: 'start a new sequence under another name',
      },
    ],
    [
      'B1: a second catch-all',
      () =>
        plan([], [WEB, sequenceDefinition('p', ['a'], CATCH_ALL), sequenceDefinition('q', ['a'], CATCH_ALL)]),
      {
        code: 'second_catch_all',
        sequence: 'q',
        step: null,
        message: 'q is a second catch-all: p is one already',
        fix: 'one sequence at most may catch all that are not archived',
      },
    ],
    [
      'hardening 66: a step id used again after its deletion',
      () => planned(['a', 'b', 'c'], withoutB()),
      {
        code: 'step_id_reused',
        sequence: 'web',
        step: 'b',
        message: 'web had a step b before, and its id is never used again',
        fix: 'give the new step another id',
      },
    ],
    [
      'hardening 66: a removed step that comes back under another name',
      () => planned(['a', wasCalled('b2', 'b'), 'c'], withoutB()),
      {
        code: 'renamed_from',
        sequence: 'web',
        step: 'b2',
        message: 'b2 of web cannot have been b: that step was removed',
        fix: 'leave renamed_from out: it is a new step',
      },
    ],
    [
      'a former name that two steps claim',
      () => planned(['a', wasCalled('x', 'b'), wasCalled('y', 'b')]),
      {
        code: 'renamed_from',
        sequence: 'web',
        step: 'y',
        message: 'y of web cannot have been b: another step says that it is or was',
        fix: 'renamed_from names a step that is no longer written, once',
      },
    ],
    [
      'a former name that is still written, before the step that claims it or behind',
      () => planned(['a', wasCalled('x', 'b'), 'b', 'c']),
      {
        code: 'renamed_from',
        sequence: 'web',
        step: 'x',
        message: 'x of web cannot have been b: another step says that it is or was',
        fix: 'renamed_from names a step that is no longer written, once',
      },
    ],
  ])('%s', (_what, result, refusal) => {
    expect(result().refusals).toEqual([refusal]);
  });

  it('names every reason at once, so that the operator mends them in one go', () => {
    const twoMore = ['q', 'r'].map((id) => sequenceDefinition(id, ['a'], CATCH_ALL));
    const first = sequenceDefinition('p', ['a'], CATCH_ALL);
    const gone = storedSequence(sequenceDefinition('gone', ['a']), 2);
    const both = plan([storedSequence(WEB), gone], [...twoMore, first], { 1: 1, 2: 1 });
    expect(both.refusals.map(({ code, sequence }) => `${code} ${sequence}`)).toEqual([
      'sequence_vanished web',
      'sequence_vanished gone',
      'second_catch_all r',
      'second_catch_all p',
    ]);
    const nurture = plan([storedSequence(ARCHIVED)], [{ ...WEB, kind: 'nurture' }], { 1: 1 });
    expect(codes(nurture)).toEqual(['sequence_archived', 'kind_changed']);
  });

  it('keeps a refused step apart from the rows of the state', () => {
    const { edits } = planned(['a', wasCalled('x', 'b'), 'b', 'c']);
    const rows = edits[0]!.after.steps.map(({ id, rowId }) => [id, rowId]);
    expect(rows).toEqual([
      ['a', 100],
      ['x', -2],
      ['b', 101],
      ['c', 102],
    ]);
  });
});

describe('what is not refused, although it looks like it', () => {
  it('hardening 64: a sequence that was archived and applied before its folder went', () => {
    expect(codes(plan([storedSequence(WEB)], [ARCHIVED], { 1: 2 }))).toEqual([]);
    const gone = plan([storedSequence(ARCHIVED)], []);
    expect([codes(gone), gone.edits]).toEqual([[], []]);
    // Nor does an archived one come back by staying archived in its folder.
    const stays = plan([storedSequence(ARCHIVED)], [{ ...ARCHIVED, title: 'Old' }]);
    expect([codes(stays), stays.edits[0]?.changes]).toEqual([[], ['settings']]);
  });

  it('hardening 64: a folder that vanished when nobody is in it: its sequence is archived', () => {
    const stored = storedSequence(WEB);
    const { edits, refusals } = plan([stored], []);
    expect([refusals, edits.length]).toEqual([[], 1]);
    const [edit] = edits;
    expect(edit).toMatchObject({ id: 'web', changes: ['removed'], steps: [], before: stored });
    expect(edit?.after).toEqual({
      ...stored,
      status: 'archived',
      appliedAt: NOW,
      definitionHash: edit?.after.definitionHash,
    });
    // A17: the hash says that it is archived, and differs between what was archived.
    const other = plan([storedSequence({ ...WEB, title: 'Other' })], []).edits[0]!.after.definitionHash;
    const hashes = new Set([stored.definitionHash, edit?.after.definitionHash, other, definitionHash(WEB)]);
    expect(hashes.size).toBe(3);
  });

  it('hardening 74: a rename that says so keeps the state; without it the old name is missed', () => {
    const renamed = sequenceDefinition('site', ['a', 'b', 'c']);
    expect(codes(plan([storedSequence(WEB)], [renamed], { 1: 1 }))).toEqual(['sequence_vanished']);
    const result = plan([storedSequence(WEB)], [{ ...renamed, renamedFrom: 'web' }], { 1: 1 });
    expect(codes(result)).toEqual([]);
    expect(result.edits.map(({ id, changes, after }) => [id, changes, after.rowId])).toEqual([
      ['site', ['renamed', 'settings'], 1],
    ]);
    const again = plan([result.edits[0]!.after], [{ ...renamed, renamedFrom: 'web' }], { 1: 1 });
    expect(again.edits.map(isChanged)).toEqual([false]);
  });

  it('hardening 74: a name that is written still is nobody’s former name: the other one is new', () => {
    const copy = sequenceDefinition('site', ['a'], { renamedFrom: 'web' });
    const result = plan([storedSequence(WEB)], [WEB, copy], { 1: 1 });
    expect(codes(result)).toEqual([]);
    expect(result.edits.map(({ id, changes }) => [id, changes])).toEqual([
      ['site', ['new']],
      ['web', []],
    ]);
    const unknown = sequenceDefinition('site', ['a'], { renamedFrom: 'nowhere' });
    expect(plan([], [unknown]).edits.map(({ changes }) => changes)).toEqual([['new']]);
  });

  it('B1: catch-alls of which all but one are archived, and any number that catch by a trigger', () => {
    const archived = sequenceDefinition('p', ['a'], { ...CATCH_ALL, status: 'archived' });
    const catchAll = sequenceDefinition('q', ['a'], CATCH_ALL);
    const others = ['r', 's'].map((id) => sequenceDefinition(id, ['a']));
    expect(codes(plan([], [archived, catchAll, ...others]))).toEqual([]);
  });

  it('a drip that becomes a nurture while nobody is in it, and one that stays what it is while somebody is', () => {
    const nurture: SequenceDefinition = { ...WEB, kind: 'nurture' };
    expect(codes(plan([storedSequence(WEB)], [nurture]))).toEqual([]);
    expect(codes(plan([storedSequence(WEB)], [{ ...WEB, title: 'Web' }], { 1: 1 }))).toEqual([]);
  });
});
