import type { PlayedDay } from '../../core/rehearsal/tally.ts';
import { isOperatingDay } from '../../core/time/operator-day.ts';
import { formatDurationMs } from '../../core/time/durations.ts';
import { epochDayOf, weekdayOf } from '../../core/time/calendar.ts';
import { addDays, startOfLocalDay } from '../../core/time/zone.ts';
import { withoutText } from '../../core/rehearsal/guards.ts';
import type { Terminal } from '../output/terminal.ts';
import { countOf, displayWidth, escapeText, padEnd, padStart } from '../output/text.ts';
import { formatClock, formatDay, zoneLabel } from '../output/time.ts';
import type { Comparison, Rehearsed } from './rehearse.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const LABEL_WIDTH = 10;
const CELL_WIDTH = 8;
const HAPPENINGS_SHOWN = 6;
const VIOLATIONS_SHOWN = 12;
const ROW_NAME_WIDTH = 36;

/** The screen of `simulate` (cli.md 2.4), for 80 columns. */
export function rehearsalLines(
  terminal: Terminal,
  rehearsed: Rehearsed,
  { html }: { readonly html: string | null },
): readonly string[] {
  return [
    '',
    ...headLines(terminal, rehearsed),
    '',
    ...calendarLines(terminal, rehearsed),
    '',
    ...figureLines(rehearsed),
    ...happeningLines(terminal, rehearsed),
    ...comparisonLines(terminal, rehearsed),
    ...violationLines(terminal, rehearsed),
    '',
    ...supposedText(rehearsed).map((line) => terminal.dim(` ${line}`)),
    '',
    ` Nothing was changed.${html === null ? '' : `   Report: ${escapeText(html)}`}`,
    '',
  ];
}

/** The days asked for, each once, also one on which nothing happened. */
export function calendarDays({ firstDay, lastDay, all }: Rehearsed): readonly PlayedDay[] {
  const played = new Map(all.days.map((day) => [day.day, day]));
  const days: PlayedDay[] = [];
  for (let day = firstDay; day <= lastDay; day = addDays(day, 1)) days.push(played.get(day) ?? quietDay(day));
  return days;
}

function quietDay(day: string): PlayedDay {
  return { day, drafts: 0, sends: 0, doubted: 0, held: 0, isOff: false, mails: [] };
}

function headLines(terminal: Terminal, rehearsed: Rehearsed): readonly string[] {
  const { firstDay, lastDay, script, workspace, paused, all } = rehearsed;
  const zone = workspace.policy.timezone;
  const days = epochDayOf(lastDay) - epochDayOf(firstDay) + 1;
  const from = startOfLocalDay(firstDay, zone);
  const [outage] = script.outages;
  const isFirst = outage !== undefined && outage.toAt <= from + 86_400_000;
  const off = isFirst ? `, after ${offText(outage.toAt - outage.fromAt)} off` : '';
  return [
    ` ${terminal.bold('REHEARSAL')}  ${countOf(days, 'day')} from ${formatDay(from, zone)} ${firstDay.slice(0, 4)}${off}`,
    ` ${terminal.dim('           a copy of the state: no model is asked, no mail is sent')}`,
    ...(paused === null
      ? []
      : [` ${terminal.yellow('           everything is paused, and stays so: headgate resume')}`]),
    ...(all.isCutShort === 'signal'
      ? [` ${terminal.red('           broken off; what follows is the part before')}`]
      : []),
  ];
}

function offText(ms: number): string {
  const days = Math.round(ms / 86_400_000);
  return days >= 1 ? countOf(days, 'day') : `${String(Math.round(ms / 3_600_000))} h`;
}

function calendarLines(terminal: Terminal, rehearsed: Rehearsed): readonly string[] {
  const days = calendarDays(rehearsed);
  const [first] = days;
  if (first === undefined) return [];
  const gap = weekdayOf(first.day) - 1;
  const cells: readonly (PlayedDay | null)[] = [...Array.from({ length: gap }, () => null), ...days];
  const weeks = Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) =>
    cells.slice(week * 7, week * 7 + 7),
  );
  const monday = addDays(first.day, -gap);
  return [
    terminal.dim(
      ` ${padEnd('drafts', LABEL_WIDTH)}${WEEKDAYS.map((name) => padStart(name, 5).padEnd(CELL_WIDTH)).join('')}`.trimEnd(),
    ),
    ...weeks.map((week, index) => {
      const label = padEnd(`week ${String(isoWeek(addDays(monday, index * 7)))}`, LABEL_WIDTH);
      return ` ${label}${week.map((day) => padEnd(cellOf(terminal, rehearsed, day), CELL_WIDTH)).join('')}`.trimEnd();
    }),
    terminal.dim(` ${legend(terminal, rehearsed, days)}`),
  ];
}

