import { elapsedMs } from '../adapters/clock.ts';
import { pauseFor } from '../adapters/pause.ts';
import { EXIT_CODES, type ExitName } from '../core/exits.ts';
import { MINUTE_MS, SECOND_MS } from '../core/time/durations.ts';
import { formatInstant } from '../core/time/instants.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import type { ChatFailure, OperatorChat } from '../ports.ts';
import type { Lock } from '../store/locks.ts';
import { recordRun } from '../store/runs.ts';
import { chatIsBack, noteChatFailure } from './chat/chat-trouble.ts';
import { TAPS_LOCK } from './chat/late-taps.ts';
import { hasApprovers, openChat, POLL_SECONDS_MAX } from './chat/open-chat.ts';
import { actOnWaiting, keepUpdates, noTaps, type TapCounts } from './chat/take-updates.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { HeadgateError } from '../core/errors.ts';
import { deliverAfterRun } from './notices/after-run.ts';
import { withState, writeKeepingDoubt } from './operator-state.ts';
import { countOption, usageError } from './options.ts';
import { countOf } from './output/text.ts';
import { takeLock } from './run-session.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** cli.md 2.7: at most 16 minutes, the end of the last question included. */
const MINUTES_MAX = 15;
/** `sync` asks for a moment every ten minutes; whoever else has the lock so long is another `listen`. */
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 2 * SECOND_MS;
/** A tap that waits for a job is tried again so soon. */
const RETRY_SECONDS = 5;
const FAILURES_MAX = 8;
const FAILURE_PAUSE_MS = 5 * SECOND_MS;
const FAILURE_PAUSE_MAX_MS = MINUTE_MS;

type Answer = Awaited<ReturnType<OperatorChat['updates']>>;
type Heard = Parameters<typeof keepUpdates>[1]['updates'];

interface Listening {
  readonly invocation: Invocation;
  readonly workspace: Workspace;
  readonly chat: OperatorChat;
  readonly counts: TapCounts;
  /** Milliseconds that are left. */
  readonly leftMs: () => number;
}

/**
 * `listen`: after a digest or an alert hears at once what is tapped and written in the operator's chat, for a quarter of an hour (F2). The
 * state is open only while it acts. A chat that is down ends it 75; what is tapped later, the next `sync` takes. Ends at once on SIGTERM:
 * what was heard is stored, and what was done is noted in the same transaction.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const minutes = countOption(invocation, 'minutes') ?? MINUTES_MAX;
  if (minutes < 1 || minutes > MINUTES_MAX)
    throw usageError(`--minutes takes 1 to ${String(MINUTES_MAX)}`, 'headgate listen --minutes 5');
  const workspace = openWorkspace(invocation);
  // Whether there is a state at all is said before anything else.
  await withState(invocation, 'read', () => undefined);
  if (!hasApprovers(workspace)) return nobodyDecides();
  const startedAt = invocation.context.clock.now();
  const lock = await waitForLock(invocation, workspace);
  const counts = noTaps();
  try {
    const chat = await openChat(invocation, workspace);
    try {
      const endsAt = elapsedMs() + minutes * MINUTE_MS;
      const leftMs = (): number => (invocation.context.signal.aborted ? 0 : endsAt - elapsedMs());
      const failure = await hear({ invocation, workspace, chat, counts, leftMs });
      return await ended(invocation, { startedAt, counts, failure });
    } finally {
      await chat.close();
    }
  } finally {
    lock.release();
  }
}

function nobodyDecides(): Outcome {
  return {
    exit: 'OK',
    document: { items: [], run: null, counts: {} },
    human: ' Nobody may decide in Telegram: telegram.approvers is not set.',
    message: 'not_configured',
    fix: 'headgate config explain telegram.approvers',
  };
}

/** Throws `lock_busy` (75) when another one listens. */
async function waitForLock(invocation: Invocation, workspace: Workspace): Promise<Lock> {
  const { signal } = invocation.context;
  for (let turn = 1; ; turn += 1) {
    try {
      return takeLock(invocation, workspace, TAPS_LOCK);
    } catch (error) {
      const isBusy = error instanceof HeadgateError && error.code === 'lock_busy';
      if (!isBusy || turn >= LOCK_TRIES || signal.aborted) throw error;
    }
    await pauseFor(LOCK_PAUSE_MS, signal);
  }
}

