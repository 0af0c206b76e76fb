import type { Lock } from '../store/locks.ts';
import type { Invocation } from './cli-context.ts';
import { takeLock } from './run-session.ts';
import type { Workspace } from './workspace.ts';

/** Who may touch people, in the order in which locks are taken. */
export const OUTBOUND_JOBS = ['drip', 'nurture', 'send'] as const;

/**
 * Holds the locks of these jobs while `work` runs, so that no run goes on with what it read before. Throws `lock_busy`
 * (75) with who holds one; nothing has been done then.
 */
export async function withJobLocks<T>(
  invocation: Invocation,
  of: { readonly workspace: Workspace; readonly jobs: readonly string[] },
  work: () => T | Promise<T>,
): Promise<T> {
  const locks: Lock[] = [];
  try {
    for (const job of of.jobs) locks.push(takeLock(invocation, of.workspace, job));
    return await work();
  } finally {
    for (const lock of locks.reverse()) lock.release();
  }
}
