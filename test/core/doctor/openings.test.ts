import { describe, expect, test } from 'vitest';

import { judgeOpenings, type WaitingLeads } from '../../../src/core/doctor/openings.ts';
import type { SendWindow } from '../../../src/core/model.ts';
import { lineOf } from './line-of.ts';

/** Wednesday 09:00 UTC. */
const NOW = Date.UTC(2026, 1, 18, 9);
const HOURS = { weekdays: [1, 2, 3, 4, 5], startMinute: 9 * 60, endMinute: 17 * 60 } as const;
const NIGHT: SendWindow = { weekdays: [], startMinute: 65, endMinute: 185, zone: 'UTC' };
const WAITS: WaitingLeads = {
  sequenceId: 'welcome',
  stepId: 'hello',
  window: null,
  zone: 'UTC',
  country: null,
  leads: 3,
};
const NO_DAYS: ReadonlySet<string> = new Set();

function judged(
  waiting: readonly WaitingLeads[],
  holidaysOf: (country: string | null) => ReadonlySet<string> = () => NO_DAYS,
): readonly string[] {
  return judgeOpenings(waiting, { hours: HOURS, holidaysOf, now: NOW }).map(lineOf);
}

describe('C3, A11: who can be reached in the next seven days', () => {
  test('everybody, or nobody waits at all', () => {
    expect(judged([])).toEqual([
      'config/openings skipped: openings of the next 7 days | no lead waits for a step',
    ]);
    expect(judged([{ ...WAITS, leads: 0 }])).toHaveLength(1);
    expect(judged([WAITS, { ...WAITS, leads: 2 }])).toEqual([
      'config/openings pass: every lead has an opening in 7 days | 5 waiting leads',
    ]);
  });

  test('a window that never meets the hours is told once for each step, with the zones that it shuts out', () => {
    const shut = { ...WAITS, stepId: 'night', window: NIGHT };
    const zones = ['Europe/Paris', 'Europe/Rome', 'Europe/Madrid', 'UTC', 'UTC'];
    const waiting = [
      WAITS,
      ...zones.map((zone) => ({ ...shut, zone, leads: 1 })),
      { ...shut, stepId: 'later', window: { ...NIGHT, zone: 'lead' } },
    ];
    expect(judged(waiting)).toEqual([
      'config/openings warn: 5 of 11 leads have no opening in the next 7 days | their step\'s window (01:05 to 03:05, UTC) and the hours of Europe/Paris, Europe/Rome, Europe/Madrid and 1 more never meet; after 14 days the window is ignored | headgate sequences show welcome   and set tz = "lead" on night',
      "config/openings warn: 3 of 11 leads have no opening in the next 7 days | their step's window (01:05 to 03:05, their own time) and the hours of UTC never meet; after 14 days the window is ignored | headgate sequences show welcome   and widen the window, or hours in headgate.toml",
    ]);
  });

  test('three zones are all named', () => {
    const zones = ['Europe/Paris', 'Europe/Rome', 'Europe/Madrid'];
    const waiting = zones.map((zone) => ({ ...WAITS, window: NIGHT, zone, leads: 1 }));
    expect(judged(waiting)[0]).toContain('hours of Europe/Paris, Europe/Rome, Europe/Madrid never meet');
  });

  test('the same step of another sequence is another step', () => {
    const shut = { ...WAITS, window: NIGHT };
    expect(judged([shut, { ...shut, sequenceId: 'other' }])).toHaveLength(2);
  });

  test('a week of holidays shuts out the country that has it, and no other', () => {
    const week = new Set(Array.from({ length: 8 }, (_, day) => `2026-02-${String(18 + day)}`));
    const holidaysOf = (country: string | null): ReadonlySet<string> => (country === 'DE' ? week : NO_DAYS);
    expect(
      judged(
        [
          { ...WAITS, country: 'DE' },
          { ...WAITS, country: 'FR', leads: 1 },
        ],
        holidaysOf,
      ),
    ).toEqual([
      'config/openings warn: 3 of 4 leads have no opening in the next 7 days | the present days and the hours of UTC never meet; after 14 days the window is ignored | headgate sequences show welcome   and widen the window, or hours in headgate.toml',
    ]);
  });

  test('an opening on the eighth day is too far away', () => {
    const days = (last: number): ReadonlySet<string> =>
      new Set(Array.from({ length: last - 17 }, (_, day) => `2026-02-${String(18 + day)}`));
    expect(judged([WAITS], () => days(25))[0]).toContain('warn');
    expect(judged([WAITS], () => days(24))[0]).toContain('pass');
  });
});
