import type { Invocation, Outcome } from './cli-context.ts';
import { typedReason } from './review/reason.ts';
import { runBulkVerb } from './review/verb.ts';

/**
 * `review release`: what was held goes back to where it came from, approved with a fresh undo. A released batch raises its job's
 * line for the day (A8). Under another machine or a restored state, only after `adopt`.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return runBulkVerb(invocation, { kind: 'release' }, { details: { reason: typedReason(invocation) } });
}
