import { runHook } from '../../adapters/notify/hook.ts';
import { HeadgateError } from '../../core/errors.ts';
import { DAY_MS, SECOND_MS } from '../../core/time/durations.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { withState, writeKeepingDoubt } from '../operator-state.ts';
import type { Ending } from '../root/report.ts';
import { exitCodeOf } from '../root/exit-table.ts';
import type { Watched } from './watch.ts';

const TIMEOUT_MS = 30 * SECOND_MS;
/** What a program of the operator's may know of ours: nothing that could hold a secret. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'USER', 'LOGNAME'] as const;

/**
 * Starts the hook of this ending, where there is one. One that fails is said with the ending, which is louder than a partial one already,
 * and told like everything else that somebody counts on.
 */
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
  await storeProblem(watched, problem);
  return ending.kind === 'outcome' ? withProblem(ending, problem) : ending;
}

/** In the state, if there is one that can hold it; otherwise the line on stderr has to do. */
async function storeProblem({ invocation, exit }: Watched, problem: string): Promise<void> {
  const job = invocation.path;
  try {
    await withState(invocation, 'write', (state) =>
      writeKeepingDoubt(state, () =>
        enqueueNotice(state.db, {
          kind: 'hook_failed',
          job,
          dedupeKey: `hook_failed ${job} ${exit}`,
          text: `The hook for a run that ended ${exit} failed: ${problem}`,
          runId: null,
          now: state.now,
          repeatAfterMs: DAY_MS,
        }),
      ),
    );
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
  }
}

function withProblem(ending: Extract<Ending, { kind: 'outcome' }>, problem: string): Ending {
  const parts = [ending.outcome.message ?? null, `the hook failed: ${problem}`];
  const message = parts.filter((part) => part !== null).join('; ');
  return { ...ending, outcome: { ...ending.outcome, message } };
}

function passedOn(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
