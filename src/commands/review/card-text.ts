import type { Terminal } from '../output/terminal.ts';
import { displayWidth, escapeLines, escapeText, padEnd, truncate } from '../output/text.ts';
import type { Card, HeadLine } from './card.ts';
import { wrap } from '../output/wrap.ts';

const WIDTH_MAX = 98;
const WIDTH_MIN = 40;
const NAME_WIDTH = 9;

/** One line of the pane in the middle of a box, escaped and no wider than `paneWidth`. */
export interface PaneLine {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** What stands in the middle of a box: so many lines of a text, from one on. */
export interface Pane {
  /** Which text it is when it is not the mail itself. */
  readonly name: string | null;
  readonly lines: readonly PaneLine[];
  readonly first: number;
  readonly height: number;
}

/** A draft as one screen: a box on a terminal, plain lines in a pipe. Whatever strangers wrote is escaped here. */
export function cardLines(terminal: Terminal, card: Card): readonly string[] {
  if (!terminal.isTty) return plain(terminal, card);
  const lines = paneLines(terminal, card.body);
  return boxLines(terminal, card, { name: null, lines, first: 0, height: lines.length });
}

function plain(terminal: Terminal, card: Card): readonly string[] {
  const { well, plain: measures, warnings } = card.checks;
  return [
    `${card.corner}  ${card.title}`,
    ...card.head.map((line) => {
      const { value, aside } = headTexts(terminal, line);
      return `${line.name}: ${value}${aside === '' ? '' : `   ${aside}`}`;
    }),
    '',
    ...escapeLines(card.body),
    '',
    ...[...well, ...measures].map((check) => `# ${escapeText(check)}`),
    ...warnings.map((warning) => `! ${escapeText(warning)}`),
  ];
}

interface Frame {
  readonly corners: readonly [string, string, string, string, string, string];
  readonly side: string;
  readonly rule: string;
}

const DRAWN: Frame = { corners: ['┌', '┐', '├', '┤', '└', '┘'], side: '│', rule: '─' };
const ASCII: Frame = { corners: ['+', '+', '+', '+', '+', '+'], side: '|', rule: '-' };

/** Columns between the sides of a box. */
function paneWidth(terminal: Terminal): number {
  return Math.max(WIDTH_MIN, Math.min(terminal.width - 1, WIDTH_MAX)) - 5;
}

/** A text as lines for a box on this terminal. */
export function paneLines(terminal: Terminal, text: string): readonly PaneLine[] {
  return escapeLines(text)
    .flatMap((line) => wrap(line, paneWidth(terminal)))
    .map((line) => ({ text: line }));
}

/** The box, line by line: head, so much of the pane as it says, checks. */
export function boxLines(terminal: Terminal, card: Card, pane: Pane): readonly string[] {
  const frame = terminal.ascii ? ASCII : DRAWN;
  const inner = paneWidth(terminal);
  const row = (text: string, paint = (plainText: string): string => plainText): string =>
    ` ${frame.side} ${paint(padEnd(truncate(text, inner, terminal.symbols.ellipsis), inner))} ${frame.side}`;
  const [topLeft, topRight, midLeft, midRight, lowLeft, lowRight] = frame.corners;
  const rule = (left: string, right: string, ends: readonly [string, string] = ['', '']): string =>
    ` ${left}${ruleLine(frame, inner + 2, ends)}${right}`;
  const bold = (text: string): string => terminal.bold(text);
  const shown = pane.lines.slice(pane.first, pane.first + pane.height);
  return [
    rule(topLeft, topRight, [escapeText(card.title), escapeText(card.corner)]),
    ...card.head.flatMap((line) =>
      headRows(terminal, line, inner).map((text) => row(text, line.name === 'Subject' ? bold : undefined)),
    ),
    rule(midLeft, midRight, [pane.name ?? '', '']),
    ...shown.map(({ text, paint }) => row(text, paint)),
    rule(midLeft, midRight, ['', placeText(pane)]),
    ...checkRows(terminal, card, inner).map(({ text, paint }) => row(text, paint)),
    rule(lowLeft, lowRight),
  ];
}

/** `To        Priya Nair <priya@kestrel.example>       Kestrel Logistics · Kolkata · 14:35 now`, in two rows where that is too long. */
function headRows(terminal: Terminal, line: HeadLine, inner: number): readonly string[] {
  const { value, aside } = headTexts(terminal, line);
  const left = `${padEnd(line.name, NAME_WIDTH)} ${value}`;
  if (aside === '') return [left];
  const room = inner - displayWidth(left) - displayWidth(aside);
  return room >= 2 ? [`${left}${' '.repeat(room)}${aside}`] : [left, `${' '.repeat(NAME_WIDTH + 1)}${aside}`];
}

function headTexts(
  { symbols }: Terminal,
  { value, aside }: HeadLine,
): { readonly value: string; readonly aside: string } {
  return {
    value: value.map(escapeText).join(` ${symbols.arrow} `),
    aside: aside.map(escapeText).join(` ${symbols.dot} `),
  };
}

/** Where the pane stands in its text, when it does not show all of it. */
function placeText({ lines, first, height }: Pane): string {
  if (lines.length <= height) return '';
  const last = Math.min(lines.length, first + height);
  const more = last < lines.length ? 'space for more' : 'b goes back';
  return `lines ${String(first + 1)} to ${String(last)} of ${String(lines.length)}, ${more}`;
}

function checkRows(terminal: Terminal, { checks }: Card, inner: number): readonly PaneLine[] {
  const { ok, warning } = terminal.symbols;
  const well = checks.well.map((check) => `${ok} ${escapeText(check)}`);
  const good = joined([...well, ...checks.plain.map(escapeText)], inner);
  const bad = checks.warnings.flatMap((text) => wrap(`${warning} ${escapeText(text)}`, inner));
  const yellow = (text: string): string => terminal.yellow(text);
  return [...good.map((text) => ({ text })), ...bad.map((text) => ({ text, paint: yellow }))];
}

/** Phrases side by side, none of them broken unless it is wider than a line. */
function joined(phrases: readonly string[], inner: number): readonly string[] {
  const lines: string[] = [];
  for (const phrase of phrases.flatMap((each) => wrap(each, inner))) {
    const last = lines.at(-1);
    const longer = `${last ?? ''}   ${phrase}`;
    if (last === undefined || displayWidth(longer) > inner) lines.push(phrase);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** A rule of this many columns with a text at either end. */
function ruleLine({ rule }: Frame, width: number, [left, right]: readonly [string, string]): string {
  const start = left === '' ? '' : `${rule} ${left} `;
  const end = right === '' ? '' : ` ${right} ${rule}`;
  const room = width - displayWidth(start) - displayWidth(end);
  if (room >= 1) return `${start}${rule.repeat(room)}${end}`;
  return padEnd(truncate(start, width, ''), width).replaceAll(/ +$/g, (spaces) => rule.repeat(spaces.length));
}
