import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { HeadgateError, systemCode } from '../core/errors.ts';
import { JOURNAL_EVENTS } from '../core/journal-facts.ts';
import { parseAuditHead } from '../core/state-identity.ts';
import type { JournalEntry, SendJournal } from '../ports.ts';
import { syncFolder } from './durable-file.ts';

const FILE_NAME = 'send-journal.jsonl';
const LINE_FEED = 0x0a;
const CLOSING_BRACE = 0x7d;
const READ_BYTES = 1_048_576;
/** Ten times the longest entry that addresses and ids of legal length can make. */
const LINE_BYTES_MAX = 65_536;

/** The journal, and its entries one by one for whoever need not hold a million of them. */
export interface SendJournalFile extends SendJournal {
  entries(): Generator<JournalEntry, void, undefined>;
  /** The last whole entry that says where the audit trail ended, of the last 64 KB; null when there is none. Costs one short read. */
  lastWithTrail(): JournalEntry | null;
}

/**
 * `send-journal.jsonl` beside the state: one JSON object per line, only ever appended to (A15). A restore does not touch
 * it, so a restored state can learn what has left since.
 *
 * `append` makes one write and one fdatasync for all its entries and throws HeadgateError `send_journal_not_written` (77)
 * unless they are on the disk: then nothing may be sent. A line that was cut by a crash is closed by the next append and
 * left out by every reader, since no body goes out before its append has returned. A whole line that is no entry is
 * damage, `send_journal_damaged` (78): to leave it out could send a mail twice.
 */
export function createSendJournal(stateDir: string): SendJournalFile {
  const path = join(stateDir, FILE_NAME);
  return {
    append: (entries) => appendEntries(path, entries),
    read: () => [...readEntries(path)],
    entries: () => readEntries(path),
    lastWithTrail: () => lastWithTrail(path),
  };
}

/**
 * Puts something else in the place of recipients, line by line, and leaves every other byte as it is: written beside it, synced and
 * renamed, so that a crash leaves the one or the other. Only under the lock of `send`, which alone appends claims; what a person settles
 * at this very moment may be missed, and is then asked again after a restore. `replace` answers null where the recipient stays. Returns
 * how many lines changed; with none the file is not touched.
 */
export function replaceRecipients(stateDir: string, replace: (recipient: string) => string | null): number {
  const path = join(stateDir, FILE_NAME);
  const isChanged = (line: Buffer): boolean => changedLine(line, replace) !== null;
  if (!readLines(path).some(isChanged)) return 0;
  const writing = `${path}.new`;
  const descriptor = openSync(writing, 'w', 0o600);
  let changed = 0;
  try {
    for (const line of readLines(path)) {
      const other = changedLine(line, replace);
      if (other !== null) changed += 1;
      const bytes = Buffer.concat([other ?? line, Buffer.from([LINE_FEED])]);
      if (writeSync(descriptor, bytes) !== bytes.length) throw new Error('the disk took only a part of it');
    }
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(writing, path);
  syncFolder(stateDir);
  return changed;
}

function changedLine(line: Buffer, replace: (recipient: string) => string | null): Buffer | null {
  const entry = parseEntry(line);
  const other = entry === null ? null : replace(entry.recipient);
  return entry === null || other === null
    ? null
    : Buffer.from(JSON.stringify({ ...entry, recipient: other }));
}

function appendEntries(path: string, entries: readonly JournalEntry[]): void {
  if (entries.length === 0) return;
  const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  try {
    appendSynced(path, text);
  } catch (error) {
    throw new HeadgateError(`${path} cannot be written (${systemCode(error) ?? 'unknown'})`, {
      code: 'send_journal_not_written',
      exit: 'NOPERM',
      notDone: 'Nothing was sent or settled: it must be in the journal first.',
      fix: 'Give the state folder back to its owner, or free some space; then run it again.',
      cause: error,
    });
  }
}

function appendSynced(path: string, text: string): void {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
  const descriptor = openSync(path, flags, 0o600);
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.from(endsInsideLine(descriptor, size) ? `\n${text}` : text);
    // A short write leaves a cut line, which is what a crash leaves.
    if (writeSync(descriptor, bytes) !== bytes.length) throw new Error('the disk took only a part of it');
    fdatasyncSync(descriptor);
    if (size === 0) syncFolder(dirname(path));
  } finally {
    closeSync(descriptor);
  }
}

