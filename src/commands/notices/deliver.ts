import { headedHtml } from '../../core/notices/html.ts';
import { isQuietMinute } from '../../core/notices/quiet-hours.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/durations.ts';
import { localTime } from '../../core/time/zone.ts';
import { touchWakeFile } from '../../adapters/wake-file.ts';
import type { NoticeChannel, OperatorMessage, PostResult } from '../../ports.ts';
import { markShown } from '../../store/chat-pages.ts';
import {
  channelTrouble,
  claimNotice,
  dropOldNotices,
  enqueueNotice,
  forgetChannelTrouble,
  markChannelTold,
  markNoticeDelivered,
  markNoticeFailed,
  saveChannelTrouble,
  waitingNotices,
  type ChannelTrouble,
  type WaitingNotice,
} from '../../store/notices.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { hasApprovers } from '../chat/open-chat.ts';
import { countOf } from '../output/text.ts';
import { formatDateTime, formatSpan } from '../output/time.ts';
import { buttonsOf, type NoticePage } from './buttons.ts';
import { letterText, nextBatch, operatorNotice } from './compose.ts';

export interface DeliveryOptions {
  /** In the order in which they are asked. */
  readonly channels: readonly NoticeChannel[];
  /** Waits, or less when the run is told to end. */
  readonly pause: (ms: number) => Promise<void>;
  /** False ends the delivery before the next message: time is over, or the run was told to end. */
  readonly mayGoOn: () => boolean;
}

/** So many messages in one run: more than that nobody reads, and a chat takes no more than about one a second, 20 a minute. */
const MESSAGES_MAX = 5;
const SPACING_MS = 1_100;
/** More wait only after weeks without a channel; the next run takes them. */
const LOOKED_AT_MAX = 200;
/** The first pause after a failure; it doubles. */
const PAUSE_MS = 5 * MINUTE_MS;
const PAUSE_MAX_MS = HOUR_MS;
/** Nobody means more when they ask for a wait. */
const ASKED_PAUSE_MAX_MS = DAY_MS;

/**
 * F1: hands waiting notices to the first channel that takes them, oldest first. Each is claimed before the call and marked after it, so
 * that a run which is killed in between repeats it at most once, and says so. A channel that fails is left alone for a while; nothing
 * here fails a run. Returns how many were delivered.
 */
export async function deliverWaiting(state: OperatorState, options: DeliveryOptions): Promise<number> {
  giveUpOldOnes(state);
  let delivered = 0;
  for (let turn = 0; turn < MESSAGES_MAX && options.mayGoOn(); turn += 1) {
    const batch = nextBatch(waitingNotices(state.db, LOOKED_AT_MAX));
    if (batch.length === 0) break;
    if (turn > 0) await options.pause(SPACING_MS);
    if (!(await tellBatch(state, options, batch))) break;
    delivered += batch.length;
  }
  return delivered;
}

/** What nobody was there to hear for so long is history; a channel that is configured later must not begin with it. */
const TOLD_DAYS_MAX = 14;

function giveUpOldOnes(state: OperatorState): void {
  const { db } = state;
  const now = clockOf(state);
  const oldest = waitingNotices(db, 1)[0];
  const beforeAt = now - TOLD_DAYS_MAX * DAY_MS;
  if (oldest === undefined || oldest.createdAt >= beforeAt) return;
  writeKeepingDoubt(state, () => {
    const count = dropOldNotices(db, beforeAt, now);
    const text = `${countOf(count, 'notice')} of more than ${String(TOLD_DAYS_MAX)} days ago could not be told to anybody then. What the runs did is still there: headgate runs list`;
    enqueueNotice(db, {
      kind: 'old_notices',
      job: null,
      dedupeKey: `old_notices ${String(now)}`,
      text,
      runId: null,
      now,
      repeatAfterMs: 0,
    });
  });
}

async function tellBatch(
  state: OperatorState,
  { channels }: DeliveryOptions,
  batch: readonly WaitingNotice[],
): Promise<boolean> {
  let known = batch;
  for (const channel of channels) {
    if (isResting(state, channel)) continue;
    const message = messageOf(state, { channels, channel, batch: known });
    const claimedAt = clockOf(state);
    const page = writeKeepingDoubt(state, () => {
      for (const { rowId } of batch) claimNotice(state.db, rowId, claimedAt);
      return buttonsOf(state, { channel, batch, text: message.text });
    });
    const result = await channel.post({ ...message, ...page?.message });
    noteResult(state, { channels, channel, batch: known, result, page });
    if (result.kind === 'taken') return true;
    if (result.mayHaveArrived) known = known.map((notice) => ({ ...notice, claimedAt }));
  }
  return false;
}

