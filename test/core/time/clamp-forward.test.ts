import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendWindow, Weekday } from '../../../src/core/model.ts';
import type { WorkingHours } from '../../../src/core/policy.ts';
import { addDays } from '../../../src/core/time/calendar.ts';
import { DAY_MS, HOUR_MS } from '../../../src/core/time/durations.ts';
import {
  clampForward,
  type Clamped,
  isOpen,
  judgeHours,
  windowZone,
} from '../../../src/core/time/windows.ts';
import { localTime } from '../../../src/core/time/zone.ts';
import {
  ALWAYS,
  EVERY_DAY,
  OFFICE,
  plainHoursAllow,
  plainWindowAllows,
  type Rules,
  ZONES,
} from './oracle.ts';
import { runs } from '../../helpers/property-runs.ts';

const iso = (text: string): number => Date.parse(text);

function clamp(notBefore: number, rules: Rules): Clamped | null {
  return clampForward({ ...rules, notBefore, isHoliday: (isoDate) => rules.holidays.has(isoDate) });
}

function rules(changes: Partial<Rules>): Rules {
  return { window: null, hours: OFFICE, leadZone: 'UTC', holidays: new Set(), ...changes };
}

function window(startMinute: number, endMinute: number, changes: Partial<SendWindow> = {}): SendWindow {
  return { startMinute, endMinute, zone: 'lead', weekdays: [], ...changes };
}

describe('clampForward', () => {
  it('C3: a moment inside is left as it is, to the millisecond', () => {
    const notBefore = iso('2026-02-18T10:30:15.250Z');
    expect(clamp(notBefore, rules({}))).toEqual({ at: notBefore, windowIgnored: false });
    expect(clamp(notBefore, rules({ window: window(600, 720) }))).toEqual({
      at: notBefore,
      windowIgnored: false,
    });
  });

  it('A11: Friday 17:00 waits for Monday 09:00, the last millisecond before it does not', () => {
    const close = iso('2026-02-20T17:00:00Z');
    expect(clamp(close - 1, rules({}))?.at).toBe(close - 1);
    expect(clamp(close, rules({}))?.at).toBe(iso('2026-02-23T09:00:00Z'));
  });

  it("A11: holidays of the lead's country are passed over", () => {
    const holidays = new Set(['2026-12-25', '2026-12-28', '2027-01-01']);
    expect(clamp(iso('2026-12-24T18:00:00Z'), rules({ holidays }))?.at).toBe(iso('2026-12-29T09:00:00Z'));
    expect(clamp(iso('2026-12-31T18:00:00Z'), rules({ holidays }))?.at).toBe(iso('2027-01-04T09:00:00Z'));
  });

  it('C3: a window narrows the hours and never widens them', () => {
    const evening = window(960, 1200);
    expect(clamp(iso('2026-02-18T10:00:00Z'), rules({ window: evening }))?.at).toBe(
      iso('2026-02-18T16:00:00Z'),
    );
    expect(clamp(iso('2026-02-18T17:30:00Z'), rules({ window: evening }))?.at).toBe(
      iso('2026-02-19T16:00:00Z'),
    );
  });

  it('C3: a window in a zone of its own and the hours of the lead must both be open', () => {
    const rome = window(900, 1020, { zone: 'Europe/Rome' });
    // 15:00 to 17:00 in Rome are 09:00 to 11:00 in New York.
    const both = rules({ window: rome, leadZone: 'America/New_York' });
    expect(clamp(iso('2026-02-18T00:00:00Z'), both)?.at).toBe(iso('2026-02-18T14:00:00Z'));
  });

  it('C3: a window that meets no hours for 14 days is ignored, the hours still hold', () => {
    const rome = window(540, 660, { zone: 'Europe/Rome' });
    const denver = rules({ window: rome, leadZone: 'America/Denver' });
    expect(clamp(iso('2026-02-21T00:00:00Z'), denver)).toEqual({
      at: iso('2026-02-23T16:00:00Z'),
      windowIgnored: true,
    });
  });

  it('C3: the 14 days are looked at to their end before the window is given up', () => {
    const monday = window(540, 600, { weekdays: [1] });
    const notBefore = iso('2026-02-16T10:00:00Z');
    const oneWeek = rules({ window: monday, holidays: new Set(['2026-02-23']) });
    expect(clamp(notBefore, oneWeek)).toEqual({ at: iso('2026-03-02T09:00:00Z'), windowIgnored: false });
    const twoWeeks = rules({ window: monday, holidays: new Set(['2026-02-23', '2026-03-02']) });
    expect(clamp(notBefore, twoWeeks)).toEqual({ at: notBefore, windowIgnored: true });
  });

  it('A17: a Friday evening and the Tuesday on which the hours open again look at the same 14 days', () => {
    const holidays = new Set(['2026-02-23', '2026-03-02']);
    const given = rules({ window: window(540, 600, { weekdays: [1] }), holidays });
    const fromFriday = clamp(iso('2026-02-20T18:00:00Z'), given);
    expect(fromFriday).toEqual({ at: iso('2026-03-09T09:00:00Z'), windowIgnored: false });
    expect(clamp(iso('2026-02-24T09:00:00Z'), given)).toEqual(fromFriday);
  });

  it('A11: without an opening in a year there is none, rather than a wrong one', () => {
    const everyDayIsHoliday = { ...rules({}), notBefore: 0, isHoliday: () => true };
    expect(clampForward(everyDayIsHoliday)).toBeNull();
    expect(clamp(0, rules({ hours: { ...OFFICE, weekdays: [] } }))).toBeNull();
    expect(clamp(0, rules({ hours: { ...OFFICE, endMinute: OFFICE.startMinute } }))).toBeNull();
    expect(clamp(0, rules({ hours: { ...OFFICE, weekdays: [] }, window: window(540, 660) }))).toBeNull();
  });

  it('C3: start equal to end restricts nothing', () => {
    const notBefore = iso('2026-02-18T10:30:00Z');
    const none = rules({ window: window(540, 540, { weekdays: [1] }) });
    expect(clamp(notBefore, none)).toEqual({ at: notBefore, windowIgnored: false });
  });

  it('hardening 93: a window from 02:30 opens right after the gap of 2027-03-14 in New York', () => {
    const early = rules({ window: window(150, 240), hours: ALWAYS, leadZone: 'America/New_York' });
    expect(clamp(iso('2027-03-14T05:00:00Z'), early)?.at).toBe(iso('2027-03-14T07:00:00Z'));
    // 02:00 to 03:00 does not exist on that day.
    const jumpedOver = rules({ window: window(120, 180), hours: ALWAYS, leadZone: 'America/New_York' });
    expect(clamp(iso('2027-03-14T05:00:00Z'), jumpedOver)?.at).toBe(iso('2027-03-15T06:00:00Z'));
  });

  it('hardening 94: a window from 01:30 on 2026-11-01 opens at the first 01:30', () => {
    const early = rules({ window: window(90, 150), hours: ALWAYS, leadZone: 'America/New_York' });
    expect(clamp(iso('2026-11-01T04:00:00Z'), early)?.at).toBe(iso('2026-11-01T05:30:00Z'));
    // From 01:00 to 01:30 the second time the wall says that it is closed again.
    expect(clamp(iso('2026-11-01T06:10:00Z'), early)?.at).toBe(iso('2026-11-01T06:30:00Z'));
  });

  it('C3: an overnight window that opens before a change of the clock closes by the wall after it', () => {
    const saturdayNight = window(1320, 360, { weekdays: [6] });
    const night = rules({ window: saturdayNight, hours: ALWAYS, leadZone: 'Europe/Berlin' });
    expect(clamp(iso('2026-03-29T03:59:59Z'), night)?.at).toBe(iso('2026-03-29T03:59:59Z'));
    expect(clamp(iso('2026-03-29T04:00:00Z'), night)?.at).toBe(iso('2026-04-04T20:00:00Z'));
  });

  it('A11: 30 December 2011 never came in Apia: Thursday evening is followed by Saturday, work by Monday', () => {
    const apia = rules({ leadZone: 'Pacific/Apia' });
    expect(clamp(iso('2011-12-30T04:00:00Z'), apia)?.at).toBe(iso('2012-01-01T19:00:00Z'));
  });

  it('hardening 99: clamps after 2038 as before', () => {
    const tokyo = rules({ leadZone: 'Asia/Tokyo' });
    expect(clamp(iso('2038-01-19T03:14:08Z'), tokyo)?.at).toBe(iso('2038-01-19T03:14:08Z'));
    expect(clamp(iso('2075-06-29T09:00:00Z'), tokyo)?.at).toBe(iso('2075-07-01T00:00:00Z'));
  });
});

