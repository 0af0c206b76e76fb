import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/durations.ts';
import type { ChatFailure } from '../../ports.ts';
import {
  channelTrouble,
  enqueueNotice,
  forgetChannelTrouble,
  saveChannelTrouble,
} from '../../store/notices.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { nowOf } from './chat-desk.ts';

/** Asking and telling fail apart: a bot may write while another program polls for it. */
const CHANNEL = 'telegram taps';
const PAUSE_MS = 5 * MINUTE_MS;
const PAUSE_MAX_MS = HOUR_MS;

/** Whether it asked to be left alone, or failed lately. A pause longer than any was written by a clock that was wrong. */
export function isChatResting(state: OperatorState): boolean {
  const trouble = channelTrouble(state.db, CHANNEL);
  const now = nowOf(state);
  return trouble !== null && trouble.retryAt > now && trouble.retryAt <= now + PAUSE_MAX_MS;
}

/** It is left alone for a while, longer each time; one that another program polls is told of, once a day. */
export function noteChatFailure(state: OperatorState, failure: ChatFailure): void {
  const now = nowOf(state);
  const before = channelTrouble(state.db, CHANNEL)?.failures ?? 0;
  const askedMs = failure.kind === 'refused' ? failure.retryAfterMs : null;
  const ownMs = PAUSE_MS * 2 ** Math.min(before, 10);
  const retryAt = now + Math.min(PAUSE_MAX_MS, askedMs ?? ownMs);
  writeKeepingDoubt(state, () => {
    saveChannelTrouble(state.db, CHANNEL, { now, retryAt, error: failure.error });
    if (failure.kind !== 'refused' || !failure.isConflict || before < 1) return;
    enqueueNotice(state.db, {
      kind: 'taps_failed',
      job: null,
      dedupeKey: 'taps_failed conflict',
      text: `Taps in Telegram are not heard: ${failure.error}\nOne bot has one listener: give this one a token of its own, or end the other program (a webhook counts as one).`,
      runId: null,
      now,
      repeatAfterMs: DAY_MS,
    });
  });
}

/** It answered: whatever was the matter is over. */
export function chatIsBack(state: OperatorState): void {
  if (channelTrouble(state.db, CHANNEL) === null) return;
  writeKeepingDoubt(state, () => {
    forgetChannelTrouble(state.db, CHANNEL);
  });
}
