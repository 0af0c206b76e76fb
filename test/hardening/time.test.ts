import { describe, expect, test } from 'vitest';

import type { Clock } from '../../src/ports.ts';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  MORNING,
  said,
  sequenceFiles,
  Workshop,
  type Draft,
} from './workshop.ts';

/** Time: numbers 91 to 108 of the list, by the real commands. */

const OPEN = '[hours]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nstart = "00:00"\nend = "24:00"';

describe('hardening 91: a zone that does not exist', () => {
  test.each([
    ['America/New_Yrok', 'America/New_York'],
    ['EST5', ''],
    ['', ''],
    ['UTC+25', ''],
    ['europe berlin', 'Europe/Berlin'],
  ])('%j is refused as the operator’s zone', async (zone, near) => {
    const shop = await Workshop.open();
    shop.config(OPEN, zone);
    const result = await shop.run(['drip']);
    expect(result.code).toBe(78);
    expect(said(result)).toMatch(/headgate\.toml:2:\d+.*timezone/);
    expect(said(result)).toContain(near);
  });

  test.each(['America/New_Yrok', 'UTC+25'])('%j is refused in a window', async (zone) => {
    const shop = await Workshop.open();
    shop.sequence(
      'welcome',
      sequenceFiles({ sections: `[send]\nwindow = { start = "09:00", end = "12:00", tz = "${zone}" }` }),
    );
    expect((await shop.run(['sequences', 'lint'])).code).toBe(65);
  });

  test('a lead with one is refused with near matches, the others land', async () => {
    const shop = await Workshop.open();
    const result = await shop.import([
      'a@firm.example,A,Firm,America/New_Yrok,form:web',
      'b@firm.example,B,Firm,,form:web',
    ]);
    expect(result.code).toBe(32);
    expect(said(result)).toContain('America/New_York');
    expect(shop.rows('SELECT email FROM leads')).toEqual([{ email: 'b@firm.example' }]);
  });
});

test('hardening 92: a lead without a zone has the operator’s, and the preview shows which', async () => {
  const shop = await Workshop.open({ timezone: 'Asia/Tokyo' });
  await shop.import(['b@firm.example,B,Firm,,form:web']);
  expect(shop.rows('SELECT zone, zone_rule FROM leads')).toEqual([
    { zone: 'Asia/Tokyo', zone_rule: 'operator' },
  ]);
  expect(said(await shop.run(['drip', '--preview']))).toContain('Tokyo');
});

describe('hardening 93, 94: a window at an hour that a change of clocks removes or repeats', () => {
  /** Half past one and half past two, in New York, each for two hours so that a tick of the hour meets it. */
  async function draftsAround(day: number, start: string, end: string): Promise<readonly Draft[]> {
    const shop = await Workshop.open({ now: day - 2 * DAY_MS });
    const window = `[send]\nwindow = { start = "${start}", end = "${end}", tz = "America/New_York" }`;
    const steps = [1, 2, 3, 4, 5].map((number) => [`s${number}`, 'after = "1d"'] as const);
    shop.sequence('welcome', sequenceFiles({ sections: window, steps }));
    await shop.mustRun(['sequences', 'apply', '--yes']);
    await shop.settle();
    await shop.people(1, 'America/New_York');
    // Every half hour of the night, and nothing by day.
    for (let at = day - 2 * DAY_MS; at < day + 3 * DAY_MS; at += DAY_MS) {
      for (let hour = 4; hour <= 9; hour += 0.5) {
        shop.clock.set(at + hour * HOUR_MS);
        if ((await shop.drip()).length > 0) await shop.approveAndSend();
      }
      await shop.mustRun(['send']);
    }
    return shop.drafts();
  }

  test('hardening 93: 02:30 on 14 March 2027 does not exist: the step goes at the first instant after the gap, once', async () => {
    const drafts = await draftsAround(Date.UTC(2027, 2, 14), '02:00', '03:30');
    expect(drafts.map(({ madeAt }) => newYork(madeAt))).toContain('2027-03-14 03:00');
    expectOncePerDay(drafts);
  }, 60_000);

  test('hardening 94: 01:30 on 1 November 2026 exists twice: the step goes once', async () => {
    const drafts = await draftsAround(Date.UTC(2026, 10, 1), '01:00', '02:00');
    expect(drafts.filter(({ madeAt }) => newYork(madeAt).startsWith('2026-11-01'))).toHaveLength(1);
    expectOncePerDay(drafts);
  }, 60_000);

  function expectOncePerDay(drafts: readonly Draft[]): void {
    const days = drafts.map(({ madeAt }) => newYork(madeAt).slice(0, 10));
    expect(new Set(days).size).toBe(days.length);
    for (const [index, { madeAt }] of drafts.entries()) {
      expect(madeAt - (drafts[index - 1]?.madeAt ?? -Infinity)).toBeGreaterThanOrEqual(DAY_MS);
    }
  }
});

