import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalZone,
  createLocalClock,
  instantOfLocal,
  isZone,
  localTime,
  nearestZones,
  startOfLocalDay,
} from '../../../src/core/time/zone.ts';
import { plainLocal, ZONES } from './oracle.ts';
import { runs } from '../../helpers/property-runs.ts';

const iso = (text: string): number => Date.parse(text);

describe('isZone', () => {
  it('C3: accepts IANA names in their own spelling, old and new ones', () => {
    const names = [
      'UTC',
      'GMT',
      'EST5EDT',
      'Etc/GMT+5',
      'Asia/Kolkata',
      'Asia/Calcutta',
      'America/Argentina/Buenos_Aires',
    ];
    for (const name of [...names, ...ZONES, ...Intl.supportedValuesOf('timeZone')])
      expect(isZone(name), name).toBe(true);
  });

  it.each([
    ['America/New_Yrok'],
    ['EST5'],
    [''],
    ['UTC+25'],
    ['UTC+2'],
    ['GMT+2'],
    ['+02:00'],
    ['-05'],
    ['Z'],
    ['lead'],
    ['europe/berlin'],
    ['utc'],
    ['Europe/Berlin '],
    [' UTC'],
    ['2026-01-01[Europe/Berlin]'],
    ['2026-01-01T00:00Z'],
    ['PST'],
    ['localtime'],
    ['posix/Europe/Berlin'],
    ['../../etc/localtime'],
    ['A'.repeat(1_000_000)],
    ['__proto__'],
  ])('hardening 91: refuses %.30j at load, so that no lead is judged by a guessed clock', (text) => {
    expect(isZone(text)).toBe(false);
  });

  it('gives the right spelling of a name in any case', () => {
    expect(canonicalZone('europe/berlin')).toBe('Europe/Berlin');
    expect(canonicalZone('utc')).toBe('UTC');
    expect(canonicalZone('america/new_yrok')).toBeNull();
  });

  it('answers alike for the last of very many unknown names, which it does not keep for ever', () => {
    for (let index = 0; index < 5000; index += 1) expect(isZone(`Nowhere/Town_${String(index)}`)).toBe(false);
    expect(isZone('Europe/Berlin')).toBe(true);
  });
});

describe('nearestZones', () => {
  it('hardening 91: names what was probably meant', () => {
    expect(nearestZones('America/New_Yrok', 3)[0]).toBe('America/New_York');
    expect(nearestZones('Berlin', 3)[0]).toBe('Europe/Berlin');
    expect(nearestZones('europe/berlin', 3)[0]).toBe('Europe/Berlin');
    expect(nearestZones('new york', 3)[0]).toBe('America/New_York');
    expect(nearestZones('Asia/Kolkatta', 3)[0]).toBe('Asia/Kolkata');
    expect(nearestZones('Europe/Kyjiv', 3)[0]).toBe('Europe/Kyiv');
    expect(nearestZones('utc ', 1)).toEqual(['UTC']);
  });

  it('names at most as many as asked for, and none for nothing or for noise', () => {
    expect(nearestZones('America/New_Yrok', 2).length).toBeLessThanOrEqual(2);
    expect(nearestZones('', 3)).toEqual([]);
    expect(nearestZones('%$&!%$&!%$&!', 3)).toEqual([]);
    expect(nearestZones('x'.repeat(1_000_000), 3)).toEqual([]);
  });

  it('names only zones that isZone accepts', () => {
    for (const name of nearestZones('America/Kentucky', 50)) expect(isZone(name), name).toBe(true);
  });
});

