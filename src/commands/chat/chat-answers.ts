import type { ChatCard } from '../../core/chat/card.ts';
import { makeDigest } from '../../core/digest/digest.ts';
import { operatorDay } from '../../core/time/operator-day.ts';
import { waitingDrafts } from '../../store/digest.ts';
import { countInState } from '../../store/messages.ts';
import { digestFacts } from '../digest-facts.ts';
import { digestLayout } from '../digest-layout.ts';
import { digestLines, draftLines } from '../digest-text.ts';
import type { OperatorState } from '../operator-state.ts';
import { createTerminal } from '../output/terminal.ts';
import { countOf } from '../output/text.ts';
import { dueBehindStop } from '../resume.ts';
import { draftsCard } from './drafts-card.ts';

/** A page that somebody asked for. */
export interface AnswerPage {
  readonly text: string;
  readonly card: ChatCard;
}

/** So many drafts have numbers and buttons in one page. */
const DRAFTS_LISTED_MAX = 10;
const PLAIN = { kind: 'plain' } as const;

/** `/status`: what a digest would say now. */
export async function statusPage(state: OperatorState): Promise<AnswerPage> {
  const layout = digestLayout(state, 'chat');
  const facts = await digestFacts(state, operatorDay(state.now, state.workspace.policy.timezone));
  return {
    text: [`Headgate · ${layout.host}`, '', ...digestLines(makeDigest(facts), layout)].join('\n'),
    card: draftsCard(facts.waiting, layout),
  };
}

/** `/review`: the drafts that wait, by number. */
export function reviewPage(state: OperatorState): AnswerPage {
  const { db } = state;
  const layout = digestLayout(state, 'chat');
  const first = waitingDrafts(db, DRAFTS_LISTED_MAX);
  const total = countInState(db, 'pending_approval');
  const held = countInState(db, 'held');
  const uncertain = countInState(db, 'uncertain');
  const more = total - first.length;
  const lines = [
    total === 0
      ? 'No draft waits for you'
      : `${countOf(total, 'draft')} ${total === 1 ? 'waits' : 'wait'} for you`,
    '',
    ...first.flatMap((draft, index) => draftLines(draft, index + 1, layout)),
    ...(more > 0 ? [`and ${String(more)} more, shown when these are decided`] : []),
    ...(held > 0 ? [`${String(held)} held: headgate review list --state held`] : []),
    ...(uncertain > 0 ? [`${String(uncertain)} uncertain: headgate review list --state uncertain`] : []),
  ];
  return { text: lines.join('\n'), card: draftsCard({ first, total }, layout) };
}

/** `/resume`: first what is due (A10). */
export async function resumePage(state: OperatorState): Promise<AnswerPage> {
  const due = await dueBehindStop(state);
  if (due === null) return { text: 'Nothing is paused.', card: PLAIN };
  const lines = due.lines.map((line) => line.trim()).filter((line) => line !== '');
  return { text: lines.join('\n'), card: { kind: 'resume', sinceAt: due.stop.sinceAt } };
}

/** A saved plan word for word, as `review plan` shows it (A17). */
export async function planPage({ invocation }: OperatorState, planId: string): Promise<AnswerPage> {
  const { run } = await import('../review-plan.ts');
  const outcome = await run({ ...invocation, path: 'review plan', args: [planId], options: {} });
  const terminal = createTerminal({
    isTty: false,
    columns: null,
    env: { LC_ALL: 'C.UTF-8' },
    color: false,
    ascii: false,
  });
  const lines = typeof outcome.human === 'string' ? [outcome.human] : outcome.human(terminal);
  return { text: lines.join('\n').trim(), card: PLAIN };
}

export const HELP_PAGE: AnswerPage = {
  text: [
    'What you can write here',
    '/review  the drafts that wait, by number',
    '/approve 1 3',
    '/reject 2 they signed with someone else',
    '/hold 1   /release 1   /discard 1   /undo 1',
    '/confirm   /veto  the plan of a first run',
    '/pause reason   /resume',
    '/status  what waits, what happened, what comes',
  ].join('\n'),
  card: PLAIN,
};