test('hardening 95: 24 hours since the last draft are elapsed time, also in the night that has 23 or 25', async () => {
  for (const [evening, gapAtSameClock] of [
    [Date.UTC(2027, 2, 14, 3), 23],
    [Date.UTC(2026, 10, 1, 2), 25],
  ] as const) {
    const shop = await Workshop.open({ now: evening });
    shop.sequence(
      'welcome',
      sequenceFiles({
        steps: [
          ['one', 'after = "0d"'],
          ['two', 'after = "1h"'],
        ],
      }),
    );
    await shop.mustRun(['sequences', 'apply', '--yes']);
    await shop.settle();
    await shop.people(1, 'America/New_York');
    expect(await shop.drip()).toHaveLength(1);
    await shop.approveAndSend();
    shop.clock.set(evening + 23 * HOUR_MS + 59 * MINUTE_MS);
    expect(await shop.drip(), `after ${gapAtSameClock} h by the wall`).toHaveLength(0);
    shop.clock.set(evening + 24 * HOUR_MS);
    expect(await shop.drip()).toHaveLength(1);
  }
});

test('hardening 96: `day` counts days of 24 hours from the enrollment, also at 23:59, and preview and run agree', async () => {
  const enrolled = Date.UTC(2026, 2, 4, 22, 59);
  const shop = await Workshop.open({ now: enrolled });
  shop.sequence(
    'welcome',
    sequenceFiles({
      head: 'gap = "watermark"',
      steps: [
        ['one', 'day = 0'],
        ['two', 'day = 2'],
      ],
    }),
  );
  await shop.mustRun(['sequences', 'apply', '--yes']);
  await shop.settle();
  // 23:59 in Berlin.
  await shop.people(1, 'Europe/Berlin');
  await shop.drip();
  await shop.approveAndSend();
  shop.clock.set(enrolled + DAY_MS);
  await shop.mustRun(['drip']);
  shop.clock.set(enrolled + 2 * DAY_MS - MINUTE_MS);
  expect((await shop.run(['drip', '--preview', '--json'])).stdout).not.toContain('"action":"draft"');
  expect(await shop.drip()).toEqual([]);
  shop.clock.set(enrolled + 2 * DAY_MS);
  expect((await shop.run(['drip', '--preview', '--json'])).stdout).toContain('"action":"draft"');
  expect((await shop.drip()).map(({ step }) => step)).toEqual(['two']);
});

test('hardening 97: on 29 February, and a year after it, steps come when their days are over', async () => {
  const leapDay = Date.UTC(2028, 1, 29, 9);
  const shop = await Workshop.open({ now: leapDay });
  shop.sequence(
    'welcome',
    sequenceFiles({
      steps: [
        ['one', 'after = "0d"'],
        ['two', 'after = "1d"'],
        ['three', 'after = "365d"'],
      ],
    }),
  );
  await shop.mustRun(['sequences', 'apply', '--yes']);
  await shop.settle();
  await shop.people(1);
  expect((await shop.drip()).map(({ step }) => step)).toEqual(['one']);
  await shop.approveAndSend();
  shop.clock.set(leapDay + DAY_MS);
  expect((await shop.drip()).map(({ step }) => step)).toEqual(['two']);
  await shop.approveAndSend();
  const isDue = async (text: string): Promise<boolean> => {
    const { stdout } = await shop.run(['drip', '--preview', '--at', text, '--json']);
    return stdout.includes('"action":"draft"');
  };
  expect(await isDue('2029-03-01T08:59:00Z')).toBe(false);
  expect(await isDue('2029-03-01T09:00:00Z')).toBe(true);
});

test('hardening 98: from 28 December to 5 January no weekday is missed and none is doubled', async () => {
  const start = Date.UTC(2026, 11, 28, 9);
  const shop = await Workshop.open({ now: start, config: '' });
  await shop.settle();
  await shop.people(60);
  const days: string[] = [];
  for (let day = 0; day < 9; day += 1) {
    shop.clock.set(start + day * DAY_MS);
    if ((await shop.drip()).length > 0) days.push(new Date(shop.clock.now()).toISOString().slice(0, 10));
  }
  expect(days).toEqual([
    '2026-12-28',
    '2026-12-29',
    '2026-12-30',
    '2026-12-31',
    '2027-01-01',
    '2027-01-04',
    '2027-01-05',
  ]);
});

