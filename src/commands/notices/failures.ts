import { join } from 'node:path';

import { createNotifier } from '../../adapters/notify/notifier.ts';
import { createToldFile } from '../../adapters/notify/told-file.ts';
import { HeadgateError } from '../../core/errors.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import type { Notice } from '../../ports.ts';
import { enqueueNotice, isToldSince } from '../../store/notices.ts';
import { withState, writeKeepingDoubt } from '../operator-state.ts';
import { escapeLines } from '../output/text.ts';
import type { Ending } from '../root/report.ts';
import { exitCodeOf } from '../root/exit-table.ts';
import { openChannels } from './channels.ts';
import { FAILED_EXITS, isStateGone, type Watched } from './watch.ts';

/** One alert per kind of failure and job, again after a day. */
const REPEAT_AFTER_MS = DAY_MS;

/**
 * F1, A15: a run that failed is told of, unless it stored a notice of its own. Where the state cannot hold the notice, or is gone, it goes
 * straight to the channels. Of a state that is gone somebody must have heard: with nobody to tell, the run ends 78, so that its unit
 * raises the alarm.
 */
export async function tellFailure(watched: Watched): Promise<Ending> {
  const { ending, exit } = watched;
  if (isStateGone(ending)) {
    const isTold = await tellAtOnce(watched);
    return isTold ? ending : asConfigFault(ending);
  }
  if (FAILED_EXITS.has(exit) && !(await isStored(watched))) await tellAtOnce(watched);
  return ending;
}

/** False: the state cannot take it. */
async function isStored(watched: Watched): Promise<boolean> {
  const { invocation, startedAt } = watched;
  try {
    return await withState(invocation, 'write', (state) => {
      if (isToldSince(state.db, invocation.path, startedAt)) return true;
      writeKeepingDoubt(state, () =>
        enqueueNotice(state.db, {
          ...noticeOf(watched),
          dedupeKey: keyOf(watched),
          runId: null,
          now: state.now,
          repeatAfterMs: REPEAT_AFTER_MS,
        }),
      );
      return true;
    });
  } catch (error) {
    if (error instanceof HeadgateError) return false;
    throw error;
  }
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
