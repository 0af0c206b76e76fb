import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

import { HeadgateError } from '../core/errors.ts';
import type { LeadBatch, LeadFeed } from './lead-feed.ts';
import { LeadFile } from './lead-file.ts';
import { sourceError, type LeadSource } from './lead-source.ts';

/** A folder that something else fills for years; beyond it somebody has to tidy up. */
const FILES_MAX = 10_000;

/** By file name: size in bytes and time of the last change in milliseconds, as they were when it was read. */
type Seen = Readonly<Record<string, readonly [bytes: number, changedMs: number]>>;

/**
 * E1: a CSV file, or every `.csv` of a folder, read again whenever its size or time of change is another. Names that begin with a dot
 * are somebody's half-written files and are left alone.
 */
export function createCsvFeed(options: {
  readonly path: string;
  readonly defaultSource: string | null;
}): LeadFeed {
  const { path, defaultSource } = options;
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is for sources that wait
    async *batches({ cursor }) {
      const files = listFiles(path);
      let seen = onlyPresent(parseSeen(cursor), files);
      for (const file of files) {
        const known = seen[file.name];
        if (known?.[0] === file.bytes && known[1] === file.changedMs) continue;
        const cursorAfter = (isDone: boolean): string => {
          if (isDone) seen = { ...seen, [file.name]: [file.bytes, file.changedMs] };
          return JSON.stringify(seen);
        };
        const batch: LeadBatch = { source: opened(file), defaultSource, cursorAfter };
        yield batch;
      }
    },
    close: () => Promise.resolve(),
  };
}

/** What cannot be opened says so when it is its turn: it costs no other file anything. */
function opened({ path, name }: Listed): LeadSource {
  try {
    return LeadFile.open(path, 'utf-8');
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    const refuse = (): never => {
      throw error;
    };
    return { name, check: refuse, rows: refuse, close: () => undefined };
  }
}

interface Listed {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly changedMs: number;
}

function listFiles(path: string): readonly Listed[] {
  try {
    const names = statSync(path).isDirectory() ? csvNames(path) : null;
    return names === null ? [listed(path)] : names.flatMap((name) => listedIfThere(join(path, name)));
  } catch (error) {
    if (error instanceof HeadgateError || !(error instanceof Error) || !('code' in error)) throw error;
    throw sourceError(path, {
      code: 'lead_file_unreadable',
      line: null,
      what: `it cannot be read (${String(error.code)})`,
      fix: 'Correct the path of the source, or the rights of the file',
    });
  }
}

function csvNames(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => /\.csv$/i.test(name) && !name.startsWith('.'));
  if (names.length <= FILES_MAX) return names.sort();
  throw sourceError(folder, {
    code: 'lead_folder_full',
    line: null,
    what: `it holds ${String(names.length)} files, more than ${String(FILES_MAX)}`,
    fix: 'Move the old ones away',
  });
}

/** Removed since the folder was read, or a link to what is gone. */
function listedIfThere(path: string): readonly Listed[] {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? [] : [listed(path)];
}

function listed(path: string): Listed {
  const { size, mtimeMs } = statSync(path);
  return { path, name: basename(path), bytes: size, changedMs: Math.trunc(mtimeMs) };
}

/** A cursor of another version, or none, reads everything again: that changes nothing (E7). */
function parseSeen(cursor: string | null): Seen {
  if (cursor === null) return {};
  try {
    const value: unknown = JSON.parse(cursor);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(isSeen));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function isSeen(entry: [string, unknown]): entry is [string, readonly [number, number]] {
  const [, mark] = entry;
  return Array.isArray(mark) && mark.length === 2 && mark.every((each) => typeof each === 'number');
}

/** Files that are gone are forgotten, so that the cursor does not grow for ever. */
function onlyPresent(seen: Seen, files: readonly Listed[]): Seen {
  const names = new Set(files.map(({ name }) => name));
  return Object.fromEntries(Object.entries(seen).filter(([name]) => names.has(name)));
}
