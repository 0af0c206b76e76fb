import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

import { safeCsvLine } from '../core/csv-format.ts';
import { OWN_COLUMN_PREFIX } from '../core/lead-columns.ts';

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
    const own = ['line', 'field', 'reason'].map((name) => `${OWN_COLUMN_PREFIX}${name}`);
    this.#waiting.push(safeCsvLine([...own, ...this.#header]));
  }

  #flush(): void {
    if (this.#descriptor === null || this.#waiting.length === 0) return;
    writeSync(this.#descriptor, this.#waiting.join(''));
    this.#waiting = [];
  }
}

const LINES_AT_ONCE = 1_000;
