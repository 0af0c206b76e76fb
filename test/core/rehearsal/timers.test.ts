import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { OUTAGE_COMPARISONS, REHEARSED_GUARDS, withoutText } from '../../../src/core/rehearsal/guards.ts';
import { parseSpan } from '../../../src/core/rehearsal/span.ts';
import { FIRING_MINUTES, nextFiring, roundOf } from '../../../src/core/rehearsal/timers.ts';

describe('A9: the timers fire as systemd would', () => {
  test.each(Object.entries(FIRING_MINUTES))('%s at the minutes of its unit', (job, minutes) => {
    const unit = readFileSync(join(import.meta.dirname, `../../../systemd/headgate-${job}.timer`), 'utf8');
    const [, first, every = '60'] = /^OnCalendar=\S+ \*:(\d\d)(?:\/(\d+))?:00 UTC$/m.exec(unit) ?? [];
    const said = Array.from({ length: 60 }, (_, minute) => minute).filter(
      (minute) => minute >= Number(first) && (minute - Number(first)) % Number(every) === 0,
    );
    expect(said).toEqual(minutes);
  });

  const hour = (minute: number, ms = 0): number => Date.UTC(2026, 1, 18, 10, minute, 0, ms);

  test('each at its minutes, strictly after the moment, and on into the next hour', () => {
    const round = roundOf(FIRING_MINUTES);
    expect(nextFiring(hour(0), round)).toEqual({ at: hour(2), job: 'confirm' });
    expect(nextFiring(hour(2), round)).toEqual({ at: hour(3), job: 'drip' });
    expect(nextFiring(hour(3, 1) - 2, round)).toEqual({ at: hour(3), job: 'drip' });
    expect(nextFiring(hour(3), round)).toEqual({ at: hour(5), job: 'send' });
    expect(nextFiring(hour(57), round)).toEqual({ at: hour(62), job: 'confirm' });
    expect(() => nextFiring(hour(0), [])).toThrow('no timer fires at all');
  });

  test('those of one minute come in the order in which a person would want them', () => {
    const minutes = { drip: [7], nurture: [7], send: [7, 1], confirm: [7] };
    expect(roundOf(minutes)).toEqual([
      { minute: 1, job: 'send' },
      { minute: 7, job: 'confirm' },
      { minute: 7, job: 'drip' },
      { minute: 7, job: 'nurture' },
      { minute: 7, job: 'send' },
    ]);
  });
});

describe('F5: an outage is A..B', () => {
  const day = (date: number): number => Date.UTC(2026, 1, date);

  test.each<[string, ReturnType<typeof parseSpan>]>([
    ['2026-02-01..2026-02-21', { fromAt: day(1), toAt: day(22) }],
    ['2026-02-01..2026-02-01', { fromAt: day(1), toAt: day(2) }],
    ['2026-02-01T09:00:00Z..2026-02-01', { fromAt: day(1) + 9 * 3_600_000, toAt: day(2) }],
    ['2026-02-01..2026-02-03T00:00:00Z', { fromAt: day(1), toAt: day(3) }],
    ['2026-02-02..2026-02-01', { problem: '"2026-02-02..2026-02-01" ends before it begins' }],
    [
      '2026-02-01T09:00:00Z..2026-02-01T09:00:00Z',
      { problem: '"2026-02-01T09:00:00Z..2026-02-01T09:00:00Z" ends before it begins' },
    ],
    ['2026-02-01', { problem: '"2026-02-01" is not of the form A..B' }],
    ['..2026-02-01', { problem: '"..2026-02-01" is not of the form A..B' }],
    ['2026-02-01..', { problem: '"2026-02-01.." is not of the form A..B' }],
    [
      '2026-02-01..2026-02-02..2026-02-03',
      { problem: '"2026-02-01..2026-02-02..2026-02-03" is not of the form A..B' },
    ],
    ['2026-02-30..2026-03-01', { problem: 'the date 2026-02-30 does not exist' }],
    ['2026-02-01..2026-02-30', { problem: 'the date 2026-02-30 does not exist' }],
  ])('%s', (text, span) => {
    expect(parseSpan(text, 'UTC')).toEqual(span);
  });

  test('a date is the operator’s: both midnights are those of the zone', () => {
    expect(parseSpan('2026-02-01..2026-02-02', 'Asia/Tokyo')).toEqual({
      fromAt: day(1) - 9 * 3_600_000,
      toAt: day(3) - 9 * 3_600_000,
    });
  });
});

test.each<[string[], string]>([
  [[], 'without '],
  [['cap'], 'without cap'],
  [['one_step', 'watermark'], 'without one-step and watermark'],
  [['cap', 'bail', 'lead'], 'without cap, opt-out and stage and holds of a lead'],
  [['blast_radius', 'sender_cap'], 'without blast radius and the sender’s cap'],
])('F5: what is left out is told in words: %j', (guards, text) => {
  expect(withoutText(guards)).toBe(text);
});

test('F5: an outage shows what the caps kept small, and what the morning of the flood would have been', () => {
  expect(OUTAGE_COMPARISONS).toEqual([['cap'], ['cap', 'one_step', 'watermark']]);
});

test('F5: every guard of a lead and of a run can be left out, each by one name', () => {
  expect(new Set(REHEARSED_GUARDS).size).toBe(REHEARSED_GUARDS.length);
  expect(REHEARSED_GUARDS).toEqual(expect.arrayContaining(['cap', 'watermark', 'pause', 'sender_cap']));
});
