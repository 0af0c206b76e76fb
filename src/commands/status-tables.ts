import type { Job } from '../core/model.ts';
import type { Limits } from '../core/policy.ts';
import { renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { displayWidth, padEnd, padStart } from './output/text.ts';
import { formatClock, formatDay, formatRelative, formatSpan } from './output/time.ts';
import { resultText, tookMs } from './run-record.ts';
import type { JobStatus, JobVolume } from './status-facts.ts';

const BAR_WIDTH = 48;
const SCREEN_WIDTH_MAX = 80;
/** From here on the next run is named by its clock too. */
const WIDE = 100;

/** The drafts of each day as bars, with the hold line through them (A8). */
export function volumeLines(
  terminal: Terminal,
  volume: Readonly<Record<Job, JobVolume>>,
  limits: Limits,
): readonly string[] {
  const { drip, nurture } = volume;
  const times = terminal.ascii ? 'x' : '×';
  const left = ' Volume    drip drafts a day';
  const right = `hold line ${lineText(drip, limits, times)}`;
  const width = Math.min(terminal.width, SCREEN_WIDTH_MAX);
  const gap = Math.max(2, width - displayWidth(left) - displayWidth(right));
  const most = Math.max(1, drip.line, ...drip.days.map(({ drafts }) => drafts));
  return [
    `${left}${' '.repeat(gap)}${right}`,
    ...drip.days.map(({ day, drafts }) => {
      const bar = barText(terminal, { drafts, line: drip.line, most });
      return `           ${padEnd(formatDay(Date.parse(day)), 10)} ${bar} ${padStart(String(drafts), 4)}`;
    }),
    `           nurture: ${nurture.days.at(-1)?.drafts ?? 0} today, hold line ${lineText(nurture, limits, times)}`,
  ];
}

/** `█████         ┆   `: how far a day was from the line; a bar that passes it is in the colour of what is held. */
function barText(
  terminal: Terminal,
  { drafts, line, most }: { readonly drafts: number; readonly line: number; readonly most: number },
): string {
  const columns = drafts === 0 ? 0 : Math.max(1, Math.round((drafts / most) * BAR_WIDTH));
  const place = Math.min(BAR_WIDTH - 1, Math.round((line / most) * BAR_WIDTH));
  const block = terminal.symbols.block;
  if (columns > place) return terminal.yellow(padEnd(block.repeat(columns), BAR_WIDTH));
  const rest = ' '.repeat(BAR_WIDTH - place - 1);
  return `${block.repeat(columns)}${' '.repeat(place - columns)}${terminal.dim(terminal.ascii ? ':' : '┆')}${rest}`;
}

/** A8: `12.6 (3 × 4.2)`; the floor carries a small mean, and a release raises the line for the day. */
export function lineText({ line, mean }: JobVolume, limits: Limits, times: string): string {
  const { blastRadiusFactor: factor, blastRadiusFloor: floor } = limits;
  const base = mean < floor ? `the floor of ${floor}` : mean.toFixed(1);
  const isRaised = line > factor * Math.max(mean, floor);
  return `${line.toFixed(1)} (${factor} ${times} ${base}${isRaised ? ', and what was released today' : ''})`;
}

/** The timers with when they are late (A9). */
export function timerLines(
  terminal: Terminal,
  jobs: readonly JobStatus[],
  { now, timezone }: { readonly now: number; readonly timezone: string },
): readonly string[] {
  const room = { ...terminal, width: terminal.width - 3 };
  return renderTable(room, jobs, [
    { header: 'timer', cell: ({ name }) => name, minWidth: 7 },
    { header: 'last run', cell: (job) => lastRunText(job, now, timezone), minWidth: 12 },
    {
      header: 'result',
      cell: (job) => (job.lastRun === null ? null : resultText(job.lastRun)),
      minWidth: 14,
      style: (job, text) => (job.hasFailed ? terminal.red(text) : text),
    },
    { header: 'took', cell: tookText, align: 'right', minWidth: 6 },
    {
      header: 'next',
      cell: (job) => nextText(job, { now, timezone, isWide: terminal.width >= WIDE }),
      minWidth: 9,
    },
    {
      header: 'late when',
      cell: (job) => lateText(job, now),
      minWidth: 9,
      style: (job, text) => (job.isLate ? terminal.yellow(text) : text),
    },
  ]).map((line) => `   ${line}`);
}

/** `09:03  17 m ago`. */
export function lastRunText({ lastRun }: JobStatus, now: number, timezone: string): string {
  if (lastRun === null) return 'never';
  const distance = formatRelative(lastRun.startedAt, now).replace(/^(\d\d h) \d+ m/, '$1');
  return `${formatClock(lastRun.startedAt, timezone)}  ${distance}`;
}

function tookText({ lastRun }: JobStatus): string | null {
  const ms = lastRun === null ? null : tookMs(lastRun);
  return ms === null ? null : formatSpan(ms);
}

/** One interval after the last run: systemd knows the minute, the state does not. */
export function nextText(
  { nextAt }: JobStatus,
  { now, timezone, isWide }: { readonly now: number; readonly timezone: string; readonly isWide: boolean },
): string | null {
  if (nextAt === null) return null;
  if (nextAt <= now) return 'due';
  const distance = formatRelative(nextAt, now);
  return isWide ? `${formatClock(nextAt, timezone)}  ${distance}` : distance;
}

/** After how long without a success it is late, or for how long it is. */
export function lateText({ intervalMs, isLate, lateAfterAt }: JobStatus, now: number): string {
  if (isLate && lateAfterAt !== null) return `LATE by ${formatSpan(now - lateAfterAt)}`;
  return formatSpan(2 * intervalMs);
}
