import { HeadgateError } from '../../core/errors.ts';
import type { ExitName } from '../../core/exits.ts';
import type { Instant } from '../../core/model.ts';
import type { Invocation } from '../cli-context.ts';
import type { AnyExitName } from '../root/exit-table.ts';
import type { Ending } from '../root/report.ts';
import { openSharedWorkspace, type Workspace } from '../workspace.ts';
import { hasChannel } from './channels.ts';

/** One run of a timer, seen from outside. */
export interface RunWatch {
  /** Tells whom it concerns how the run ended; returns the ending, whose exit only a state that is gone can change. */
  end(ending: Ending): Promise<Ending>;
}

/** What the parts of a watch share. */
export interface Watched {
  readonly invocation: Invocation;
  readonly workspace: Workspace;
  readonly startedAt: Instant;
  readonly exit: AnyExitName;
  readonly ending: Ending;
}

/** Endings that the operator hears of, whatever the run itself could still write (cli.md 2.3). */
export const FAILED_EXITS: ReadonlySet<AnyExitName> = new Set<ExitName>([
  'DATAERR',
  'UNAVAILABLE',
  'SOFTWARE',
  'NOPERM',
  'CONFIG',
]);

/**
 * Begins to watch a run (F1): the dead-man service hears of its start at once, and of its end; afterwards waiting notices are delivered
 * and hooks started. A run that only looks, as `--preview`, is nobody's business. Costs an idle run one look into the configuration, which
 * it needs itself, and one into the queue of notices where there is a channel.
 */
export function watchRun(invocation: Invocation): RunWatch {
  const workspace = workspaceOf(invocation);
  if (workspace === null || invocation.options['preview'] === true) {
    return { end: (ending) => Promise.resolve(ending) };
  }
  const startedAt = invocation.context.clock.now();
  const started = pinged({ invocation, workspace }, 'start');
  return {
    async end(ending) {
      const watched = { invocation, workspace, startedAt, ending, exit: exitOf(ending) };
      await started;
      return isStopped(watched) ? ending : endSafely(watched);
    },
  };
}

/** Null when there is none: the run meets the same error, and says so. */
function workspaceOf(invocation: Invocation): Workspace | null {
  try {
    return openSharedWorkspace(invocation);
  } catch (error) {
    if (error instanceof HeadgateError) return null;
    throw error;
  }
}

/** Told to end: what waits is the next run's. */
function isStopped({ invocation }: Watched): boolean {
  return invocation.context.signal.aborted;
}

/** The run is over and committed: whatever goes wrong from here is said, and fails nothing. */
async function endSafely(watched: Watched): Promise<Ending> {
  let { ending } = watched;
  try {
    if (ending.kind === 'failure' || FAILED_EXITS.has(watched.exit)) {
      const { tellFailure } = await import('./failures.ts');
      ending = await tellFailure(watched);
    }
    if (watched.exit === 'HELD' || FAILED_EXITS.has(watched.exit)) {
      const { callHooks } = await import('./hooks.ts');
      ending = await callHooks({ ...watched, ending });
    }
    if (hasChannel(watched.workspace) && !isStateGone(ending)) {
      const { deliverAfterRun } = await import('./after-run.ts');
      await deliverAfterRun(watched);
    }
    await pinged(watched, pingOf(exitOf(ending)));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    watched.invocation.progress(`Notices wait for the next run: ${error.message}`);
  }
  return ending;
}

/** A15: what held the notices is gone with the state. */
export function isStateGone(ending: Ending): boolean {
  return ending.kind === 'failure' && GONE_CODES.has(ending.error.code);
}

const GONE_CODES: ReadonlySet<string> = new Set(['state_missing', 'state_empty']);

type PingWord = 'start' | 'success' | 'fail' | 'log';

async function pinged(watched: Pick<Watched, 'invocation' | 'workspace'>, event: PingWord): Promise<void> {
  const { ping } = watched.workspace.notify;
  // Nobody expects `listen` at any time, so that nobody could miss it.
  if (ping === null || watched.invocation.path === 'listen') return;
  const { pingRun } = await import('./ping-run.ts');
  await pingRun(watched, ping, event);
}

/** cli.md 1: only we know which endings are no failures. Who found the lock busy was there, and did nothing. */
function pingOf(exit: AnyExitName): PingWord {
  switch (exit) {
    case 'OK':
    case 'NOTHING_DUE':
    case 'WOULD_ACT':
    case 'COLD_START':
    case 'HELD':
    case 'PARTIAL':
    case 'PAUSED':
      return 'success';
    case 'TEMPFAIL':
    case 'STALE_PLAN':
    case 'USAGE':
      return 'log';
    default:
      return 'fail';
  }
}

function exitOf(ending: Ending): AnyExitName {
  switch (ending.kind) {
    case 'outcome':
      return ending.outcome.exit;
    case 'failure':
      return ending.error.exit;
    case 'signal':
      return ending.signal;
  }
}
