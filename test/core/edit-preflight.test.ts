import { describe, expect, it } from 'vitest';

import { moveEnrollment, type EnrollmentMove, type EnrollmentPlace } from '../../src/core/edit-moves.ts';
import type { EditPlan, SequenceEdit } from '../../src/core/edit-plan.ts';
import {
  affectsLive,
  createPreflight,
  type Preflight,
  type PreflightItem,
} from '../../src/core/edit-preflight.ts';
import type { SequenceDefinition, SequenceStatus, StepDefinition } from '../../src/core/model.ts';
import { NO_TRIGGER, sequenceDefinition, stepDefinition, storedSequence } from '../helpers/definitions.ts';
import {
  A,
  after,
  ALWAYS_OPEN,
  B,
  C,
  DAY_MS,
  messages,
  onDay,
  place,
  placeAtC,
  planned,
  WEB,
} from '../helpers/edit-places.ts';

/** What applying this to `WEB`, or to what is given, does to these people. */
function preflight(
  to: SequenceDefinition,
  places: readonly EnrollmentPlace[],
  from: SequenceDefinition = WEB,
): Preflight {
  return preflightOf(
    planned([storedSequence(from)], [to]),
    places.map((at) => [0, at]),
  );
}

/** The same of a plan of many sequences: who stands in which of them. */
function preflightOf(plan: EditPlan, people: readonly (readonly [number, EnrollmentPlace])[]): Preflight {
  const builder = createPreflight(plan);
  for (const [index, at] of people) {
    const edit = plan.edits[index]!;
    builder.add(edit, at, moveEnrollment(at, edit, ALWAYS_OPEN));
  }
  return builder.finish();
}

/** Who an item says is affected, whose next email moves, how far in days, who completes, whose draft goes, who is past it. */
function row(item: PreflightItem): readonly unknown[] {
  const days = (ms: number | null): number | null => (ms === null ? null : ms / DAY_MS);
  return [
    `${item.sequence} ${item.step ?? '-'} ${item.change}`,
    `${item.affectedCount} affected, ${item.movedCount} moved`,
    [days(item.earliestShiftMs), days(item.latestShiftMs)],
    `${item.completes} complete, ${item.draftsWithdrawn} withdrawn, ${item.pastIt} past it`,
  ];
}

const NOTHING = ['0 affected, 0 moved', [null, null], '0 complete, 0 withdrawn, 0 past it'];

function shifted(id: string, days: number): StepDefinition {
  return stepDefinition(id, after(days));
}

function web(
  steps: readonly (StepDefinition | string)[],
  changes: Partial<SequenceDefinition> = {},
): SequenceDefinition {
  return sequenceDefinition('web', steps, changes);
}

