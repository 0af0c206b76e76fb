import type { Candidate } from '../candidate.ts';
import type { Instant, SendWindow } from '../model.ts';
import type { Policy } from '../policy.ts';
import type { Reason } from '../reasons.ts';
import { clampForward, judgeHours } from '../time/windows.ts';
import { createLocalClock } from '../time/zone.ts';

/** Whether a lead may be written to at this moment; `reason` null means yes. */
export interface Opening {
  readonly reason: Extract<Reason, 'lead_weekday' | 'lead_holiday' | 'hours' | 'window'> | null;
  readonly opensAt: Instant | null;
  readonly detail: string;
}

/** Public holidays by country, YYYY-MM-DD; empty for a country that was never loaded (A11). */
export type HolidaysOf = (country: string | null) => ReadonlySet<string>;

const OPEN: Opening = { reason: null, opensAt: null, detail: '' };

/**
 * Judges hours (A11, the lead's zone) and the step's window (C3) at one instant. Leads share a few dozen zones and windows, so
 * each combination is worked out once: ten thousand overdue leads cost as many map look-ups.
 */
export function createOpenings(
  now: Instant,
  policy: Policy,
  holidaysOf: HolidaysOf,
): (candidate: Candidate) => Opening {
  const localClock = createLocalClock(now);
  const byKey = new Map<string, Opening>();
  return (candidate) => {
    const window = candidate.step.window ?? candidate.sequence.window;
    const key = `${candidate.lead.zone} ${candidate.lead.country ?? ''} ${windowKey(window)}`;
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const opening = judgeOpening(candidate, window);
    byKey.set(key, opening);
    return opening;
  };

  function judgeOpening(candidate: Candidate, window: SendWindow | null): Opening {
    const { zone, country } = candidate.lead;
    const holidays = holidaysOf(country);
    const isHoliday = (isoDate: string): boolean => holidays.has(isoDate);
    const clamped = clampForward({ notBefore: now, window, hours: policy.hours, leadZone: zone, isHoliday });
    if (clamped?.at === now) return OPEN;
    const verdict = judgeHours({ local: localClock(zone), hours: policy.hours, isHoliday });
    const reason = verdict === 'open' ? 'window' : verdict;
    return { reason, opensAt: clamped?.at ?? null, detail: DETAILS[reason](zone) };
  }
}

const DETAILS = {
  lead_weekday: (zone: string): string => `not a working day in ${zone}`,
  lead_holiday: (zone: string): string => `a public holiday in ${zone}`,
  hours: (zone: string): string => `outside the hours in ${zone}`,
  window: (zone: string): string => `outside the step's window (lead in ${zone})`,
};

function windowKey(window: SendWindow | null): string {
  if (window === null) return '';
  return `${String(window.startMinute)}-${String(window.endMinute)} ${window.zone} ${window.weekdays.join('')}`;
}
