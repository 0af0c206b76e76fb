import fc from 'fast-check';
import { expect, it } from 'vitest';

import { Heap } from '../../src/core/heap.ts';

interface Due {
  readonly at: number;
}

const byMoment = (one: Due, other: Due): number => one.at - other.at;

it('hands out what comes first, whatever was put in and taken out before', () => {
  const due = fc.record({ at: fc.integer({ min: -50, max: 50 }) });
  fc.assert(
    fc.property(fc.array(fc.option(due), { maxLength: 60 }), (acts) => {
      const heap = new Heap(byMoment);
      let kept: readonly Due[] = [];
      for (const act of acts) {
        if (act === null) {
          expect(heap.pop()?.at).toBe(kept[0]?.at);
          kept = kept.slice(1);
        } else {
          heap.push(act);
          kept = [...kept, act].sort(byMoment);
        }
        expect(heap.first?.at).toBe(kept[0]?.at);
      }
    }),
    { seed: 20260218, numRuns: 300 },
  );
});

it('loses none and doubles none: what was put in comes out, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (moments) => {
      const heap = new Heap(byMoment);
      const waiting = moments.map((at) => ({ at }));
      for (const item of waiting) heap.push(item);
      const out = waiting.flatMap(() => heap.pop() ?? []);
      expect(out).toEqual(waiting.toSorted(byMoment));
      expect(new Set(out).size).toBe(waiting.length);
      expect([heap.pop(), heap.first]).toEqual([undefined, undefined]);
    }),
    { seed: 20261122, numRuns: 200 },
  );
});

it('asks once on the way in and twice on the way out where all are due at once, as after an import', () => {
  let asked = 0;
  const heap = new Heap<Due>((one, other) => ((asked += 1), byMoment(one, other)));
  const count = 1000;
  for (let made = 0; made < count; made += 1) heap.push({ at: 0 });
  expect(asked).toBeLessThan(count);
  for (let taken = 0; taken < count; taken += 1) heap.pop();
  expect(asked).toBeLessThan(3 * count);
});