describe('C5: the preflight counts each person once, beside the change that is to blame', () => {
  it('counts who moves, who passes through a new step, and which drafts go', () => {
    const result = preflight(web(['a', shifted('b', 3), 'x']), [place(), place(), placeAtC('held')]);
    expect(result.items.map(row)).toEqual([
      ['web b timing', '2 affected, 2 moved', [1, 1], '0 complete, 0 withdrawn, 0 past it'],
      ['web c removed', '1 affected, 1 moved', [0, 0], '0 complete, 1 withdrawn, 0 past it'],
      ['web x new', '3 affected, 0 moved', [null, null], '0 complete, 0 withdrawn, 0 past it'],
    ]);
    expect(result).toEqual({
      items: result.items,
      unchanged: [],
      doubleSendRiskCount: 0,
      moved: 3,
      completed: 0,
      cancelled: 0,
      draftsWithdrawn: 1,
      emailsAdded: 3,
      firstEffect: { kind: 'at_once' },
    });
  });

  it('gives the span between the one who moves least and the one who moves most', () => {
    const late = place({ nextDueAt: 13 * DAY_MS });
    const early = place({ nextDueAt: 11 * DAY_MS });
    const result = preflight(web(['a', shifted('b', 5), 'c']), [place(), late, early]);
    expect(result.items.map(row)).toEqual([
      ['web b timing', '3 affected, 3 moved', [2, 4], '0 complete, 0 withdrawn, 0 past it'],
    ]);
    expect(result.firstEffect).toEqual({ kind: 'due', job: 'drip', at: 15 * DAY_MS });
  });

  it('counts nobody as moved whose email leaves when it would have left', () => {
    const lateSince = place({ dueAt: 11 * DAY_MS, nextDueAt: 14 * DAY_MS });
    const result = preflight(web(['a', shifted('b', 4), 'c']), [lateSince]);
    expect(result.items.map(row)).toEqual([['web b timing', ...NOTHING]]);
    expect([result.moved, affectsLive(result)]).toEqual([0, false]);
  });

  it('counts who gets another email at the same time as moved: it is not the email they would have got', () => {
    const result = preflight(web(['a', 'c']), [place()]);
    expect(result.items.map(row)).toEqual([
      ['web b removed', '1 affected, 1 moved', [0, 0], '0 complete, 0 withdrawn, 0 past it'],
    ]);
    expect(result.moved).toBe(1);
  });

  it('counts a new step: who will get it, once, and who is past it and never will', () => {
    const result = preflight(web(['a', shifted('x', 1), 'b', 'c']), [place(), placeAtC()]);
    expect(result.items.map(row)).toEqual([
      ['web x new', '1 affected, 1 moved', [-1, -1], '0 complete, 0 withdrawn, 1 past it'],
    ]);
    expect([result.emailsAdded, result.moved]).toEqual([1, 1]);
  });

  it('D11: says of those whose draft ended unsent what it says of those whose draft waits: they are past it', () => {
    for (const state of ['pending_approval', 'expired', 'discarded', 'rejected'] as const) {
      const drafted = place({ messages: messages([A, 'sent'], [B, state]) });
      const result = preflight(web(['a', 'x', 'b', 'c']), [drafted]);
      expect([state, ...result.items.map(row)]).toEqual([
        state,
        ['web x new', ...NOTHING.slice(0, -1), '0 complete, 0 withdrawn, 1 past it'],
      ]);
      expect([result.moved, result.emailsAdded, result.firstEffect]).toEqual([0, 0, null]);
    }
  });

  it('B7: gives a follow-up no new step', () => {
    const nurture = { ...WEB, kind: 'nurture' as const };
    const followUp = place({ kind: 'nurture', lastStepRowId: null, messages: messages() });
    const result = preflight(web(['x', 'a', 'b', 'c'], { kind: 'nurture' }), [followUp], nurture);
    expect(result.items.map(row)).toEqual([['web x new', ...NOTHING]]);
    expect(result.emailsAdded).toBe(0);
  });

  it('tells who completes beside the removed step, and beside a step that went in front of them', () => {
    const removed = preflight(web(['a', 'b']), [placeAtC('approved'), placeAtC()]);
    expect(removed.items.map(row)).toEqual([
      ['web c removed', '2 affected, 0 moved', [null, null], '2 complete, 1 withdrawn, 0 past it'],
    ]);
    expect(removed).toMatchObject({ completed: 2, draftsWithdrawn: 1, moved: 0 });
    const inFront = preflight(web(['c', 'a', 'b']), [placeAtC()]);
    expect(inFront.items.map(row)).toEqual([
      ['web c moved', '1 affected, 0 moved', [null, null], '1 complete, 0 withdrawn, 0 past it'],
    ]);
  });

  it('blames the removed step, even where the step they go on to is another one too', () => {
    const result = preflight(web(['a', shifted('c', 5)]), [place()]);
    expect(result.items.map(row)).toEqual([
      ['web b removed', '1 affected, 1 moved', [3, 3], '0 complete, 0 withdrawn, 0 past it'],
      ['web c timing', ...NOTHING],
    ]);
  });

  it('blames the new step in front of theirs, whatever else is another one or gone', () => {
    const result = preflight(web(['a', shifted('x', 1), shifted('b', 3)]), [place()]);
    expect(result.items.map(row)).toEqual([
      ['web x new', '1 affected, 1 moved', [-1, -1], '0 complete, 0 withdrawn, 0 past it'],
      ['web b timing', ...NOTHING],
      ['web c removed', ...NOTHING],
    ]);
  });

  it('blames the step that moved away, and the earlier one whose day made the gap', () => {
    const away = preflight(web(['a', 'c', 'd', 'b']), [place()], web(['a', 'b', 'c', 'd']));
    expect(away.items.map(row)).toEqual([
      ['web b moved', '1 affected, 1 moved', [0, 0], '0 complete, 0 withdrawn, 0 past it'],
    ]);
    const from = web([stepDefinition('a', onDay(1)), stepDefinition('b', onDay(5)), 'c']);
    const to = web([stepDefinition('a', onDay(2)), stepDefinition('b', onDay(5)), 'c']);
    const gap = preflight(to, [place({ dueAt: 14 * DAY_MS, nextDueAt: 14 * DAY_MS })], from);
    expect(gap.items.map(row)).toEqual([
      ['web a timing', '1 affected, 1 moved', [-1, -1], '0 complete, 0 withdrawn, 0 past it'],
    ]);
  });

  it('counts once, beside the first change of a step, the one that moves somebody', () => {
    const b = stepDefinition('b', { ...after(3), maxLateMs: 1, thread: 'new' });
    expect(preflight(web(['a', b, 'c']), [place()]).items.map(row)).toEqual([
      ['web b timing', '1 affected, 1 moved', [1, 1], '0 complete, 0 withdrawn, 0 past it'],
      ['web b settings', ...NOTHING],
    ]);
  });

  it('counts who moves with the window of the whole beside it, wherever it stands among the changes', () => {
    const window = { startMinute: 60, endMinute: 300, zone: 'UTC', weekdays: [] };
    const to = { ...WEB, window, trigger: { ...NO_TRIGGER, forms: ['contact'] } };
    const result = preflight(to, [place()]);
    expect(result.items.map(row)).toEqual([
      ['web - trigger', ...NOTHING],
      ['web - window', '1 affected, 1 moved', [1 / 24, 1 / 24], '0 complete, 0 withdrawn, 0 past it'],
    ]);
    const { edit, stepEdit } = result.items[1]!;
    expect([edit.after.window, stepEdit]).toEqual([window, null]);
  });

  it('keeps the counts of two sequences apart', () => {
    const other = sequenceDefinition('other', ['a', 'b', 'c']);
    const plan = planned(
      [storedSequence(WEB), storedSequence(other)],
      [web(['a', shifted('b', 3), 'c']), sequenceDefinition('other', ['a', shifted('b', 4), 'c'])],
    );
    const result = preflightOf(plan, [
      [0, place()],
      [1, place()],
      [1, place()],
    ]);
    expect(result.items.map(row)).toEqual([
      ['other b timing', '1 affected, 1 moved', [2, 2], '0 complete, 0 withdrawn, 0 past it'],
      ['web b timing', '2 affected, 2 moved', [1, 1], '0 complete, 0 withdrawn, 0 past it'],
    ]);
  });

  it('says of a new sequence that it is new, not of each of its steps, and names what stays', () => {
    const archived = sequenceDefinition('old', ['a'], { status: 'archived' });
    const kept = sequenceDefinition('kept', ['a']);
    const plan = planned([storedSequence(archived, 1), storedSequence(kept, 2)], [WEB, kept, archived]);
    const result = preflightOf(plan, []);
    expect(result.items.map(row)).toEqual([['web - new', ...NOTHING]]);
    expect([result.unchanged, result.firstEffect]).toEqual([['kept'], null]);
  });
});

