import { strongestExit } from '../core/exits.ts';
import { messageById, messagesInStates, type StoredMessage } from '../store/messages.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, type OperatorState } from './operator-state.ts';
import { argument } from './options.ts';
import { createTerminal, type Terminal } from './output/terminal.ts';
import { countOf } from './output/text.ts';
import { listOutcome } from './review-list.ts';
import { run as runShow } from './review-show.ts';
import { openDesk } from './review/desk.ts';
import { findMessage } from './review/find.ts';
import { reviewItem } from './review/item.ts';
import { ReviewSitting, type SittingResult } from './review/sitting.ts';

/**
 * `review [ID]`: at a terminal, one draft a screen and one key a decision (cli.md 2.4). Anywhere else it prints the list, or the one
 * message. It never asks off a terminal.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const { global, context } = invocation;
  const isAtDesk = global.input && context.io.stdout.isTty && !global.json && !global.quiet;
  if (!isAtDesk) {
    return argument(invocation, 0) === null ? runList(invocation) : runShow(invocation);
  }
  return withState(invocation, 'write', (state) => sit(state));
}

/** Off a terminal nothing can be asked: the list, and why it is no more than that. */
async function runList(invocation: Invocation): Promise<Outcome> {
  const outcome = await withState(invocation, 'read', (state) => listOutcome(state));
  if (invocation.global.json) return outcome;
  const { stdin, stdout } = invocation.context.io;
  const why = stdin.isTty && stdout.isTty ? 'Nothing is asked here' : 'This is no terminal';
  return { ...outcome, notes: [`${why}, so this is the list. Decide with: headgate review approve ID`] };
}

async function sit(state: OperatorState): Promise<Outcome> {
  const queue = queueOf(state);
  if (queue.length === 0) {
    return argument(state.invocation, 0) === null ? listOutcome(state) : runShow(state.invocation);
  }
  const sitting = new ReviewSitting(openDesk(state), () => terminalOf(state.invocation), queue);
  const result = await sitting.run();
  return sittingOutcome(state, queue, result);
}

function queueOf({ db, invocation }: OperatorState): readonly StoredMessage[] {
  const typed = argument(invocation, 0);
  if (typed === null) return messagesInStates(db, ['pending_approval']);
  const message = findMessage(db, typed);
  return message.state === 'pending_approval' ? [message] : [];
}

function terminalOf({ context, global }: Invocation): Terminal {
  const { stdout, env } = context.io;
  const { isTty, columns } = stdout;
  return createTerminal({ isTty, columns, env, color: global.color, ascii: global.ascii });
}

function sittingOutcome(
  { db }: OperatorState,
  queue: readonly StoredMessage[],
  result: SittingResult,
): Outcome {
  const refused = result.rejected.filter((each) => each.result === 'refused');
  const { approved, held, edited, left } = result;
  const rejected = result.rejected.length - refused.length;
  const items = queue.map((message) => reviewItem(db, messageById(db, message.id) ?? message));
  const parts = [
    [approved, 'approved'],
    [rejected, 'rejected'],
    [held, 'held'],
    [edited, 'edited'],
  ] as const;
  const done = parts.filter(([count]) => count > 0).map(([count, word]) => `${String(count)} ${word}`);
  return {
    exit: strongestExit(
      refused.map((each) => (each.refusal?.reason === 'text_changed' ? 'STALE_PLAN' : 'PARTIAL')),
    ),
    document: { items, counts: { approved, rejected, held, edited, left, refused: refused.length } },
    human: (terminal) => [
      '',
      ` ${terminal.bold(done.length === 0 ? 'Nothing decided' : done.join(', '))}, ${countOf(left, 'draft')} left`,
      ...refused.map((each) => `   Not rejected: ${each.message.id}: ${each.detail ?? ''}`),
    ],
  };
}
