import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  formatReckoning,
  outdatedQueue,
  parseReckoning,
  reckoningOf,
  type Reckoning,
} from '../../src/core/reckoning.ts';
import { openHoursPolicy } from '../helpers/policy.ts';

const NOW: Reckoning = { timezone: 'Europe/Berlin', nurtureMaxPerLead: 3, coldMs: 30, quietMs: 7 };

describe('B7, C4: what the state was worked out with', () => {
  test('is the zone and nurture’s limits of the configuration, and nothing that moves no due time', () => {
    expect(
      reckoningOf(openHoursPolicy({ timezone: 'Asia/Tokyo', nurture: { coldMs: 30, quietMs: 7 } })),
    ).toEqual({
      timezone: 'Asia/Tokyo',
      nurtureMaxPerLead: 3,
      coldMs: 30,
      quietMs: 7,
    });
  });

  test('comes back from the state as it was written, and equal ones are equal texts', () => {
    const reckonings = fc.record({
      timezone: fc.string(),
      nurtureMaxPerLead: fc.nat(),
      coldMs: fc.nat(),
      quietMs: fc.nat(),
    });
    fc.assert(
      fc.property(reckonings, (reckoning) => {
        const text = formatReckoning(reckoning);
        expect(parseReckoning(text)).toEqual(reckoning);
        const { timezone, ...limits } = reckoning;
        expect(formatReckoning({ ...limits, timezone })).toBe(text);
      }),
      { seed: 20260218 },
    );
  });

  test.each([
    'null',
    '1',
    '"Europe/Berlin"',
    '[]',
    '{}',
    JSON.stringify({ ...NOW, timezone: undefined }),
    JSON.stringify({ ...NOW, timezone: 1 }),
    JSON.stringify({ ...NOW, nurtureMaxPerLead: '3' }),
    JSON.stringify({ ...NOW, coldMs: null }),
    JSON.stringify({ ...NOW, quietMs: undefined }),
    // Too great for a number: no limit that anybody could reckon with.
    '{"timezone":"UTC","nurtureMaxPerLead":3,"coldMs":30,"quietMs":1e999}',
  ])('what another version wrote says nothing, so that all is worked out anew: %s', (text) => {
    expect(parseReckoning(text)).toBeNull();
  });
});

describe('B7: which leads nurture’s queue may have wrong after a change of the configuration', () => {
  test.each([
    ['nobody while nothing changed', NOW, {}, { kind: 'none' }],
    ['nobody for another zone, which moves no follow-up', NOW, { timezone: 'UTC' }, { kind: 'none' }],
    ['all where nobody knows what it was reckoned with', null, {}, { kind: 'all' }],
    ['all where a lead goes cold sooner or later', NOW, { coldMs: 29 }, { kind: 'all' }],
    ['all where the quiet days are others', NOW, { quietMs: 8 }, { kind: 'all' }],
    ['all where both changed with the number', NOW, { coldMs: 1, nurtureMaxPerLead: 9 }, { kind: 'all' }],
    [
      'who was done by the old number, once more are allowed',
      NOW,
      { nurtureMaxPerLead: 5 },
      { kind: 'followed_up', least: 3 },
    ],
    [
      'who is done by the new number, once fewer are allowed',
      NOW,
      { nurtureMaxPerLead: 2 },
      { kind: 'followed_up', least: 2 },
    ],
  ])('%s', (_title, before, changes, expected) => {
    expect(outdatedQueue(before, { ...NOW, ...changes })).toEqual(expected);
  });
});
