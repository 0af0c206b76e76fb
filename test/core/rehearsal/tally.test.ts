import { describe, expect, test } from 'vitest';

import { TallyKeeper, VIOLATIONS_NAMED_MAX } from '../../../src/core/rehearsal/tally.ts';
import { DAY_MS, HOUR_MS } from '../../helpers/candidates.ts';
import { AT, draftAct, runAct, sendAct } from './acts.ts';

const NOTHING = { drafts: [], sends: [] };

test('F5: a rehearsal in which nothing happened counts nothing', () => {
  const keeper = new TallyKeeper('UTC');
  expect(keeper.drafts).toBe(0);
  expect(keeper.tally()).toEqual({
    days: [],
    told: [],
    drafts: 0,
    sends: 0,
    maxPerRun: 0,
    maxPerDay: 0,
    maxPerLeadPerDay: 0,
    leadsHitTwice: 0,
    drainedBy: null,
    violations: [],
    violationCount: 0,
  });
});

describe('F5: drafts are counted by run, by day of the operator, and by lead', () => {
  test('each for itself', () => {
    const keeper = new TallyKeeper('Asia/Tokyo');
    const lateAt = Date.UTC(2026, 1, 18, 15);
    keeper.addDrafts([
      draftAct({ madeAt: lateAt - 1, leadRowId: 1 }),
      draftAct({ madeAt: lateAt, leadRowId: 2, isBatchHeld: true }),
      draftAct({ madeAt: lateAt, leadRowId: 3, runId: 'r-two' }),
    ]);
    keeper.addDrafts([draftAct({ madeAt: lateAt, leadRowId: 4, runId: 'r-three' })]);
    expect(keeper.drafts).toBe(4);
    // In Tokyo the day begins at 15:00 UTC.
    expect(keeper.tally()).toMatchObject({
      ...{ drafts: 4, maxPerRun: 2, maxPerDay: 3, maxPerLeadPerDay: 1, leadsHitTwice: 0 },
      days: [
        { day: '2026-02-18', drafts: 1, held: 0, sends: 0, doubted: 0, isOff: false, mails: [] },
        { day: '2026-02-19', drafts: 3, held: 1, sends: 0, doubted: 0, isOff: false, mails: [] },
      ],
    });
  });

  test('A2: two for one lead are told apart from one by a day to the millisecond', () => {
    const twice = (gapMs: number) => {
      const keeper = new TallyKeeper('UTC');
      keeper.addDrafts([draftAct()]);
      keeper.addDrafts([draftAct({ madeAt: AT + gapMs }), draftAct({ leadRowId: 8 })]);
      const { maxPerLeadPerDay, leadsHitTwice } = keeper.tally();
      return [maxPerLeadPerDay, leadsHitTwice];
    };
    expect(twice(DAY_MS - 1)).toEqual([2, 1]);
    expect(twice(DAY_MS)).toEqual([1, 0]);
  });

  test('the most of one lead is kept when later days are quiet', () => {
    const keeper = new TallyKeeper('UTC');
    for (const hours of [0, 1, 2, 24, 100])
      keeper.addDrafts([draftAct({ madeAt: AT + hours * HOUR_MS, runId: `r-${String(hours)}` })]);
    expect(keeper.tally()).toMatchObject({ maxPerLeadPerDay: 3, leadsHitTwice: 1, maxPerRun: 1 });
  });
});

test('F5: mails are counted all and named up to forty a day', () => {
  const keeper = new TallyKeeper('UTC');
  keeper.addSends(Array.from({ length: 41 }, (_, index) => sendAct({ leadId: `l-${String(index)}` })));
  keeper.addSends([sendAct({ at: AT + DAY_MS })]);
  const { sends, days } = keeper.tally();
  expect(sends).toBe(42);
  expect(days.map(({ sends: sent, mails }) => [sent, mails.length])).toEqual([
    [41, 40],
    [1, 1],
  ]);
  expect(days[1]?.mails[0]).toEqual({
    at: AT + DAY_MS,
    leadId: 'l-anna',
    leadEmail: 'Anna@example.com',
    zone: 'UTC',
    sequenceId: 'welcome',
    stepId: 'hello',
  });
});

