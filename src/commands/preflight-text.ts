import type { SequenceEdit } from '../core/edit-plan.ts';
import { affectsLive, type Preflight, type PreflightItem } from '../core/edit-preflight.ts';
import type { StepEdit } from '../core/edit-steps.ts';
import type { StepTiming } from '../core/model.ts';
import { changedLines } from './copy-lines.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, displayWidth, escapeText, padEnd } from './output/text.ts';
import { hanging } from './output/wrap.ts';
import { effectLines, shiftText, type PreflightMoment } from './preflight-times.ts';
import { liveSteps, timingText, triggerText, windowText } from './sequence-text.ts';

/** The preflight for a person: sequence by sequence, then the three numbers that matter (cli.md 2.4). */
export function preflightLines(
  terminal: Terminal,
  preflight: Preflight,
  moment: PreflightMoment,
): readonly string[] {
  const rows = groupByEdit(preflight.items).flatMap(([edit, items]) => editRows(edit, items));
  const width = Math.max(0, ...rows.map((row) => displayWidth(row.label)));
  const middle = Math.max(0, ...rows.map((row) => displayWidth(row.change)));
  return [
    ...rows.flatMap((row) => rowLines(terminal, row, { width, middle })),
    ...preflight.unchanged.map((id) => terminal.dim(` = ${escapeText(id)}   no change`)),
    '',
    ...totalsLines(preflight),
    ...effectLines(preflight, moment),
  ].map((line) => line.trimEnd());
}

function totalsLines(preflight: Preflight): readonly string[] {
  const { doubleSendRiskCount, moved, completed, cancelled, draftsWithdrawn, emailsAdded } = preflight;
  const ends = [
    ...(completed > 0 ? [`Completed: ${completed}`] : []),
    ...(cancelled > 0 ? [`Cancelled: ${cancelled}`] : []),
    ...(affectsLive(preflight) ? [`Drafts withdrawn: ${draftsWithdrawn}`] : []),
  ];
  const counts = [
    `Double sends possible: ${doubleSendRiskCount}`,
    `Leads whose next email moves: ${moved}`,
    `Emails added: ${emailsAdded}`,
  ];
  return [counts, ends].flatMap(inLines);
}

const COLUMNS = 80;

/** As many on a line as fit. */
function inLines(parts: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.pop();
    const longer = line === undefined ? ` ${part}` : `${line}    ${part}`;
    if (line !== undefined && longer.length > COLUMNS) lines.push(line, ` ${part}`);
    else lines.push(longer);
  }
  return lines;
}

interface Row {
  readonly label: string;
  readonly change: string;
  readonly effect: string;
}

const EFFECT_COLUMNS_MIN = 30;
const EFFECT_INDENT = ' '.repeat(9);

/** On a screen the effect goes on below itself, or below the change where too little room is left behind it. */
function rowLines(
  terminal: Terminal,
  { label, change, effect }: Row,
  { width, middle }: { readonly width: number; readonly middle: number },
): readonly string[] {
  if (change === '') return [label];
  const head = `${padEnd(label, width)}   ${padEnd(change, middle)}   `;
  if (!terminal.isTty) return [`${head}${effect}`];
  const columns = terminal.width - 1;
  if (columns - displayWidth(head) >= EFFECT_COLUMNS_MIN) return hanging(head, effect, columns);
  return [head, ...hanging(EFFECT_INDENT, effect, columns)];
}

function groupByEdit(
  items: readonly PreflightItem[],
): readonly (readonly [SequenceEdit, readonly PreflightItem[]])[] {
  const groups = new Map<SequenceEdit, PreflightItem[]>();
  for (const item of items) groups.set(item.edit, [...(groups.get(item.edit) ?? []), item]);
  return [...groups];
}

function editRows(edit: SequenceEdit, items: readonly PreflightItem[]): readonly Row[] {
  const sign = edit.before === null ? '+' : edit.changes.includes('removed') ? '-' : '~';
  const heading = { label: ` ${sign} ${escapeText(edit.id)}`, change: '', effect: '' };
  return [
    heading,
    ...items.map((item) => (item.stepEdit === null ? wholeRow(item) : stepRow(item, item.stepEdit))),
  ];
}

function wholeRow(item: PreflightItem): Row {
  const { before, after } = item.edit;
  const label = '     ~ sequence';
  switch (item.change) {
    case 'new':
      return {
        label,
        change: `new, ${countOf(liveSteps(after).length, 'step')}, ${after.status}`,
        effect: 'enrolls nobody who is already stored',
      };
    case 'removed':
      return { label, change: 'the folder is gone', effect: 'archived for good; nobody is under way in it' };
    case 'renamed':
      return { label, change: `renamed from ${before?.id ?? ''}`, effect: 'the same sequence; nobody moves' };
    case 'status':
      return {
        label,
        change: `status ${before?.status ?? ''} to ${after.status}`,
        effect: statusEffect(item),
      };
    case 'trigger':
      return {
        label,
        change: 'trigger',
        effect: `new leads match by ${escapeText(triggerText(after.trigger))}`,
      };
    case 'window':
      return { label, change: `window ${windowText(after.window)}`, effect: shiftEffect(item) };
    default:
      return { label, change: 'settings', effect: 'nobody moves' };
  }
}

