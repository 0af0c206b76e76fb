import { pauseFor } from '../../adapters/pause.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { ChatFailure, OperatorChat } from '../../ports.ts';
import { acquireLock } from '../../store/locks.ts';
import type { OperatorState } from '../operator-state.ts';
import { nowOf } from './chat-desk.ts';
import { hasApprovers, openChat } from './open-chat.ts';
import { chatIsBack, isChatResting, noteChatFailure } from './chat-trouble.ts';
import { actOnWaiting, keepUpdates, noTaps, type TapCounts } from './take-updates.ts';

/** What `sync` heard from the chat. */
export interface LateTaps extends TapCounts {
  /** `busy`: `listen` is at it; `resting`: it failed lately. */
  readonly outcome: 'read' | 'failed' | 'busy' | 'resting';
  readonly error: string | null;
}

/** One lock for whoever asks the chat: two of them would take each other's updates away (409). */
export const TAPS_LOCK = 'taps';
/** A chat that has more to say than that says it to the next run. */
const ROUNDS_MAX = 10;

/**
 * F2: what was tapped and written since nobody listened. Like any other source, and unlike them it fails no run: whatever is wrong with the
 * chat is said, and the next run asks again. Null where nobody may decide in a chat.
 */
export async function takeLateTaps(
  state: OperatorState,
  { deadlineAt }: { readonly deadlineAt: number },
): Promise<LateTaps | null> {
  const { workspace, invocation } = state;
  if (!hasApprovers(workspace)) return null;
  const counts = noTaps();
  if (isChatResting(state)) return { ...counts, outcome: 'resting', error: null };
  const { clock, machine } = invocation.context;
  const lock = acquireLock({
    directory: workspace.paths.locksDir,
    job: TAPS_LOCK,
    holder: {
      pid: process.pid,
      startedAt: clock.now(),
      command: invocation.path,
      hostName: machine.identity().hostName,
    },
  });
  if (lock.kind === 'busy') return { ...counts, outcome: 'busy', error: null };
  try {
    const failure = await readChat(state, { counts, deadlineAt });
    if (failure === null) return { ...counts, outcome: 'read', error: null };
    return { ...counts, outcome: 'failed', error: failure.error };
  } finally {
    lock.release();
  }
}

async function readChat(
  state: OperatorState,
  of: { readonly counts: TapCounts; readonly deadlineAt: number },
): Promise<ChatFailure | null> {
  let chat: OperatorChat;
  try {
    chat = await openChat(state.invocation, state.workspace);
  } catch (error) {
    // A token that cannot be read is wrong with the chat alone: answers of leads are still to be heard.
    if (!(error instanceof HeadgateError)) throw error;
    return { kind: 'failed', error: error.message };
  }
  try {
    const failure = await readOut(state, chat, of);
    if (failure === null) chatIsBack(state);
    else noteChatFailure(state, failure);
    return failure;
  } finally {
    await chat.close();
  }
}

/** Each asking confirms what the one before it stored; the last one finds nothing, and so everything is confirmed. */
async function readOut(
  state: OperatorState,
  chat: OperatorChat,
  { counts, deadlineAt }: { readonly counts: TapCounts; readonly deadlineAt: number },
): Promise<ChatFailure | null> {
  const { signal } = state.invocation.context;
  const mayGoOn = (): boolean => !signal.aborted && nowOf(state) < deadlineAt;
  const showing = { chat, mayGoOn, pause: (ms: number) => pauseFor(ms, signal) };
  let after: number | null = null;
  for (let round = 0; round < ROUNDS_MAX && mayGoOn(); round += 1) {
    const answer = await chat.updates({ after, waitSeconds: 0, signal });
    if (answer.kind !== 'updates') return answer;
    after = keepUpdates(state, { updates: answer.updates, counts }) ?? null;
    if (after === null) break;
  }
  return actOnWaiting(state, { showing, counts });
}
