import { join } from 'node:path';

import { createNotifier } from '../../adapters/notify/notifier.ts';
import { createToldFile } from '../../adapters/notify/told-file.ts';
import { HeadgateError } from '../../core/errors.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import { operatorDay } from '../../core/time/operator-day.ts';
import type { Notice } from '../../ports.ts';
import { enqueueNotice, hasNoticeSince } from '../../store/notices.ts';
import { recordRun } from '../../store/runs.ts';
import { withState, writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { escapeLines } from '../output/text.ts';
import type { Ending } from '../root/report.ts';
import { exitCodeOf } from '../root/exit-table.ts';
import { openChannels } from './channels.ts';
import { FAILED_EXITS, isStateGone, type Watched } from './watch.ts';

/** One alert per kind of failure and job, again after a day. */
const REPEAT_AFTER_MS = DAY_MS;

/**
 * F1, A13, A15: a run that failed leaves a row, and is told of unless it stored a notice of its own. Where the state cannot hold them, or is
 * gone, the notice goes straight to the channels. Of a state that is gone somebody must have heard: with nobody to tell, the run ends 78, so
 * that its unit raises the alarm. A run that found something busy (75) leaves its row only: the digest speaks up at three in a row.
 */
export async function tellFailure(watched: Watched): Promise<Ending> {
  const { ending, exit } = watched;
  if (isStateGone(ending)) {
    const isTold = await tellAtOnce(watched);
    return isTold ? ending : asConfigFault(ending);
  }
  const isFailure = FAILED_EXITS.has(exit);
  if (!isFailure && exit !== 'TEMPFAIL') return ending;
  const isStored = await store(watched, isFailure);
  if (isFailure && !isStored) await tellAtOnce(watched);
  return ending;
}

/** False: the state cannot take it. */
async function store(watched: Watched, isNoticed: boolean): Promise<boolean> {
  const { invocation, startedAt, ending } = watched;
  try {
    await withState(invocation, 'write', (state) => {
      // That it was forced says nothing of how it ended.
      const about = { job: invocation.path, sinceAt: startedAt, otherThan: 'forced' };
      const isTold = hasNoticeSince(state.db, about);
      writeKeepingDoubt(state, () => {
        const runId = ending.kind === 'failure' ? recordFailure(state, watched) : null;
        if (isTold || !isNoticed) return;
        const dedupeKey = keyOf(watched);
        const when = { now: state.now, repeatAfterMs: REPEAT_AFTER_MS };
        enqueueNotice(state.db, { ...noticeOf(watched), dedupeKey, runId, ...when });
      });
    });
    return true;
  } catch (error) {
    if (error instanceof HeadgateError) return false;
    throw error;
  }
}

/** What an error ended wrote no row of its own. Returns the run's id. */
function recordFailure(state: OperatorState, { invocation, startedAt, exit, ending }: Watched): string {
  const { random, machine } = invocation.context;
  // One that had made something wrote its row itself.
  if (ending.kind === 'failure' && ending.error.runId !== null) return ending.error.runId;
  const id = random.publicId('r');
  recordRun(state.db, {
    id,
    command: invocation.path,
    mode: 'failed',
    forced: invocation.options['force'] === true,
    narrowed: false,
    startedAt,
    finishedAt: Math.max(startedAt, state.now),
    operatorDay: operatorDay(startedAt, state.workspace.policy.timezone),
    exitCode: exitCodeOf(exit),
    reason: ending.kind === 'failure' ? ending.error.code : null,
    counts: {},
    planId: null,
    bootId: machine.bootId(),
  });
  return id;
}

async function tellAtOnce(watched: Watched): Promise<boolean> {
  const { invocation, workspace } = watched;
  const { clock, machine } = invocation.context;
  const told = createToldFile(join(workspace.paths.stateDir, 'told.json'));
  const key = keyOf(watched);
  const now = clock.now();
  const toldAt = told.toldAt(key);
  if (toldAt !== null && toldAt <= now && now - toldAt < REPEAT_AFTER_MS) return true;
  const channels = await openChannels(invocation, workspace);
  const host = machine.identity().hostName;
  const notifier = createNotifier(channels, (notice) => ({
    text: [`Headgate · ${host} · ${invocation.path}`, '', ...escapeLines(notice.text)].join('\n'),
    html: null,
    isQuiet: false,
    notices: [{ ...notice, id: `n-${String(now)}`, runId: null, at: now, mayBeRepeat: false }],
  }));
  try {
    const isTold = await notifier.deliver(noticeOf(watched));
    if (isTold) told.note(key, now);
    return isTold;
  } finally {
    for (const channel of channels) await channel.close();
  }
}

function keyOf({ invocation, exit, ending }: Watched): string {
  const code = ending.kind === 'failure' ? ending.error.code : exit;
  return `failed ${invocation.path} ${code}`;
}

function noticeOf({ invocation, exit, ending }: Watched): Notice {
  const job = invocation.path;
  const head = `FAILED  ${job} ended ${String(exitCodeOf(exit))} ${exit}.`;
  return { kind: 'failed', job, text: [head, ...reasonsOf(ending)].join('\n') };
}

function reasonsOf(ending: Ending): readonly string[] {
  switch (ending.kind) {
    case 'failure': {
      const { message, notDone, fix } = ending.error;
      return [
        message,
        ...(notDone === undefined ? [] : [notDone]),
        ...(fix === undefined ? [] : [`Do: ${fix}`]),
      ];
    }
    case 'outcome': {
      const { message = null, fix = null } = ending.outcome;
      return [...(message === null ? [] : [message]), ...(fix === null ? [] : [`Do: ${fix}`])];
    }
    case 'signal':
      return [];
  }
}

function asConfigFault(ending: Ending): Ending {
  if (ending.kind !== 'failure') return ending;
  const { message, code, details, notDone, fix } = ending.error;
  const error = new HeadgateError(message, {
    code,
    exit: 'CONFIG',
    details: [...details, 'No channel could tell the operator.'],
    ...(notDone === undefined ? {} : { notDone }),
    ...(fix === undefined ? {} : { fix }),
  });
  return { ...ending, error };
}
