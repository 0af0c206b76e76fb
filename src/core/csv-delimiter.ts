import type { Delimiter } from './csv-scanner.ts';

const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|'];
const HINT = /^sep=([,;\t|])(?:\r\n|\r|\n)/i;

export interface DetectedDelimiter {
  readonly delimiter: Delimiter;
  /** Characters in front of the header row that are no part of it: the line `sep=;` that Excel reads and writes. */
  readonly skip: number;
  /** The line on which the header row may begin. */
  readonly firstLine: number;
}

/**
 * Which character separates the columns, judged by the header row alone: the one of comma, semicolon, tab and bar
 * that stands in it most often outside quotes (hardening 13). A file with one column has none: comma.
 */
export function detectDelimiter(text: string): DetectedDelimiter {
  const [hint = '', named] = HINT.exec(text) ?? [];
  const hinted = DELIMITERS.find((delimiter) => delimiter === named);
  if (hinted !== undefined) return { delimiter: hinted, skip: hint.length, firstLine: 2 };
  const header = headerOf(text);
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, columns: header.split(delimiter).length }));
  const best = counts.reduce((most, each) => (each.columns > most.columns ? each : most));
  return { delimiter: best.delimiter, skip: 0, firstLine: 1 };
}

/** How a delimiter is called in a sentence. */
export function delimiterName(delimiter: Delimiter): string {
  const names: Readonly<Record<Delimiter, string>> = {
    ',': 'commas',
    ';': 'semicolons',
    '\t': 'tabs',
    '|': 'vertical bars',
  };
  return names[delimiter];
}

/** The first line without what stands in quotes, line breaks in quotes included. */
function headerOf(text: string): string {
  const bare = text.replace(/"[^"]*"/g, '').replace(/^[\r\n]+/, '');
  const [header = ''] = bare.split(/[\r\n]/, 1);
  return header;
}
