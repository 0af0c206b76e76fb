import type { StateDoubt } from '../guards/state-doubts.ts';
import { checkDesk, type Finding } from './finding.ts';

/** What this machine says of its own clock. */
export type SyncFacts =
  | { readonly kind: 'synced'; readonly by: string; readonly offsetMs: number | null }
  | { readonly kind: 'unsynced'; readonly by: string; readonly isEnabled: boolean }
  /** No program here that could tell. */
  | { readonly kind: 'unknown'; readonly why: string };

const OFFSET_MS_MAX = 1_000;

/** A14: a clock that nobody sets goes wrong by minutes, and then mail leaves at the wrong hour or not at all. */
export function judgeSync(facts: SyncFacts): Finding {
  const desk = checkDesk('clock', 'ntp');
  if (facts.kind === 'unknown') return desk.skipped('time servers', facts.why);
  if (facts.kind === 'unsynced') {
    const title = 'the clock is not set by time servers';
    return facts.isEnabled
      ? desk.warn(title, `${facts.by}: switched on, and not in step yet`, 'timedatectl timesync-status')
      : desk.problem(title, `${facts.by}: no`, 'sudo timedatectl set-ntp true');
  }
  const { offsetMs, by } = facts;
  const offset = offsetMs === null ? '' : `, offset ${Math.abs(offsetMs).toFixed(0)} ms`;
  if (offsetMs !== null && Math.abs(offsetMs) > OFFSET_MS_MAX)
    return desk.warn('the clock is off', `${by}${offset}`, 'timedatectl timesync-status');
  return desk.pass('clock', `NTP in sync${offset} (${by})`);
}

/** A14: the clock against what the state and its stamp last read from it. Null: there is no state to compare with. */
export function judgeDrift(doubts: readonly StateDoubt[] | null): Finding {
  const desk = checkDesk('clock', 'drift');
  if (doubts === null) return desk.skipped('clock against the stamp', 'there is no state to compare with');
  const doubt = doubts.find(({ reason }) => reason === 'clock');
  if (doubt === undefined) return desk.pass('clock against the stamp', 'goes on from the last run');
  return desk.problem(
    'the clock contradicts the state',
    doubt.detail,
    'timedatectl   if the time is right: headgate adopt',
  );
}
