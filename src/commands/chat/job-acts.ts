import { readStop } from '../../adapters/stop-file.ts';
import { cleanLine } from '../../core/clean-text.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Instant } from '../../core/model.ts';
import { newestWaitingPlan, type StoredPlan } from '../../store/plans.ts';
import type { OptionValue, Outcome } from '../cli-context.ts';
import type { OperatorState } from '../operator-state.ts';
import { formatClock } from '../output/time.ts';
import { nowOf, react, type Actor, type Reaction } from './chat-desk.ts';

/** A job holds its lock: what was asked for waits until it is over. */
export class Later extends Error {}

/** What an act outside the state came to: what is said, and what stands below the page from now on. */
export interface JobReaction extends Reaction {
  readonly told: string | null;
  /** A page to post, for what was asked for. */
  readonly says?: string;
}

/**
 * A4, A5: the same command as at a terminal, by a person: drafts what is still allowed of the plan. Done twice it drafts nothing twice,
 * for a plan that was confirmed waits no more. Throws `Later` while the job runs.
 */
export async function confirmPlan(
  state: OperatorState,
  { planId, actor }: { readonly planId: string; readonly actor: Actor },
): Promise<JobReaction> {
  const { run } = await import('../confirm.ts');
  const outcome = await commandOf(state, { path: 'confirm', args: [planId], options: { yes: true } }, run);
  if (outcome instanceof HeadgateError) return refused('Not confirmed', outcome);
  const { exit, message = null } = outcome;
  if (exit !== 'OK' && exit !== 'HELD' && exit !== 'PARTIAL')
    return {
      ...react(`Not confirmed: ${words(message ?? exit)}.`),
      told: `Not confirmed: ${words(message ?? exit)}.`,
    };
  const drafted = countOfDocument(outcome, 'drafted');
  const what = `${String(drafted)} drafted${exit === 'HELD' ? ', all of them held' : ''}`;
  const why = drafted === 0 && message !== null ? `: ${words(message)}` : '';
  return { ...react(`Confirmed: ${what}${why}.`), told: `✓ confirmed ${by(state, actor)}: ${what}${why}` };
}

/**
 * `/confirm` alone: the newest plan of each job that waits, by its id, unless it was saved after the words were heard. They may be acted on
 * hours later, or once more after a crash, and nobody confirms what was not there to be read.
 */
export async function confirmWaiting(
  state: OperatorState,
  { heardAt, actor }: { readonly heardAt: Instant; readonly actor: Actor },
): Promise<JobReaction> {
  const reactions: JobReaction[] = [];
  for (const job of PLANNING_JOBS) {
    const plan = newestWaitingPlan(state.db, job);
    if (plan === null) continue;
    reactions.push(
      plan.madeAt > heardAt ? savedSince(plan) : await confirmPlan(state, { planId: plan.id, actor }),
    );
  }
  if (reactions.length === 0) return { ...react('Not confirmed: no plan waits.'), told: null };
  return {
    ...react(reactions.map(({ answer }) => answer).join('\n')),
    told: reactions.map(({ told, answer }) => told ?? answer).join('\n'),
  };
}

const PLANNING_JOBS = ['drip', 'nurture'] as const;

function savedSince({ id, job }: StoredPlan): JobReaction {
  const line = `Not confirmed: ${id} of ${job} was saved after you wrote this. Read it, then: /confirm ${id}`;
  return { ...react(line), told: null };
}

/** A5: no timer acts for the job until a person does. */
export async function vetoPlan(
  state: OperatorState,
  { planId, actor }: { readonly planId: string | null; readonly actor: Actor },
): Promise<JobReaction> {
  const outcome =
    planId === null
      ? await commandOf(
          state,
          { path: 'confirm', args: [], options: { veto: true, yes: true } },
          (await import('../confirm.ts')).run,
        )
      : await commandOf(
          state,
          { path: 'review veto', args: [planId], options: {} },
          (await import('../review-veto.ts')).run,
        );
  if (outcome instanceof HeadgateError) return refused('Not stopped', outcome);
  const answer = 'Stopped: it only previews until somebody confirms.';
  return { ...react(answer), told: `✗ stopped ${by(state, actor)}: only previews until somebody confirms` };
}

/** A10: everything that touches people stands still at once. */
export async function pauseAll(
  state: OperatorState,
  { reason, actor }: { readonly reason: string; readonly actor: Actor },
): Promise<JobReaction> {
  const { run } = await import('../pause.ts');
  const why = cleanLine(`${actor.name} in Telegram${reason === '' ? '' : `: ${reason}`}`, 400).text;
  const outcome = await commandOf(state, { path: 'pause', args: [], options: { reason: why } }, run);
  if (outcome instanceof HeadgateError) return refused('Not paused', outcome);
  return { ...react('Paused: nothing leaves and nothing is drafted.'), told: `Paused ${by(state, actor)}.` };
}

/** A10: after what is due was shown; only the stop that was looked at is taken away. */
export async function resumeAll(
  state: OperatorState,
  { sinceAt, actor }: { readonly sinceAt: number; readonly actor: Actor },
): Promise<JobReaction> {
  const stop = readStop(state.workspace.paths.stopFile);
  if (stop === null) return { ...react('Nothing is paused.'), told: null };
  if (stop.sinceAt !== sinceAt)
    return { ...react('It was paused again since this message: /resume shows what is due now.'), told: null };
  const { run } = await import('../resume.ts');
  const outcome = await commandOf(state, { path: 'resume', args: [], options: { yes: true } }, run);
  if (outcome instanceof HeadgateError) return refused('Not resumed', outcome);
  return { ...react('Resumed.'), told: `Resumed ${by(state, actor)}.` };
}

interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** One way in: the command itself, as somebody at a terminal would start it with everything said beforehand. */
async function commandOf(
  { invocation }: OperatorState,
  command: Command,
  run: (invocation: OperatorState['invocation']) => Promise<Outcome>,
): Promise<Outcome | HeadgateError> {
  const global = { ...invocation.global, input: false, json: false };
  try {
    return await run({ ...invocation, ...command, global });
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    if (error.code === 'lock_busy') throw new Later(error.message);
    return error;
  }
}

function refused(what: string, { message, fix }: HeadgateError): JobReaction {
  const line = `${what}: ${message}.`;
  return { ...react(line), told: fix === undefined ? line : `${line} Do: ${fix}` };
}

function by(state: OperatorState, { name }: Actor): string {
  return `by ${name} ${formatClock(nowOf(state), state.workspace.policy.timezone)}`;
}

function words(code: string): string {
  return code.replaceAll('_', ' ');
}

function countOfDocument({ document }: Outcome, name: string): number {
  const counts = document['counts'];
  if (typeof counts !== 'object' || counts === null) return 0;
  const count: unknown = Object.entries(counts).find(([key]) => key === name)?.[1];
  return typeof count === 'number' ? count : 0;
}
