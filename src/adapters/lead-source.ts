import { HeadgateError } from '../core/errors.ts';
import type { CsvRecord, Delimiter } from '../core/csv-scanner.ts';
import type { CsvProblem } from '../core/lead-csv.ts';
import type { ColumnRename, LeadLayout } from '../core/lead-columns.ts';

/** What the first pass over a source learned; the second one is held to it. */
export interface CheckedLeads {
  readonly layout: LeadLayout;
  readonly delimiter: Delimiter;
  /** Rows below the header, blank lines not counted. */
  readonly rows: number;
  /** SHA-256 of each block of a file, in order. */
  readonly blockHashes: readonly string[];
}

/** A CSV of leads that can be read twice. */
export interface LeadSource {
  /** What operators know it by: the name of the file without its folder. */
  readonly name: string;
  /** @throws HeadgateError (65) naming source, line and what is wrong; nothing has been done then. */
  check(renames: readonly ColumnRename[]): CheckedLeads;
  /** The rows below the header, some thousand at a time. @throws HeadgateError (65) when it is not what was checked. */
  rows(checked: CheckedLeads): Generator<readonly CsvRecord[]>;
  close(): void;
}

/** One line that names source and line; 65: nothing of it was taken (cli.md 2.3). */
export function sourceError(source: string, { code, line, what, fix }: CsvProblem): HeadgateError {
  return new HeadgateError(`${line === null ? source : `${source}:${line}`}: ${what}`, {
    code,
    exit: 'DATAERR',
    notDone: 'Nothing was imported.',
    ...(fix === undefined ? {} : { fix }),
  });
}