/** A pause that lies further ahead than any pause is long was written by a clock that was wrong. */
function isResting(state: OperatorState, { name }: NoticeChannel): boolean {
  const trouble = channelTrouble(state.db, name);
  const now = clockOf(state);
  return trouble !== null && trouble.retryAt > now && trouble.retryAt <= now + ASKED_PAUSE_MAX_MS;
}

interface Posting {
  readonly channels: readonly NoticeChannel[];
  readonly channel: NoticeChannel;
  readonly batch: readonly WaitingNotice[];
}

function messageOf(state: OperatorState, posting: Posting): OperatorMessage {
  const { workspace, invocation } = state;
  const { timezone } = workspace.policy;
  const now = clockOf(state);
  const host = invocation.context.machine.identity().hostName;
  const remarks = [
    ...(posting.batch.length > 1 && canDecide(state, posting) ? ['/review shows what waits now.'] : []),
    ...troubledFor(state, posting).map((each) => remarkOf(state, each)),
  ];
  const text = letterText(posting.batch, {
    host,
    timezone,
    now,
    remarks: remarks.flatMap((line) => ['', line]),
  });
  return {
    text,
    html: headedHtml(text),
    isQuiet: isQuietMinute(workspace.notify.quiet, localTime(now, timezone).minuteOfDay),
    notices: posting.batch.map(operatorNotice),
  };
}

/** F2: a summary has no buttons, for what it tells of is long over. */
function canDecide({ workspace }: OperatorState, { channel }: Posting): boolean {
  return channel.name === 'telegram' && hasApprovers(workspace);
}

interface Troubled {
  readonly name: string;
  readonly trouble: ChannelTrouble;
  readonly isBack: boolean;
}

/** F1: whoever is away for a day is told of: by itself when it is back, until then by the next channel, once a day. */
function troubledFor(state: OperatorState, { channels, channel }: Posting): readonly Troubled[] {
  const now = clockOf(state);
  return channels.flatMap(({ name }) => {
    const trouble = channelTrouble(state.db, name);
    if (trouble === null || now - trouble.downSince < DAY_MS) return [];
    const isBack = name === channel.name;
    const isTold = trouble.toldAt !== null && trouble.toldAt <= now && now - trouble.toldAt < DAY_MS;
    return !isBack && isTold ? [] : [{ name, trouble, isBack }];
  });
}

function remarkOf(state: OperatorState, { name, trouble, isBack }: Troubled): string {
  const since = formatDateTime(trouble.downSince, state.workspace.policy.timezone);
  const span = formatSpan(clockOf(state) - trouble.downSince);
  if (isBack)
    return `(This channel, ${name}, did not take anything for ${span}, since ${since}: ${trouble.lastError})`;
  return `(${name} has not taken anything for ${span}, since ${since}: ${trouble.lastError})`;
}

function noteResult(
  state: OperatorState,
  posting: Posting & { readonly result: PostResult; readonly page: NoticePage | null },
): void {
  const { db } = state;
  const { batch, channel, result, page } = posting;
  const now = clockOf(state);
  writeKeepingDoubt(state, () => {
    if (result.kind === 'taken') {
      for (const { rowId } of batch) markNoticeDelivered(db, rowId, now);
      for (const { name, isBack } of troubledFor(state, posting)) if (!isBack) markChannelTold(db, name, now);
      forgetChannelTrouble(db, channel.name);
      if (page !== null)
        markShown(db, page.pageRowId, { version: page.version, messageId: result.messageId ?? null });
      return;
    }
    const { error } = result;
    for (const { rowId, claimedAt } of batch) {
      const mayHaveArrived = result.mayHaveArrived || claimedAt !== null;
      markNoticeFailed(db, rowId, { error: `${channel.name}: ${error}`, mayHaveArrived });
    }
    const failures = channelTrouble(db, channel.name)?.failures ?? 0;
    const ownMs = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.min(failures, 10));
    const pauseMs = Math.min(ASKED_PAUSE_MAX_MS, result.retryAfterMs ?? ownMs);
    saveChannelTrouble(db, channel.name, { now, retryAt: now + pauseMs, error });
  });
  if (result.kind === 'taken' && page !== null) touchWakeFile(state.workspace.paths.listenFile);
}

function clockOf({ invocation }: OperatorState): number {
  return invocation.context.clock.now();
}
