import { detectDelimiter } from './csv-delimiter.ts';
import { CsvScanner, type CsvRecord, type Delimiter } from './csv-scanner.ts';
import { readHeader, type ColumnRename, type LeadLayout } from './lead-columns.ts';

/** What makes a whole CSV of leads unusable. */
export interface CsvProblem {
  readonly code: string;
  /** Counted from 1; null when it is about the text as a whole. */
  readonly line: number | null;
  readonly what: string;
  readonly fix?: string;
}

/** A CSV of leads whose header has been read. */
export interface LeadCsvStart {
  /** Has taken the first part of the text; the rest goes to it part by part. */
  readonly scanner: CsvScanner;
  readonly delimiter: Delimiter;
  readonly layout: LeadLayout;
  /** The rows below the header that the first part completes. */
  readonly records: readonly CsvRecord[];
}

/** Reads delimiter and header from the first part of a CSV (hardening 4 to 7, 13). */
export function startLeadCsv(
  text: string,
  options: { readonly isLast: boolean; readonly renames: readonly ColumnRename[] },
): LeadCsvStart | CsvProblem {
  const { delimiter, skip, firstLine } = detectDelimiter(text);
  const scanner = new CsvScanner(delimiter, firstLine);
  const [header, ...records] = scanner.push(text.slice(skip), options.isLast);
  const fault = faultOf(scanner);
  if (fault !== null) return fault;
  if (header === undefined) return NO_HEADER;
  if (header.problem !== null) return { code: 'csv_header', line: header.line, what: header.problem };
  const layout = readHeader(header.cells, options.renames);
  if (!('code' in layout)) return { scanner, delimiter, layout, records };
  return { code: layout.code, line: header.line, what: layout.problem, fix: layout.fix };
}

/** Why the scanner stopped; null while the text is sound. */
export function faultOf({ fault }: CsvScanner): CsvProblem | null {
  return fault === null ? null : { code: fault.code, line: fault.line, what: fault.problem };
}

export const NO_HEADER: CsvProblem = {
  code: 'header_missing',
  line: null,
  what: 'there is no header row',
  fix: 'Put the names of the columns into the first line: email,first_name,…',
};
