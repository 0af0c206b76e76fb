import { fstatSync, writeSync } from 'node:fs';

import type { OutputStream } from '../ports.ts';

type Env = Readonly<Record<string, string | undefined>>;

const WAIT_MS = 5;
/** A pager may stand still while a person reads; after ten minutes without a byte taken we give up loudly. */
const WAITS_MAX = (10 * 60_000) / WAIT_MS;

/**
 * Standard output (1) or error (2) by plain synchronous writes: `process.stdout` would load Node's stream and
 * net modules, 3 ms of every start. A reader that went away (EPIPE, `headgate … | head`) ends the output and
 * is no error; a full pipe is waited for.
 */
export function createOutputStream(fd: 1 | 2, env: Env): OutputStream {
  let isClosed = false;
  const isTty = isTerminal(fd);
  return {
    isTty,
    get columns() {
      return sizeOf(fd, isTty, { fromEnv: env['COLUMNS'], of: 'columns' });
    },
    get rows() {
      return sizeOf(fd, isTty, { fromEnv: env['LINES'], of: 'rows' });
    },
    isJournal: isJournalStream(fd, env['JOURNAL_STREAM']),
    write(text) {
      if (!isClosed) isClosed = !writeAll(fd, Buffer.from(text, 'utf8'));
    },
  };
}

/** Major device number of /dev/null, /dev/zero and their kin: character devices that a unit's stdin may be. */
const MEMORY_DEVICES = 1;

/** Whether a descriptor is a terminal; loads `node:tty` (and with it net, 2 ms) only when it may well be one. */
export function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    if (!stats.isCharacterDevice() || majorOf(stats.rdev) === MEMORY_DEVICES) return false;
    return process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false; // A closed descriptor (`>&-`) is no terminal.
  }
}

/** The low twelve bits of Linux's major number, which hold all that are in use. */
function majorOf(device: number): number {
  return (device >> 8) & 0xfff;
}

/** A pipe without a reader, a closed descriptor, and a terminal whose connection broke. */
const NOBODY_READS: ReadonlySet<unknown> = new Set(['EPIPE', 'EBADF', 'EIO']);

/** Writes every byte; false when nobody reads any more. */
function writeAll(fd: number, bytes: Buffer): boolean {
  let written = 0;
  let waits = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
      waits = 0;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== undefined && NOBODY_READS.has(code)) return false;
      if (code !== 'EAGAIN' || waits >= WAITS_MAX) throw error;
      waits += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
  return true;
}

function sizeOf(
  fd: 1 | 2,
  isTty: boolean,
  { fromEnv, of }: { readonly fromEnv: string | undefined; readonly of: 'columns' | 'rows' },
): number | null {
  const set = Number(fromEnv);
  if (Number.isInteger(set) && set > 0) return set;
  if (!isTty) return null;
  const size = (fd === 1 ? process.stdout : process.stderr)[of];
  return size > 0 ? size : null;
}

/** systemd sets JOURNAL_STREAM to `device:inode`; it counts only for the stream that still is that socket. */
function isJournalStream(fd: number, journalStream: string | undefined): boolean {
  if (journalStream === undefined) return false;
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return journalStream === `${String(dev)}:${String(ino)}`;
}
