import { HOUR_MS } from '../core/time/durations.ts';
import { comingTexts } from './forecast-text.ts';
import type { OperatorState } from './operator-state.ts';
import { modelDayTexts } from './output/model-cost.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, displayWidth, escapeText, padEnd } from './output/text.ts';
import { formatClock, formatDateTime, formatDay, zoneLabel } from './output/time.ts';
import { senderLines } from './sender-status.ts';
import { windowText } from './sequence-text.ts';
import type { StatusFacts } from './status-facts.ts';
import { moodOf } from './status-mood.ts';
import { timerLines, volumeLines } from './status-tables.ts';

const INDENT = 11;

interface StatusView {
  readonly state: OperatorState;
  readonly facts: StatusFacts;
  readonly next: readonly string[];
}

/** The screen of cli.md 2.4, at most 80 columns wide. */
export function statusLines(terminal: Terminal, view: StatusView): readonly string[] {
  const { facts, next, state } = view;
  return [
    '',
    headline(terminal, view),
    '',
    ...queueLines(terminal, view),
    ...senderLines(terminal, facts.senders),
    '',
    ...volumeLines(terminal, facts.volume, state.workspace.policy.limits),
    '',
    ' Timers',
    ...timerLines(terminal, facts.jobs, { now: state.now, timezone: state.workspace.policy.timezone }),
    '',
    ...guardLines(terminal, view),
    ...doubtLines(terminal, facts),
    ...next.map((command, index) => `${index === 0 ? '\n Next     ' : '          '} ${command}`),
    '',
  ].flatMap((line) => line.split('\n'));
}

function headline(terminal: Terminal, { state, facts }: StatusView): string {
  const at = formatDateTime(state.now, state.workspace.policy.timezone);
  const left = ` HEADGATE  ${escapeText(facts.thisHost)}  ${at}`;
  const mood = moodOf(facts);
  const gap = Math.max(2, Math.min(terminal.width, 80) - displayWidth(left) - displayWidth(mood.text));
  return `${left}${' '.repeat(gap)}${mood.isGood ? terminal.green(mood.text) : terminal.yellow(mood.text)}`;
}

function queueLines(terminal: Terminal, { state, facts }: StatusView): readonly string[] {
  const { queue, today } = facts;
  const { timezone } = state.workspace.policy;
  const leaves =
    queue.nextLeavesAt === null
      ? ''
      : queue.nextLeavesAt <= state.now
        ? ', next leaves with the next send'
        : `, next leaves ${formatClock(queue.nextLeavesAt, timezone)} ${zoneLabel(timezone)}`;
  const waiting = [
    `${queue.pendingApproval} waiting for you`,
    `${queue.approved} approved${leaves}`,
    `${queue.held} held`,
    ...(queue.uncertain > 0 ? [`${queue.uncertain} uncertain`] : []),
  ];
  const done = [
    ...(['sent', 'drafted', 'failed', 'bounced'] as const).map((word) => `${today[word]} ${word}`),
    countOf(today.replies, 'reply', 'replies'),
    `${today.unsubscribed} unsubscribed`,
    ...(today.complained > 0 ? [countOf(today.complained, 'complaint')] : []),
    ...modelDayTexts(facts.modelToday),
  ];
  const alerts = facts.undeliveredNotices;
  return [
    ...flowing(terminal, ' Queue', waiting),
    ...flowing(terminal, ' Today', done),
    ...aheadLines(terminal, facts),
    ...(alerts > 0 ? [` Alerts    ${terminal.yellow(`${alerts} that no channel took yet`)}`] : []),
  ];
}

/** Emails of the coming days, as long as nothing keeps drip from making them. */
function aheadLines(terminal: Terminal, { stop, doubts, forecast }: StatusFacts): readonly string[] {
  const isInDoubt = doubts.some(({ job, doubts: found }) => job === 'drip' && found.length > 0);
  if (stop !== null || isInDoubt) return [];
  const texts = comingTexts(forecast.days);
  return texts.length === 0 ? [] : flowing(terminal, ' Ahead', texts);
}

/** The limits in force, the hours, and where and how it runs: a list of parts for each line. */
export function guardTexts(
  { policy: { hours, limits, live, timezone } }: OperatorState['workspace'],
  { header, stop }: StatusFacts,
): readonly [limits: readonly string[], hours: string, mode: readonly string[]] {
  return [
    [
      `cold start after ${limits.coldStartMs / HOUR_MS} h`,
      `watermark ${limits.watermarkMs / HOUR_MS} h`,
      `cap ${limits.draftsPerRunDrip} a run, ${limits.draftsPerDay} a day`,
    ],
    `hours ${windowText({ ...hours, zone: 'there' })}`,
    [
      `machine ${escapeText(header.machine.hostName)} (bound ${formatDay(header.boundAt, timezone)})`,
      `pause ${stop === null ? 'off' : 'ON'}`,
      live ? 'live mail on' : 'not live (outbox)',
    ],
  ];
}

function guardLines(terminal: Terminal, { state, facts }: StatusView): readonly string[] {
  const { stop, quietToday } = facts;
  const [first, hours, third] = guardTexts(state.workspace, facts);
  const quiet = quietToday === null ? [] : [`           today is a ${quietToday}: drafts and sends rest`];
  const reason = stop === null || stop.reason === '' ? [] : [`           paused: ${escapeText(stop.reason)}`];
  return [
    ...flowing(terminal, ' Guards', first),
    `           ${hours}`,
    ...flowing(terminal, '', third),
    ...quiet,
    ...reason,
  ];
}

function doubtLines(terminal: Terminal, facts: StatusFacts): readonly string[] {
  return doubtTexts(facts).map(
    (line, index) => ` ${index === 0 ? 'Doubts ' : '       '}   ${terminal.yellow(line)}`,
  );
}

/** What keeps jobs from acting; the same doubt of several jobs is one line. */
export function doubtTexts({ doubts, header }: Pick<StatusFacts, 'doubts' | 'header'>): readonly string[] {
  const jobsByDetail = new Map<string, string[]>();
  for (const { job, doubts: found } of doubts) {
    for (const { detail } of found) jobsByDetail.set(detail, [...(jobsByDetail.get(detail) ?? []), job]);
  }
  const lines = [...jobsByDetail].map(([detail, jobs]) => `${jobs.join(', ')}: ${escapeText(detail)}`);
  if (header.personNeededSinceAt !== null)
    lines.push('no sequence approves itself until you have acted once');
  return lines;
}

/** Parts behind a label, side by side in as many lines as the terminal needs. */
function flowing(terminal: Terminal, label: string, parts: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = `${last ?? ''} ${terminal.symbols.dot} ${part}`;
    if (last === undefined || displayWidth(longer) > terminal.width - INDENT) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line, index) => `${padEnd(index === 0 ? label : '', INDENT)}${line}`);
}
