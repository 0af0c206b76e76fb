import { displayWidth, truncate } from './text.ts';

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

/** The words behind a head, in as many lines as the terminal needs, the later ones below the first word. */
export function hanging(head: string, words: string, width: number): readonly string[] {
  const indent = displayWidth(head);
  const lines = wrap(words, Math.max(20, width - indent));
  return lines.map((line, index) => `${index === 0 ? head : ' '.repeat(indent)}${line}`.trimEnd());
}