function cellOf(terminal: Terminal, rehearsed: Rehearsed, day: PlayedDay | null): string {
  if (day === null) return '';
  if (day.isOff && day.drafts === 0) return padStart('off', 5);
  if (!isOpen(rehearsed, day) && day.drafts === 0) return padStart(restMark(terminal), 5);
  const mark =
    day.drafts === 0 && day.doubted > 0 ? '!' : day.held > 0 ? 'H' : shade(terminal, rehearsed, day.drafts);
  return `${padStart(String(day.drafts), 5)} ${mark}`.trimEnd();
}

function isOpen({ workspace }: Rehearsed, { day }: PlayedDay): boolean {
  const { hours, holidays } = workspace.policy;
  return isOperatingDay(day, { weekdays: hours.weekdays, holidays });
}

function restMark({ ascii }: Terminal): string {
  return ascii ? '.' : '·';
}

function shades({ ascii }: Terminal): readonly [string, string, string] {
  return ascii ? [':', '+', '#'] : ['░', '▒', '▓'];
}

/** By what the caps of the day would allow. */
function shade(terminal: Terminal, { workspace }: Rehearsed, drafts: number): string {
  const cap = workspace.policy.limits.draftsPerDay;
  const [light, middle, full] = shades(terminal);
  if (drafts === 0) return '';
  if (drafts >= cap) return full;
  return drafts * 2 > cap ? middle : light;
}

function legend(terminal: Terminal, rehearsed: Rehearsed, days: readonly PlayedDay[]): string {
  const cap = rehearsed.workspace.policy.limits.draftsPerDay;
  const half = Math.floor(cap / 2);
  const [light, middle, full] = shades(terminal);
  const marks = [
    ...(half >= 1 ? [`${light} up to ${String(half)}`] : []),
    `${middle} more`,
    `${full} ${String(cap)}, the cap of a day`,
    `${restMark(terminal)} rest`,
    ...(days.some(({ drafts, doubted }) => drafts === 0 && doubted > 0) ? ['! waits for you'] : []),
    ...(days.some(({ held }) => held > 0) ? ['H held'] : []),
  ];
  return marks.join('   ');
}

/** The number of the ISO 8601 week that begins on this Monday: the week belongs to the year of its Thursday. */
function isoWeek(monday: string): number {
  const thursday = addDays(monday, 3);
  const firstDay = epochDayOf(`${thursday.slice(0, 4)}-01-01`);
  return Math.floor((epochDayOf(thursday) - firstDay) / 7) + 1;
}

function figureLines({ all, holdLine, workspace }: Rehearsed): readonly string[] {
  const zone = workspace.policy.timezone;
  const drained =
    all.drainedBy === null ? 'not within these days' : formatDay(startOfLocalDay(all.drainedBy, zone), zone);
  return [
    pair(['Drafts', String(all.drafts)], ['Sends', String(all.sends)]),
    pair(
      ['Most in one day', `${String(all.maxPerDay)}   (hold line ${holdLine.toFixed(1)})`],
      ['Most to one lead in one day', String(all.maxPerLeadPerDay)],
    ),
    pair(['Queue drained by', drained], ['Two steps to one lead in 24 h', String(all.leadsHitTwice)]),
    pair(
      ['Waiting at the end', countOf(all.waiting, 'draft')],
      ['Under way at the end', String(all.underWay)],
    ),
  ];
}

function pair(left: readonly [string, string], right: readonly [string, string]): string {
  return ` ${padEnd(padEnd(left[0], 19) + left[1], 42)}${padEnd(right[0], 31)}${padStart(right[1], 4)}`;
}

