import { MESSAGE_STATES, type MessageState } from '../core/model.ts';
import { nearestWords } from '../core/nearest.ts';
import { OPEN_STATES } from '../core/review-rules.ts';
import { formatInstant } from '../core/time/instants.ts';
import { messagesInStates, type StoredMessage } from '../store/messages.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, type OperatorState } from './operator-state.ts';
import { listOption, usageError } from './options.ts';
import { shortIdLength } from './output/short-ids.ts';
import { NEVER_CUT, renderTable, type TableColumn } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { formatClock, formatDay, formatSpan } from './output/time.ts';
import { reviewItem } from './review/item.ts';

/** `review list`: what waits, oldest first within its state; what a person must decide comes first. */
export function run(invocation: Invocation): Promise<Outcome> {
  const states = typedStates(invocation);
  return withState(invocation, 'read', (state) => listOutcome(state, states));
}

/** The list as `review` prints it off a terminal. */
export function listOutcome(state: OperatorState, states: readonly MessageState[] = OPEN_STATES): Outcome {
  const { db } = state;
  const { messages, items } = db.read(() => {
    const found = inOrder(messagesInStates(db, states), states);
    return { messages: found, items: found.map((message) => reviewItem(db, message)) };
  });
  return {
    exit: 'OK',
    document: { items, counts: countStates(messages) },
    human: (terminal) => listLines(terminal, state, messages),
  };
}

function typedStates(invocation: Invocation): readonly MessageState[] {
  const typed = listOption(invocation, 'state').flatMap((each) => each.split(','));
  if (typed.length === 0) return OPEN_STATES;
  return typed.map((each) => {
    const name = each.trim().toLowerCase();
    const known = MESSAGE_STATES.find((state) => state === name || (name === 'pending' && state === PENDING));
    if (known !== undefined) return known;
    const near = nearestWords(name, MESSAGE_STATES, 1)[0];
    throw usageError(
      `there is no state "${each}"`,
      near === undefined ? `the states are ${MESSAGE_STATES.join(', ')}` : `did you mean ${near}?`,
    );
  });
}

const PENDING: MessageState = 'pending_approval';

function inOrder(
  messages: readonly StoredMessage[],
  states: readonly MessageState[],
): readonly StoredMessage[] {
  return [...messages].sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state) || a.rowId - b.rowId);
}

function countStates(messages: readonly StoredMessage[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { total: messages.length };
  for (const { state } of messages) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function listLines(
  terminal: Terminal,
  state: OperatorState,
  messages: readonly StoredMessage[],
): readonly string[] {
  if (!terminal.isTty) return renderTable(terminal, messages, PIPED_COLUMNS);
  if (messages.length === 0) return [' Nothing waits.'];
  const idWidth = shortIdLength(messages.map(({ id }) => id));
  return renderTable(terminal, messages, [
    { header: 'id', cell: ({ id }) => id.slice(0, idWidth), minWidth: NEVER_CUT },
    {
      header: 'state',
      cell: ({ state: name }) => (name === PENDING ? 'pending' : name),
      minWidth: NEVER_CUT,
      style: paint(terminal),
    },
    { header: 'lead', cell: ({ leadName, leadEmail }) => leadName ?? leadEmail, minWidth: 10 },
    {
      header: 'step',
      cell: ({ sequenceId, stepId }) => `${sequenceId} ${terminal.symbols.arrow} ${stepId}`,
      minWidth: 10,
    },
    { header: 'subject', cell: ({ subject }) => subject, minWidth: 12 },
    {
      header: 'age',
      cell: ({ draftedAt }) => (draftedAt === null ? null : formatSpan(Math.max(0, state.now - draftedAt))),
      minWidth: NEVER_CUT,
    },
    { header: 'leaves', cell: (message) => leavesText(state, message), minWidth: NEVER_CUT },
  ]);
}

const PIPED_COLUMNS: readonly TableColumn<StoredMessage>[] = [
  { header: 'id', cell: ({ id }) => id },
  { header: 'state', cell: ({ state }) => state },
  { header: 'lead', cell: ({ leadEmail }) => leadEmail },
  { header: 'sequence', cell: ({ sequenceId }) => sequenceId },
  { header: 'step', cell: ({ stepId }) => stepId },
  { header: 'subject', cell: ({ subject }) => subject },
  { header: 'drafted', cell: ({ draftedAt }) => (draftedAt === null ? null : formatInstant(draftedAt)) },
];

function paint(terminal: Terminal): (message: StoredMessage, text: string) => string {
  return ({ state }, text) => {
    if (state === 'held' || state === 'uncertain') return terminal.yellow(text);
    if (state === 'sent') return terminal.green(text);
    return state === 'failed' ? terminal.red(text) : text;
  };
}

/** `09:40` today, `Thu 19 Feb` another day; a hold shows its end. */
function leavesText(state: OperatorState, message: StoredMessage): string | null {
  const zone = state.workspace.policy.timezone;
  const at =
    message.state === 'approved' ? message.leavesAt : message.state === 'held' ? message.heldUntil : null;
  if (at === null) return null;
  const day = formatDay(at, zone);
  return day === formatDay(state.now, zone) ? formatClock(at, zone) : day;
}
