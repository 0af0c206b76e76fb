import type { Terminal } from '../output/terminal.ts';
import { displayWidth } from '../output/text.ts';
import type { Card } from './card.ts';
import { boxLines, type PaneLine } from './card-text.ts';
import { wrap } from '../output/wrap.ts';

/** One screen of the desk before it is laid out. */
export interface DeskView {
  readonly card: Card;
  /** What the middle of the box shows; `name` null for the mail itself. */
  readonly pane: {
    readonly name: string | null;
    readonly lines: readonly PaneLine[];
    readonly first: number;
  };
  /** Sentences, in one line where they fit. */
  readonly leaving: readonly string[];
  /** What the last key came to, and what went wrong; escaped. */
  readonly status: readonly string[];
  readonly prompt: string;
}

/** A laid-out screen; `pageLines` is how far a page goes. */
export interface DeskScreen {
  readonly lines: readonly string[];
  readonly pageLines: number;
}

const PANE_LINES_MIN = 3;

const KEYS = ['a approve', 'r reject', 'e edit', 'h hold', 's skip', 'u undo'];
const KEYS_LONG = [...KEYS, 'd diff to step copy', '? help', 'q quit'];
const KEYS_SHORT = [...KEYS, 'd diff', '? help', 'q quit'];
const KEYS_FEWEST = ['? help', 'q quit'];

/**
 * Lays a screen out in so many rows (null: as many as it needs). The text in the middle gives way first and can be turned page by page;
 * after that blank lines and all keys but two.
 */
export function deskScreen(terminal: Terminal, view: DeskView, rows: number | null): DeskScreen {
  const width = terminal.width - 1;
  const sentence = view.leaving.join(' ');
  const sentences = displayWidth(sentence) <= width - 3 ? [sentence] : view.leaving;
  const leaving = sentences.flatMap((line) => wrap(line, width - 3)).map((line) => `   ${line}`);
  const status = view.status.flatMap((line) => wrap(line, width - 1)).map((line) => ` ${line}`);
  const { pane, card } = view;
  const tails = [
    [...leaving, '', ...keyLines(KEYS_LONG, KEYS_SHORT, width), ...status],
    [...leaving, ...keyLines(KEYS_LONG, KEYS_SHORT, width), ...status],
    [...leaving, ...keyLines(KEYS_FEWEST, KEYS_FEWEST, width), ...status],
  ];
  const box = (height: number): readonly string[] => boxLines(terminal, card, { ...pane, height });
  const boxRows = box(0).length;
  const fits = (tail: readonly string[], least: number): boolean =>
    rows === null || boxRows + Math.min(pane.lines.length, least) + tail.length + 1 <= rows;
  // The blank line stays only where the whole text can be seen with it.
  const tail =
    tails.find((each, index) => fits(each, index === 0 ? Infinity : PANE_LINES_MIN)) ?? tails.at(-1) ?? [];
  const room = rows === null ? pane.lines.length : Math.max(1, rows - 1 - tail.length - boxRows);
  const height = Math.min(room, pane.lines.length);
  // A screen that is still too small keeps its end: what the key did, and where the next one is typed.
  const all = [...box(height), ...tail, view.prompt];
  return { lines: rows === null ? all : all.slice(-rows), pageLines: Math.max(1, height - 1) };
}

/** The keys in one line with their full names, else with short ones, else in as many lines as the terminal needs. */
function keyLines(long: readonly string[], short: readonly string[], width: number): readonly string[] {
  const wide = ` ${long.join('   ')}`;
  if (wide.length <= width) return [wide];
  const lines: string[] = [];
  for (const key of short) {
    const line = lines.at(-1);
    const longer = `${line ?? ''}  ${key}`;
    if (line === undefined || longer.length > width) lines.push(` ${key}`);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
