import { HeadgateError } from '../core/errors.ts';
import { strongestExit } from '../core/exits.ts';
import type { Job } from '../core/model.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { confirmInSession, NOTHING_TO_CONFIRM, type ConfirmRequest } from './confirm-plan.ts';
import { argument, flagOption, usageError } from './options.ts';
import { reportRun } from './run-report.ts';
import { openSession, type RunSession } from './run-session.ts';
import { findPlanJob } from './saved-plan.ts';

const JOBS: readonly Job[] = ['drip', 'nurture'];

/**
 * A5, A17: drafts the part of a saved plan that every guard still allows, and never adds. On its timer it acts only on a plain
 * reboot; a person (on a terminal, or with `--yes`) may confirm a missing checkpoint and a gap too.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const planId = argument(invocation, 0);
  const request = readRequest(invocation);
  if (planId !== null) return confirmJob(invocation, findPlanJob(invocation, planId), { ...request, planId });
  return confirmAll(invocation, { ...request, planId: null });
}

/** Both locks before either job: one that is busy ends it (75) with nothing done, and not with one job done and unsaid. */
async function confirmAll(invocation: Invocation, request: ConfirmRequest): Promise<Outcome> {
  const open: { readonly job: Job; readonly session: RunSession }[] = [];
  try {
    for (const job of JOBS) open.push({ job, session: openSession(invocation, job) });
    const outcomes: Outcome[] = [];
    for (const { job, session } of open)
      outcomes.push(await reportRun(session, await confirmInSession(session, job, request)));
    return together(outcomes);
  } finally {
    for (const { session } of open.reverse()) session.close();
  }
}

/** A17: a saved plan is done as it is; what would narrow or move it belongs to the preview that makes it. */
const NOT_WITH_A_PLAN = ['force', 'limit', 'lead', 'sequence', 'at', 'withCopy'] as const;

/** `drip --plan p-…` is the same act under another name, by a person. Throws 64 for flags that it could not honour. */
export async function confirmNamed(invocation: Invocation, job: Job, planId: string): Promise<Outcome> {
  const contrary = NOT_WITH_A_PLAN.find((name) => invocation.options[name] !== undefined);
  if (contrary !== undefined) {
    throw usageError(
      `--plan and --${flagName(contrary)} contradict each other`,
      `A plan is drafted as it was saved: headgate ${job} --preview --${flagName(contrary)} … makes a new one.`,
    );
  }
  const isPreview = flagOption(invocation, 'preview');
  const detailedExitCode = flagOption(invocation, 'detailedExitCode');
  return await confirmJob(invocation, job, {
    planId,
    by: 'person',
    act: 'confirm',
    asks: false,
    isPreview,
    detailedExitCode,
  });
}

function flagName(option: (typeof NOT_WITH_A_PLAN)[number]): string {
  return option === 'withCopy' ? 'with-copy' : option;
}

async function confirmJob(invocation: Invocation, job: Job, request: ConfirmRequest): Promise<Outcome> {
  const session = openSession(invocation, job);
  try {
    return await reportRun(session, await confirmInSession(session, job, request));
  } finally {
    session.close();
  }
}

function readRequest(invocation: Invocation): Omit<ConfirmRequest, 'planId'> {
  const isNone = flagOption(invocation, 'none');
  const isVeto = flagOption(invocation, 'veto');
  if (isNone && isVeto) throw usageError('--none and --veto contradict each other', 'Give one of them.');
  if ((isNone || isVeto) && flagOption(invocation, 'preview')) {
    throw usageError(
      `--preview and --${isNone ? 'none' : 'veto'} contradict each other`,
      'A preview changes nothing (F3).',
    );
  }
  return {
    asks: invocation.global.input && !flagOption(invocation, 'yes'),
    by: flagOption(invocation, 'yes') || invocation.global.input ? 'person' : 'timer',
    act: isVeto ? 'veto' : isNone ? 'none' : 'confirm',
    isPreview: flagOption(invocation, 'preview'),
    detailedExitCode: flagOption(invocation, 'detailedExitCode'),
  };
}

/**
 * Two jobs, one document of the usual shape (cli.md 2.6): run and guards of the job that decided the exit, the items of both, the counts
 * added; `jobs` holds what each of them says of itself.
 */
function together(outcomes: readonly Outcome[]): Outcome {
  const exit = strongestExit(outcomes.map((outcome) => outcome.exit));
  const spoken = outcomes.filter((outcome) => !isNothing(outcome));
  const told = spoken.length > 0 ? spoken : outcomes.slice(0, 1);
  const deciding = told.find((outcome) => outcome.exit === exit) ?? told[0];
  if (deciding === undefined)
    throw new HeadgateError('there is no job to confirm', { code: 'no_jobs', exit: 'SOFTWARE' });
  const documents = outcomes.map(({ document }) => document);
  const { run, guards } = documents[outcomes.indexOf(deciding)] ?? {};
  return {
    ...deciding,
    exit,
    document: {
      schema: 'headgate.run/1',
      run,
      guards,
      counts: addCounts(documents.map(({ counts }) => counts)),
      items: documents.flatMap(({ items }) => listOf(items)),
      next: documents.flatMap(({ next }) => listOf(next)),
      jobs: documents.map((document) => ({
        run: document['run'],
        guards: document['guards'],
        counts: document['counts'],
      })),
    },
    human: (terminal) =>
      told.flatMap((outcome) =>
        typeof outcome.human === 'string' ? [outcome.human] : outcome.human(terminal),
      ),
    notes: [...new Set(told.flatMap(({ notes }) => notes ?? []))],
  };
}

function isNothing(outcome: Outcome): boolean {
  return outcome.message === NOTHING_TO_CONFIRM;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function addCounts(all: readonly unknown[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    if (typeof counts !== 'object' || counts === null) continue;
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + Number(count);
  }
  return sum;
}
