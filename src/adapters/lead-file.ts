import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';

import { detectDelimiter } from '../core/csv-delimiter.ts';
import { CsvScanner, type CsvRecord } from '../core/csv-scanner.ts';
import { withPath } from '../core/errors.ts';
import { faultOf, NO_HEADER, startLeadCsv, type CsvProblem, type LeadCsvStart } from '../core/lead-csv.ts';
import type { ColumnRename } from '../core/lead-columns.ts';
import { createByteDecoder, looksLikeUtf16, type ByteDecoder, type Encoding } from './csv-bytes.ts';
import { sourceError, type CheckedLeads, type LeadSource } from './lead-source.ts';

/**
 * Also the unit of hashing: a change is noticed before anything of the changed block is stored. Its rows are all in memory at once, so
 * that more would only be more to collect.
 */
const BLOCK_BYTES = 65_536;
const HEADER_ROWS = 1;

/**
 * A CSV file of leads, read twice with bounded memory: `check` proves encoding, structure and header and takes hashes;
 * `rows` reads again and stops where the file is no longer the one that was checked (hardening 1 to 15, 39, 40).
 */
export class LeadFile implements LeadSource {
  readonly name: string;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #encoding: Encoding;

  private constructor(descriptor: number, path: string, encoding: Encoding) {
    this.#descriptor = descriptor;
    this.#path = path;
    this.name = basename(path);
    this.#encoding = encoding;
  }

  /**
   * Opens a regular file. Pipes, devices and folders are refused at once and never waited for.
   * @throws HeadgateError `lead_file_unreadable` (65).
   */
  static open(path: string, encoding: Encoding): LeadFile {
    const descriptor = openWithoutWaiting(path);
    const stat = fstatSync(descriptor);
    if (stat.isFile()) return new LeadFile(descriptor, path, encoding);
    closeSync(descriptor);
    throw unreadable(path, stat.isDirectory() ? 'it is a folder' : 'it is a pipe or a device, not a file');
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #block(position: number): Buffer {
    return withPath(this.#path, () => readBlock(this.#descriptor, position));
  }

  check(renames: readonly ColumnRename[]): CheckedLeads {
    const blockHashes: string[] = [];
    const decoder = createByteDecoder(this.#encoding);
    let start: LeadCsvStart | null = null;
    let rows = 0;
    let bytes = 0;
    for (const { block, isLast } of this.#blocks()) {
      if (bytes === 0 && looksLikeUtf16(block)) throw this.#error(UTF16);
      const text = this.#decode(decoder, block, { at: bytes, isLast });
      blockHashes.push(hashOf(block));
      bytes += block.length;
      if (start === null) {
        start = this.#start(text, isLast, renames);
        rows = start.records.length;
      } else rows += start.scanner.count(text, isLast);
      this.#refuseFault(start.scanner);
    }
    if (start === null) throw this.#error(NO_HEADER);
    return { layout: start.layout, delimiter: start.delimiter, rows, blockHashes };
  }

  /**
   * The rows below the header, as many at a time as a block completes.
   * @throws HeadgateError `lead_file_changed` (65) before the first row of a block that is not what was checked.
   */
  *rows(checked: CheckedLeads): Generator<readonly CsvRecord[]> {
    const decoder = createByteDecoder(this.#encoding);
    let scanner: CsvScanner | null = null;
    let index = 0;
    let bytes = 0;
    for (const { block, isLast } of this.#blocks()) {
      const isSame = hashOf(block) === checked.blockHashes[index];
      if (!isSame || isLast !== (index === checked.blockHashes.length - 1)) throw this.#error(CHANGED);
      const text = this.#decode(decoder, block, { at: bytes, isLast });
      if (scanner === null) {
        const { skip, firstLine } = detectDelimiter(text);
        scanner = new CsvScanner(checked.delimiter, firstLine);
        yield scanner.push(text.slice(skip), isLast).slice(HEADER_ROWS);
      } else yield scanner.push(text, isLast);
      this.#refuseFault(scanner);
      bytes += block.length;
      index += 1;
    }
    if (index !== checked.blockHashes.length) throw this.#error(CHANGED);
  }

  #start(text: string, isLast: boolean, renames: readonly ColumnRename[]): LeadCsvStart {
    const start = startLeadCsv(text, { isLast, renames });
    if ('what' in start) throw this.#error(start);
    return start;
  }

  *#blocks(): Generator<{ block: Buffer; isLast: boolean }> {
    let position = 0;
    let block = this.#block(position);
    while (block.length > 0) {
      position += block.length;
      const next = block.length < BLOCK_BYTES ? EMPTY : this.#block(position);
      yield { block, isLast: next.length === 0 };
      block = next;
    }
  }

  #decode(decoder: ByteDecoder, block: Buffer, place: { at: number; isLast: boolean }): string {
    const decoded = decoder.decode(block, place.isLast);
    if (typeof decoded === 'string') return decoded;
    const at = place.at + decoded.offset;
    const byte = `0x${decoded.byte.toString(16).toUpperCase().padStart(2, '0')}`;
    throw this.#error({
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

  #refuseFault(scanner: CsvScanner): void {
    const fault = faultOf(scanner);
    if (fault !== null) throw this.#error(fault);
  }

  #error(problem: CsvProblem): Error {
    return sourceError(this.name, problem);
  }
}

const EMPTY = Buffer.alloc(0);
const UTF16: CsvProblem = {
  code: 'lead_file_utf16',
  line: null,
  what: 'it looks like UTF-16',
  fix: 'Save it as "CSV UTF-8" and import that file.',
};
const CHANGED: CsvProblem = {
  code: 'lead_file_changed',
  line: null,
  what: 'the file changed while it was being read',
  fix: 'Wait until it is complete and import it again: what is already stored is not doubled.',
};

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
  return sourceError(path, { code: 'lead_file_unreadable', line: null, what });
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
