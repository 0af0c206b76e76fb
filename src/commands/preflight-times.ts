import type { Preflight } from '../core/edit-preflight.ts';
import type { Instant, SequenceKind } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { FIRING_MINUTES } from '../core/rehearsal/timers.ts';
import { HOUR_MS, MINUTE_MS } from '../core/time/durations.ts';
import { isOperatingDay, operatorDay } from '../core/time/operator-day.ts';
import { formatDateTime } from './output/time.ts';

/** By which clock and calendar the first effect is told. */
export interface PreflightMoment {
  readonly now: Instant;
  readonly policy: Policy;
}

/** `1 d later, none earlier`, `3 h to 2 d 4 h earlier, none later`, `6 h earlier to 1 d later`: both ends, in whole minutes. */
export function shiftText(earliestMs: number, latestMs: number): string {
  if (earliestMs === 0 && latestMs === 0) return 'at the same time';
  if (earliestMs < 0 && latestMs > 0)
    return `${spanText(-earliestMs)} earlier to ${spanText(latestMs)} later`;
  const isLater = latestMs > 0;
  const [least, most] = isLater ? [earliestMs, latestMs] : [-latestMs, -earliestMs];
  const spans =
    least === most
      ? spanText(most)
      : least === 0
        ? `up to ${spanText(most)}`
        : `${spanText(least)} to ${spanText(most)}`;
  return `${spans} ${isLater ? 'later, none earlier' : 'earlier, none later'}`;
}

/** To the minute, unlike a distance that is told in its largest unit: a shift of a day and a half is not one day. */
function spanText(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / MINUTE_MS));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(minutes / 1_440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'm'],
  ];
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : `${count} ${unit}`)).join(' ');
}

const DAYS_LOOKED_AHEAD = 31;

/**
 * ` First effect: Thu 19 Feb 2026 09:03 UTC (drip)`: the first tick of the shipped timer, on a day that the operator works, at which the
 * job comes to the first email that is another one. What keeps that run from acting is not looked at.
 */
export function effectLines(preflight: Preflight, { now, policy }: PreflightMoment): readonly string[] {
  const effect = preflight.firstEffect;
  if (preflight.items.length === 0) return [];
  if (effect === null) return [' First effect: nobody under way stands where it changes anything'];
  if (effect.kind === 'at_once') return [' First effect: at once, by applying'];
  const at = tickAt(effect.job, Math.max(now, effect.at), policy);
  return [` First effect: ${formatDateTime(at, policy.timezone)} (${effect.job})`];
}

function tickAt(job: SequenceKind, from: Instant, policy: Policy): Instant {
  const { timezone, holidays, hours } = policy;
  const minuteMs = (FIRING_MINUTES[job][0] ?? 0) * MINUTE_MS;
  let at = Math.ceil((from - minuteMs) / HOUR_MS) * HOUR_MS + minuteMs;
  const calendar = { weekdays: hours.weekdays, holidays };
  for (let hour = 0; hour < DAYS_LOOKED_AHEAD * 24; hour += 1) {
    if (isOperatingDay(operatorDay(at, timezone), calendar)) return at;
    at += HOUR_MS;
  }
  return at;
}
