import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { SendWindow } from '../../../src/core/model.ts';
import type { DuePlace } from '../../../src/core/report/forecast.ts';
import { sequenceDefinition, stepDefinition, storedSequence } from '../../helpers/definitions.ts';
import { after, capped, DAY_MS, forecast, HOUR_MS, NOW, place } from '../../helpers/forecast.ts';

const ALWAYS: SendWindow = { startMinute: 0, endMinute: 1440, zone: 'lead', weekdays: [] };
/** Ten sequences that approve themselves, of one step each: 100, 200… to 1000. Every other one has a window, though one that is always open. */
const SEQUENCES = Array.from({ length: 10 }, (_, index) =>
  storedSequence(
    sequenceDefinition(`q${String(index)}`, [stepDefinition('s', { timing: after(0) })], {
      ...{ approve: 'auto', window: index % 2 === 0 ? null : ALWAYS },
    }),
    index + 1,
  ),
);
/** One draft a day, every day of the week: the days then tell the order. */
const ONE_A_DAY = capped(1, 1, {
  hours: { weekdays: [1, 2, 3, 4, 5, 6, 7], startMinute: 0, endMinute: 1440 },
});

type Turn = Partial<DuePlace> & { readonly sequence: number };

/** Somebody who waits at the step of a sequence, by the sequence's number. */
function waiting({ sequence, ...changes }: Turn): DuePlace {
  return place(sequence * 100, 1, { sequenceRowId: sequence, isFirstStep: false, ...changes });
}

/** The sequences whose emails leave, one a day. */
function order(turns: readonly Turn[], changes: Parameters<typeof forecast>[1] = {}): readonly number[] {
  const days = forecast(turns.map(waiting), {
    ...{ sequences: SEQUENCES, policy: ONE_A_DAY, days: 12 },
    ...changes,
  });
  return days.flatMap(({ steps }) =>
    [...steps].flatMap(([row, count]) => Array<number>(count).fill(row / 100)),
  );
}

const FIRST = { isFirstStep: true };
const TOKYO = { zone: 'Asia/Tokyo' };
const longAgo = (days: number): { readonly dueAt: number } => ({ dueAt: NOW - days * DAY_MS });

