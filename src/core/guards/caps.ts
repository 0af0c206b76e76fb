import type { Job } from '../model.ts';
import type { Limits } from '../policy.ts';
import type { Reason } from '../reasons.ts';

/** A6: drafts already made by both engines together. */
export interface DraftsMade {
  readonly onOperatorDay: number;
  readonly inLast24Hours: number;
}

export interface CapsLeft {
  readonly perRun: number;
  readonly perDay: number;
  /** Made by both jobs on the operator's calendar day before this run. */
  readonly usedToday: number;
  /** What this run may still make. */
  readonly left: number;
  /** Which cap is met first when `left` runs out. */
  readonly bindingReason: Extract<Reason, 'cap_run' | 'cap_day'>;
}

/**
 * A6: what a run of this job may make. The day is counted twice, over the operator's calendar day and over the last
 * 24 hours, and the fuller one wins. A `--limit` can only lower the cap.
 */
export function capsLeft(
  job: Job,
  limits: Limits,
  made: DraftsMade & { readonly limit: number | null },
): CapsLeft {
  const configured = job === 'drip' ? limits.draftsPerRunDrip : limits.draftsPerRunNurture;
  const perRun = made.limit === null ? configured : Math.min(configured, made.limit);
  const used = Math.max(made.onOperatorDay, made.inLast24Hours);
  const dayLeft = Math.max(0, limits.draftsPerDay - used);
  return {
    perRun,
    perDay: limits.draftsPerDay,
    usedToday: made.onOperatorDay,
    left: Math.min(perRun, dayLeft),
    bindingReason: dayLeft < perRun ? 'cap_day' : 'cap_run',
  };
}
