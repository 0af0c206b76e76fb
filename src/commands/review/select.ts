import { HeadgateError } from '../../core/errors.ts';
import type { MessageState } from '../../core/model.ts';
import type { Decision } from '../../core/review-rules.ts';
import { messagesInStates, messagesOfRun, type StoredMessage } from '../../store/messages.ts';
import type { Invocation } from '../cli-context.ts';
import type { OperatorState } from '../operator-state.ts';
import { countOption, flagOption, textOption, usageError } from '../options.ts';
import { countOf } from '../output/text.ts';
import { DECISION_WORDS } from './decision-text.ts';
import { findMessage, findRunId } from './find.ts';

/** The decisions that many messages can share. */
export type BulkDecision = Extract<Decision['kind'], 'approve' | 'reject' | 'discard' | 'hold' | 'release'>;

/** `--all` means what waits for just this decision; a hold by hand and an approval given are not swept along. */
const ALL_STATES: Readonly<Record<BulkDecision, readonly MessageState[]>> = {
  approve: ['pending_approval'],
  reject: ['pending_approval'],
  discard: ['pending_approval', 'held'],
  hold: ['pending_approval', 'approved'],
  release: ['held'],
};

/** A run is a batch that was named: all of it that has not left. */
const RUN_STATES: Readonly<Record<BulkDecision, readonly MessageState[]>> = {
  approve: ['pending_approval', 'held'],
  reject: ['pending_approval', 'approved', 'held'],
  discard: ['pending_approval', 'approved', 'held'],
  hold: ['pending_approval', 'approved'],
  release: ['held'],
};

/**
 * The messages that a command line means: ids (or beginnings of ids), `--run R` or `--all`. `--all` needs the number: typed at a
 * terminal, or `--count N`; a hold, which only stops, does not. Any `--count` must match. Throws 64 otherwise.
 */
export async function selectMessages(
  state: OperatorState,
  kind: BulkDecision,
): Promise<readonly StoredMessage[]> {
  const { invocation } = state;
  const run = textOption(invocation, 'run');
  const isAll = flagOption(invocation, 'all');
  refuseMixture(invocation, kind, { hasIds: invocation.args.length > 0, isRun: run !== null, isAll });
  const messages = messagesMeant(state, kind, { run, isAll });
  const count = countOption(invocation, 'count');
  if (count !== null) demandCount(kind, { count, messages });
  else if (isAll && kind !== 'hold') await askCount(invocation, kind, messages);
  return messages;
}

function refuseMixture(
  { path, args }: Invocation,
  kind: BulkDecision,
  given: { hasIds: boolean; isRun: boolean; isAll: boolean },
): void {
  const ways = [given.hasIds, given.isRun, given.isAll].filter(Boolean).length;
  if (ways === 1) return;
  const example = `headgate ${path} ${args[0] ?? 'm-…'}   or   headgate ${path} --all --count N`;
  if (ways === 0) throw usageError(`say what to ${kind}: ids, --run R or --all`, example);
  throw usageError('ids, --run and --all exclude each other', example);
}

function messagesMeant(
  { db, invocation }: OperatorState,
  kind: BulkDecision,
  { run, isAll }: { run: string | null; isAll: boolean },
): readonly StoredMessage[] {
  return db.read(() => {
    if (isAll) return messagesInStates(db, ALL_STATES[kind], Number.MAX_SAFE_INTEGER);
    if (run === null) return distinct(invocation.args.map((typed) => findMessage(db, typed)));
    const states = RUN_STATES[kind];
    return messagesOfRun(db, findRunId(db, run)).filter(({ state }) => states.includes(state));
  });
}

function distinct(messages: readonly StoredMessage[]): readonly StoredMessage[] {
  return [...new Map(messages.map((message) => [message.id, message])).values()];
}

function demandCount(
  kind: BulkDecision,
  { count, messages }: { count: number; messages: readonly StoredMessage[] },
): void {
  if (count !== messages.length) throw mismatch(kind, String(count), messages);
}

function mismatch(kind: BulkDecision, typed: string, messages: readonly StoredMessage[]): HeadgateError {
  return new HeadgateError(`"${typed.slice(0, 20)}" does not match: ${inWords(messages)}`, {
    code: 'count_mismatch',
    exit: 'USAGE',
    notDone: `${DECISION_WORDS[kind].not}: nothing was done.`,
    fix: 'headgate review list',
  });
}

/** "Approve all" asks for the number: whoever types it has looked. */
async function askCount(
  invocation: Invocation,
  kind: BulkDecision,
  messages: readonly StoredMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  if (!invocation.global.input) {
    throw usageError(
      `--all needs the number: ${inWords(messages)}`,
      `headgate ${invocation.path} --all --count ${String(messages.length)}`,
    );
  }
  const { stdin, stderr } = invocation.context.io;
  stderr.write(`${inWords(messages)}. To ${kind} them all, type how many: `);
  const answer = (await stdin.readLine())?.trim() ?? '';
  if (answer !== String(messages.length)) throw mismatch(kind, answer, messages);
}

/** `5 messages: 3 pending_approval, 2 held`. */
function inWords(messages: readonly StoredMessage[]): string {
  const counts = new Map<MessageState, number>();
  for (const { state } of messages) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${String(count)} ${state}`);
  return `${countOf(messages.length, 'message')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}
