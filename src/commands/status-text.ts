import { HOUR_MS } from '../core/time/durations.ts';
import type { Limits } from '../core/policy.ts';
import type { OperatorState } from './operator-state.ts';
import { renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { displayWidth, escapeText, padEnd } from './output/text.ts';
import {
  formatClock,
  formatDateTime,
  formatDay,
  formatRelative,
  formatSpan,
  zoneLabel,
} from './output/time.ts';
import { resultText, tookMs } from './run-record.ts';
import { senderLines } from './sender-status.ts';
import type { JobStatus, JobVolume, StatusFacts } from './status-facts.ts';

interface StatusView {
  readonly state: OperatorState;
  readonly facts: StatusFacts;
  readonly next: readonly string[];
}

/** The screen of cli.md 2.4, at most 80 columns wide. */
export function statusLines(terminal: Terminal, view: StatusView): readonly string[] {
  const { facts, next } = view;
  return [
    '',
    headline(terminal, view),
    '',
    ...queueLines(terminal, view),
    ...senderLines(terminal, facts.senders),
    '',
    ...volumeLines(terminal, view),
    '',
    ' Timers',
    ...timerLines(terminal, view),
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

/** The one thing to know first. */
function moodOf({ stop, doubts, queue, jobs, senders }: StatusFacts): { text: string; isGood: boolean } {
  if (stop !== null) return { text: 'paused', isGood: false };
  if (doubts.some((each) => each.doubts.length > 0))
    return { text: 'in doubt: previews only', isGood: false };
  if (doubts.some((each) => each.hasOpenHold)) return { text: 'a held batch waits', isGood: false };
  if (queue.uncertain > 0) return { text: 'something is uncertain', isGood: false };
  if (senders.senders.some(({ desk }) => desk.pausedReason !== null))
    return { text: 'a sender is paused', isGood: false };
  if (senders.removed.length > 0) return { text: 'leads without a sender wait', isGood: false };
  if (jobs.some((job) => job.isLate)) return { text: 'a timer is late', isGood: false };
  return { text: 'all clear', isGood: true };
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
  const done = [`${today.sent} sent`, `${today.drafted} drafted`, `${today.failed} failed`];
  const alerts = facts.undeliveredNotices;
  return [
    ` Queue     ${joined(terminal, waiting)}`,
    ` Today     ${joined(terminal, done)}`,
    ...(alerts > 0 ? [` Alerts    ${terminal.yellow(`${alerts} that no channel took yet`)}`] : []),
  ];
}

const BAR_WIDTH_MAX = 24;

function volumeLines(terminal: Terminal, { state, facts }: StatusView): readonly string[] {
  const { drip, nurture } = facts.volume;
  const { limits } = state.workspace.policy;
  const most = Math.max(1, ...drip.days.map((day) => day.drafts));
  return [
    ` Volume    drip drafts a day, hold line ${lineText(drip, limits)}`,
    ...drip.days.map(({ day, drafts }) => {
      const bar = terminal.symbols.block.repeat(Math.ceil((drafts / most) * Math.min(most, BAR_WIDTH_MAX)));
      return `           ${padEnd(formatDay(Date.parse(day)), 10)} ${padEnd(bar, BAR_WIDTH_MAX)} ${drafts}`;
    }),
    `           nurture: ${nurture.days.at(-1)?.drafts ?? 0} today, hold line ${lineText(nurture, limits)}`,
  ];
}

/** A8: `12.6 (3 x 4.2)`; the floor carries a small mean, and a release raises the line for the day. */
function lineText({ line, mean }: JobVolume, limits: Limits): string {
  const { blastRadiusFactor: factor, blastRadiusFloor: floor } = limits;
  const base = mean < floor ? `the floor of ${floor}` : mean.toFixed(1);
  const isRaised = line > factor * Math.max(mean, floor);
  return `${line.toFixed(1)} (${factor} x ${base}${isRaised ? ', and what was released today' : ''})`;
}

function timerLines(terminal: Terminal, { state, facts }: StatusView): readonly string[] {
  const { now } = state;
  const { timezone } = state.workspace.policy;
  return renderTable(terminal, facts.jobs, [
    { header: 'timer', cell: ({ name }) => name },
    { header: 'last run', cell: (job) => lastRunText(job, now, timezone), minWidth: 12 },
    {
      header: 'result',
      cell: (job) => (job.lastRun === null ? null : resultText(job.lastRun)),
      minWidth: 14,
    },
    { header: 'took', cell: (job) => tookText(job), align: 'right', minWidth: 5 },
    { header: 'last success', cell: (job) => successText(job, now), minWidth: 10 },
    {
      header: 'late',
      cell: (job) => lateText(job, now),
      minWidth: 8,
      style: (job, text) => (job.isLate ? terminal.yellow(text) : text),
    },
  ]).map((line) => `   ${line}`);
}

function lastRunText({ lastRun }: JobStatus, now: number, timezone: string): string {
  if (lastRun === null) return 'never';
  return `${formatClock(lastRun.startedAt, timezone)}  ${formatRelative(lastRun.startedAt, now)}`;
}

function tookText({ lastRun }: JobStatus): string | null {
  const ms = lastRun === null ? null : tookMs(lastRun);
  return ms === null ? null : formatSpan(ms);
}

function successText({ lastSuccessAt }: JobStatus, now: number): string {
  return lastSuccessAt === null ? 'never' : formatRelative(lastSuccessAt, now);
}

function lateText({ lateAfterAt, isLate }: JobStatus, now: number): string | null {
  if (lateAfterAt === null) return null;
  return isLate ? `for ${formatSpan(now - lateAfterAt)}` : formatRelative(lateAfterAt, now);
}

function guardLines(terminal: Terminal, { state, facts }: StatusView): readonly string[] {
  const { limits, live } = state.workspace.policy;
  const { header, stop, quietToday } = facts;
  const first = [
    `cold start after ${limits.coldStartMs / HOUR_MS} h`,
    `watermark ${limits.watermarkMs / HOUR_MS} h`,
    `cap ${limits.draftsPerRunDrip} a run, ${limits.draftsPerDay} a day`,
  ];
  const { timezone } = state.workspace.policy;
  const second = [
    `machine ${escapeText(header.machine.hostName)} (bound ${formatDay(header.boundAt, timezone)})`,
    `pause ${stop === null ? 'off' : 'ON'}`,
    live ? 'live mail on' : 'not live (outbox)',
  ];
  const quiet = quietToday === null ? [] : [`           today is a ${quietToday}: drafts and sends rest`];
  const reason = stop === null || stop.reason === '' ? [] : [`           paused: ${escapeText(stop.reason)}`];
  return [
    ` Guards    ${joined(terminal, first)}`,
    `           ${joined(terminal, second)}`,
    ...quiet,
    ...reason,
  ];
}

/** The same doubt of several jobs is one line. */
function doubtLines(terminal: Terminal, { doubts, header }: StatusFacts): readonly string[] {
  const jobsByDetail = new Map<string, string[]>();
  for (const { job, doubts: found } of doubts) {
    for (const { detail } of found) jobsByDetail.set(detail, [...(jobsByDetail.get(detail) ?? []), job]);
  }
  const lines = [...jobsByDetail].map(([detail, jobs]) => `${jobs.join(', ')}: ${escapeText(detail)}`);
  if (header.personNeededSinceAt !== null)
    lines.push('no sequence approves itself until you have acted once');
  return lines.map((line, index) => ` ${index === 0 ? 'Doubts ' : '       '}   ${terminal.yellow(line)}`);
}

function joined(terminal: Terminal, parts: readonly string[]): string {
  return parts.join(` ${terminal.symbols.dot} `);
}
