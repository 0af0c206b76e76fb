import type { Invocation, Outcome } from './cli-context.ts';
import { rehearsalDocument } from './rehearsal/document.ts';
import { rehearse } from './rehearsal/rehearse.ts';
import { readRehearsalRequest } from './rehearsal/request.ts';
import { rehearsalLines } from './rehearsal/text.ts';
import { countOf } from './output/text.ts';
import { openWorkspace } from './workspace.ts';

/**
 * `simulate`: the state played forward on a copy, with the engine as it is and all else simulated (F5). Ends 70 when a promise breaks
 * though every guard is on, so that it can be run before a change. Nothing of the workspace is written but the report that was asked for.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const request = readRehearsalRequest(invocation);
  const workspace = openWorkspace(invocation);
  const rehearsed = await rehearse(invocation, workspace, request);
  const { violationCount } = rehearsed.all;
  return {
    exit: violationCount === 0 ? 'OK' : 'SOFTWARE',
    document: rehearsalDocument(rehearsed, { html: null }),
    human: (terminal) => rehearsalLines(terminal, rehearsed, { html: null }),
    message:
      violationCount === 0 ? null : `${countOf(violationCount, 'promise was', 'promises were')} broken`,
    fix: violationCount === 0 ? null : 'headgate pause, then look at the lines above',
  };
}
