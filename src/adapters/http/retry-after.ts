import type { Instant } from '../../core/model.ts';

/** Nobody means more than a day: such a value says nothing (hardening 146). */
export const WAIT_MS_MAX = 24 * 3_600_000;

/**
 * D7: the wait that a `Retry-After` names, in milliseconds from now: seconds or an HTTP date (RFC 9110, 10.2.3). Null for none, for
 * nonsense, and for more than a day; 0 for a moment that is over.
 */
export function retryAfterMs(value: string | undefined, now: Instant): number | null {
  const text = value?.trim() ?? '';
  if (/^\d{1,12}$/.test(text)) return bounded(Number(text) * 1_000);
  return /^[A-Za-z]{3},? /.test(text) ? waitUntil(text, now) : null;
}

/** The same for a date in words, wherever it stands; null for none. */
export function waitUntil(date: string, now: Instant): number | null {
  const at = Date.parse(date);
  return Number.isNaN(at) ? null : bounded(Math.max(0, at - now));
}

/** From now to the next midnight, UTC: when a day's allowance begins anew. */
export function untilTomorrowMs(now: Instant): number {
  const DAY_MS = 86_400_000;
  return DAY_MS - (((now % DAY_MS) + DAY_MS) % DAY_MS);
}

function bounded(ms: number): number | null {
  return ms <= WAIT_MS_MAX ? ms : null;
}