const QUARTER_MS = 900_000;
const minuteOfQuarter = fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15);
const someWeekdays = fc.subarray<Weekday>([...EVERY_DAY]);

const anyWindow: fc.Arbitrary<SendWindow | null> = fc.option(
  fc.record({
    startMinute: minuteOfQuarter,
    endMinute: fc.oneof(minuteOfQuarter, fc.constant(1440)),
    zone: fc.constantFrom('lead', 'lead', ...ZONES),
    weekdays: someWeekdays,
  }),
);

const anyHours: fc.Arbitrary<WorkingHours> = fc.oneof(
  fc.constant(OFFICE),
  fc.constant(ALWAYS),
  fc.record({ startMinute: minuteOfQuarter, endMinute: minuteOfQuarter, weekdays: someWeekdays }),
);

/** Half of the instants lie within a day of a change of the clock in the lead's zone. */
const anyCase = fc
  .record({
    leadZone: fc.constantFrom(...ZONES),
    window: anyWindow,
    hours: anyHours,
    somewhere: fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2060, 0, 1) }),
    nearChange: fc.option(fc.integer({ min: -26 * HOUR_MS, max: 2 * HOUR_MS })),
    holidayDays: fc.uniqueArray(fc.integer({ min: 0, max: 16 }), { maxLength: 6 }),
  })
  .map(({ leadZone, window: anyOf, hours, somewhere, nearChange, holidayDays }) => {
    const local = Temporal.Instant.fromEpochMilliseconds(somewhere).toZonedDateTimeISO(leadZone);
    const change = local.getTimeZoneTransition('next')?.epochMilliseconds;
    const notBefore = nearChange === null || change === undefined ? somewhere : change + nearChange;
    const today = localTime(notBefore, leadZone).isoDate;
    const holidays = new Set(holidayDays.map((days) => addDays(today, days)));
    return { notBefore, given: { window: anyOf, hours, leadZone, holidays } };
  });

