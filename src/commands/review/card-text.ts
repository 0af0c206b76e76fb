import type { Terminal } from '../output/terminal.ts';
import { displayWidth, escapeLines, escapeText, padEnd, truncate } from '../output/text.ts';
import type { Card } from './card.ts';

const WIDTH_MAX = 96;
const WIDTH_MIN = 40;
const NAME_WIDTH = 9;

/** A draft as one screen: a box on a terminal, plain lines in a pipe. Whatever strangers wrote is escaped here. */
export function cardLines(terminal: Terminal, card: Card): readonly string[] {
  return terminal.isTty ? boxed(terminal, card) : plain(card);
}

function plain(card: Card): readonly string[] {
  return [
    `${card.corner}  ${card.title}`,
    ...card.head.map(([name, value]) => `${name}: ${escapeText(value)}`),
    '',
    ...escapeLines(card.body),
    '',
    ...card.facts.map((fact) => `# ${escapeText(fact)}`),
    ...card.warnings.map((warning) => `! ${escapeText(warning)}`),
  ];
}

interface Frame {
  readonly corners: readonly [string, string, string, string, string, string];
  readonly side: string;
  readonly rule: string;
}

const DRAWN: Frame = { corners: ['┌', '┐', '├', '┤', '└', '┘'], side: '│', rule: '─' };
const ASCII: Frame = { corners: ['+', '+', '+', '+', '+', '+'], side: '|', rule: '-' };

function boxed(terminal: Terminal, card: Card): readonly string[] {
  const frame = terminal.ascii ? ASCII : DRAWN;
  const inner = Math.max(WIDTH_MIN, Math.min(terminal.width - 1, WIDTH_MAX)) - 5;
  const { ok, warning } = terminal.symbols;
  const bold = (text: string): string => terminal.bold(text);
  const yellow = (text: string): string => terminal.yellow(text);
  const row = (text: string, paint = (plainText: string): string => plainText): string =>
    ` ${frame.side} ${paint(padEnd(truncate(text, inner, terminal.symbols.ellipsis), inner))} ${frame.side}`;
  const rule = (left: string, right: string): string => ` ${left}${frame.rule.repeat(inner + 2)}${right}`;
  const [topLeft, topRight, midLeft, midRight, lowLeft, lowRight] = frame.corners;
  const facts = wrap(card.facts.map((fact) => `${ok} ${escapeText(fact)}`).join('   '), inner);
  return [
    ` ${topLeft}${topLine(card, frame, inner + 2)}${topRight}`,
    ...card.head.map(([name, value]) =>
      row(`${padEnd(name, NAME_WIDTH)} ${escapeText(value)}`, name === 'Subject' ? bold : undefined),
    ),
    rule(midLeft, midRight),
    ...escapeLines(card.body).flatMap((line) => wrap(line, inner).map((part) => row(part))),
    rule(midLeft, midRight),
    ...facts.map((line) => row(line)),
    ...card.warnings.flatMap((text) =>
      wrap(`${warning} ${escapeText(text)}`, inner).map((line) => row(line, yellow)),
    ),
    rule(lowLeft, lowRight),
  ];
}

function topLine(card: Card, frame: Frame, width: number): string {
  const left = `${frame.rule} ${escapeText(card.title)} `;
  const right = ` ${escapeText(card.corner)} ${frame.rule}`;
  const room = width - displayWidth(left) - displayWidth(right);
  return room < 1 ? truncate(left, width, '') : `${left}${frame.rule.repeat(room)}${right}`;
}

/** Breaks at spaces; a word that is longer than the line is broken where it must be. Never empty: an empty line stays one. */
export function wrap(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (displayWidth(joined) <= width) {
      current = joined;
      continue;
    }
    if (current !== '') lines.push(current);
    const { full, rest } = breakWord(word, width);
    lines.push(...full);
    current = rest;
  }
  return [...lines, current];
}

function breakWord(word: string, width: number): { full: readonly string[]; rest: string } {
  const full: string[] = [];
  let rest = word;
  while (displayWidth(rest) > width) {
    const head = truncate(rest, width, '');
    // A character wider than the whole line must not hold the loop up.
    const taken = head === '' ? [...rest].slice(0, 1).join('') : head;
    full.push(taken);
    rest = rest.slice(taken.length);
  }
  return { full, rest };
}
