import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { csvLine, safeCsvLine } from '../core/csv-format.ts';
import { CsvScanner, type CsvRecord } from '../core/csv-scanner.ts';
import { REJECT_COLUMNS } from '../core/lead-columns.ts';
import { replaceFile } from './durable-file.ts';
import { removeHalves } from './half-files.ts';

/** One row that was not taken. */
export interface Reject {
  readonly line: number;
  readonly field: string;
  /** What stood in the field, shortened; for a damaged row the row. The file has it in full. */
  readonly value: string;
  readonly reason: string;
}

/**
 * The file of rows that an import refused: why, and the row as it was, so that it can be put right and imported again (the
 * first three columns mean nothing then). Made with the first row; personal data, so mode 0600. Cells that a
 * spreadsheet would run are neutralised (hardening 17).
 */
export class RejectsFile {
  readonly path: string;
  readonly #header: readonly string[];
  #descriptor: number | null = null;
  #waiting: string[] = [];

  constructor(path: string, header: readonly string[]) {
    this.path = path;
    this.#header = header;
  }

  add({ line, field, reason }: Omit<Reject, 'value'>, cells: readonly string[]): void {
    if (this.#descriptor === null) this.#open();
    this.#waiting.push(safeCsvLine([String(line), field, reason, ...cells]));
    if (this.#waiting.length >= LINES_AT_ONCE) this.#flush();
  }

  close(): void {
    if (this.#descriptor === null) return;
    this.#flush();
    closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #open(): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(this.path, 'wx', 0o600);
    this.#waiting.push(safeCsvLine([...REJECT_COLUMNS, ...this.#header]));
  }

  #flush(): void {
    if (this.#descriptor === null || this.#waiting.length === 0) return;
    // Unlike one write, it goes on until the disk has all of it.
    writeFileSync(this.#descriptor, this.#waiting.join(''));
    this.#waiting = [];
  }
}

const LINES_AT_ONCE = 1_000;

/** The addresses in a cell, whatever stands around them. */
function addressesIn(cell: string): readonly string[] {
  return cell.match(/[^\s<>(),;:"']+@[^\s<>(),;:"']+/g) ?? [];
}

function namesOneOf(cells: readonly string[], isTheirs: (address: string) => boolean): boolean {
  return cells.some((cell) => addressesIn(cell).some(isTheirs));
}

/** Rows of all such files that name an address, under the columns of their file; of a file that is no CSV any more the lines that do. */
export function rejectsAbout(
  folder: string,
  isTheirs: (address: string) => boolean,
): Readonly<Record<string, unknown>>[] {
  return filesIn(folder).flatMap((path) => {
    const [file, text] = [basename(path), readFileSync(path, 'utf8')];
    const read = recordsOf(text);
    if (read === null) return linesAbout(text, isTheirs).map((line) => ({ file, line }));
    const [header, ...records] = read;
    return records
      .filter(({ cells }) => namesOneOf(cells, isTheirs))
      .map(({ cells }) => ({
        file,
        ...Object.fromEntries(cells.map((cell, index) => [header?.cells[index] ?? String(index), cell])),
      }));
  });
}

function linesAbout(text: string, isTheirs: (address: string) => boolean): readonly string[] {
  return text.split(/[\r\n]+/).filter((line) => namesOneOf([line], isTheirs));
}

/** What came of taking people out of these files. */
export interface RemovedRejects {
  readonly rows: number;
  /** Files that are not CSV any more: nobody but a person can tell what stands in them. They stay as they are. */
  readonly unread: readonly string[];
}

/** Takes the rows that name an address out of all such files, each replaced whole. */
export function removeRejects(folder: string, isTheirs: (address: string) => boolean): RemovedRejects {
  let rows = 0;
  const unread: string[] = [];
  for (const path of filesIn(folder)) {
    removeHalves(path);
    const records = recordsOf(readFileSync(path, 'utf8'));
    if (records === null) {
      unread.push(path);
      continue;
    }
    const kept = records.filter(({ cells }, index) => index === 0 || !namesOneOf(cells, isTheirs));
    if (kept.length === records.length) continue;
    replaceFile(path, kept.map(({ cells }) => csvLine(cells)).join(''));
    rows += records.length - kept.length;
  }
  return { rows, unread };
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .map((name) => join(folder, name));
}

function recordsOf(text: string): readonly CsvRecord[] | null {
  const scanner = new CsvScanner(',');
  const records = scanner.push(text, true);
  return scanner.fault === null ? records : null;
}