/** Every quarter of an hour from the first one at or after `from` up to `until`, `until` excluded. */
function* quarters(from: number, until: number): Generator<number> {
  for (let at = Math.ceil(from / QUARTER_MS) * QUARTER_MS; at < until; at += QUARTER_MS) yield at;
}

function plainAllows(instant: number, given: Rules): boolean {
  return plainHoursAllow(instant, given) && plainWindowAllows(instant, given);
}

describe('clampForward against a minute-by-minute reading of the rules', () => {
  it('C3, A11: is never early, lies inside, and nothing before it does', () => {
    const property = fc.property(anyCase, ({ notBefore, given }) => {
      const clamped = clamp(notBefore, given);
      fc.pre(clamped !== null);
      const { at, windowIgnored } = clamped;
      expect(at).toBeGreaterThanOrEqual(notBefore);
      expect(plainHoursAllow(at, given)).toBe(true);
      expect(windowIgnored || plainWindowAllows(at, given)).toBe(true);
      if (at > notBefore) {
        const searched = { ...given, window: windowIgnored ? null : given.window };
        expect(plainAllows(notBefore, searched)).toBe(false);
        expect(plainAllows(at - 1, searched)).toBe(false);
        const early = [...quarters(notBefore, Math.min(at, notBefore + 15 * DAY_MS))];
        expect(early.filter((instant) => plainAllows(instant, searched))).toEqual([]);
      }
      if (windowIgnored) {
        const missed = [...quarters(notBefore, at + 14 * DAY_MS)];
        expect(missed.filter((instant) => plainAllows(instant, given))).toEqual([]);
      }
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(700) });
  });

  it('A11: null means that no day of the next 14 has an opening either', () => {
    const property = fc.property(anyCase, ({ notBefore, given }) => {
      if (clamp(notBefore, given) !== null) return;
      const open = [...quarters(notBefore, notBefore + 14 * DAY_MS)].filter((at) =>
        plainHoursAllow(at, given),
      );
      expect(open).toEqual([]);
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(300) });
  });

  it('C3: asking later never gets an earlier answer', () => {
    const later = fc.oneof(
      fc.integer({ min: 0, max: 3 * HOUR_MS }),
      fc.integer({ min: 0, max: 20 * DAY_MS }),
    );
    const property = fc.property(anyCase, later, ({ notBefore, given }, laterMs) => {
      const first = clamp(notBefore, given);
      const second = clamp(notBefore + laterMs, given);
      if (first === null || second === null) return;
      expect(second.at).toBeGreaterThanOrEqual(first.at);
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(1500) });
  });

  it('A17: what the clamp promises is what isOpen and judgeHours allow at that moment', () => {
    const property = fc.property(anyCase, ({ notBefore, given }) => {
      const clamped = clamp(notBefore, given);
      if (clamped === null) return;
      const isHoliday = (isoDate: string): boolean => given.holidays.has(isoDate);
      const verdictAt = (at: number): boolean => {
        const local = localTime(at, given.leadZone);
        const zone = given.window === null ? given.leadZone : windowZone(given.window, given.leadZone);
        const isWindowOpen = clamped.windowIgnored || isOpen(localTime(at, zone), given.window);
        return isWindowOpen && judgeHours({ local, hours: given.hours, isHoliday }) === 'open';
      };
      expect(verdictAt(clamped.at)).toBe(true);
      expect(clamped.at === notBefore).toBe(verdictAt(notBefore));
      expect(clamp(clamped.at, given)?.at).toBe(clamped.at);
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(1500) });
  });

  it('is exact to the minute around the changes of 2026 and 2027', () => {
    const changes = [
      '2026-11-01T06:00:00Z',
      '2027-03-14T07:00:00Z',
      '2026-10-03T15:30:00Z',
      '2026-04-23T22:00:00Z',
    ];
    const zones = ['America/New_York', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo'];
    const minute = fc.integer({ min: 0, max: 239 });
    const property = fc.property(fc.nat(3), minute, minute, minute, (index, start, end, before) => {
      fc.pre(start !== end);
      const given = rules({ window: window(start, end), hours: ALWAYS, leadZone: zones[index] ?? 'UTC' });
      const notBefore = iso(changes[index] ?? '') - before * 60_000;
      const at = clamp(notBefore, given)?.at ?? NaN;
      expect(plainWindowAllows(at, given)).toBe(true);
      for (let earlier = notBefore; earlier < at; earlier += 60_000) {
        expect(plainWindowAllows(earlier, given)).toBe(false);
      }
    });
    fc.assert(property, { seed: 20260214, numRuns: runs(150) });
  });
});
