import type { Invocation, Outcome } from './cli-context.ts';
import { textOption, usageError } from './options.ts';
import { holdEnd } from './review/hold-until.ts';
import { typedReason } from './review/reason.ts';
import { runBulkVerb } from './review/verb.ts';

/** `review hold`: takes drafts, approved ones too, out of the way until they are released. It keeps where they came from. */
export function run(invocation: Invocation): Promise<Outcome> {
  const typed = textOption(invocation, 'until');
  const until = typed === null ? null : holdEnd(typed, invocation.context.clock.now());
  if (until !== null && typeof until !== 'number') {
    throw usageError(`--until ${until.problem}`, 'headgate review hold ID --until 2026-02-20T09:00:00Z');
  }
  return runBulkVerb(invocation, { kind: 'hold' }, { details: { until, reason: typedReason(invocation) } });
}
