/** A8: what one job's volume looks like today against what it usually is. Counts are messages. */
export interface BlastRadiusFacts {
  /** Made today by the job before this run, held batches of today that nobody released left out. */
  readonly madeToday: number;
  /** What this run is about to make. */
  readonly thisRun: number;
  /** Volume of each of the last operating days with a live run, at most seven, today left out. */
  readonly recentDays: readonly number[];
  /** Released today from held batches: raises the line for the rest of the day. */
  readonly releasedToday: number;
  readonly factor: number;
  readonly floor: number;
}

export interface BlastRadius {
  readonly volume: number;
  readonly mean: number;
  readonly line: number;
  readonly over: boolean;
}

export const OPERATING_DAYS_IN_MEAN = 7;

/** A8: above `factor` x max(mean, floor) the whole batch is made as held. Exactly on the line is allowed. */
export function judgeBlastRadius(facts: BlastRadiusFacts): BlastRadius {
  const mean = meanOf(facts.recentDays);
  const line = facts.factor * Math.max(mean, facts.floor) + facts.releasedToday;
  const volume = facts.madeToday + facts.thisRun;
  return { volume, mean, line, over: facts.thisRun > 0 && volume > line };
}

function meanOf(days: readonly number[]): number {
  // No operating day yet is a mean of nothing, which is 0: the floor carries the first day.
  return days.length === 0 ? 0 : days.reduce((sum, day) => sum + day, 0) / days.length;
}
