import fc from 'fast-check';
import { expect, it } from 'vitest';

import { Heap } from '../../src/core/heap.ts';

it('hands out what comes first, whatever was put in and taken out before', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: -50, max: 50 }))), (acts) => {
      const heap = new Heap<number>((one, other) => one - other);
      let kept: readonly number[] = [];
      for (const act of acts) {
        if (act === null) {
          expect(heap.pop()).toBe(kept[0]);
          kept = kept.slice(1);
        } else {
          heap.push(act);
          kept = [...kept, act].sort((one, other) => one - other);
        }
        expect(heap.first).toBe(kept[0]);
      }
    }),
    { seed: 20260218, numRuns: 300 },
  );
});
