import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delay } from '../../../src/core/model.ts';
import {
  DAY_MS,
  formatDelay,
  formatDurationMs,
  HOUR_MS,
  MINUTE_MS,
  parseDelay,
  parseDurationMs,
} from '../../../src/core/time/durations.ts';
import { runs } from '../../helpers/property-runs.ts';

describe('parseDelay', () => {
  it.each<[string, Delay]>([
    ['90m', { unit: 'elapsed', ms: 90 * MINUTE_MS }],
    ['6h', { unit: 'elapsed', ms: 6 * HOUR_MS }],
    ['2d', { unit: 'elapsed', ms: 2 * DAY_MS }],
    ['0d', { unit: 'elapsed', ms: 0 }],
    ['366d', { unit: 'elapsed', ms: 366 * DAY_MS }],
    ['527040m', { unit: 'elapsed', ms: 366 * DAY_MS }],
    ['2 working days', { unit: 'working_days', days: 2 }],
    ['1 working day', { unit: 'working_days', days: 1 }],
    ['0 working days', { unit: 'working_days', days: 0 }],
  ])('C2: reads %s', (text, delay) => {
    expect(parseDelay(text)).toEqual(delay);
  });

  it.each([
    ['-1d'],
    ['-1'],
    ['NaN'],
    ['2 dayz'],
    ['1e9'],
    ['1e9d'],
    ['null'],
    [''],
    [' '],
    ['2'],
    ['d'],
    ['2D'],
    ['2 d'],
    ['2d '],
    ['1.5d'],
    ['02d'],
    ['1d12h'],
    ['3 months'],
    ['2w'],
    ['Infinity'],
    ['٢d'],
    ['2 working days\n'],
    ['in 2 working days'],
  ])('hardening 71: refuses %j and names the accepted forms', (text) => {
    expect(parseDelay(text)).toEqual({
      problem: `${JSON.stringify(text)} is no delay: write "90m", "6h", "2d" or "2 working days"`,
    });
  });

  it.each([['367d'], ['8785h'], ['527041m'], ['999999d'], ['367 working days']])(
    'refuses %s: a step further away than 366 days is a slip of the pen',
    (text) => {
      expect(parseDelay(text)).toEqual({ problem: `"${text}" is longer than 366 days` });
    },
  );

  it('quotes a short piece only of a text that was never meant to be a delay', () => {
    const problem = parseDelay(`${'😀'.repeat(100)}\u0007`);
    expect(problem).toEqual({
      problem: `"${'😀'.repeat(40)}"… is no delay: write "90m", "6h", "2d" or "2 working days"`,
    });
  });
});

describe('parseDurationMs', () => {
  it('reads the spans of max_late and no_reply', () => {
    expect(parseDurationMs('7d')).toBe(7 * DAY_MS);
    expect(parseDurationMs('90m')).toBe(90 * MINUTE_MS);
    expect(parseDurationMs('0h')).toBe(0);
  });

  it('A16: refuses working days and nonsense, since lateness is elapsed time', () => {
    expect(parseDurationMs('2 working days')).toEqual({
      problem: '"2 working days" is no duration: write "90m", "6h" or "7d"',
    });
    expect(parseDurationMs('-7d')).toHaveProperty('problem');
    expect(parseDurationMs('400d')).toEqual({ problem: '"400d" is longer than 366 days' });
  });
});

describe('formatDelay', () => {
  it('writes the largest unit that fits exactly', () => {
    expect(formatDelay({ unit: 'elapsed', ms: 48 * HOUR_MS })).toBe('2d');
    expect(formatDelay({ unit: 'elapsed', ms: 36 * HOUR_MS })).toBe('36h');
    expect(formatDelay({ unit: 'elapsed', ms: 90 * MINUTE_MS })).toBe('90m');
    expect(formatDelay({ unit: 'elapsed', ms: 0 })).toBe('0d');
    expect(formatDelay({ unit: 'working_days', days: 1 })).toBe('1 working day');
    expect(formatDelay({ unit: 'working_days', days: 3 })).toBe('3 working days');
    expect(formatDurationMs(45_000)).toBe('45s');
  });

  it('writes what parseDelay reads back unchanged, so that a plan shows the delay it uses', () => {
    const delay = fc.oneof(
      fc
        .integer({ min: 0, max: 366 * 1440 })
        .map((minutes): Delay => ({ unit: 'elapsed', ms: minutes * MINUTE_MS })),
      fc.integer({ min: 0, max: 366 }).map((days): Delay => ({ unit: 'working_days', days })),
    );
    const property = fc.property(delay, (value) => {
      expect(parseDelay(formatDelay(value))).toEqual(value);
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(500) });
  });
});