describe('F5: runs', () => {
  test('one that did nothing is not told, one that doubted itself is, and marks its day', () => {
    const keeper = new TallyKeeper('UTC');
    keeper.addRun(runAct(), NOTHING);
    const counts = { would_draft: 3, by_calendar: 9 };
    keeper.addRun(runAct({ mode: 'preview', reason: 'cold_start', counts }), NOTHING);
    keeper.addRun(runAct({ mode: 'preview' }), NOTHING);
    const { told, days } = keeper.tally();
    const quiet = { at: AT, command: 'drip', drafts: 0, leads: 0, leadsTwice: 0, sends: 0 };
    expect(told).toEqual([
      { ...quiet, mode: 'preview', reason: 'cold_start', wouldDraft: 3, byCalendar: 9 },
      { ...quiet, mode: 'preview', reason: null, wouldDraft: 0, byCalendar: 0 },
    ]);
    expect(days).toMatchObject([{ day: '2026-02-18', doubted: 2 }]);
  });

  test('one is told with what it made itself, and for how many', () => {
    const keeper = new TallyKeeper('UTC');
    const drafts = [
      draftAct(),
      draftAct({ messageId: 'm-two' }),
      draftAct({ leadRowId: 8 }),
      draftAct({ leadRowId: 10 }),
      draftAct({ runId: 'r-two', leadRowId: 9 }),
    ];
    const sends = [sendAct(), sendAct({ runId: 'r-one' })];
    keeper.addRun(runAct(), { drafts, sends });
    keeper.addRun(runAct({ id: 'r-send', command: 'send' }), { drafts, sends });
    keeper.addRun(runAct({ id: 'r-else' }), { drafts, sends });
    expect(keeper.tally().told).toMatchObject([
      { command: 'drip', drafts: 4, leads: 3, leadsTwice: 1, sends: 1 },
      { command: 'send', drafts: 0, leads: 0, leadsTwice: 0, sends: 1 },
    ]);
  });

  test('one that only drafted is told as well', () => {
    const keeper = new TallyKeeper('UTC');
    keeper.addRun(runAct(), { drafts: [draftAct()], sends: [] });
    expect(keeper.tally().told).toMatchObject([{ drafts: 1, leads: 1, leadsTwice: 0, sends: 0 }]);
  });

  test('no more than five hundred are told: a year of a busy state fits', () => {
    const keeper = new TallyKeeper('UTC');
    for (let run = 0; run < 501; run += 1) keeper.addRun(runAct({ mode: 'preview' }), NOTHING);
    expect(keeper.tally()).toMatchObject({ told: { length: 500 }, days: [{ doubted: 501 }] });
  });

  test('A6: the caps have drained the queue on the first day of the last stretch on which nobody waited behind one', () => {
    const keeper = new TallyKeeper('UTC');
    const run = (day: number, change: Parameters<typeof runAct>[0] = {}): string | null => {
      keeper.addRun(runAct({ startedAt: AT + day * DAY_MS, ...change }), NOTHING);
      return keeper.tally().drainedBy;
    };
    expect(run(0, { mode: 'preview' })).toBeNull();
    expect(run(0, { command: 'nurture' })).toBeNull();
    expect(run(0)).toBe('2026-02-18');
    expect(run(1, { counts: { cap_run: 1 } })).toBeNull();
    expect(run(2)).toBe('2026-02-20');
    expect(run(3)).toBe('2026-02-20');
    expect(run(4, { command: 'nurture', counts: { cap_day: 1 } })).toBe('2026-02-20');
    expect(run(4, { counts: { cap_day: 1 } })).toBeNull();
    expect(run(5)).toBe('2026-02-23');
    expect(run(6, { counts: { not_judged: 1 } })).toBeNull();
  });
});

test('F5: days are told in order, however they came', () => {
  const keeper = new TallyKeeper('UTC');
  for (const day of [2, 0, 1]) keeper.dayOf(AT + day * DAY_MS).isOff = true;
  keeper.dayOf(AT);
  expect(keeper.tally().days.map(({ day, isOff }) => [day, isOff])).toEqual([
    ['2026-02-18', true],
    ['2026-02-19', true],
    ['2026-02-20', true],
  ]);
});

test('F5: violations are counted all and named up to two hundred', () => {
  const keeper = new TallyKeeper('UTC');
  const found = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ promise: 'A1', at: index, lead: null, what: '' }));
  keeper.addViolations(found(VIOLATIONS_NAMED_MAX - 1));
  keeper.addViolations(found(3));
  keeper.addViolations(found(3));
  const { violations, violationCount } = keeper.tally();
  expect([violations.length, violationCount]).toEqual([200, 205]);
  expect(violations.at(-1)?.at).toBe(0);
});