describe('localTime', () => {
  it('agrees with Temporal in every zone at every instant up to 2100', () => {
    const zones = fc.constantFrom(...ZONES, ...Intl.supportedValuesOf('timeZone'));
    const property = fc.property(
      zones,
      fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) }),
      (zone, instant) => {
        expect(localTime(instant, zone)).toEqual(plainLocal(instant, zone));
      },
    );
    fc.assert(property, { seed: 20260214, numRuns: runs(3000) });
  });

  it('knows the last minute of the day and the first of the next, also across New Year', () => {
    const midnight = iso('2026-12-31T23:00:00Z');
    expect(localTime(midnight - 1, 'Europe/Berlin')).toEqual({
      isoDate: '2026-12-31',
      minuteOfDay: 1439,
      weekday: 4,
    });
    expect(localTime(midnight, 'Europe/Berlin')).toEqual({
      isoDate: '2027-01-01',
      minuteOfDay: 0,
      weekday: 5,
    });
  });

  it('hardening 99: 2038-01-19 03:14:08 and the summers after it have their clocks', () => {
    const rollover = 2 ** 31 * 1000;
    expect(localTime(rollover, 'UTC')).toEqual({ isoDate: '2038-01-19', minuteOfDay: 194, weekday: 2 });
    expect(localTime(rollover, 'Asia/Kathmandu')).toEqual({
      isoDate: '2038-01-19',
      minuteOfDay: 539,
      weekday: 2,
    });
    expect(localTime(iso('2060-07-01T12:00:00Z'), 'America/New_York').minuteOfDay).toBe(8 * 60);
    expect(localTime(iso('2060-01-01T12:00:00Z'), 'America/New_York').minuteOfDay).toBe(7 * 60);
  });

  it('C4: Apia has no 30 December 2011', () => {
    const jump = iso('2011-12-30T10:00:00Z');
    expect(localTime(jump - 1, 'Pacific/Apia')).toEqual({
      isoDate: '2011-12-29',
      minuteOfDay: 1439,
      weekday: 4,
    });
    expect(localTime(jump, 'Pacific/Apia')).toEqual({ isoDate: '2011-12-31', minuteOfDay: 0, weekday: 6 });
  });
});

describe('instantOfLocal', () => {
  it('hardening 93: 02:30 on 2027-03-14 in New York is the first instant after the gap', () => {
    expect(instantOfLocal('2027-03-14', 150, 'America/New_York')).toBe(iso('2027-03-14T07:00:00Z'));
    expect(instantOfLocal('2027-03-14', 119, 'America/New_York')).toBe(iso('2027-03-14T06:59:00Z'));
    expect(instantOfLocal('2027-03-14', 180, 'America/New_York')).toBe(iso('2027-03-14T07:00:00Z'));
  });

  it('hardening 94: 01:30 on 2026-11-01 in New York is the first of the two', () => {
    expect(instantOfLocal('2026-11-01', 90, 'America/New_York')).toBe(iso('2026-11-01T05:30:00Z'));
    expect(instantOfLocal('2026-11-01', 120, 'America/New_York')).toBe(iso('2026-11-01T07:00:00Z'));
  });

  it('moves by half an hour on Lord Howe', () => {
    expect(instantOfLocal('2026-10-04', 135, 'Australia/Lord_Howe')).toBe(iso('2026-10-03T15:30:00Z'));
    expect(instantOfLocal('2026-04-05', 105, 'Australia/Lord_Howe')).toBe(iso('2026-04-04T14:45:00Z'));
  });

  it('takes a time on the date that Apia skipped for the first instant after it', () => {
    expect(instantOfLocal('2011-12-30', 600, 'Pacific/Apia')).toBe(iso('2011-12-30T10:00:00Z'));
  });

  it('takes minute 1440 for the midnight that ends the day', () => {
    expect(instantOfLocal('2026-12-31', 1440, 'Asia/Kathmandu')).toBe(
      startOfLocalDay('2027-01-01', 'Asia/Kathmandu'),
    );
  });

  it('is what localTime undoes, wherever the minute exists', () => {
    const property = fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) / 60_000 }),
      (zone, minute) => {
        const local = localTime(minute * 60_000, zone);
        const first = instantOfLocal(local.isoDate, local.minuteOfDay, zone);
        expect(first).toBeLessThanOrEqual(minute * 60_000);
        expect(localTime(first, zone)).toEqual(local);
      },
    );
    fc.assert(property, { seed: 20260214, numRuns: runs(3000) });
  });
});

describe('startOfLocalDay', () => {
  it('A6: the day starts after the jump where midnight does not exist', () => {
    expect(startOfLocalDay('2026-04-24', 'Africa/Cairo')).toBe(iso('2026-04-23T22:00:00Z'));
    expect(startOfLocalDay('2026-09-06', 'America/Santiago')).toBe(iso('2026-09-06T04:00:00Z'));
    expect(startOfLocalDay('2026-05-05', 'UTC')).toBe(iso('2026-05-05T00:00:00Z'));
  });
});

describe('createLocalClock', () => {
  it('C4: shows each zone its own time at the one instant, however often it is asked', () => {
    const now = iso('2026-02-18T21:02:00Z');
    const clock = createLocalClock(now);
    for (const zone of [...ZONES, ...ZONES]) expect(clock(zone)).toEqual(plainLocal(now, zone));
    expect(clock('Asia/Tokyo')).toBe(clock('Asia/Tokyo'));
  });
});
