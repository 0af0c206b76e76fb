import type { FrameView, Strip, ToldView } from '../../web/private/views.ts';
import { countOf, escapeText } from '../output/text.ts';
import { formatClock, zoneLabel } from '../output/time.ts';
import { doubtTexts } from '../status-text.ts';
import { statusFacts, type StatusFacts } from '../status-facts.ts';
import type { Visit } from './visit.ts';

/** What stands around every page, from the same facts as `status`. */
export function frameView(
  visit: Visit,
  here: FrameView['here'],
  facts: StatusFacts = statusFacts(visit.state),
): FrameView {
  const { state, memory, session, person } = visit;
  return {
    host: escapeText(facts.thisHost),
    person,
    here,
    figures: figuresOf(visit, facts),
    strips: stripsOf(visit, facts),
    told: toldOf(visit),
    undo: memory.last(session),
    nonce: state.invocation.context.random.publicId('s'),
  };
}

function toldOf({ request, memory, session }: Visit): ToldView | null {
  const name = request.query.get('told');
  return name === null ? null : (memory.answered(session, name)?.told ?? null);
}

function figuresOf({ state }: Visit, { queue, volume }: StatusFacts): readonly string[] {
  const { timezone } = state.workspace.policy;
  const { nextLeavesAt } = queue;
  const leaves =
    nextLeavesAt === null || nextLeavesAt <= state.now
      ? ''
      : `, next ${formatClock(nextLeavesAt, timezone)} ${zoneLabel(timezone)}`;
  const today = volume.drip.days.at(-1)?.drafts ?? 0;
  return [
    `${queue.pendingApproval} waiting`,
    `${queue.approved} approved${leaves}`,
    ...(queue.held > 0 ? [`${queue.held} held`] : []),
    ...(queue.uncertain > 0 ? [`${queue.uncertain} uncertain`] : []),
    `${countOf(today, 'draft')} today, hold line ${volume.drip.line.toFixed(1)}`,
  ];
}

function stripsOf({ state }: Visit, facts: StatusFacts): readonly Strip[] {
  const { stop, doubts, header } = facts;
  const { live } = state.workspace.policy;
  const details = doubts.some((each) => each.doubts.length > 0) ? doubtTexts(facts) : [];
  const holds = doubts.filter(({ hasOpenHold }) => hasOpenHold).map(({ job }) => job);
  return [
    ...(stop === null ? [] : [pausedStrip(stop.reason)]),
    ...(holds.length === 0 ? [] : [heldStrip(holds)]),
    ...(details.length === 0 ? [] : [strip('doubt', 'In doubt', `${details.join('; ')}. Previews only.`)]),
    ...(live ? [] : [strip('calm', 'Not live', 'Approved mail goes to the outbox and to nobody else.')]),
    ...(live && header.wentLiveAt === null
      ? [
          strip(
            'calm',
            'Not live yet',
            'headgate go-live has not been done: it will ask for approvals again.',
          ),
        ]
      : []),
  ];
}

function pausedStrip(reason: string): Strip {
  const why = reason === '' ? '' : sentence(escapeText(reason));
  return strip(
    'stop',
    'Paused',
    `${why} Nothing is drafted and nothing leaves until headgate resume.`.trim(),
  );
}

function heldStrip(jobs: readonly string[]): Strip {
  return {
    ...strip(
      'stop',
      'A batch is held',
      `Far more than usual: ${jobs.join(', ')} made nothing more until you decide.`,
    ),
    link: { href: '/status', words: 'See the batch' },
  };
}

function strip(tone: Strip['tone'], title: string, text: string): Strip {
  return { tone, title, text, link: null };
}

function sentence(text: string): string {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