function endsInsideLine(descriptor: number, size: number): boolean {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] !== LINE_FEED;
}

function* readEntries(path: string): Generator<JournalEntry, void, undefined> {
  let number = 0;
  for (const line of readLines(path)) {
    number += 1;
    const entry = parseEntry(line);
    if (entry !== null) yield entry;
    else if (!isCut(line)) throw damaged(path, number);
  }
}

function lastWithTrail(path: string): JournalEntry | null {
  const descriptor = openForReading(path);
  if (descriptor === null) return null;
  try {
    const from = Math.max(0, fstatSync(descriptor).size - LINE_BYTES_MAX);
    const bytes = Buffer.alloc(LINE_BYTES_MAX);
    const text = bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, LINE_BYTES_MAX, from));
    // The first piece may be the end of a line, which parses to nothing.
    const entries = text.split('\n').map((line) => parseEntry(Buffer.from(line)));
    return entries.findLast((entry) => entry?.audit !== undefined) ?? null;
  } catch (error) {
    throw notReadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

/** Lines without their line feed, in pieces of a megabyte: the file may be larger than a string can be. */
function* readLines(path: string): Generator<Buffer, void, undefined> {
  const descriptor = openForReading(path);
  if (descriptor === null) return;
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (let chunk = readChunk(descriptor, path); chunk.length > 0; chunk = readChunk(descriptor, path)) {
      const bytes = Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
        yield bytes.subarray(start, end);
        start = end + 1;
      }
      rest = bytes.subarray(start);
      // Must not grow with a file of something else; what is left of it is still too long to be a line of ours.
      if (rest.length > LINE_BYTES_MAX) rest = rest.subarray(0, LINE_BYTES_MAX);
    }
    if (rest.length > 0) yield rest;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A crash leaves the beginning of a line, or a piece that the disk never got and shows as zeros. What ends in a brace
 * was whole once.
 */
function isCut(line: Buffer): boolean {
  if (line.length >= LINE_BYTES_MAX) return false;
  return line.length === 0 || line.at(-1) !== CLOSING_BRACE || line.includes(0);
}

function parseEntry(line: Buffer): JournalEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch {
    // Cut or damaged: the caller tells them apart.
    return null;
  }
  return isEntry(value) ? value : null;
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const names = ['messageId', 'stateId', 'recipient', 'enrollmentId', 'sequenceId', 'stepId', 'transport'];
  const attempt = fields.get('attempt');
  return (
    names.every((name) => typeof fields.get(name) === 'string') &&
    typeof fields.get('isRehearsal') === 'boolean' &&
    Number.isSafeInteger(fields.get('at')) &&
    Number.isSafeInteger(attempt) &&
    Number(attempt) > 0 &&
    JOURNAL_EVENTS.some((event) => event === fields.get('event')) &&
    (!fields.has('audit') || parseAuditHead(fields.get('audit')) !== null)
  );
}

/** Null when there is no journal yet: nothing has left. */
function openForReading(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw notReadable(path, error);
  }
}

function readChunk(descriptor: number, path: string): Buffer {
  const chunk = Buffer.allocUnsafe(READ_BYTES);
  try {
    return chunk.subarray(0, readSync(descriptor, chunk, 0, READ_BYTES, null));
  } catch (error) {
    throw notReadable(path, error);
  }
}

function notReadable(path: string, cause: unknown): HeadgateError {
  return new HeadgateError(`${path} cannot be read (${systemCode(cause) ?? 'unknown'})`, {
    code: 'send_journal_not_readable',
    exit: 'NOPERM',
    notDone: 'Nothing was done.',
    fix: 'Run as the owner of the state, or give the folder back to it (chown).',
    cause,
  });
}

function damaged(path: string, line: number): HeadgateError {
  return new HeadgateError(`${path}:${line} is damaged: it is no entry of a send journal`, {
    code: 'send_journal_damaged',
    exit: 'CONFIG',
    notDone: 'Nothing was done: a mail that is named there may have left.',
    fix: `Look at line ${line}, settle the message that it names (headgate review settle), and remove the line.`,
  });
}
