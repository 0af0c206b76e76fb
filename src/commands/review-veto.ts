import { HeadgateError } from '../core/errors.ts';
import { newestWaitingPlan } from '../store/plans.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { confirmInSession } from './confirm-plan.ts';
import { withState } from './operator-state.ts';
import { argument } from './options.ts';
import { findPlan } from './review/find.ts';
import { reportRun } from './run-report.ts';
import { openSession } from './run-session.ts';

/**
 * `review veto p-…`: the same as `confirm p-… --veto`. The plan is not drafted, and no timer acts for its job until a person does
 * (A5). Throws `plan_settled` (33) when there is nothing left to veto.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const plan = await withState(invocation, 'read', (state) => {
    const found = findPlan(state.db, argument(invocation, 0) ?? '');
    const newest = newestWaitingPlan(state.db, found.job);
    if (found.state === 'waiting' || found.state === 'vetoed') return found;
    throw new HeadgateError(`the plan ${found.id} was ${found.state} before`, {
      code: 'plan_settled',
      exit: 'STALE_PLAN',
      notDone: 'Nothing was vetoed.',
      fix: newest === null ? 'headgate confirm --veto' : `headgate review veto ${newest.id}`,
    });
  });
  const session = openSession(invocation, plan.job);
  try {
    const report = await confirmInSession(session, plan.job, {
      planId: plan.id,
      by: 'person',
      act: 'veto',
      asks: false,
      isPreview: false,
      detailedExitCode: false,
    });
    const next = [`headgate ${plan.job} --preview`];
    const outcome = await reportRun(session, report);
    return {
      ...outcome,
      document: { ...outcome.document, next },
      human: (terminal) => [
        ` ${terminal.bold('VETOED')}  ${plan.id}: nothing of it is drafted, and ${plan.job} only previews until a person acts.`,
        ` Next    ${next.join('')}`,
      ],
    };
  } finally {
    session.close();
  }
}
