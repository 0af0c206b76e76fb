import type { Doubt } from '../core/guards/wake.ts';
import type { RunPlan } from '../core/planner.ts';
import type { RunSession } from './run-session.ts';

/** What the operator is told at once when a job distrusts itself (F1). Plain text, one message. */
export function doubtText(
  session: RunSession,
  preview: { doubts: readonly Doubt[]; plan: RunPlan; planId: string | null },
): string {
  const { doubts, plan, planId } = preview;
  const lines = [
    `${session.job} turned itself into a preview: ${doubts.map((doubt) => doubt.detail).join('; ')}.`,
    `It would draft ${String(plan.drafts.length)}; hold line ${plan.blastRadius.line.toFixed(1)}. Nothing was drafted.`,
    nextStep(session, doubts, planId),
  ];
  return lines.join('\n');
}

function nextStep(session: RunSession, doubts: readonly Doubt[], planId: string | null): string {
  if (doubts.some((doubt) => doubt.liftedBy === 'adopt')) return 'Look at the state, then: headgate adopt';
  if (doubts.some((doubt) => doubt.liftedBy === 'being_right'))
    return 'It goes on by itself once that is right again.';
  const onlyBoot = doubts.every((doubt) => doubt.reason === 'first_boot');
  const minutes = String(session.workspace.policy.limits.bootConfirmMs / 60_000);
  const confirm = `headgate confirm ${planId ?? ''}`.trim();
  return onlyBoot
    ? `The confirm timer drafts it in ${minutes} minutes unless you veto: headgate confirm --veto`
    : `When it is right: ${confirm}`;
}

/** A8: a whole batch was made as held. */
export function heldText(session: RunSession, plan: RunPlan): string {
  const { volume, mean, line } = plan.blastRadius;
  return [
    `HELD  ${session.job} made ${String(volume)} drafts today. Usual is ${mean.toFixed(1)} a day, the line is ${line.toFixed(1)}.`,
    'Nothing has been sent and nothing will be until you decide.',
    `headgate review release --run ${session.runId}   or   headgate review discard --run ${session.runId}`,
  ].join('\n');
}
