import type { Instant, SendWindow } from '../model.ts';
import type { WorkingHours } from '../policy.ts';
import type { HolidaysOf } from '../guards/opening.ts';
import { DAY_MS } from '../time/durations.ts';
import { firstOpening, scheduleOfHours, scheduleOfWindow } from '../time/openings.ts';
import { checkDesk, count, type Finding } from './finding.ts';

/** How far ahead somebody has to be reachable. */
const DAYS_AHEAD = 7;

/** Leads that live in one zone and country and wait for the same step. */
export interface WaitingLeads {
  readonly sequenceId: string;
  readonly stepId: string;
  readonly window: SendWindow | null;
  readonly zone: string;
  readonly country: string | null;
  readonly leads: number;
}

export interface OpeningRules {
  readonly hours: WorkingHours;
  readonly holidaysOf: HolidaysOf;
  readonly now: Instant;
}

/**
 * C3, A11: who waits for a step whose window and whose own hours never meet in the next seven days. The engine waits for 14 days and then
 * ignores the window, so nobody is lost; but nobody meant it so.
 */
export function judgeOpenings(waiting: readonly WaitingLeads[], rules: OpeningRules): Finding[] {
  const desk = checkDesk('config', 'openings');
  const total = sum(waiting);
  if (total === 0) return [desk.skipped('openings of the next 7 days', 'no lead waits for a step')];
  const shut = waiting.filter((group) => !isOpenSoon(group, rules));
  if (shut.length === 0)
    return [desk.pass('every lead has an opening in 7 days', count(total, 'waiting lead'))];
  const byStep = Map.groupBy(shut, ({ sequenceId, stepId }) => `${sequenceId} ${stepId}`);
  return [...byStep.values()].map((groups) => {
    const [{ sequenceId, stepId, window } = NOBODY] = groups;
    const zones = [...new Set(groups.map(({ zone }) => zone))];
    const named = `${zones.slice(0, 3).join(', ')}${zones.length > 3 ? ` and ${String(zones.length - 3)} more` : ''}`;
    const advice =
      window === null || window.zone === 'lead'
        ? 'and widen the window, or hours in headgate.toml'
        : `and set tz = "lead" on ${stepId}`;
    return desk.warn(
      `${String(sum(groups))} of ${count(total, 'lead')} have no opening in the next 7 days`,
      `${windowText(window)} and the hours of ${named} never meet; after 14 days the window is ignored`,
      `headgate sequences show ${sequenceId}   ${advice}`,
    );
  });
}

const NOBODY: WaitingLeads = {
  sequenceId: '',
  stepId: '',
  window: null,
  zone: 'UTC',
  country: null,
  leads: 0,
};

function isOpenSoon(
  { window, zone, country }: WaitingLeads,
  { hours, holidaysOf, now }: OpeningRules,
): boolean {
  const holidays = holidaysOf(country);
  const isHoliday = (isoDate: string): boolean => holidays.has(isoDate);
  const schedules = {
    hours: scheduleOfHours({ hours, leadZone: zone, isHoliday }),
    window: scheduleOfWindow(window, zone),
  };
  return firstOpening(schedules, now, now + DAYS_AHEAD * DAY_MS) !== null;
}

function windowText(window: SendWindow | null): string {
  if (window === null) return 'the present days';
  const { startMinute, endMinute, zone } = window;
  const where = zone === 'lead' ? 'their own time' : zone;
  return `their step's window (${clock(startMinute)} to ${clock(endMinute)}, ${where})`;
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function sum(groups: readonly WaitingLeads[]): number {
  return groups.reduce((total, { leads }) => total + leads, 0);
}
