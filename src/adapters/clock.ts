import type { Clock } from '../ports.ts';

/** The machine's clock: the only place that reads it. */
export const systemClock: Clock = { now: () => Date.now() };
