import { REJECT_THEN } from '../core/review-rules.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { textOption, usageError } from './options.ts';
import { typedReason } from './review/reason.ts';
import { runBulkVerb } from './review/verb.ts';

/** `review reject`: the step is passed over and the next counts from now, or `--then redraft|stop` (D11). */
export function run(invocation: Invocation): Promise<Outcome> {
  const typed = textOption(invocation, 'then') ?? 'skip';
  const then = REJECT_THEN.find((each) => each === typed);
  if (then === undefined) {
    throw usageError(`--then takes skip, redraft or stop, not "${typed}"`, 'headgate review reject --help');
  }
  return runBulkVerb(invocation, { kind: 'reject', then }, { details: { reason: typedReason(invocation) } });
}
