import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { NO_DETAILS } from './review/changes.ts';
import { openDesk } from './review/desk.ts';
import { findMessage } from './review/find.ts';
import { decideAndReport } from './review/verb.ts';

/** `review undo`: takes an approval back while its undo runs (D7). Against a send that claims it, one of the two wins. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', (state) => {
    const seen = invocation.args.map((typed) => ({
      message: findMessage(state.db, typed),
      expectHash: null,
    }));
    return decideAndReport(openDesk(state), { kind: 'undo' }, { seen, details: NO_DETAILS });
  });
}