/** Until time is over, somebody ends it, or the chat is down for good. Returns what was the matter last; null for nothing. */
async function hear(listening: Listening): Promise<ChatFailure | null> {
  const { invocation, chat, counts, leftMs } = listening;
  const { signal } = invocation.context;
  let after: number | null = null;
  let failures = 0;
  let failure: ChatFailure | null = await act(listening, null);
  while (leftMs() > 0) {
    const seconds = Math.min(
      counts.waiting > 0 ? RETRY_SECONDS : POLL_SECONDS_MAX,
      Math.ceil(leftMs() / 1_000),
    );
    const answer: Answer = failure ?? (await chat.updates({ after, waitSeconds: seconds, signal }));
    if (leftMs() <= 0) break;
    if (answer.kind === 'updates') {
      // Confirmed by the next question, after the commit.
      const heard: Heard = answer.updates;
      const acted = await act(listening, heard);
      after = heard.length === 0 ? null : Math.max(...heard.map(({ updateId }) => updateId));
      failures = 0;
      failure = acted;
      continue;
    }
    failures += 1;
    if (failures >= FAILURES_MAX || (answer.kind === 'refused' && answer.isForGood)) return answer;
    await pauseFor(Math.min(pauseAfter(answer, failures), leftMs()), signal);
    failure = null;
  }
  // What was heard last is confirmed, so that nobody has to hear it again.
  if (after !== null && !signal.aborted) await chat.updates({ after, waitSeconds: 0, signal });
  return null;
}

function pauseAfter(failure: ChatFailure, failures: number): number {
  const asked = failure.kind === 'refused' ? failure.retryAfterMs : null;
  return asked ?? Math.min(FAILURE_PAUSE_MAX_MS, FAILURE_PAUSE_MS * 2 ** (failures - 1));
}

/** Stores what was heard, acts on all that waits, shows it, and tells what came of it: a batch that was held just now is an alert. */
async function act(
  { invocation, workspace, chat, counts, leftMs }: Listening,
  heard: Heard | null,
): Promise<ChatFailure | null> {
  const { signal } = invocation.context;
  const before = counts.done;
  counts.waiting = 0;
  const failure = await withState(invocation, 'write', async (state) => {
    if (heard !== null) {
      chatIsBack(state);
      keepUpdates(state, { updates: heard, counts });
    }
    const mayGoOn = (): boolean => leftMs() > 0;
    const showing = { chat, mayGoOn, pause: (ms: number) => pauseFor(ms, signal) };
    return actOnWaiting(state, { showing, counts });
  });
  if (counts.done > before && !signal.aborted) await deliverAfterRun({ invocation, workspace });
  return failure;
}

/** A13: a run like any other. */
async function ended(
  invocation: Invocation,
  of: { readonly startedAt: number; readonly counts: TapCounts; readonly failure: ChatFailure | null },
): Promise<Outcome> {
  const { startedAt, counts, failure } = of;
  const { clock, machine, random } = invocation.context;
  const runId = random.publicId('r');
  const exit: ExitName = failure === null ? 'OK' : 'TEMPFAIL';
  const finishedAt = Math.max(startedAt, clock.now());
  await withState(invocation, 'write', (state) => {
    if (failure !== null) noteChatFailure(state, failure);
    writeKeepingDoubt(state, () => {
      recordRun(state.db, {
        id: runId,
        command: 'listen',
        mode: 'live',
        forced: false,
        narrowed: false,
        startedAt,
        finishedAt,
        operatorDay: operatorDay(startedAt, state.workspace.policy.timezone),
        exitCode: EXIT_CODES[exit],
        reason: null,
        counts: { ...counts },
        planId: null,
        bootId: machine.bootId(),
      });
    });
  });
  const line = `${countOf(counts.done, 'decision')}, ${String(counts.refused)} refused`;
  return {
    exit,
    document: {
      run: { id: runId, started: formatInstant(startedAt), ms: finishedAt - startedAt },
      counts: { ...counts },
      items: [],
    },
    human: failure === null ? ` Heard in Telegram: ${line}.` : '',
    message: failure === null ? null : `Telegram: ${failure.error}`,
    fix: failure === null ? null : 'Nothing is lost: the next sync asks again.',
    journal: `listen: ${line} run=${runId}`,
  };
}
