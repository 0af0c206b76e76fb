import type { Instant } from '../model.ts';

/** A stretch in which no run of the job was live, kept quiet or paused. `endedAt` of the running one is now. */
export interface Silence {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

/**
 * A16: a step is late when the whole stretch from its due time to `maxLateMs` after it lay inside one silence
 * of the job. Waiting behind a cap, a hold, a pause or a closed window is not lateness: the job was there.
 */
export function isLate(dueAt: Instant, maxLateMs: number, silences: readonly Silence[]): boolean {
  const latestAt = dueAt + maxLateMs;
  return silences.some((silence) => silence.startedAt < dueAt && silence.endedAt > latestAt);
}
