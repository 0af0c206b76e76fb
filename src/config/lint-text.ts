import type { FilePlace } from './sequence-problem.ts';
import type { PlacedText } from './step-file.ts';

/** A text with the file it stands in. */
export interface LintedText extends PlacedText {
  readonly file: string;
}

/** Where the character at an offset of the text stands in its file. */
export function placeAt(text: LintedText, offset: number): FilePlace {
  const before = text.text.slice(0, offset).split('\n');
  return placeOfRow(text, { row: before.length, column: (before.at(-1) ?? '').length + 1 });
}

/** The same for a row and a column of the text, both counted from 1. */
export function placeOfRow(
  text: LintedText,
  position: { readonly row: number; readonly column: number },
): FilePlace {
  const column = position.row === 1 ? text.column + position.column - 1 : position.column;
  return { file: text.file, line: text.line + position.row - 1, column };
}

/** Every match of a pattern, which needs the flag `g`, with its offset. */
export function matchesOf(text: string, pattern: RegExp): readonly RegExpExecArray[] {
  return [...text.matchAll(pattern)];
}

/** The text with every match replaced by as many of one character, so that offsets stay. */
export function blankOut(text: string, pattern: RegExp, filler: string): string {
  return text.replace(pattern, (match) => match.replaceAll(/[^\n]/g, filler));
}
