import { previewSequences, refuseEdits } from './apply-sequences.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { flagOption } from './options.ts';
import { preflightDocument, preflightLines, preflightTotals } from './preflight-text.ts';
import { readValidDefinitions } from './valid-definitions.ts';

/** `sequences plan`: what applying would do, and to whom (C5). Changes nothing. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', async ({ workspace, db, now }) => {
    const { definitions } = await readValidDefinitions(workspace, db);
    const { plan, preflight } = previewSequences(definitions, { db, policy: workspace.policy, now });
    refuseEdits(plan.refusals);
    const isAny = preflight.items.length > 0;
    return {
      exit: isAny && flagOption(invocation, 'detailedExitCode') ? 'WOULD_ACT' : 'OK',
      document: { items: preflight.items.map(preflightDocument), ...preflightTotals(preflight) },
      human: (terminal) => [
        '',
        ' Changes in sequences/ since the applied version',
        '',
        ...preflightLines(terminal, preflight),
        ...(isAny ? ['', ' Next    headgate sequences apply'] : []),
        '',
      ],
    };
  });
}
