import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HeadgateError } from '../../src/core/errors.ts';
import { nextStep, nurtureStep, orderWithTombstones, plannedGapMs } from '../../src/core/progress.ts';
import type { StepPlace } from '../../src/core/progress.ts';

const DAY_MS = 86_400_000;
const NOTHING: ReadonlySet<number> = new Set();

/** Steps in the given order; a name that ends in `!` is a tombstone. Row ids are given by name, from 0. */
function steps(...names: string[]): readonly (StepPlace & { readonly name: string })[] {
  return names.map((written, position) => {
    const name = written.replace('!', '');
    const deletedAt = written.endsWith('!') ? 0 : null;
    return { name, rowId: name.charCodeAt(0) - 'a'.charCodeAt(0), position, deletedAt };
  });
}

function rowIds(names: string): ReadonlySet<number> {
  return new Set([...names].map((name) => name.charCodeAt(0) - 'a'.charCodeAt(0)));
}

describe('C5: the next step', () => {
  it('A3: a lead that had nothing yet gets the first step, and one that completed step 0 goes on to step 1', () => {
    expect(nextStep(steps('a', 'b'), null, NOTHING)?.name).toBe('a');
    expect(nextStep(steps('a', 'b'), 0, rowIds('a'))?.name).toBe('b');
  });

  it('A3: step 0 is not repeated even when its delivery is known from the last step alone', () => {
    expect(nextStep(steps('a', 'b'), 0, NOTHING)?.name).toBe('b');
  });

  it('C5: behind the last step the enrollment is complete', () => {
    expect(nextStep(steps('a', 'b'), 1, rowIds('ab'))).toBeNull();
    expect(nextStep([], null, NOTHING)).toBeNull();
    expect(nextStep(steps('a!'), null, NOTHING)).toBeNull();
  });

  it('C5: the order of the list is not the order of the steps, the position is', () => {
    expect(nextStep([...steps('a', 'b', 'c')].reverse(), 0, rowIds('a'))?.name).toBe('b');
  });

  it('C5: a deleted step is passed by, and who waits behind it goes on where it would have gone on', () => {
    expect(nextStep(steps('a', 'b!', 'c'), 0, rowIds('a'))?.name).toBe('c');
    expect(nextStep(steps('a', 'b!', 'c'), 1, rowIds('ab'))?.name).toBe('c');
  });

  it('C5: after a change of order nobody gets a step twice', () => {
    expect(nextStep(steps('b', 'a', 'c'), 1, rowIds('ab'))?.name).toBe('c');
    expect(nextStep(steps('c', 'a', 'b', 'd'), 1, rowIds('ab'))?.name).toBe('d');
  });

  it('C5: a live step that moved up into the place of a deleted one is still to come', () => {
    const [first, gone, last] = steps('a', 'b!', 'c');
    if (first === undefined || gone === undefined || last === undefined) throw new Error('three steps');
    const moved = { ...last, position: gone.position };
    expect(nextStep([first, moved, gone], gone.rowId, rowIds('ab'))).toBe(moved);
  });

  it('C1: a last step that the sequence never had is a broken state, not a fresh start', () => {
    expect(() => nextStep(steps('a', 'b'), 9, NOTHING)).toThrow(HeadgateError);
  });

  const sequence = fc
    .uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 })
    .chain((ids) =>
      fc.tuple(...ids.map((rowId) => fc.record({ rowId: fc.constant(rowId), isDeleted: fc.boolean() }))),
    )
    .map((list) =>
      list.map((step, position): StepPlace => ({
        rowId: step.rowId,
        position,
        deletedAt: step.isDeleted ? 0 : null,
      })),
    );

  it('A1, C5: walking to the end delivers every live step once, in order, and ends', () => {
    fc.assert(
      fc.property(sequence, (all) => {
        const delivered = new Set<number>();
        const walked: number[] = [];
        let last: number | null = null;
        for (let turn = 0; turn <= all.length; turn += 1) {
          const next: StepPlace | null = nextStep(all, last, delivered);
          if (next === null) break;
          walked.push(next.rowId);
          delivered.add(next.rowId);
          last = next.rowId;
        }
        expect(walked).toEqual(all.filter((step) => step.deletedAt === null).map((step) => step.rowId));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('C5: whatever the order, deletions and history, the next step is live, undelivered and behind the last', () => {
    fc.assert(
      fc.property(
        sequence,
        fc.uniqueArray(fc.integer({ min: 0, max: 9 })),
        fc.nat(9),
        (all, history, lastIndex) => {
          const last = lastIndex >= all.length ? null : (all[lastIndex] ?? null);
          const next = nextStep(all, last?.rowId ?? null, new Set(history));
          const open = all.filter(
            (step) =>
              step.deletedAt === null &&
              !history.includes(step.rowId) &&
              step.position > (last?.position ?? -1),
          );
          expect(next).toEqual(open[0] ?? null);
        },
      ),
      { seed: 4, numRuns: 1_000 },
    );
  });
});

describe('C5: tombstones keep their place', () => {
  it('C5: a deleted step stands behind the step it followed', () => {
    expect(orderWithTombstones(['a', 'b', 'c'], ['a', 'c'])).toEqual(['a', 'b', 'c']);
    expect(orderWithTombstones(['a', 'b', 'c', 'd'], ['d', 'a'])).toEqual(['d', 'a', 'b', 'c']);
    expect(orderWithTombstones(['a', 'b'], ['b', 'new'])).toEqual(['a', 'b', 'new']);
    expect(orderWithTombstones([], ['a'])).toEqual(['a']);
    expect(orderWithTombstones(['a', 'b'], [])).toEqual(['a', 'b']);
  });

  it('C5: no step is lost or doubled, and the live ones stand as in the file', () => {
    const ids = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e', 'f'));
    fc.assert(
      fc.property(ids, ids, (previous, live) => {
        const merged = orderWithTombstones(previous, live);
        expect(new Set(merged)).toEqual(new Set([...previous, ...live]));
        expect(merged).toHaveLength(new Set(merged).size);
        expect(merged.filter((id) => live.includes(id))).toEqual(live);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});

describe('B7: the nth follow-up', () => {
  it('B7: uses the nth live step, round and round', () => {
    const all = steps('a', 'b!', 'c');
    const names = [1, 2, 3, 4].map((nth) => nurtureStep(all, nth)?.name);
    expect(names).toEqual(['a', 'c', 'a', 'c']);
  });

  it('B7: without a live step there is none', () => {
    expect(nurtureStep(steps('a!'), 1)).toBeNull();
    expect(nurtureStep([], 3)).toBeNull();
  });

  it.each([0, -1, 1.5, Number.NaN])('A3: a count of %d is refused rather than read as the first', (nth) => {
    expect(() => nurtureStep(steps('a'), nth)).toThrow(HeadgateError);
  });
});

describe('C2: the planned gap', () => {
  const day = (number: number) => ({ kind: 'day', day: number }) as const;
  const after = { kind: 'after', delay: { unit: 'elapsed', ms: DAY_MS } } as const;

  it('C2: is the distance of two days', () => {
    expect(plannedGapMs(day(0), day(2))).toBe(2 * DAY_MS);
    expect(plannedGapMs(day(2), day(5))).toBe(3 * DAY_MS);
  });

  it('C2: is nothing before the first step, for after, and where an edit turned the days round', () => {
    expect(plannedGapMs(null, day(3))).toBe(0);
    expect(plannedGapMs(after, after)).toBe(0);
    expect(plannedGapMs(day(5), day(2))).toBe(0);
  });
});

describe('what no state should ask', () => {
  const faultOf = (ask: () => unknown): unknown => {
    try {
      return ask();
    } catch (error) {
      return error instanceof HeadgateError ? [error.code, error.exit, error.message] : error;
    }
  };

  it('B7: a follow-up that has no number is a fault of ours, and says so', () => {
    const words = (nth: string): unknown => [
      'follow_up_number',
      'SOFTWARE',
      `a follow-up's number is ${nth}, not 1 or more`,
    ];
    expect(faultOf(() => nurtureStep(steps('a'), 0))).toEqual(words('0'));
    expect(faultOf(() => nurtureStep(steps('a'), 1.5))).toEqual(words('1.5'));
  });

  it('C5: a last step that is none of the sequence is a state that contradicts itself', () => {
    expect(faultOf(() => nextStep(steps('a', 'b'), 9, NOTHING))).toEqual([
      'step_unknown',
      'SOFTWARE',
      "step 9 is not one of its sequence's steps",
    ]);
  });
});

describe('B7: follow-ups go round the steps in their present order', () => {
  it('whatever the order of the list, from the first to the last and on from the first', () => {
    const shuffled = [...steps('a', 'x!', 'b', 'c')].reverse();
    expect([1, 2, 3, 4, 5].map((nth) => nurtureStep(shuffled, nth)?.name)).toEqual(['a', 'b', 'c', 'a', 'b']);
  });
});

it('C2: a step with a day behind one without, or the other way round, has no planned gap', () => {
  const after = { kind: 'after', delay: { unit: 'elapsed', ms: DAY_MS } } as const;
  expect(plannedGapMs({ kind: 'day', day: 2 }, after)).toBe(0);
  expect(plannedGapMs(after, { kind: 'day', day: 9 })).toBe(0);
});
