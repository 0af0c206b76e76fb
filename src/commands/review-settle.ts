import { SETTLED_OUTCOMES } from '../core/review-rules.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { argument, usageError } from './options.ts';
import { NO_DETAILS } from './review/changes.ts';
import { openDesk } from './review/desk.ts';
import { findMessage } from './review/find.ts';
import { typedReason } from './review/reason.ts';
import { decideAndReport } from './review/verb.ts';

/** `review settle ID sent|not-sent`: a person says what became of an uncertain message (D1, D11). */
export function run(invocation: Invocation): Promise<Outcome> {
  const typed = argument(invocation, 1) ?? '';
  const outcome = SETTLED_OUTCOMES.find((each) => each === typed);
  if (outcome === undefined) {
    const id = argument(invocation, 0) ?? 'ID';
    throw usageError(`say sent or not-sent, not "${typed}"`, `headgate review settle ${id} sent|not-sent`);
  }
  return withState(invocation, 'write', (state) => {
    const message = findMessage(state.db, argument(invocation, 0) ?? '');
    const details = { ...NO_DETAILS, reason: typedReason(invocation) };
    return decideAndReport(
      openDesk(state),
      { kind: 'settle', outcome },
      { seen: [{ message, expectHash: null }], details },
    );
  });
}
