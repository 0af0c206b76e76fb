import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';

import { detectDelimiter } from '../core/csv-delimiter.ts';
import { CsvScanner, type CsvRecord, type Delimiter } from '../core/csv-scanner.ts';
import { readHeader, type ColumnRename, type LeadLayout } from '../core/lead-columns.ts';
import { createByteDecoder, looksLikeUtf16, type ByteDecoder, type Encoding } from './csv-bytes.ts';
import { fileProblem, type FileProblem } from './lead-file-problem.ts';

/** What the first pass learned; the second one holds the file to it. */
export interface CheckedFile {
  readonly layout: LeadLayout;
  readonly delimiter: Delimiter;
  /** Rows below the header, blank lines not counted. */
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of each block, in order. */
  readonly blockHashes: readonly string[];
}

/** Also the unit of hashing: a change is noticed before anything of the changed block is stored. */
const BLOCK_BYTES = 1_048_576;

/**
 * A CSV file of leads, read twice with bounded memory: `check` proves encoding, structure and header and takes hashes;
 * `rows` reads again and stops where the file is no longer the one that was checked (hardening 1 to 15, 39, 40).
 */
export class LeadFile {
  readonly name: string;
  readonly #descriptor: number;
  readonly #encoding: Encoding;

  private constructor(descriptor: number, name: string, encoding: Encoding) {
    this.#descriptor = descriptor;
    this.name = name;
    this.#encoding = encoding;
  }

  /**
   * Opens a regular file. Pipes, devices and folders are refused at once and never waited for.
   * @throws HeadgateError `lead_file_unreadable` (65).
   */
  static open(path: string, encoding: Encoding): LeadFile {
    const name = basename(path);
    const descriptor = openWithoutWaiting(path);
    const stat = fstatSync(descriptor);
    if (stat.isFile()) return new LeadFile(descriptor, name, encoding);
    closeSync(descriptor);
    throw unreadable(path, stat.isDirectory() ? 'it is a folder' : 'it is a pipe or a device, not a file');
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** @throws HeadgateError (65) naming file, line and what is wrong; nothing has been done then. */
  check(renames: readonly ColumnRename[]): CheckedFile {
    const blockHashes: string[] = [];
    const decoder = createByteDecoder(this.#encoding);
    let parsing: { scanner: CsvScanner; delimiter: Delimiter; layout: LeadLayout } | null = null;
    let rows = 0;
    let bytes = 0;
    for (const { block, isLast } of this.#blocks()) {
      if (bytes === 0 && looksLikeUtf16(block)) throw this.#problem(UTF16);
      const text = this.#decode(decoder, block, { at: bytes, isLast });
      blockHashes.push(hashOf(block));
      bytes += block.length;
      if (parsing === null) {
        const begun = this.#begin(text, isLast, renames);
        parsing = begun;
        rows += begun.rows;
      } else rows += parsing.scanner.count(text, isLast);
      this.#refuseFault(parsing.scanner);
    }
    if (parsing === null) throw this.#problem(NO_HEADER);
    return { layout: parsing.layout, delimiter: parsing.delimiter, rows, bytes, blockHashes };
  }

  /**
   * The rows below the header, as many at a time as a block completes.
   * @throws HeadgateError `lead_file_changed` (65) before the first row of a block that is not what was checked.
   */
  *rows(checked: CheckedFile): Generator<readonly CsvRecord[]> {
    const scanner = new CsvScanner(checked.delimiter);
    const decoder = createByteDecoder(this.#encoding);
    let index = 0;
    let bytes = 0;
    for (const { block, isLast } of this.#blocks()) {
      const isSame = hashOf(block) === checked.blockHashes[index];
      if (!isSame || isLast !== (index === checked.blockHashes.length - 1)) throw this.#problem(CHANGED);
      const text = this.#decode(decoder, block, { at: bytes, isLast });
      const records = scanner.push(text.slice(index === 0 ? detectDelimiter(text).skip : 0), isLast);
      this.#refuseFault(scanner);
      yield index === 0 ? records.slice(1) : records;
      bytes += block.length;
      index += 1;
    }
    if (index !== checked.blockHashes.length) throw this.#problem(CHANGED);
  }

  #begin(
    text: string,
    isLast: boolean,
    renames: readonly ColumnRename[],
  ): { scanner: CsvScanner; delimiter: Delimiter; layout: LeadLayout; rows: number } {
    const { delimiter, skip } = detectDelimiter(text);
    const scanner = new CsvScanner(delimiter);
    const records = scanner.push(text.slice(skip), isLast);
    this.#refuseFault(scanner);
    const [header] = records;
    if (header === undefined) throw this.#problem(NO_HEADER);
    if (header.problem !== null) {
      throw this.#problem({ code: 'csv_header', line: header.line, what: header.problem });
    }
    const layout = readHeader(header.cells, renames);
    if ('code' in layout) {
      const { code, problem, fix } = layout;
      throw this.#problem({ code, line: header.line, what: problem, fix });
    }
    return { scanner, delimiter, layout, rows: records.length - 1 };
  }

  *#blocks(): Generator<{ block: Buffer; isLast: boolean }> {
    let position = 0;
    let block = readBlock(this.#descriptor, position);
    while (block.length > 0) {
      position += block.length;
      const next = block.length < BLOCK_BYTES ? EMPTY : readBlock(this.#descriptor, position);
      yield { block, isLast: next.length === 0 };
      block = next;
    }
  }

  #decode(decoder: ByteDecoder, block: Buffer, place: { at: number; isLast: boolean }): string {
    const decoded = decoder.decode(block, place.isLast);
    if (typeof decoded === 'string') return decoded;
    const at = place.at + decoded.offset;
    const byte = `0x${decoded.byte.toString(16).toUpperCase().padStart(2, '0')}`;
    throw this.#problem({
      code: 'lead_file_encoding',
      line: this.#lineOfByte(at),
      what: `byte ${byte} (number ${at + 1} of the file) is not UTF-8`,
      fix: 'Save the file as UTF-8, or say what it is: --encoding latin1',
    });
  }

