import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { forecastDays, type DueGroup, type ForecastInput } from '../../../src/core/report/forecast.ts';
import { isOperatingDay } from '../../../src/core/time/operator-day.ts';

/** Wednesday. */
const TODAY = '2026-02-18';
const after = (days: number) =>
  ({ kind: 'after', delay: { unit: 'elapsed', ms: days * 86_400_000 } }) as const;
const SEQUENCE = {
  rowId: 1,
  steps: [0, 2, 3].map((days, index) => ({ rowId: 10 + index, timing: after(days) })),
};
const group = (stepRowId: number, count: number, dueDay = TODAY, isDrafted = false): DueGroup => ({
  ...{ sequenceRowId: 1, stepRowId, dueDay, count, isDrafted },
});

function forecast(groups: readonly DueGroup[], changes: Partial<ForecastInput> = {}) {
  return forecastDays({
    ...{ groups, sequences: [SEQUENCE], today: TODAY, days: 14, draftsPerDay: 5, roomToday: 5 },
    isOperatingDay: (day) => isOperatingDay(day, { weekdays: [1, 2, 3, 4, 5], holidays: [] }),
    ...changes,
  });
}

const totals = (days: ReturnType<typeof forecast>): readonly number[] => days.map(({ total }) => total);

describe('the coming days', () => {
  test('A1: a lead goes from step to step with its delays, and stops after the last', () => {
    // Wednesday, then two days on, then three days on, which is a Monday.
    expect(totals(forecast([group(10, 2)], { days: 7 }))).toEqual([2, 0, 2, 0, 0, 2, 0]);
  });

  test('A6: what passes the cap of a day waits for the next, follow-ups before first steps', () => {
    const [first, second] = forecast([group(10, 4), group(11, 3)]);
    expect(first?.steps).toEqual(
      new Map([
        [11, 3],
        [10, 2],
      ]),
    );
    expect(second?.steps).toEqual(new Map([[10, 2]]));
  });

  test('A6: today has the room that is left of it', () => {
    expect(totals(forecast([group(12, 4)], { roomToday: 1 })).slice(0, 2)).toEqual([1, 3]);
    expect(totals(forecast([group(12, 4)], { roomToday: -2 })).slice(0, 2)).toEqual([0, 4]);
  });

  test('A11: nothing on a rest day of the operator', () => {
    const days = forecast([group(12, 3, '2026-02-21')]);
    expect(days.filter(({ isOpen }) => !isOpen).map(({ day }) => day)).toEqual([
      ...['2026-02-21', '2026-02-22', '2026-02-28', '2026-03-01'],
    ]);
    expect(days.find(({ total }) => total > 0)).toMatchObject({ day: '2026-02-23', total: 3 });
  });

  test('a draft that is written needs no place any more; the step after it does', () => {
    expect(totals(forecast([group(11, 2, TODAY, true)], { days: 7 }))).toEqual([0, 0, 0, 0, 0, 2, 0]);
  });

  test('a step that was removed, and a sequence that is not active, plan nothing', () => {
    expect(totals(forecast([group(99, 5), { ...group(10, 5), sequenceRowId: 2 }], { days: 3 }))).toEqual([
      0, 0, 0,
    ]);
  });

  test('A1, A6: whatever waits, no day passes its cap and nobody gets a step twice', () => {
    const groups = fc.array(
      fc.record({
        ...{ sequenceRowId: fc.constant(1), stepRowId: fc.constantFrom(10, 11, 12) },
        dueDay: fc.constantFrom('2026-01-02', '2026-02-18', '2026-02-25'),
        ...{ count: fc.nat(20), isDrafted: fc.boolean() },
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(groups, fc.nat(8), (given, cap) => {
        const days = forecast(given, { days: 60, draftsPerDay: cap, roomToday: cap });
        expect(Math.max(...totals(days))).toBeLessThanOrEqual(cap);
        const sum = totals(days).reduce((all, count) => all + count, 0);
        const most = given.reduce((all, { count, stepRowId }) => all + count * (13 - stepRowId), 0);
        expect(sum).toBeLessThanOrEqual(most);
      }),
    );
  });
});
