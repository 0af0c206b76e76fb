import type { Decision } from '../../core/review-rules.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { Invocation, Outcome } from '../cli-context.ts';
import { withState } from '../operator-state.ts';
import { NO_DETAILS, type DecisionDetails } from './changes.ts';
import { decide, type Seen } from './decide.ts';
import { reportDecision } from './decision-report.ts';
import { openDesk, type Desk } from './desk.ts';
import { selectMessages, type BulkDecision } from './select.ts';

/** What a verb of `review` has in common with the others: select, decide, report. */
export function runBulkVerb(
  invocation: Invocation,
  decision: Extract<Decision, { kind: BulkDecision }>,
  given: { readonly details?: Partial<DecisionDetails>; readonly expectHash?: string | null } = {},
): Promise<Outcome> {
  return withState(invocation, 'write', async (state) => {
    const messages = await selectMessages(state, decision.kind);
    const seen = messages.map((message) => ({
      message,
      expectHash: given.expectHash ?? textMeant(decision, message),
    }));
    // D7: whoever was asked for the number may have thought about it for long; the undo begins with the answer.
    const desk = openDesk({ ...state, now: invocation.context.clock.now() });
    return decideAndReport(desk, decision, { seen, details: { ...NO_DETAILS, ...given.details } });
  });
}

/** D5: an approval is of the words that waited when they were counted, however long the number took to type; other decisions are of the message. */
function textMeant({ kind }: Decision, message: StoredMessage): string | null {
  return kind === 'approve' ? message.textHash : null;
}

/** Decides about what was seen and tells what became of it. Nothing is written when nothing was meant. */
export function decideAndReport(
  desk: Desk,
  decision: Decision,
  of: { readonly seen: readonly Seen[]; readonly details: DecisionDetails },
): Outcome {
  return reportDecision(desk, decision, of.seen.length === 0 ? [] : decide(desk, decision, of));
}
