import { wallAt, type Rules } from './rules.ts';
import type { Row } from './view.ts';

/** Whether the operator works on a date. */
export function isOperatingDay(isoDate: string, rules: Rules): boolean {
  const weekday = new Date(`${isoDate}T00:00:00Z`).getUTCDay();
  return rules.weekdays.includes(weekday === 0 ? 7 : weekday) && !rules.holidays.includes(isoDate);
}

/** Why a lead's day or a step's window is closed at an instant; null when it is open. `row`: zone, step, sequence. */
export function closedAt(at: number, row: Row, rules: Rules): string | null {
  const zone = String(row['zone']);
  const { weekday, minute } = wallAt(at, zone);
  const clock = `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')} on weekday ${weekday} in ${zone}`;
  if (!rules.weekdays.includes(weekday)) return clock;
  if (minute < rules.startMinute || minute >= rules.endMinute) return clock;
  const window = windowOf(String(row['step'])) ?? windowOf(String(row['sequence']));
  return window === null || isOpen(at, window, zone) ? null : `outside its window at ${clock}`;
}

interface Window {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly zone: string;
  readonly weekdays: readonly number[];
}

function windowOf(definitionJson: string): Window | null {
  const definition = JSON.parse(definitionJson) as { readonly window: Window | null };
  return definition.window;
}

function isOpen(at: number, window: Window, leadZone: string): boolean {
  const { weekday, minute } = wallAt(at, window.zone === 'lead' ? leadZone : window.zone);
  const isOvernight = window.endMinute < window.startMinute;
  if (window.startMinute === window.endMinute) return true;
  const isWithin = isOvernight
    ? minute >= window.startMinute || minute < window.endMinute
    : minute >= window.startMinute && minute < window.endMinute;
  const openedOn = isOvernight && minute < window.endMinute ? ((weekday + 5) % 7) + 1 : weekday;
  return isWithin && (window.weekdays.length === 0 || window.weekdays.includes(openedOn));
}
