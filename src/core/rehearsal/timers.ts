import type { Instant } from '../model.ts';
import { HOUR_MS, MINUTE_MS } from '../time/durations.ts';

/** What a timer of systemd/ fires and a rehearsal plays. */
export type TimedJob = 'drip' | 'nurture' | 'send' | 'confirm';

/** The minutes of every hour at which the units of systemd/ fire (OnCalendar), in the order in which they share a minute. */
export const FIRING_MINUTES: Readonly<Record<TimedJob, readonly number[]>> = {
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

const ROUND: readonly { readonly minute: number; readonly job: TimedJob }[] = jobsByMinute();

/** The first firing after an instant: a timer that was off fires nothing late (Persistent=false). */
export function nextFiring(after: Instant): Firing {
  const hourAt = Math.floor(after / HOUR_MS) * HOUR_MS;
  for (const { minute, job } of ROUND) {
    const at = hourAt + minute * MINUTE_MS;
    if (at > after) return { at, job };
  }
  const [first = { minute: 3, job: 'drip' as const }] = ROUND;
  return { at: hourAt + HOUR_MS + first.minute * MINUTE_MS, job: first.job };
}

function jobsByMinute(): readonly { readonly minute: number; readonly job: TimedJob }[] {
  const jobs: readonly TimedJob[] = ['confirm', 'drip', 'nurture', 'send'];
  return jobs
    .flatMap((job) => FIRING_MINUTES[job].map((minute) => ({ minute, job })))
    .sort((one, other) => one.minute - other.minute);
}