function happeningLines(terminal: Terminal, { all, workspace }: Rehearsed): readonly string[] {
  if (all.happenings.length === 0) return [];
  const zone = workspace.policy.timezone;
  const shown = all.happenings.slice(0, HAPPENINGS_SHOWN);
  const more = all.happenings.length - shown.length;
  return [
    '',
    ...shown.map(
      ({ at, what }) => ` ${padEnd(formatDay(at, zone), 11)}${formatClock(at, zone)}  ${escapeText(what)}`,
    ),
    ...(more > 0 ? [terminal.dim(` and ${String(more)} more such lines`)] : []),
  ];
}

export function comparisonLines(terminal: Terminal, { all, without }: Rehearsed): readonly string[] {
  if (without.length === 0) return [];
  const header = ` ${padEnd('', 38)}${padStart('MOST IN', 9)}${padStart('MOST TO', 10)}${padStart('LEADS HIT', 11)}${padStart('PROMISES', 10)}`;
  const second = ` ${padEnd('', 38)}${padStart('ONE RUN', 9)}${padStart('ONE LEAD', 10)}${padStart('TWICE', 11)}${padStart('BROKEN', 10)}`;
  return [
    '',
    ' The same with guards taken away',
    terminal.dim(header),
    terminal.dim(second),
    comparisonLine(terminal, 'all guards', all),
    ...without.map((row) => comparisonLine(terminal, rowName(row.guards), row.played)),
    ...without.flatMap((row) => brokenLines(terminal, row)),
  ];
}

/** A name that fits its column; the document has them all. */
function rowName(guards: readonly string[]): string {
  const name = withoutText(guards);
  return displayWidth(name) <= ROW_NAME_WIDTH ? name : `without these ${String(guards.length)} guards`;
}

function comparisonLine(terminal: Terminal, name: string, played: Comparison['played']): string {
  const cells: readonly (readonly [number, number])[] = [
    [played.maxPerRun, 9],
    [played.maxPerLeadPerDay, 10],
    [played.leadsHitTwice, 11],
    [played.violationCount, 10],
  ];
  const cut = played.isCutShort === 'flood' ? terminal.dim(' cut') : '';
  return `   ${padEnd(name, ROW_NAME_WIDTH)}${cells.map(([count, width]) => padStart(String(count), width)).join('')}${cut}`;
}

/** What the missing guards would have kept: each promise once. */
function brokenLines(terminal: Terminal, { played }: Comparison): readonly string[] {
  const first = new Map<string, string>();
  for (const { promise, what } of played.violations) if (!first.has(promise)) first.set(promise, what);
  return [...first].slice(0, 4).map(([promise, what]) => terminal.dim(`     ${promise} ${escapeText(what)}`));
}

export function violationLines(terminal: Terminal, { all, workspace }: Rehearsed): readonly string[] {
  if (all.violationCount === 0) return ['', ` ${terminal.symbols.ok} No promise was broken.`];
  const zone = workspace.policy.timezone;
  const shown = all.violations.slice(0, VIOLATIONS_SHOWN);
  return [
    '',
    ` ${terminal.red(`${terminal.symbols.problem} ${countOf(all.violationCount, 'promise was', 'promises were')} broken`)}`,
    ...shown.map(
      ({ promise, at, lead, what }) =>
        `   ${padEnd(promise, 4)}${formatDay(at, zone)} ${formatClock(at, zone)}  ${lead === null ? '' : `${escapeText(lead)} `}${escapeText(what)}`,
    ),
    ...(all.violationCount > shown.length
      ? [`   and ${String(all.violationCount - shown.length)} more`]
      : []),
  ];
}

/** What the rehearsal takes for granted, in two or three sentences of a line each. */
export function supposedText({ script, workspace, withEdits }: Rehearsed): readonly string[] {
  const { habits, answers } = script;
  const zone = zoneLabel(workspace.policy.timezone);
  const person =
    habits.approveAfterMs === null
      ? 'Supposed: nobody decides about anything.'
      : `Supposed: a person decides ${formatDurationMs(habits.approveAfterMs)} after something waits, working days 9 to 17 ${zone};`;
  const from = { history: 'as this state has seen', flags: 'as you said', defaults: 'a plain guess' }[
    answers.from
  ];
  return [
    ...(withEdits ? ['The sequence files as they are now count as applied.'] : []),
    person,
    `${percent(answers.replyShare)} answer and ${percent(answers.bounceShare)} bounce (${from}); nobody new comes.`,
  ];
}

function percent(share: number): string {
  return `${String(Math.round(share * 1000) / 10)}%`;
}