describe('A6: who goes first under a tight cap', () => {
  test.each<[string, readonly Turn[], readonly number[]]>([
    [
      'a follow-up goes before a first step, longer overdue or not',
      [{ sequence: 1, ...FIRST, ...longAgo(3) }, { sequence: 3 }],
      [3, 1],
    ],
    [
      'and does so if it was asked for first',
      [{ sequence: 3 }, { sequence: 1, ...FIRST, ...longAgo(3) }],
      [3, 1],
    ],
    [
      'so it does across zones',
      [
        { sequence: 1, ...FIRST, ...longAgo(3) },
        { sequence: 3, ...TOKYO },
      ],
      [3, 1],
    ],
    [
      'among follow-ups the longest overdue goes first',
      [
        { sequence: 1, ...longAgo(1) },
        { sequence: 3, ...longAgo(4) },
        { sequence: 5, ...longAgo(2) },
      ],
      [3, 5, 1],
    ],
    [
      'so it does across zones and windows',
      [
        { sequence: 1, ...longAgo(1), ...TOKYO },
        { sequence: 2, ...longAgo(4) },
        { sequence: 3, ...longAgo(2) },
        { sequence: 4, ...longAgo(3), ...TOKYO },
      ],
      [2, 4, 3, 1],
    ],
    [
      'among first steps too',
      [
        { sequence: 1, ...FIRST, ...longAgo(1) },
        { sequence: 3, ...FIRST, ...longAgo(4) },
        { sequence: 5, ...FIRST, ...longAgo(2) },
      ],
      [3, 5, 1],
    ],
    [
      'those of one moment go as they came',
      [{ sequence: 5 }, { sequence: 1 }, { sequence: 4 }, { sequence: 3, ...TOKYO }, { sequence: 7 }],
      [5, 1, 4, 3, 7],
    ],
    [
      'one who was on hold, or waited for a retry, keeps the place that the due time gives',
      [
        { sequence: 1, ...longAgo(1) },
        { sequence: 3, ...longAgo(2) },
        { sequence: 5, ...longAgo(9), readyAt: NOW + DAY_MS },
      ],
      [3, 5, 1],
    ],
    [
      'many at one place go one after another before the next place',
      [
        { sequence: 1, count: 2 },
        { sequence: 3, count: 3, ...longAgo(1) },
      ],
      [3, 3, 3, 1, 1],
    ],
  ])('%s', (_name, turns, expected) => {
    expect(order(turns)).toEqual(expected);
  });

  test('one who is not ready stops nobody who is, and goes on the day on which it is', () => {
    const turns = [
      { sequence: 1, dueAt: NOW + 3 * DAY_MS },
      { sequence: 3 },
      { sequence: 5, dueAt: NOW + DAY_MS },
      { sequence: 7, dueAt: NOW + 5 * DAY_MS },
    ].map(waiting);
    const days = forecast(turns, { sequences: SEQUENCES, policy: ONE_A_DAY });
    expect(days.map(({ steps }) => [...steps.keys()])).toEqual([[300], [500], [], [100], [], [700], []]);
  });

  test('whoever waits, wherever and for what: follow-ups, then longest overdue, then as they came', () => {
    const turn = fc.record({
      isFirstStep: fc.boolean(),
      dueAt: fc.integer({ min: -3, max: 0 }).map((days) => NOW + days * DAY_MS),
      zone: fc.constantFrom('UTC', 'Asia/Tokyo', 'America/Denver'),
    });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 2, maxLength: 10 }), (given) => {
        const turns = given.map((each, index) => ({ ...each, sequence: index + 1 }));
        const fair = turns.toSorted(
          (one, other) =>
            Number(one.isFirstStep) - Number(other.isFirstStep) ||
            one.dueAt - other.dueAt ||
            one.sequence - other.sequence,
        );
        expect(order(turns)).toEqual(fair.map(({ sequence }) => sequence));
      }),
      { seed: 20260218, numRuns: 100 },
    );
  });

  test('A2: the second step of a lead, once it may come, goes before the first step of others', () => {
    const steps = [0, 1].map((index) => stepDefinition(`s${String(index)}`, { timing: after(0) }));
    const sequence = storedSequence(sequenceDefinition('two', steps, { approve: 'auto' }));
    const days = forecast(
      [
        waiting({ sequence: 1, ...FIRST, ...longAgo(5) }),
        waiting({ sequence: 3, ...FIRST, ...longAgo(4), count: 2 }),
      ],
      { sequences: [sequence, ...SEQUENCES.slice(1)], policy: ONE_A_DAY, days: 4 },
    );
    expect(days.map((day) => [...day.steps.keys()])).toEqual([[100], [101], [300], [300]]);
  });
});

describe('A11, C3: who cannot be written to now takes nobody else the place', () => {
  const holidaysOf = (country: string | null): ReadonlySet<string> =>
    new Set(country === 'DE' ? ['2026-02-18'] : []);

  test.each<[string, Turn]>([
    ['a holiday of the country', { sequence: 1, country: 'DE' }],
    ['a window that opens tomorrow', { sequence: 2 }],
    ['a zone in which it is night', { sequence: 1, zone: 'Pacific/Auckland' }],
  ])('%s: the longest overdue one waits, the other one goes', (_name, closed) => {
    const thursday = { ...ALWAYS, weekdays: [4] as const };
    const sequences = SEQUENCES.map((each) => ({ ...each, window: each.rowId === 2 ? thursday : null }));
    // 09:00 to 17:00, and the first firing is at 09:03.
    const policy = { ...ONE_A_DAY, hours: { ...ONE_A_DAY.hours, startMinute: 540, endMinute: 1020 } };
    const turns = [
      { ...closed, ...longAgo(5) },
      { sequence: 3, country: 'AT' },
    ];
    expect(order(turns, { sequences, policy, holidaysOf })).toEqual([3, closed.sequence]);
    expect(order(turns.toReversed(), { sequences, policy, holidaysOf })).toEqual([3, closed.sequence]);
  });

  test('what waits until its hours open is drafted in the first run that finds them open', () => {
    const policy = { ...ONE_A_DAY, hours: { ...ONE_A_DAY.hours, startMinute: 600, endMinute: 660 } };
    const drafted = (dueAt: number): readonly (string | undefined)[] =>
      forecast([waiting({ sequence: 1, dueAt })], { sequences: SEQUENCES, policy })
        .filter((day) => day.drafts > 0)
        .map(({ day }) => day);
    expect(drafted(NOW)).toEqual(['2026-02-18']);
    // Open from 10:00 to 11:00: the run of 10:03 is the only one in it.
    expect(drafted(NOW + HOUR_MS + 180_000)).toEqual(['2026-02-18']);
    expect(drafted(NOW + HOUR_MS + 180_001)).toEqual(['2026-02-19']);
  });
});