describe('B6: an archived sequence in the preflight', () => {
  const archived: SequenceStatus = 'archived';

  it('counts who is cancelled and whose draft goes beside the status, and no new step for anybody', () => {
    const waiting = place({ messages: messages([A, 'sent'], [B, 'approved'], [C, 'held']) });
    const window = { startMinute: 60, endMinute: 300, zone: 'UTC', weekdays: [] };
    const to = sequenceDefinition('site', ['a', 'x', shifted('b', 9), 'c'], {
      status: archived,
      renamedFrom: 'web',
      window,
    });
    const result = preflight(to, [place(), waiting, waiting]);
    expect(result.items.map(row).filter(([change]) => change !== 'site - settings')).toEqual([
      ['site - renamed', ...NOTHING],
      ['site - status', '3 affected, 0 moved', [null, null], '0 complete, 4 withdrawn, 0 past it'],
      ['site - window', ...NOTHING],
      ['site x new', ...NOTHING],
      ['site b timing', ...NOTHING],
    ]);
    expect(result).toMatchObject({ cancelled: 3, draftsWithdrawn: 4, moved: 0, emailsAdded: 0 });
  });

  it('is the way out of a state that contradicts itself: nobody asks which step comes after an unknown one', () => {
    const contradicting = place({ lastStepRowId: 999 });
    expect(preflight({ ...WEB, status: archived }, [contradicting])).toMatchObject({
      cancelled: 1,
      doubleSendRiskCount: 0,
    });
  });
});

describe('C5: whether applying does anything to anybody under way', () => {
  it('is so for who moves, completes, is cancelled, or loses a draft, and not for words', () => {
    const copy = { ...stepDefinition('b').copy, subject: 'New' };
    const words = preflight(web(['a', stepDefinition('b', { copy }), 'c']), [place()]);
    expect(words.items.map(row)).toEqual([['web b copy', ...NOTHING]]);
    expect(affectsLive(words)).toBe(false);
    expect(affectsLive({ ...words, emailsAdded: 3 })).toBe(false);
    for (const count of ['moved', 'completed', 'cancelled', 'draftsWithdrawn'] as const)
      expect(affectsLive({ ...words, [count]: 1 })).toBe(true);
  });

  it('C5: counts everybody who could get a step twice, so that applying refuses', () => {
    const plan = planned([storedSequence(WEB)], [web(['a', shifted('b', 3), 'c'])]);
    const edit: SequenceEdit = plan.edits[0]!;
    const builder = createPreflight(plan);
    const again: EnrollmentMove = {
      kind: 'moves',
      step: edit.after.steps[0]!,
      withdrawn: null,
      shiftMs: 0,
      dueAt: 0,
      nextDueAt: 0,
    };
    builder.add(edit, place(), again);
    builder.add(edit, place(), moveEnrollment(place(), edit, ALWAYS_OPEN));
    builder.add(edit, place(), again);
    expect(builder.finish().doubleSendRiskCount).toBe(2);
  });
});
