import type { Doubt } from '../core/guards/wake.ts';
import type { Job } from '../core/model.ts';
import type { RunPlan } from '../core/planner.ts';
import type { Reason } from '../core/reasons.ts';
import { NOT_NARROWED } from '../store/candidates.ts';
import { openEngine, type Engine } from './engine/engine.ts';
import { planJob } from './engine/planning.ts';
import { fixedCopyWriter } from './engine/writing.ts';
import { GUARDS_OFF } from './guards-off.ts';
import { withoutModel } from './model-drafts.ts';
import { jobDoubtsOf, type OperatorState } from './operator-state.ts';
import { quietReason } from './run.ts';
import { senderFields } from './workspace.ts';

/** What the next run of a job would meet, worked out by the same planner and guards, without a lock and without acting. */
export interface JobOutlook {
  readonly job: Job;
  readonly plan: RunPlan;
  readonly doubts: readonly Doubt[];
  /** Weekend, holiday or a held batch, which keep a run quiet whatever is due. */
  readonly quiet: Reason | null;
}

/** The engine on the state of a command, at its moment. */
export function engineOf({ db, workspace, now }: OperatorState): Engine {
  return openEngine({ db, policy: workspace.policy, now, without: GUARDS_OFF });
}

/** A10, A17: what a job would do now. Reads only. */
export async function outlookOf(state: OperatorState, engine: Engine, job: Job): Promise<JobOutlook> {
  const writeCopy = await fixedCopyWriter(engine, {
    sender: senderFields(state.workspace),
    job,
    withoutModel: withoutModel(state.workspace, false),
  });
  const plan = planJob(engine, { job, narrowing: NOT_NARROWED, limit: null, writeCopy });
  return { job, plan, doubts: jobDoubtsOf(state, job), quiet: quietReason(engine, job) };
}
