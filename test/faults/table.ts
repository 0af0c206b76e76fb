import type { Tally } from './driver.ts';
import { PROMISE_TITLES, PROMISES } from './promises.ts';

const NUMBER_WIDTH = 11;

/** The table that a run prints: one line for each kind of fault, and their sum. */
export function tableText(tallies: readonly Tally[]): readonly string[] {
  const width = Math.max(...tallies.map(({ kind }) => kind.length));
  const line = (name: string, cells: readonly string[]): string =>
    [name.padEnd(width), ...cells.map((cell) => cell.padStart(NUMBER_WIDTH))].join('').trimEnd();
  return [
    line('fault', ['points', ...PROMISES.map((name) => PROMISE_TITLES[name])]),
    ...tallies.map((tally) =>
      tally.missing === null
        ? line(tally.kind, cellsOf([tally]))
        : `${tally.kind.padEnd(width)}  not tried: ${tally.missing}`,
    ),
    line('all', cellsOf(tallies)),
  ];
}

/** The same in Markdown, for the page that tells what survives what. */
export function tableMarkdown(tallies: readonly Tally[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(['fault', 'points', ...PROMISES.map((name) => PROMISE_TITLES[name])]),
    row(['---', ...['', ...PROMISES].map(() => '---:')]),
    ...tallies.map((tally) =>
      row([
        tally.kind,
        ...(tally.missing === null
          ? cellsOf([tally])
          : [`not tried: ${tally.missing}`, ...PROMISES.map(() => '')]),
      ]),
    ),
    row(['**all**', ...cellsOf(tallies)]),
  ].join('\n');
}

function cellsOf(tallies: readonly Tally[]): readonly string[] {
  const sum = (read: (tally: Tally) => number): string =>
    String(tallies.reduce((total, tally) => total + read(tally), 0));
  return [sum(({ tried }) => tried), ...PROMISES.map((name) => sum(({ broken }) => broken[name]))];
}
