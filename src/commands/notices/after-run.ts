import { pauseFor } from '../../adapters/pause.ts';
import { SECOND_MS } from '../../core/time/durations.ts';
import { acquireLock } from '../../store/locks.ts';
import { openState } from '../../store/database.ts';
import { hasWaitingNotice } from '../../store/notices.ts';
import { withState } from '../operator-state.ts';
import { openChannels } from './channels.ts';
import { deliverWaiting } from './deliver.ts';
import type { Watched } from './watch.ts';

/** After so long no further message is begun; the one under way has a deadline of its own. */
const TIME_MS = 10 * SECOND_MS;

/**
 * F1: after the run's last commit, never before it. Costs one look at an index when nothing waits. Two runs that end together do not
 * both deliver: who finds the other at it leaves what waits to it, or to the next run.
 */
export async function deliverAfterRun({
  invocation,
  workspace,
}: Pick<Watched, 'invocation' | 'workspace'>): Promise<void> {
  if (!hasSomething(workspace.paths.databaseFile)) return;
  const { clock, machine, signal } = invocation.context;
  const lock = acquireLock({
    directory: workspace.paths.locksDir,
    job: 'notices',
    holder: {
      pid: process.pid,
      startedAt: clock.now(),
      command: invocation.path,
      hostName: machine.identity().hostName,
    },
  });
  if (lock.kind === 'busy') return;
  try {
    const channels = await openChannels(invocation, workspace);
    try {
      const time = AbortSignal.any([signal, AbortSignal.timeout(TIME_MS)]);
      await withState(invocation, 'write', (state) =>
        deliverWaiting(state, {
          channels,
          pause: (ms) => pauseFor(ms, time),
          mayGoOn: () => !time.aborted,
        }),
      );
    } finally {
      for (const channel of channels) await channel.close();
    }
  } finally {
    lock.release();
  }
}

function hasSomething(file: string): boolean {
  const db = openState({ file, mode: 'read' });
  try {
    return hasWaitingNotice(db);
  } finally {
    db.close();
  }
}
