import { clockSync } from '../../adapters/system-time.ts';
import { judgeDrift, judgeSync } from '../../core/doctor/clock.ts';
import type { Finding } from '../../core/doctor/finding.ts';
import { attempt, type Checkup } from './checkup.ts';
import type { OpenedState } from './state-checks.ts';

/** Clock: set by time servers, and going on from where the state last read it (A14). */
export async function clockChecks({ timeoutMs }: Checkup, state: OpenedState): Promise<readonly Finding[]> {
  const sync = await attempt({ group: 'clock', check: 'ntp', title: 'time servers' }, async () => [
    judgeSync(await clockSync(timeoutMs)),
  ]);
  return [...sync, judgeDrift(state.kind === 'open' ? state.doubts : null)];
}
