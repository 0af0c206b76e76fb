import type { Invocation, Outcome } from './cli-context.ts';
import { typedReason } from './review/reason.ts';
import { runBulkVerb } from './review/verb.ts';

/** `review discard`: the draft is thrown away and its step is due again (D11); the way on for a batch that was held (A8). */
export function run(invocation: Invocation): Promise<Outcome> {
  return runBulkVerb(invocation, { kind: 'discard' }, { details: { reason: typedReason(invocation) } });
}
