import { splitRow } from './csv-row.ts';

/** One row of a CSV text. */
export interface CsvRecord {
  /** The line on which it begins, counted from 1 as editors do, line breaks inside quotes included. */
  readonly line: number;
  readonly cells: readonly string[];
  /** One sentence when the row itself is damaged; its cells are then only good for showing. */
  readonly problem: string | null;
}

/** What makes the whole text unusable. */
export interface CsvFault {
  readonly code: 'csv_quote_open' | 'csv_row_too_large';
  readonly line: number;
  readonly problem: string;
}

export type Delimiter = ',' | ';' | '\t' | '|';

/** A row beyond this is a quote that was never closed, or no lead (hardening 10, 14). */
export const ROW_CHARACTERS_MAX = 1_048_576;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/**
 * Splits CSV text into rows (RFC 4180), chunk by chunk, so that memory stays bounded by one chunk and one row. Line
 * ends may be LF, CRLF or CR, also mixed (hardening 12). A quote inside a field that does not begin with one stands
 * for itself; text behind a closing quote damages its row alone (11). Blank lines are no rows.
 *
 * It leaps from quote to quote and from line end to line end, which are few, instead of looking at every character.
 */
export class CsvScanner {
  readonly #delimiter: Delimiter;
  #rest = '';
  #line: number;
  #fault: CsvFault | null = null;

  constructor(delimiter: Delimiter, firstLine = 1) {
    this.#delimiter = delimiter;
    this.#line = firstLine;
  }

  /** Set once the text is known to be unusable; nothing more is read then. */
  get fault(): CsvFault | null {
    return this.#fault;
  }

  /** The rows that this chunk completes. `isLast` tells that no more text follows. */
  push(chunk: string, isLast: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    this.#scan(chunk, isLast, (row, line) => {
      const { cells, problem } = splitRow(row, this.#delimiter);
      records.push({ line, cells, problem });
    });
    return records;
  }

  /** As `push`, for whoever only wants to know that the text is sound: how many rows the chunk completes. */
  count(chunk: string, isLast: boolean): number {
    let rows = 0;
    this.#scan(chunk, isLast, () => (rows += 1));
    return rows;
  }

  #scan(chunk: string, isLast: boolean, take: (row: string, line: number) => void): void {
    const text = new Landmarks(this.#rest + chunk, this.#delimiter);
    let start = 0;
    while (start < text.length && this.#fault === null) {
      const end = text.rowEnd(start);
      if (end === -1 || (end >= text.length - 1 && !isLast && !text.isFeed(end))) break;
      if (end - start > ROW_CHARACTERS_MAX) this.#fault = tooLarge(this.#line);
      else if (end > start) take(text.slice(start, end), this.#line);
      this.#line += 1 + text.breaksInRow;
      start = text.afterLineEnd(end);
    }
    this.#rest = text.slice(start);
    if (this.#fault === null && this.#rest !== '') this.#judgeRest(text, isLast);
  }

  /** What is left over is the beginning of one row. */
  #judgeRest(text: Landmarks, isLast: boolean): void {
    if (!isLast && this.#rest.length <= ROW_CHARACTERS_MAX) return;
    const line = this.#line + text.breaksInRow;
    this.#fault = text.isQuoteOpen ? quoteOpen(line, isLast) : tooLarge(this.#line);
  }
}

/** One text with what was last found in it, so that looking for a quote does not search the same stretch twice. */
class Landmarks {
  readonly length: number;
  readonly #text: string;
  readonly #delimiter: number;
  #quoteAt = -1;
  #feedAt = -1;
  #returnAt = -1;
  /** Line breaks inside the quotes of the row that `rowEnd` last looked at. */
  breaksInRow = 0;
  /** Whether that row ended inside a quote. */
  isQuoteOpen = false;

  constructor(text: string, delimiter: Delimiter) {
    this.#text = text;
    this.length = text.length;
    this.#delimiter = delimiter.charCodeAt(0);
  }

  slice(from: number, to?: number): string {
    return this.#text.slice(from, to);
  }

  isFeed(at: number): boolean {
    return this.#text.charCodeAt(at) === LINE_FEED;
  }

  /** Where the row that begins at `start` ends: at a line end outside quotes, or at the end of the text; -1 when a quote stays open. */
  rowEnd(start: number): number {
    this.breaksInRow = 0;
    this.isQuoteOpen = false;
    let end = this.#lineEnd(start);
    let quote = this.#quote(start);
    while (quote < end) {
      const isOpening = quote === start || this.#text.charCodeAt(quote - 1) === this.#delimiter;
      let from = quote + 1;
      if (isOpening) {
        const close = this.#closingQuote(quote);
        this.isQuoteOpen = close === -1;
        if (close === -1) return -1;
        if (this.#lineEnd(quote) < close) this.breaksInRow += lineBreaks(this.#text.slice(quote, close));
        from = close + 1;
        end = this.#lineEnd(from);
      }
      quote = this.#quote(from);
    }
    return end;
  }

  /** Where the next row begins, `end` being where the last one ended. */
  afterLineEnd(end: number): number {
    const isPair = this.#text.charCodeAt(end) === CARRIAGE_RETURN && this.isFeed(end + 1);
    return Math.min(isPair ? end + 2 : end + 1, this.length);
  }

  #closingQuote(open: number): number {
    let at = this.#text.indexOf('"', open + 1);
    while (at !== -1 && this.#text.startsWith('"', at + 1)) at = this.#text.indexOf('"', at + 2);
    return at;
  }

  #quote(from: number): number {
    if (this.#quoteAt < from) this.#quoteAt = this.#find('"', from);
    return this.#quoteAt;
  }

  #lineEnd(from: number): number {
    if (this.#feedAt < from) this.#feedAt = this.#find('\n', from);
    if (this.#returnAt < from) this.#returnAt = this.#find('\r', from);
    return Math.min(this.#feedAt, this.#returnAt);
  }

  #find(character: string, from: number): number {
    const at = this.#text.indexOf(character, from);
    return at === -1 ? this.length : at;
  }
}

function lineBreaks(quoted: string): number {
  return quoted.match(/\r\n|\r|\n/g)?.length ?? 0;
}

function quoteOpen(line: number, isLast: boolean): CsvFault {
  const where = isLast ? 'before the end of the file' : `within ${ROW_CHARACTERS_MAX} characters`;
  return { code: 'csv_quote_open', line, problem: `the quote opened on this line is not closed ${where}` };
}

function tooLarge(line: number): CsvFault {
  return {
    code: 'csv_row_too_large',
    line,
    problem: `this row is longer than ${ROW_CHARACTERS_MAX} characters`,
  };
}
