import type { Invocation, Outcome } from './cli-context.ts';
import { textOption, usageError } from './options.ts';
import { runBulkVerb } from './review/verb.ts';

const HASH = /^[0-9a-f]{6,64}$/i;

/** `review approve`: the text may leave when the undo is over (D5, D7). `--expect` binds it to the text that was read. */
export function run(invocation: Invocation): Promise<Outcome> {
  const expectHash = textOption(invocation, 'expect');
  if (expectHash !== null) {
    if (!HASH.test(expectHash))
      throw usageError('--expect takes 6 to 64 digits of the hash', 'headgate review show ID');
    if (invocation.args.length !== 1)
      throw usageError('--expect is for one message', `headgate review approve ID --expect ${expectHash}`);
  }
  return runBulkVerb(invocation, { kind: 'approve' }, { expectHash });
}
