import type { Invocation, Outcome } from './cli-context.ts';
import { readJobRequest } from './job-request.ts';
import { textOption } from './options.ts';
import { runJob } from './run.ts';

/** `drip`: drafts the next single step for leads that are due (A1). With `--plan` it is `confirm` under another name. */
export async function run(invocation: Invocation): Promise<Outcome> {
  const planId = textOption(invocation, 'plan');
  if (planId !== null) {
    const { confirmNamed } = await import('./confirm.ts');
    return confirmNamed(invocation, 'drip', planId);
  }
  return runJob(invocation, readJobRequest(invocation, 'drip'));
}
