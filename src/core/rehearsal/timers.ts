import type { Instant } from '../model.ts';
import { HOUR_MS, MINUTE_MS } from '../time/durations.ts';

/** What a timer of systemd/ fires and a rehearsal plays. */
export type TimedJob = 'drip' | 'nurture' | 'send' | 'confirm';

export type FiringMinutes = Readonly<Record<TimedJob, readonly number[]>>;

/** The minutes of every hour at which the units of systemd/ fire (OnCalendar), in the order in which they share a minute. */
export const FIRING_MINUTES: FiringMinutes = {
  drip: [3],
  nurture: [33],
  send: [5, 15, 25, 35, 45, 55],
  confirm: [2, 7, 12, 17, 22, 27, 32, 37, 42, 47, 52, 57],
};

/** `sync` fires at these minutes; a rehearsal reads what came back then. */
export const SYNC_MINUTES = 10;

export interface Firing {
  readonly at: Instant;
  readonly job: TimedJob;
}

/** What fires when, in the order of an hour. */
export type Round = readonly { readonly minute: number; readonly job: TimedJob }[];

/** The first firing after an instant: a timer that was off fires nothing late (Persistent=false). */
export function nextFiring(after: Instant, round: Round): Firing {
  const hourAt = Math.floor(after / HOUR_MS) * HOUR_MS;
  const next = round.find(({ minute }) => hourAt + minute * MINUTE_MS > after);
  if (next !== undefined) return { at: hourAt + next.minute * MINUTE_MS, job: next.job };
  const [first] = round;
  if (first === undefined) throw new RangeError('no timer fires at all');
  return { at: hourAt + HOUR_MS + first.minute * MINUTE_MS, job: first.job };
}

/** Those of one minute in the order in which a person would want them. */
export function roundOf(minutes: FiringMinutes): Round {
  const jobs: readonly TimedJob[] = ['confirm', 'drip', 'nurture', 'send'];
  return jobs
    .flatMap((job) => minutes[job].map((minute) => ({ minute, job })))
    .sort((one, other) => one.minute - other.minute);
}
