import { HeadgateError } from '../core/errors.ts';
import { CLOCK_BACK_MAX_MS } from '../core/guards/state-doubts.ts';
import type { Job } from '../core/model.ts';
import { openState } from '../store/database.ts';
import { planById, type StoredPlan } from '../store/plans.ts';
import { appliedDefinitionsHash } from '../store/sequences.ts';
import type { Invocation } from './cli-context.ts';
import type { RunSession } from './run-session.ts';
import { openWorkspace } from './workspace.ts';

const STALE_AFTER_MS = 86_400_000;

/** Which job a plan belongs to, so that its lock can be taken. Throws `plan_unknown` (33). */
export function findPlanJob(invocation: Invocation, planId: string): Job {
  const db = openState({ file: openWorkspace(invocation).paths.databaseFile, mode: 'read' });
  try {
    const plan = planById(db, planId);
    if (plan === null) throw unknownPlan(planId);
    return plan.job;
  } finally {
    db.close();
  }
}

export function unknownPlan(planId: string): HeadgateError {
  return new HeadgateError(`there is no saved plan ${planId}`, {
    code: 'plan_unknown',
    exit: 'STALE_PLAN',
    notDone: 'Nothing was drafted.',
    fix: 'headgate drip --preview',
  });
}

/** A17: why a plan may no longer be done, or null: settled before, older than 24 h, or definitions or policy changed since. */
export function staleness(session: RunSession, plan: StoredPlan): string | null {
  if (plan.state !== 'waiting') return `it was ${plan.state} before`;
  if (session.now - plan.madeAt > STALE_AFTER_MS) return 'it is older than 24 h';
  if (plan.madeAt - session.now > CLOCK_BACK_MAX_MS) return 'it was made later than now: the clock went back';
  if (plan.policyHash !== session.workspace.policyHash) return 'the configuration changed since';
  if (plan.definitionsHash !== appliedDefinitionsHash(session.reader)) return 'the sequences changed since';
  return null;
}

/** Exit 33: the plan no longer matches, and nothing was done. */
export function stalePlan(plan: StoredPlan, why: string): HeadgateError {
  return new HeadgateError(`the plan ${plan.id} is stale: ${why}`, {
    code: 'plan_stale',
    exit: 'STALE_PLAN',
    notDone: 'Nothing was drafted.',
    fix: `headgate ${plan.job} --preview`,
  });
}
