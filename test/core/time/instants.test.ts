import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from '../../../src/core/time/instants.ts';
import { runs } from '../../helpers/property-runs.ts';

const NINE_THIRTY = Date.UTC(2026, 1, 14, 9, 30);

describe('parseInstant', () => {
  it.each([
    ['2026-02-14T09:30:00Z', NINE_THIRTY],
    ['2026-02-14T09:30Z', NINE_THIRTY],
    ['2026-02-14t09:30:00z', NINE_THIRTY],
    ['2026-02-14 09:30:00Z', NINE_THIRTY],
    ['2026-02-14T10:30:00+01:00', NINE_THIRTY],
    ['2026-02-14T10:30:00+0100', NINE_THIRTY],
    ['2026-02-14T10:30:00+01', NINE_THIRTY],
    ['2026-02-14T04:00:00-05:30', NINE_THIRTY],
    ['2026-02-14T09:30:00-00:00', NINE_THIRTY],
    ['2026-02-14T09:30:00.25Z', NINE_THIRTY + 250],
    ['2026-02-14T09:30:00.123999999Z', NINE_THIRTY + 123],
  ])('hardening 108: reads %s', (text, at) => {
    expect(parseInstant(text)).toBe(at);
  });

  it('hardening 108: reads a time without offset, and a date alone, as UTC on every machine', () => {
    expect(parseInstant('2026-02-14T09:30:00')).toBe(NINE_THIRTY);
    expect(parseInstant('2026-02-14 09:30')).toBe(NINE_THIRTY);
    expect(parseInstant('2026-02-14')).toBe(Date.UTC(2026, 1, 14));
  });

  it.each([
    ['02/03/2026'],
    ['46000'],
    ['46000.5'],
    [''],
    ['now'],
    ['NaN'],
    ['1771061400000'],
    ['20260214T093000Z'],
    ['2026-W07-6'],
    ['2026-045'],
    ['2026-02'],
    ['2026-2-14'],
    ['14.02.2026'],
    ['2026-02-14T09'],
    ['2026-02-14T09:30:00 Z'],
    ['2026-02-14T09:30:00,5Z'],
    ['2026-02-14Z'],
    ['2026-02-14T09:30:00Z[Europe/Berlin]'],
    ['+002026-02-14T09:30:00Z'],
    ['2026-02-14T09:30:00Z\n'],
    ['Sat, 14 Feb 2026 09:30:00 GMT'],
  ])('hardening 36: refuses %j and says what to write', (text) => {
    expect(parseInstant(text)).toEqual({
      problem: expect.stringContaining('write 2026-02-14 or 2026-02-14T09:30:00Z') as unknown,
    });
  });

  it('hardening 36: refuses dates and times that do not exist instead of rolling them over', () => {
    expect(parseInstant('2026-02-30')).toEqual({ problem: 'the date 2026-02-30 does not exist' });
    expect(parseInstant('2026-13-01T00:00:00Z')).toEqual({ problem: 'the date 2026-13-01 does not exist' });
    expect(parseInstant('2026-02-14T24:00:00Z')).toEqual({ problem: 'the time 24:00:00 does not exist' });
    expect(parseInstant('2026-02-14T09:60:00Z')).toEqual({ problem: 'the time 09:60:00 does not exist' });
    expect(parseInstant('2026-02-14T09:30:61Z')).toEqual({ problem: 'the time 09:30:61 does not exist' });
    expect(parseInstant('2026-02-14T09:30:00+15:00')).toHaveProperty('problem');
    expect(parseInstant('2026-02-14T09:30:00+01:60')).toHaveProperty('problem');
  });

  it('refuses years outside 1970 to 2100, in UTC, whatever the offset says', () => {
    const problem = { problem: 'the year is not within 1970 to 2100' };
    expect(parseInstant('1969-12-31T23:59:59Z')).toEqual(problem);
    expect(parseInstant('1970-01-01T00:30:00+01:00')).toEqual(problem);
    expect(parseInstant('2101-01-01')).toEqual(problem);
    expect(parseInstant('9999-12-31')).toEqual(problem);
    expect(parseInstant('1970-01-01')).toBe(0);
    expect(parseInstant('2100-12-31T23:59:59.999Z')).toBe(Date.UTC(2101, 0, 1) - 1);
  });

  it('hardening 108: takes a leap second for the last millisecond before it and never yields NaN', () => {
    expect(parseInstant('2016-12-31T23:59:60Z')).toBe(Date.UTC(2017, 0, 1) - 1);
    expect(parseInstant('2016-12-31T23:59:60.9Z')).toBe(Date.UTC(2017, 0, 1) - 1);
    expect(parseInstant('2017-01-01T00:59:60+01:00')).toBe(Date.UTC(2017, 0, 1) - 1);
    expect(parseInstant('2026-02-14T09:30:60Z')).toEqual({
      problem: 'a 60th second exists at 23:59 UTC only',
    });
  });

  it('hardening 99: 2038-01-19T03:14:08Z and later are times like any other', () => {
    expect(parseInstant('2038-01-19T03:14:08Z')).toBe(2 ** 31 * 1000);
    expect(formatInstant(2 ** 31 * 1000)).toBe('2038-01-19T03:14:08Z');
    expect(formatInstant(2 ** 32 * 1000)).toBe('2106-02-07T06:28:16Z');
  });

  it('gives a whole number or a problem for any text at all', () => {
    const pieces = fc.constantFrom(
      '2026',
      '-',
      '02',
      '30',
      '14',
      'T',
      ' ',
      ':',
      '60',
      '59',
      '23',
      'Z',
      '+',
      '.',
      '5',
      '/',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 16 }).map((parts) => parts.join('')),
    );
    const property = fc.property(text, (value) => {
      const result = parseInstant(value);
      expect(typeof result === 'object' || Number.isSafeInteger(result)).toBe(true);
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(2000) });
  });
});

describe('formatInstant', () => {
  it('writes UTC to the second and reads back as the same second', () => {
    expect(formatInstant(NINE_THIRTY + 999)).toBe('2026-02-14T09:30:00Z');
    const property = fc.property(fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) - 1 }), (at) => {
      expect(parseInstant(formatInstant(at))).toBe(at - (at % 1000));
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(500) });
  });
});
