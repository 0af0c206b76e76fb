import { standingOf, type Incoming } from '../../core/chat/incoming.ts';
import { HeadgateError } from '../../core/errors.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import type { ChatFailure, OperatorChat } from '../../ports.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { beginUpdate, storeUpdates, waitingUpdates, type StoredUpdate } from '../../store/chat-updates.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { actOnUpdate, giveUpUpdate, isAnswer } from './act-on-update.ts';
import { nowOf } from './chat-desk.ts';
import { Later } from './job-acts.ts';
import { showPages, type Showing } from './show-pages.ts';

/** What one reading of the chat came to. */
export interface TapCounts {
  /** New since the last reading. */
  taken: number;
  done: number;
  /** By strangers, in other chats, forged, forwarded. */
  refused: number;
  /** A job holds its lock: done by the next reading. */
  waiting: number;
}

export function noTaps(): TapCounts {
  return { taken: 0, done: 0, refused: 0, waiting: 0 };
}

/** More are acted on in the next turn. */
const UPDATES_A_TURN = 200;
/** What fails so often fails always. */
const ATTEMPTS_MAX = 3;

/** What waits in the state is acted on, told to whoever tapped, and shown (F2). Returns what the chat made of it; null: all well. */
export async function actOnWaiting(
  state: OperatorState,
  { showing, counts }: { readonly showing: Showing; readonly counts: TapCounts },
): Promise<ChatFailure | null> {
  for (const update of waitingUpdates(state.db, UPDATES_A_TURN)) {
    if (!showing.mayGoOn()) break;
    await actOnOne(state, update, { chat: showing.chat, counts });
  }
  return showPages(state, showing);
}

async function actOnOne(
  state: OperatorState,
  update: StoredUpdate,
  { chat, counts }: { readonly chat: OperatorChat; readonly counts: TapCounts },
): Promise<void> {
  writeKeepingDoubt(state, () => {
    beginUpdate(state.db, update.rowId);
  });
  const { invocation } = state;
  try {
    const { kind, outcome, answer } = await actOnUpdate(state, update);
    if (kind !== 'nothing') counts[kind] += 1;
    if (kind === 'refused') invocation.progress(`telegram ${String(update.fromId)}: ${outcome}`);
    await answerTap(update, { chat, answer });
  } catch (error) {
    if (error instanceof Later) {
      counts.waiting += 1;
      if (nowOf(state) - update.receivedAt > DAY_MS) giveUpUpdate(state, update, error.message);
      else await answerTap(update, { chat, answer: 'A run is busy: done as soon as it is over.' });
      return;
    }
    if (isAnswer(error)) {
      counts.done += 1;
      await answerTap(update, { chat, answer: giveUpUpdate(state, update, error.message).answer });
      return;
    }
    // A full disk or a damaged state is wrong with us; what only a bug explains is tried again, and then told.
    const isOurs = error instanceof HeadgateError && error.exit !== 'SOFTWARE';
    if (!(error instanceof Error) || isOurs || update.attempts + 1 < ATTEMPTS_MAX) throw error;
    giveUp(state, update, error);
    counts.refused += 1;
  }
}

/** Whoever tapped sees a waiting sign until then. Words have none. */
async function answerTap(
  { body }: StoredUpdate,
  { chat, answer }: { readonly chat: OperatorChat; readonly answer: string },
): Promise<void> {
  if (body.kind === 'tap') await chat.answer(body.callbackId, answer);
}

/** A tap that breaks us must not stand before all others for ever; somebody has to hear of it. */
function giveUp(state: OperatorState, update: StoredUpdate, error: Error): void {
  giveUpUpdate(state, update, error.message);
  writeKeepingDoubt(state, () =>
    enqueueNotice(state.db, {
      kind: 'tap_failed',
      job: null,
      dedupeKey: `tap_failed ${String(update.rowId)}`,
      text: `Something that ${update.fromName} tapped or wrote in Telegram could not be done: ${error.message}\nDo it at a terminal: headgate review`,
      runId: null,
      now: nowOf(state),
      repeatAfterMs: Infinity,
    }),
  );
}

/**
 * Stores what the chat says happened. Returns the highest number, which the next asking confirms; null for none: it is confirmed only
 * after the commit, so that a crash in between hears everything once more, and changes nothing the second time.
 */
export function keepUpdates(
  state: OperatorState,
  { updates, counts }: { readonly updates: readonly Incoming[]; readonly counts: TapCounts },
): number | null {
  if (updates.length === 0) return null;
  const kept = updates.map((update) => withoutStrangersWords(state, update));
  counts.taken += writeKeepingDoubt(state, () => storeUpdates(state.db, kept, nowOf(state)));
  return Math.max(...updates.map(({ updateId }) => updateId));
}

/** That they wrote is noted; what they wrote is no business of ours, and nobody may fill the disk with it. */
function withoutStrangersWords({ workspace }: OperatorState, update: Incoming): Incoming {
  const { telegram } = workspace.notify;
  const { body } = update;
  if (body.kind !== 'words' || telegram === null || standingOf(update, telegram) === 'approver')
    return update;
  return { ...update, body: { ...body, text: '' } };
}
