import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOfWall, offsetSpanAt } from '../../../src/core/time/offsets.ts';
import { ZONES } from './oracle.ts';
import { runs } from '../../helpers/property-runs.ts';

const END_AT = Date.UTC(2101, 0, 1);

function plainOffsetMs(zone: string, instant: number): number {
  return (
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000
  );
}

describe('offsetSpanAt', () => {
  it('C3: spans join without gap or overlap and hold the offset Temporal gives at both ends and in the middle', () => {
    for (const zone of ZONES) {
      let span = offsetSpanAt(zone, 0);
      let steps = 0;
      while (span.untilAt < END_AT && steps < 600) {
        const next = offsetSpanAt(zone, span.untilAt);
        expect(next.fromAt, zone).toBe(span.untilAt);
        expect(plainOffsetMs(zone, span.untilAt - 1), zone).toBe(span.offsetMs);
        expect(plainOffsetMs(zone, next.fromAt), zone).toBe(next.offsetMs);
        if (Number.isFinite(span.fromAt)) {
          expect(plainOffsetMs(zone, Math.floor((span.fromAt + span.untilAt) / 2)), zone).toBe(span.offsetMs);
        }
        span = next;
        steps += 1;
      }
      expect(steps, zone).toBeLessThan(600);
    }
  });

  it('agrees with Temporal at any instant in any zone, in whatever order they are asked for', () => {
    const zones = fc.constantFrom(...ZONES, ...Intl.supportedValuesOf('timeZone'));
    const property = fc.property(zones, fc.integer({ min: 0, max: END_AT }), (zone, instant) => {
      const span = offsetSpanAt(zone, instant);
      expect(span.offsetMs).toBe(plainOffsetMs(zone, instant));
      expect(instant >= span.fromAt && instant < span.untilAt).toBe(true);
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(5000) });
  });

  it('answers alike after more zones and spans were asked for than it remembers', () => {
    const names = Intl.supportedValuesOf('timeZone').flatMap((zone) => [
      zone,
      zone.toLowerCase(),
      zone.toUpperCase(),
    ]);
    const before = offsetSpanAt('Europe/Berlin', END_AT);
    for (const name of names) offsetSpanAt(name, 0);
    for (let year = 1800; year < 2600; year += 1) offsetSpanAt('Europe/Berlin', Date.UTC(year, 6, 1));
    expect(offsetSpanAt('Europe/Berlin', END_AT)).toEqual(before);
  });

  it('refuses a zone that does not exist instead of taking it for UTC', () => {
    expect(() => offsetSpanAt('America/New_Yrok', 0)).toThrow(RangeError);
    expect(() => offsetSpanAt('America/New_Yrok', 0)).toThrow(RangeError);
  });
});

describe('instantOfWall', () => {
  it('hardening 93 and 94: finds the first occurrence, or the end of the gap, as Temporal does', () => {
    const property = fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: 0, max: END_AT }),
      fc.integer({ min: -5, max: 5 }),
      (zone, instant, quarterHours) => {
        // Every second case lies around a change of the clock, where the two could differ.
        const { untilAt, offsetMs } = offsetSpanAt(zone, instant);
        const aroundAt = quarterHours % 2 === 0 && Number.isFinite(untilAt) ? untilAt : instant;
        const wallMs = aroundAt + offsetMs + quarterHours * 900_000;
        const wall = Temporal.Instant.fromEpochMilliseconds(wallMs)
          .toZonedDateTimeISO('UTC')
          .toPlainDateTime();
        const plain = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
        const isGap = !plain.toPlainDateTime().equals(wall);
        const expected = isGap ? plain.getTimeZoneTransition('next') : plain;
        expect(instantOfWall(zone, wallMs)).toBe(expected?.epochMilliseconds);
      },
    );
    fc.assert(property, { seed: 20260214, numRuns: runs(4000) });
  });
});
