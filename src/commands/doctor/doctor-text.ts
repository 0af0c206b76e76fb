import { countVerdicts, GROUPS, type Finding, type Group } from '../../core/doctor/finding.ts';
import type { Terminal } from '../output/terminal.ts';
import { countOf, displayWidth, escapeText, padEnd } from '../output/text.ts';

/** The versions and files that a report of a fault has to name. */
export interface Surroundings {
  readonly version: string;
  readonly node: string;
  /** Null where no state could be opened. */
  readonly sqlite: string | null;
  readonly system: string;
  readonly configFile: string | null;
}

const TITLES: Readonly<Record<Group, string>> = {
  config: 'Config',
  state: 'State',
  clock: 'Clock',
  mail: 'Mail',
  sources: 'Sources',
  people: 'People',
  ai: 'Language model',
  systemd: 'systemd',
};

const INDENT = '   ';
const BELOW = '       ';
const TITLE_WIDTH = 36;
const WIDTH_MAX = 100;

/** The screen of cli.md 2.4: what is so on the left, the facts on the right, a fix below what is wrong. A fix is never broken. */
export function doctorLines(
  terminal: Terminal,
  findings: readonly Finding[],
  surroundings: Surroundings,
): readonly string[] {
  const groups = GROUPS.filter((group) => findings.some((finding) => finding.group === group));
  return [
    '',
    ...wrapped(headline(surroundings, terminal), { terminal, indent: ' ' }),
    ...groups.flatMap((group) => [
      '',
      ` ${terminal.bold(TITLES[group])}`,
      ...findings
        .filter((finding) => finding.group === group)
        .flatMap((finding) => findingLines(terminal, finding)),
    ]),
    '',
    ` ${summary(terminal, findings)}`,
    '',
  ];
}

function headline(surroundings: Surroundings, terminal: Terminal): string {
  const { version, node, sqlite, system, configFile } = surroundings;
  const parts = [
    `Headgate ${version}`,
    `node ${node}`,
    ...(sqlite === null ? [] : [`SQLite ${sqlite}`]),
    system,
    ...(configFile === null ? [] : [configFile]),
  ];
  return parts.map(escapeText).join(` ${terminal.symbols.dot} `);
}

function findingLines(terminal: Terminal, { verdict, title, detail, fix }: Finding): readonly string[] {
  const head = `${INDENT}${markOf(terminal, verdict)} `;
  const shownTitle = shown(terminal, title);
  const shownDetail = shown(terminal, detail);
  const widthOfHead = displayWidth(INDENT) + displayWidth(plainMark(terminal, verdict)) + 1;
  const beside = `${padEnd(shownTitle, TITLE_WIDTH)}  ${shownDetail}`;
  const fits = widthOfHead + displayWidth(beside) <= widthOf(terminal);
  const lines = fits
    ? [`${head}${padEnd(shownTitle, TITLE_WIDTH)}  ${terminal.dim(shownDetail)}`]
    : [
        `${head}${shownTitle}`,
        ...wrapped(shownDetail, { terminal, indent: BELOW }).map((line) => terminal.dim(line)),
      ];
  return fix === null ? lines : [...lines, `${BELOW}Fix: ${shown(terminal, fix)}`];
}

/** Safe to print, and with the two signs of ours in ASCII where only that can be shown. */
function shown({ ascii }: Terminal, text: string): string {
  const safe = escapeText(text);
  return ascii ? safe.replaceAll('→', '->').replaceAll('…', '...') : safe;
}

function plainMark({ symbols }: Terminal, verdict: Finding['verdict']): string {
  switch (verdict) {
    case 'pass':
      return symbols.ok;
    case 'warn':
      return symbols.warning;
    case 'problem':
      return symbols.problem;
    case 'skipped':
      return symbols.dash;
  }
}

function markOf(terminal: Terminal, verdict: Finding['verdict']): string {
  const mark = plainMark(terminal, verdict);
  if (verdict === 'pass') return terminal.green(mark);
  if (verdict === 'warn') return terminal.yellow(mark);
  return verdict === 'problem' ? terminal.red(mark) : terminal.dim(mark);
}

function summary(terminal: Terminal, findings: readonly Finding[]): string {
  const counts = countVerdicts(findings);
  const parts = [
    `${String(counts.pass)} passed`,
    countOf(counts.warn, 'warning'),
    countOf(counts.problem, 'problem'),
    ...(counts.skipped === 0 ? [] : [`${String(counts.skipped)} skipped`]),
  ];
  return parts.join(` ${terminal.symbols.dot} `);
}

/** Breaks at spaces; a word that is longer than a line keeps its line to itself. */
function wrapped(
  text: string,
  { terminal, indent }: { terminal: Terminal; indent: string },
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(indent) + displayWidth(longer) > widthOf(terminal)) {
      lines.push(`${indent}${line}`);
      line = word;
    } else line = longer;
  }
  return [...lines, `${indent}${line}`];
}

function widthOf(terminal: Terminal): number {
  return Math.min(terminal.width, WIDTH_MAX);
}
