import { resolve } from 'node:path';

import type { Invocation, Outcome } from './cli-context.ts';
import { countOf } from './output/text.ts';
import { rehearsalDocument } from './rehearsal/document.ts';
import { rehearsalPage } from './rehearsal/page.ts';
import { rehearse, type Rehearsed } from './rehearsal/rehearse.ts';
import { readRehearsalRequest } from './rehearsal/request.ts';
import { storyLines } from './rehearsal/story-text.ts';
import { tellStory } from './rehearsal/tell-story.ts';
import { rehearsalLines } from './rehearsal/text.ts';
import { putPage, refuseOther } from './report/write.ts';
import { openWorkspace } from './workspace.ts';

/**
 * `simulate`: the state played forward on a copy, with the engine as it is and all else simulated (F5). Ends 70 when a promise breaks
 * though every guard is on, so that it can be run before a change. Nothing of the workspace is written but the page that was asked for.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const request = readRehearsalRequest(invocation);
  if (request.story !== null) {
    const told = await tellStory(invocation, request);
    return {
      ...judged(told),
      document: { story: told.story.name, ...rehearsalDocument(told, { html: null }) },
      human: (terminal) => storyLines(terminal, told),
    };
  }
  const workspace = openWorkspace(invocation);
  const { context } = invocation;
  const html = request.htmlFile === null ? null : resolve(context.cwd, request.htmlFile);
  if (html !== null) refuseOther(html);
  const rehearsed = await rehearse(invocation, workspace, request);
  if (html !== null) putPage(html, rehearsalPage(rehearsed, context.version));
  return {
    ...judged(rehearsed),
    document: rehearsalDocument(rehearsed, { html }),
    human: (terminal) => rehearsalLines(terminal, rehearsed, { html }),
  };
}

function judged({ all }: Rehearsed): Pick<Outcome, 'exit' | 'message' | 'fix'> {
  const { violationCount } = all;
  if (violationCount === 0) return { exit: 'OK' };
  const message = `${countOf(violationCount, 'promise was', 'promises were')} broken`;
  return { exit: 'SOFTWARE', message, fix: 'headgate pause, then look at the lines above' };
}