test('hardening 99: across 2038-01-19 03:14:08 everything goes on', async () => {
  const edge = Date.UTC(2038, 0, 19, 3, 14, 8);
  const shop = await Workshop.open({ now: edge - DAY_MS });
  await shop.settle();
  await shop.people(1);
  expect(await shop.drip()).toHaveLength(1);
  await shop.approveAndSend();
  shop.clock.set(edge);
  await shop.drip();
  await shop.mustRun(['send']);
  shop.clock.set(edge + DAY_MS);
  expect((await shop.drip()).map(({ step }) => step)).toEqual(['two']);
  await shop.approveAndSend();
  expect(shop.rows("SELECT 1 FROM messages WHERE state = 'sent'")).toHaveLength(2);
});

describe('a clock that is wrong', () => {
  test.each([
    ['hardening 100: in 1970', HOUR_MS],
    ['hardening 101: an hour back', MORNING - HOUR_MS],
    ['hardening 101: a day back', MORNING - DAY_MS],
    ['hardening 101: a year back', MORNING - 365 * DAY_MS],
    ['hardening 102: a year ahead', MORNING + 366 * DAY_MS],
  ])('%s: nothing is drafted or sent, and the operator is told', async (_, now) => {
    const shop = await Workshop.open();
    await shop.settle();
    await shop.people(9);
    await shop.drip();
    await shop.mustRun(['review', 'approve', '--all', '--count', '5']);
    shop.clock.set(now);
    for (const job of ['drip', 'nurture', 'send']) {
      const result = await shop.run([job]);
      expect(result.code).toBe(30);
      expect(said(result)).toMatch(/clock (went back|is .* ahead)/);
    }
    expect((await shop.run(['drip', '--force'])).code).toBe(30);
    expect(shop.drafts()).toHaveLength(5);
    expect(shop.rows("SELECT 1 FROM messages WHERE state = 'sent'")).toEqual([]);
    expect(shop.rows("SELECT 1 FROM notices WHERE text LIKE '%clock%'")).not.toEqual([]);
    // Right again: everything goes on as if nothing had been.
    shop.clock.set(MORNING + 25 * HOUR_MS);
    expect((await shop.run(['drip'])).code).toBe(0);
  });
});

describe('hardening 103: a clock that jumps in the middle of a run', () => {
  test.each([
    ['a day ahead', DAY_MS],
    ['a day back', -DAY_MS],
  ])('%s: the caps hold, and every draft bears one time', async (_, jump) => {
    const shop = await Workshop.open();
    await shop.settle();
    await shop.people(30);
    // The lock reads the clock first, the run second: a day back is a doubt before anything was made.
    const { code } = await shop.runAt(jumping(shop.clock.now(), jump), ['drip']);
    expect(shop.drafts()).toHaveLength(code === 0 ? 5 : 0);
    expect(new Set(shop.drafts().map(({ madeAt }) => madeAt)).size).toBeLessThanOrEqual(1);
    if (code !== 0) await shop.drip();
    await shop.mustRun(['review', 'approve', '--all', '--count', '5']);
    await shop.runAt(jumping(shop.clock.now(), jump), ['send']);
    const sent = shop.rows<{ id: string }>("SELECT id FROM messages WHERE state = 'sent'");
    expect(sent.length).toBeLessThanOrEqual(5);
    expect(
      shop.rows(
        "SELECT 1 FROM attempts WHERE event = 'accepted' GROUP BY message_row_id HAVING count(*) > 1",
      ),
    ).toEqual([]);
  });

  /** Right at its first reading, off by `jump` from the second on. */
  function jumping(now: number, jump: number): Clock {
    let readings = 0;
    return { now: () => (readings++ === 0 ? now : now + jump + readings) };
  }
});

test.each([
  ['exactly 36 h', 36 * HOUR_MS, 0],
  ['36 h and a millisecond', 36 * HOUR_MS + 1, 30],
  ['36 h and a second', 36 * HOUR_MS + 1000, 30],
])('hardening 104: a last run %s ago', async (_, gap, code) => {
  const shop = await Workshop.open();
  await shop.settle();
  await shop.people(3);
  shop.clock.advance(gap);
  expect((await shop.run(['drip'])).code).toBe(code);
  expect(shop.drafts()).toHaveLength(code === 0 ? 3 : 0);
});

