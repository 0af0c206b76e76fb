import { HeadgateError } from '../../core/errors.ts';
import { OUTBOUND_JOBS, withJobLocks } from '../job-locks.ts';
import type { OperatorState } from '../operator-state.ts';
import { unfinishedErasuresOf } from './unfinished.ts';

/**
 * Finishes erasures that were broken off, or that this state does not know yet, before new leads come in. Nearly always there is nothing
 * to do. While an outbound job runs it is left to the next one that asks: what is not finished is in files alone, or in a state that is in
 * doubt, and nothing leaves for it.
 */
export async function finishErasuresWhereFree(state: OperatorState): Promise<void> {
  if (unfinishedErasuresOf(state) === null) return;
  const { invocation, workspace } = state;
  const { finishErasuresByTheWay } = await import('./finish-erasures.ts');
  try {
    await withJobLocks(invocation, { workspace, jobs: OUTBOUND_JOBS }, () => finishErasuresByTheWay(state));
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'lock_busy') throw error;
    invocation.progress('an erasure is finished as soon as no outbound job runs');
  }
}