function statusEffect(item: PreflightItem): string {
  switch (item.edit.after.status) {
    case 'active':
      return 'matches new leads; enrolls nobody who is already stored';
    case 'paused':
      return 'matches nobody; whoever is under way waits';
    case 'draft':
      return item.edit.before === null ? 'matches nobody' : 'matches nobody; whoever is under way waits';
    case 'archived':
      return `cancels ${countOf(item.affectedCount, 'enrollment')}${withdrawnText(item)}, and is for good`;
  }
}

function stepRow(item: PreflightItem, edit: StepEdit): Row {
  const sign = edit.before === null ? '+' : edit.after.deletedAt === null ? '~' : '-';
  const { change, effect } = stepTexts(item, edit);
  return { label: `     ${sign} ${escapeText(edit.id)}`, change, effect };
}

function stepTexts(item: PreflightItem, { before, after }: StepEdit): { change: string; effect: string } {
  switch (item.change) {
    case 'new':
      return {
        change: `new, number ${after.position + 1}`,
        effect: newEffect(item),
      };
    case 'removed':
      return { change: 'removed', effect: removedEffect(item) };
    case 'renamed':
      return { change: `renamed from ${before?.id ?? ''}`, effect: 'the same step; nobody gets it again' };
    case 'moved':
      return { change: `moved, now number ${after.position + 1}`, effect: shiftEffect(item) };
    case 'timing':
      return {
        change: timingChange(before?.timing ?? after.timing, after.timing),
        effect: shiftEffect(item),
      };
    case 'window':
      return { change: `window ${windowText(after.window)}`, effect: shiftEffect(item) };
    case 'copy':
      return {
        change: copyText({ before, after }),
        effect: 'safe: sent mail and waiting drafts keep their own text',
      };
    default:
      return { change: 'settings', effect: 'nobody moves' };
  }
}

function copyText(edit: Pick<StepEdit, 'before' | 'after'>): string {
  const lines = changedLines(edit);
  return lines === null ? 'copy' : `copy, ${countOf(lines, 'line')}`;
}

/** `after 2d to 84h`, `day 5 to after 3d`. */
function timingChange(before: StepTiming, after: StepTiming): string {
  const to = timingText(after);
  return `${timingText(before)} to ${before.kind === after.kind ? to.slice(to.indexOf(' ') + 1) : to}`;
}

function newEffect({
  affectedCount,
  movedCount,
  earliestShiftMs,
  latestShiftMs,
  pastIt,
}: PreflightItem): string {
  const past =
    pastIt === 0 ? 'none has passed it already' : `${countOf(pastIt, 'lead')} past it will not get it`;
  const next =
    movedCount === 0 || earliestShiftMs === null || latestShiftMs === null
      ? ''
      : `; the next email of ${movedCount}: ${shiftText(earliestShiftMs, latestShiftMs)}`;
  return `${countOf(affectedCount, 'lead')} will pass through it, ${past}${next}`;
}

function removedEffect(item: PreflightItem): string {
  if (item.affectedCount === 0) return 'nobody waits there';
  const goOn = item.affectedCount - item.completes;
  const { earliestShiftMs: earliest, latestShiftMs: latest } = item;
  const shift = earliest === null || latest === null ? '' : ` (${shiftText(earliest, latest)})`;
  const parts = [
    ...(goOn > 0 ? [`${goOn} go on${shift}`] : []),
    ...(item.completes > 0 ? [`${item.completes} complete`] : []),
  ];
  return `${countOf(item.affectedCount, 'lead')} waiting there: ${parts.join(', ')}${withdrawnText(item)}; nothing is sent for it`;
}

function shiftEffect(item: PreflightItem): string {
  if (item.affectedCount === 0) return 'moves nobody';
  const { earliestShiftMs: earliest, latestShiftMs: latest } = item;
  const completes = item.completes > 0 ? `, ${item.completes} complete` : '';
  const shift = earliest === null || latest === null ? '' : `: ${shiftText(earliest, latest)}`;
  return `moves ${countOf(item.affectedCount, 'lead')}${shift}${completes}${withdrawnText(item)}`;
}

function withdrawnText({ draftsWithdrawn }: PreflightItem): string {
  return draftsWithdrawn === 0 ? '' : `, ${countOf(draftsWithdrawn, 'draft')} withdrawn`;
}
