import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { sequenceDefinition, stepDefinition, storedSequence } from '../../helpers/definitions.ts';
import {
  after,
  capped,
  DAY_MS,
  drafts,
  forecast,
  NOW,
  OPEN,
  place,
  STEPS,
  totals,
} from '../../helpers/forecast.ts';

describe('the coming days', () => {
  test('A1, C2: a lead goes from step to step with its delays, and stops after the last', () => {
    // Wednesday, two days on is Friday; three days on is Monday at a quarter past two, which is decided about on Tuesday.
    expect(totals(forecast([place(100, 2)], { days: 9 }))).toEqual([2, 0, 2, 0, 0, 0, 2, 0, 0]);
    expect(drafts(forecast([place(100, 2)], { days: 9 }))).toEqual([2, 0, 2, 0, 0, 2, 0, 0, 0]);
  });

  test('A6: what passes the cap of a run or of a day waits, follow-ups before first steps, longest overdue first', () => {
    const days = forecast([place(100, 4), place(102, 2), place(102, 1, { dueAt: NOW - DAY_MS })], {
      policy: capped(2, 5),
    });
    expect(drafts(days).slice(0, 2)).toEqual([5, 2]);
    expect(days[0]?.steps).toEqual(
      new Map([
        [102, 3],
        [100, 2],
      ]),
    );
  });

  test('A6: what was drafted in the last 24 hours has used the cap up, on the day or not', () => {
    const made = [{ at: NOW - DAY_MS / 2, count: 4 }];
    // Yesterday evening: free again this evening, in time for nobody but the last run of the day.
    expect(drafts(forecast([place(102, 12)], { policy: capped(5, 5), made })).slice(0, 3)).toEqual([5, 5, 2]);
    const [today] = forecast([place(102, 12)], { policy: capped(5, 5), made: [{ at: NOW, count: 5 }] });
    expect(today?.drafts).toBe(0);
  });

  test('A11: nothing on a rest day of the operator, nor outside the hours of the lead', () => {
    const saturday = NOW + 3 * DAY_MS;
    const days = forecast([place(102, 3, { dueAt: saturday })]);
    expect(days.filter(({ isOpen }) => !isOpen).map(({ day }) => day)).toEqual(['2026-02-21', '2026-02-22']);
    expect(days.find(({ total }) => total > 0)).toMatchObject({ day: '2026-02-23', total: 3 });
    const evening = { ...OPEN, hours: { ...OPEN.hours, startMinute: 540, endMinute: 1020 } };
    const late = forecast([place(102, 1, { dueAt: NOW + DAY_MS / 2 })], { policy: evening });
    expect(totals(late).slice(0, 2)).toEqual([0, 1]);
  });

  test('A2: a step that is due at once waits for the watermark of the one before', () => {
    const quick = storedSequence(
      sequenceDefinition('web', [
        stepDefinition('a', { timing: after(0) }),
        stepDefinition('b', { timing: after(0) }),
      ]),
    );
    expect(drafts(forecast([place(100, 1)], { sequences: [quick] })).slice(0, 3)).toEqual([1, 1, 0]);
  });

  test('a person decides in office hours: what is drafted in the evening leaves the next morning', () => {
    const days = forecast([place(102, 1, { dueAt: Date.UTC(2026, 1, 18, 18) })]);
    expect([drafts(days).slice(0, 2), totals(days).slice(0, 2)]).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const auto = storedSequence({ ...sequenceDefinition('web', STEPS), approve: 'auto' });
    const own = forecast([place(102, 1, { dueAt: Date.UTC(2026, 1, 18, 18) })], { sequences: [auto] });
    expect(totals(own)[0]).toBe(1);
    // A5: after a doubt it asks, until a person has acted once.
    const places = [
      place(102, 1, { dueAt: Date.UTC(2026, 1, 18, 18) }),
      place(102, 1, { dueAt: NOW + DAY_MS * 1.3 }),
    ];
    const asked = forecast(places, { sequences: [auto], needsPerson: true });
    expect([drafts(asked).slice(0, 3), totals(asked).slice(0, 3)]).toEqual([
      [1, 1, 0],
      [0, 2, 0],
    ]);
  });

  test('A7: a draft that waits leaves without a place under the cap, and the step after it follows', () => {
    const draft = { draftedAt: NOW - DAY_MS, leavesAt: null, waitsSince: NOW - DAY_MS };
    const days = forecast([place(101, 2, { draft })], { policy: capped(0, 0) });
    expect([totals(days)[0], drafts(days).every((count) => count === 0)]).toEqual([2, true]);
    expect(totals(forecast([place(101, 2, { draft })]))).toEqual([2, 0, 0, 0, 0, 2, 0]);
  });

  test('a step that was removed, and a sequence that is not active, plan nothing', () => {
    expect(totals(forecast([place(99, 5), place(100, 5, { sequenceRowId: 2 })], { days: 3 }))).toEqual([
      0, 0, 0,
    ]);
  });

  test('an operator who never works, or hours that never open, end in nothing', () => {
    const never = { ...OPEN, hours: { ...OPEN.hours, weekdays: [] } };
    expect(totals(forecast([place(100, 5)], { policy: never }))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('A1, A6: whatever waits, no day and no run passes its cap and nobody gets a step twice', () => {
    const places = fc.array(
      fc.record({
        stepRowId: fc.constantFrom(100, 101, 102),
        ...{ count: fc.integer({ min: 1, max: 20 }), days: fc.integer({ min: -20, max: 9 }) },
        ...{ zone: fc.constantFrom('UTC', 'Asia/Tokyo', 'America/Denver'), isDrafted: fc.boolean() },
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(places, fc.nat(8), fc.nat(4), (given, cap, perRun) => {
        const days = forecast(
          given.map(({ stepRowId, count, days: ahead, zone, isDrafted }) => {
            const draft = { draftedAt: NOW, leavesAt: null, waitsSince: NOW };
            return place(stepRowId, count, {
              zone,
              dueAt: NOW + ahead * DAY_MS,
              draft: isDrafted ? draft : null,
            });
          }),
          { days: 40, policy: capped(perRun, cap) },
        );
        expect(Math.max(...drafts(days))).toBeLessThanOrEqual(Math.min(cap, 24 * perRun));
        const sum = totals(days).reduce((all, count) => all + count, 0);
        const most = given.reduce((all, { count, stepRowId }) => all + count * (103 - stepRowId), 0);
        expect(sum).toBeLessThanOrEqual(most);
      }),
      { seed: 20260218, numRuns: 60 },
    );
  });
});
