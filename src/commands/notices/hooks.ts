import { runHook } from '../../adapters/notify/hook.ts';
import { strongestExit, type ExitName } from '../../core/exits.ts';
import { SECOND_MS } from '../../core/time/durations.ts';
import type { Ending } from '../root/report.ts';
import { exitCodeOf } from '../root/exit-table.ts';
import type { Watched } from './watch.ts';

const TIMEOUT_MS = 30 * SECOND_MS;
/** What a program of the operator's may know of ours: nothing that could hold a secret. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'USER', 'LOGNAME'] as const;

/** Starts the hook of this ending, where there is one. A hook that fails makes the run partial at least: it was to do something. */
export async function callHooks(watched: Watched): Promise<Ending> {
  const { invocation, workspace, exit, ending } = watched;
  const { onHeld, onFailed } = workspace.notify.hooks;
  const command = exit === 'HELD' ? onHeld : onFailed;
  if (command.length === 0) return ending;
  const problem = await runHook({
    command,
    directory: workspace.paths.workspaceDir,
    environment: {
      ...passedOn(invocation.context.io.env),
      HEADGATE_EVENT: exit === 'HELD' ? 'held' : 'failed',
      HEADGATE_JOB: invocation.path,
      HEADGATE_EXIT_CODE: String(exitCodeOf(exit)),
      HEADGATE_EXIT_NAME: exit,
    },
    timeoutMs: TIMEOUT_MS,
  });
  if (problem === null) return ending;
  invocation.progress(`The hook failed: ${problem}`);
  return ending.kind === 'outcome' ? partly(ending, problem) : ending;
}

function partly(ending: Extract<Ending, { kind: 'outcome' }>, problem: string): Ending {
  const exit: ExitName = strongestExit([ending.outcome.exit, 'PARTIAL']);
  const message = [ending.outcome.message ?? null, `the hook failed: ${problem}`]
    .filter((part) => part !== null)
    .join('; ');
  return { ...ending, outcome: { ...ending.outcome, exit, message } };
}

function passedOn(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