  /** Only when something is wrong: the file is read again up to the place. */
  #lineOfByte(at: number): number {
    let line = 1;
    let position = 0;
    let isAfterReturn = false;
    for (const { block } of this.#blocks()) {
      for (const byte of block.subarray(0, at - position)) {
        if (byte === 0x0d || (byte === 0x0a && !isAfterReturn)) line += 1;
        isAfterReturn = byte === 0x0d;
      }
      position += block.length;
      if (position >= at) break;
    }
    return line;
  }

  #refuseFault({ fault }: CsvScanner): void {
    if (fault !== null) throw this.#problem({ code: fault.code, line: fault.line, what: fault.problem });
  }

  #problem(problem: Omit<FileProblem, 'file'>): Error {
    return fileProblem({ ...problem, file: this.name });
  }
}

const EMPTY = Buffer.alloc(0);
const UTF16 = {
  code: 'lead_file_utf16',
  line: null,
  what: 'it looks like UTF-16',
  fix: 'Save it as "CSV UTF-8" and import that file.',
} as const;
const NO_HEADER = {
  code: 'header_missing',
  line: null,
  what: 'there is no header row',
  fix: 'Put the names of the columns into the first line: email,first_name,…',
} as const;
const CHANGED = {
  code: 'lead_file_changed',
  line: null,
  what: 'the file changed while it was being read',
  fix: 'Wait until it is complete and import it again: what is already stored is not doubled.',
} as const;

function openWithoutWaiting(path: string): number {
  try {
    // A pipe without a writer would otherwise be waited for for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read';
  return `it cannot be opened (${code})`;
}

function unreadable(path: string, what: string): Error {
  return fileProblem({ code: 'lead_file_unreadable', file: path, line: null, what });
}

/** A whole block, or what is left of the file. */
function readBlock(descriptor: number, position: number): Buffer {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let filled = 0;
  while (filled < BLOCK_BYTES) {
    const count = readSync(descriptor, block, filled, BLOCK_BYTES - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return block.subarray(0, filled);
}

function hashOf(block: Buffer): string {
  return createHash('sha256').update(block).digest('base64');
}