test('hardening 105: at 16:59:59 on a Friday with five to send, sending stops when the hours close at 17:00', async () => {
  const friday = Date.UTC(2026, 2, 6, 16, 59, 57);
  const shop = await Workshop.open({ now: friday - 2 * HOUR_MS, config: '' });
  await shop.settle();
  await shop.people(5);
  await shop.drip();
  await shop.mustRun(['review', 'approve', '--all', '--count', '5']);
  // Every look at the clock takes half a second of it.
  let now = friday;
  await shop.runAt({ now: () => (now += 500) }, ['send']);
  const sent = shop.rows<{ at: number }>("SELECT sent_at AS at FROM messages WHERE state = 'sent'");
  expect(sent.length).toBeLessThan(5);
  const claimed = shop.rows<{ at: number }>("SELECT at FROM attempts WHERE event = 'claimed'");
  for (const { at } of claimed) expect(at).toBeLessThan(Date.UTC(2026, 2, 6, 17));
  expect(shop.rows("SELECT 1 FROM messages WHERE state = 'approved'")).toHaveLength(5 - sent.length);
  expect(shop.rows("SELECT 1 FROM messages WHERE state = 'sending'")).toEqual([]);
});

test('hardening 106: a timer that fires late, on a Saturday, does nothing: the weekday guard is in the code', async () => {
  const friday = Date.UTC(2026, 2, 6, 15);
  const shop = await Workshop.open({ now: friday, config: '' });
  await shop.settle();
  await shop.people(20);
  await shop.drip();
  await shop.mustRun(['review', 'approve', '--all', '--count', '5']);
  shop.clock.set(friday + 20 * HOUR_MS);
  for (const job of ['drip', 'nurture', 'send']) {
    const result = await shop.run([job, '--json']);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('weekend');
  }
  // Nor does --force lift it (A20).
  expect((await shop.run(['drip', '--force'])).code).toBe(0);
  expect(shop.drafts()).toHaveLength(5);
  expect(shop.rows("SELECT 1 FROM messages WHERE state = 'sent'")).toEqual([]);
});

test('hardening 107: a second run in the same minute drafts nobody again', async () => {
  const shop = await Workshop.open();
  await shop.settle();
  await shop.people(4);
  expect(await shop.drip()).toHaveLength(4);
  expect(await shop.drip()).toHaveLength(0);
  await shop.approveAndSend();
  await shop.mustRun(['send']);
  expect(shop.rows("SELECT 1 FROM attempts WHERE event = 'accepted'")).toHaveLength(4);
});

describe('hardening 108: times as text', () => {
  test.each([
    ['2026-03-01T08:00:00Z', Date.UTC(2026, 2, 1, 8)],
    ['2026-03-01T08:00:00+05:30', Date.UTC(2026, 2, 1, 2, 30)],
    ['2026-03-01', Date.UTC(2026, 2, 1)],
  ])('%s is read', async (text, expected) => {
    const shop = await Workshop.open();
    await shop.import([`a@firm.example,${text}`], 'email,created_at');
    expect(shop.rows('SELECT created_at FROM leads')).toEqual([{ created_at: expected }]);
  });

  test.each([
    '2026-03-01T25:00:00Z',
    '2026-03-01T08:00:00+25:00',
    'yesterday',
    '1772352000',
    '2026-02-30T00:00:00Z',
  ])('%s is refused, never a date that is no date', async (text) => {
    const shop = await Workshop.open();
    expect((await shop.import([`a@firm.example,${text}`], 'email,created_at')).code).toBe(65);
    expect(shop.rows('SELECT 1 FROM leads')).toEqual([]);
  });

  test.each(['2026-03-01T08:00:00', '2016-12-31T23:59:60Z'])(
    '%s, without zone or as a leap second, is read or refused, never NaN',
    async (text) => {
      const shop = await Workshop.open();
      const { code } = await shop.import([`a@firm.example,${text}`], 'email,created_at');
      const rows = shop.rows<{ created_at: number }>('SELECT created_at FROM leads');
      expect(code === 32 ? rows : rows.map(({ created_at: at }) => Number.isFinite(at))).toEqual(
        code === 32 ? [] : [true],
      );
    },
  );

  test.each(['soon', '2026-13-01', 'NaN'])('--at %s is a usage error', async (text) => {
    const shop = await Workshop.open();
    expect((await shop.run(['drip', '--preview', '--at', text])).code).toBe(64);
  });
});

function newYork(at: number): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/New_York',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return parts.format(at);
}
