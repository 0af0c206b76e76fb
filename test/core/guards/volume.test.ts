import { describe, expect, it } from 'vitest';

import { judgeBlastRadius } from '../../../src/core/guards/blast-radius.ts';
import { capsLeft } from '../../../src/core/guards/caps.ts';
import { isLate } from '../../../src/core/guards/lateness.ts';
import { testPolicy } from '../../helpers/candidates.ts';

describe('A8: the blast radius', () => {
  const calm = {
    madeToday: 0,
    thisRun: 5,
    recentDays: [4, 5, 3, 5, 4],
    releasedToday: 0,
    factor: 3,
    floor: 4,
  };

  it('draws the line at three times the mean of the last operating days', () => {
    expect(judgeBlastRadius(calm)).toMatchObject({ mean: 4.2, over: false });
    expect(judgeBlastRadius(calm).line).toBeCloseTo(12.6);
  });

  it('holds the batch that takes the day over the line: the 38 drafts of February', () => {
    expect(judgeBlastRadius({ ...calm, thisRun: 38 }).over).toBe(true);
    expect(judgeBlastRadius({ ...calm, madeToday: 10, thisRun: 3 }).over).toBe(true);
  });

  it('lets a day end exactly on the line', () => {
    expect(judgeBlastRadius({ ...calm, recentDays: [], thisRun: 12 }).over).toBe(false);
    expect(judgeBlastRadius({ ...calm, recentDays: [], thisRun: 13 }).over).toBe(true);
  });

  it('counts a day without a draft as zero, and carries a quiet job on its floor', () => {
    expect(judgeBlastRadius({ ...calm, recentDays: [0, 0, 0] })).toMatchObject({ mean: 0, line: 12 });
  });

  it('a release raises the line for the rest of the day by what it released', () => {
    expect(judgeBlastRadius({ ...calm, madeToday: 38, thisRun: 4, releasedToday: 38 }).over).toBe(false);
  });

  it('has nothing to hold in a run that makes nothing', () => {
    expect(judgeBlastRadius({ ...calm, madeToday: 40, thisRun: 0 }).over).toBe(false);
  });
});

describe('A6: the caps', () => {
  const { limits } = testPolicy();
  const none = { onOperatorDay: 0, inLast24Hours: 0, limit: null };

  it('leave the smaller of run and day', () => {
    expect(capsLeft('drip', limits, none)).toMatchObject({ left: 5, bindingReason: 'cap_run' });
    expect(capsLeft('drip', limits, { ...none, onOperatorDay: 8 })).toMatchObject({
      left: 2,
      bindingReason: 'cap_day',
    });
  });

  it('count the day twice, by the calendar and by the last 24 hours, and the fuller one wins', () => {
    expect(capsLeft('drip', limits, { ...none, inLast24Hours: 9 }).left).toBe(1);
    expect(capsLeft('drip', limits, { ...none, onOperatorDay: 12 }).left).toBe(0);
  });

  it('are each job’s own', () => {
    const own = { ...limits, draftsPerRunDrip: 2, draftsPerRunNurture: 3 };
    expect(capsLeft('drip', own, none).left).toBe(2);
    expect(capsLeft('nurture', own, none).left).toBe(3);
  });

  it('tell of the run’s cap where both are met at once: the next run has no more room of its own', () => {
    expect(capsLeft('drip', limits, { ...none, onOperatorDay: limits.draftsPerDay - 5 })).toMatchObject({
      left: 5,
      bindingReason: 'cap_run',
    });
  });

  it('a --limit lowers the cap and never raises it', () => {
    expect(capsLeft('drip', limits, { ...none, limit: 2 }).left).toBe(2);
    expect(capsLeft('drip', limits, { ...none, limit: 500 }).left).toBe(5);
    expect(capsLeft('drip', limits, { ...none, limit: 0 }).left).toBe(0);
  });

  it('hardening 76: a cap of zero drafts nothing', () => {
    expect(capsLeft('nurture', { ...limits, draftsPerRunNurture: 0 }, none).left).toBe(0);
    expect(capsLeft('nurture', { ...limits, draftsPerDay: 0 }, none).left).toBe(0);
  });
});

describe('A16: lateness', () => {
  const silence = { startedAt: 100, endedAt: 200 };

  it('needs a silence from before the due time to past the limit', () => {
    expect(isLate(101, 98, [silence])).toBe(true);
    expect(isLate(101, 99, [silence])).toBe(false);
    expect(isLate(100, 50, [silence])).toBe(false);
  });

  it('two silences with one run between them are no lateness', () => {
    expect(
      isLate(101, 98, [
        { startedAt: 100, endedAt: 150 },
        { startedAt: 150, endedAt: 300 },
      ]),
    ).toBe(false);
  });
});
