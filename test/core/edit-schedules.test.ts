import { describe, expect, it } from 'vitest';

import { moveEnrollment, type EnrollmentMove, type EnrollmentPlace } from '../../src/core/edit-moves.ts';
import type { SequenceDefinition, StepDefinition } from '../../src/core/model.ts';
import { sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';
import { after, ALWAYS_OPEN, B, DAY_MS, editTo, moveOf, onDay, place, WEB } from '../helpers/edit-places.ts';
import { openHoursPolicy } from '../helpers/policy.ts';

const HOUR_MS = 3_600_000;
const STAYS: EnrollmentMove = { kind: 'stays' };
/** From nine to five, every day. */
const BY_DAY = {
  ...ALWAYS_OPEN,
  policy: openHoursPolicy({
    hours: { weekdays: [1, 2, 3, 4, 5, 6, 7], startMinute: 540, endMinute: 1020 },
  }),
};
const AFTERNOON = { startMinute: 720, endMinute: 1020, zone: 'UTC', weekdays: [] };

function web(
  b: Partial<StepDefinition>,
  { a = {}, ...changes }: Partial<SequenceDefinition> & { a?: Partial<StepDefinition> } = {},
): SequenceDefinition {
  return sequenceDefinition('web', [stepDefinition('a', a), stepDefinition('b', b), 'c'], changes);
}

function dueOn(days: number, changes: Partial<EnrollmentPlace> = {}): EnrollmentPlace {
  return place({ dueAt: days * DAY_MS, nextDueAt: days * DAY_MS, ...changes });
}

function moved(
  { from, to }: { from: SequenceDefinition; to: SequenceDefinition },
  at: EnrollmentPlace,
): EnrollmentMove {
  return moveEnrollment(at, editTo(to, from), ALWAYS_OPEN);
}

describe('C5: what a next email is anchored anew for', () => {
  it('the day of the step before, which makes the gap to it (C2)', () => {
    const from = web(onDay(5), { a: onDay(1) });
    const to = web(onDay(5), { a: onDay(2) });
    // a was sent two days after enrollment; four days on is the 14th, three the 13th.
    expect(moved({ from, to }, dueOn(14))).toMatchObject({ kind: 'moves', dueAt: 13 * DAY_MS });
  });

  it('the window of the sequence, unless the step has its own', () => {
    const at = dueOn(12);
    expect(moved({ from: WEB, to: { ...WEB, window: AFTERNOON } }, at)).toMatchObject({
      kind: 'moves',
      dueAt: 12 * DAY_MS,
      nextDueAt: 12 * DAY_MS + 12 * HOUR_MS,
      shiftMs: 12 * HOUR_MS,
    });
    const own = { window: { ...AFTERNOON, startMinute: 0 } };
    // Their hours have changed since, so that they would stand elsewhere today: the edit is not to blame.
    expect(moved({ from: web(own), to: web(own, { window: AFTERNOON }) }, dueOn(11.5))).toEqual(STAYS);
    expect(moved({ from: web({}), to: web({ window: AFTERNOON }) }, at)).toMatchObject({
      nextDueAt: 12 * DAY_MS + 12 * HOUR_MS,
    });
  });

  it('how the gap between days is kept, where the step has a day; a delay is a delay', () => {
    const days = {
      from: web(onDay(5), { a: onDay(1) }),
      to: web(onDay(5), { a: onDay(1), gap: 'watermark' }),
    };
    expect(moved(days, dueOn(14))).toMatchObject({ kind: 'moves', dueAt: 13 * DAY_MS });
    expect(moved({ from: WEB, to: { ...WEB, gap: 'watermark' } }, dueOn(11.5))).toEqual(STAYS);
  });

  it('a step that the version before did not have, which may not be timed as theirs was', () => {
    const edit = editTo(web(after(4)));
    const before = { ...edit.before!, steps: edit.before!.steps.filter(({ rowId }) => rowId !== B) };
    expect(moveEnrollment(place(), { ...edit, before }, ALWAYS_OPEN)).toMatchObject({ dueAt: 14 * DAY_MS });
  });
});

describe('C5: where the next email is due after an edit', () => {
  it('stays where another way of saying it comes to the same moment', () => {
    // Day 4 after enrollment on the 8th is two days after the email of the 10th.
    expect(moveOf(place(), web(onDay(4)))).toEqual(STAYS);
  });

  it('A16: moves what its lateness counts from, even where the hours let it leave no earlier', () => {
    const asleep = place({ nextDueAt: 12 * DAY_MS + 9 * HOUR_MS });
    const edit = editTo(web(after(2 + 1 / 24)));
    expect(moveEnrollment(asleep, edit, BY_DAY)).toMatchObject({
      kind: 'moves',
      shiftMs: 0,
      dueAt: 12 * DAY_MS + HOUR_MS,
      nextDueAt: 12 * DAY_MS + 9 * HOUR_MS,
    });
  });

  it('is no shift for somebody who stood in no queue', () => {
    expect(moveOf(place({ nextDueAt: null }), web(after(3)))).toMatchObject({
      kind: 'moves',
      shiftMs: 0,
      nextDueAt: 13 * DAY_MS,
    });
  });

  it('A11: passes over the holidays of the lead’s own country', () => {
    const holidaysOf = (country: string | null): ReadonlySet<string> =>
      new Set(country === 'DE' ? ['1970-01-14'] : []);
    const edit = editTo(web(after(3)));
    const nextDueOf = (leadCountry: string | null): EnrollmentMove =>
      moveEnrollment(place({ leadCountry }), edit, { ...ALWAYS_OPEN, holidaysOf });
    expect(nextDueOf('DE')).toMatchObject({ dueAt: 13 * DAY_MS, nextDueAt: 14 * DAY_MS });
    expect(nextDueOf('FR')).toMatchObject({ nextDueAt: 13 * DAY_MS });
  });

  it('C6: keeps a "send now" that was asked for at the very moment of the last email', () => {
    const asked = place({ sentNowAt: 10 * DAY_MS, nextDueAt: 10 * DAY_MS });
    expect(moveOf(asked, web(after(9)))).toEqual(STAYS);
  });

  it('C6: takes nobody for asked for who was not, not even at the first moment that a clock can tell', () => {
    const atZero = place({ anchorAt: 0, enrolledAt: 0, dueAt: 2 * DAY_MS, nextDueAt: 2 * DAY_MS });
    expect(moveOf(atZero, web(after(3)))).toMatchObject({ kind: 'moves', dueAt: 3 * DAY_MS });
  });
});
