import type { Clock } from '../ports.ts';

/** The machine's clock: the only place that reads it. */
export const systemClock: Clock = { now: () => Date.now() };

/** Milliseconds since some moment, which nobody can set and which never go back: for the spacing of requests, and for no date. */
export function elapsedMs(): number {
  return performance.now();
}
