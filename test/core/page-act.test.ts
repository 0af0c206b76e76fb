import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { byTime, pageActFileName, parsePageActFileName, type PageAct } from '../../src/core/page-act.ts';

const LEAD = 'l-abc123';
const ACTS: fc.Arbitrary<PageAct> = fc.record({
  leadId: fc.stringMatching(/^l-[a-z0-9]{1,64}$/),
  act: fc.constantFrom('stop', 'undo'),
  at: fc.integer({ min: 0, max: 999_999_999_999_999 }),
});

describe('D10: an act on the unsubscribe page lives in the name of its file', () => {
  test('the name says who did what and when, so that an empty file still does', () => {
    expect(pageActFileName({ leadId: LEAD, act: 'stop', at: 1_000 })).toBe('l-abc123.1000.stop.json');
    expect(pageActFileName({ leadId: LEAD, act: 'undo', at: 0 })).toBe('l-abc123.0.undo.json');
  });

  test('no act is lost or turned into another on its way through a name', () => {
    fc.assert(
      fc.property(ACTS, (act) => {
        expect(parsePageActFileName(pageActFileName(act))).toEqual(act);
      }),
      { seed: 20260218 },
    );
  });

  test.each(['l-', 'L-abc', 'm-abc', 'l-../other', 'l-a.b', 'l-abc\n', `l-${'a'.repeat(65)}`, '', ' l-abc'])(
    'a token that names %j can make no file, least of all in another folder',
    (leadId) => {
      const attempt = (): string => pageActFileName({ leadId, act: 'stop', at: 1 });
      expect(attempt).toThrow(RangeError);
      expect(attempt).toThrow('A lead is named by its public id');
    },
  );

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e21, 1_000_000_000_000_000])(
    'the moment %s is none of our clock’s, and writes nothing that could not be read again',
    (at) => {
      const attempt = (): string => pageActFileName({ leadId: LEAD, act: 'stop', at });
      expect(attempt).toThrow(RangeError);
      expect(attempt).toThrow('An act happens at a whole millisecond');
    },
  );

  test.each([
    'l-abc123.1000.stop.json.part',
    'x-l-abc123.1000.stop.json',
    'l-abc123.1000.json',
    'l-abc123.stop.json',
    'l-abc123.1000.pause.json',
    'l-abc123.-1.stop.json',
    'l-abc123.1000000000000000.stop.json',
    'README',
    '',
  ])('a stranger’s file %j opts nobody out', (name) => {
    expect(parsePageActFileName(name)).toBeNull();
  });
});

describe('B3: the order in which acts count', () => {
  const acts = (...of: readonly (readonly [at: number, act: PageAct['act']])[]): readonly PageAct[] =>
    of.map(([at, act]) => ({ leadId: LEAD, act, at }));
  const inOrder = (of: readonly PageAct[]): readonly string[] =>
    [...of].sort(byTime).map(({ at, act }) => `${String(at)} ${act}`);

  test('the later one comes later, whatever it is', () => {
    expect(inOrder(acts([10, 'undo'], [9, 'stop'], [100, 'stop']))).toEqual([
      '9 stop',
      '10 undo',
      '100 stop',
    ]);
    expect(inOrder(acts([2, 'stop'], [1, 'undo']))).toEqual(['1 undo', '2 stop']);
  });

  test('within one millisecond the stop is the last word: in doubt nobody is written to', () => {
    const both = ['5 undo', '5 stop'];
    expect(inOrder(acts([5, 'undo'], [5, 'stop']))).toEqual(both);
    expect(inOrder(acts([5, 'stop'], [5, 'undo']))).toEqual(both);
  });

  test('two presses that are the same have no order, so that a sort may leave them as they lie', () => {
    for (const act of ['stop', 'undo'] as const) {
      const [one, other] = acts([5, act], [5, act]);
      expect(byTime(one!, other!)).toBe(0);
    }
  });
});
