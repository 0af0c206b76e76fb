import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import { HeadgateError, systemCode } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import { byTime, pageActFileName, parsePageActFileName, type PageAct } from '../core/page-act.ts';
import { syncFolder } from './durable-file.ts';

/** An act as it lies in the spool. */
export interface SpooledAct extends PageAct {
  /** Its file's name, the same for ever: an act that is folded twice is known by it. */
  readonly file: string;
}

/** The folder through which the public page tells the engine who wants no more mail. */
export interface OptOutSpool {
  /** Everything that waits, in the order in which it happened. Throws `spool_not_readable` (77): then nothing may leave. */
  acts(): readonly SpooledAct[];
  /** Leads whose last act that waits is a stop. */
  listOptOuts(): readonly { readonly leadId: string; readonly at: Instant; readonly file: string }[];
  /** Whether this lead's last act that waits is a stop. Looks into the folder each time: right before a body nothing else is fresh enough. */
  hasOptedOut(leadId: string): boolean;
  /** Puts these files away once the state has what they say; a restore brings them back. One that is gone already is no fault. */
  putAway(files: readonly string[]): void;
  /** Brings back what was put away, to be folded again: a restored state does not know it (A15). Returns how many. */
  bringBack(): number;
}

/** Holds what the state has: small files, kept for the day on which an older copy of the state is restored. */
const FOLDED = 'folded';
/** Readable by the engine's user, who owns the folder that nobody else may enter. */
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o700;

/** The spool in this folder, as `drip`, `nurture`, `send` and `restore` use it. A folder that does not exist is empty. */
export function createOptOutSpool(folder: string): OptOutSpool {
  const listOptOuts = (): readonly SpooledAct[] =>
    lastActs(actsIn(folder)).filter(({ act }) => act === 'stop');
  return {
    acts: () => actsIn(folder),
    listOptOuts,
    hasOptedOut: (leadId) => lastActOf(actsIn(folder), leadId)?.act === 'stop',
    putAway: (files) => {
      putAway(folder, files);
    },
    bringBack: () => bringBack(folder),
  };
}

/** The last act of each lead. */
export function lastActs(acts: readonly SpooledAct[]): readonly SpooledAct[] {
  return [...new Map(acts.map((act) => [act.leadId, act])).values()];
}

function lastActOf(acts: readonly SpooledAct[], leadId: string): SpooledAct | undefined {
  return acts.findLast((act) => act.leadId === leadId);
}

/** What became of an act that the page was asked for. `stood`: it was there already, and is the last word. */
export type Recorded = 'recorded' | 'stood' | 'too_many';

/** One reader who clicks to and fro all day fills no disk. A stop is never refused for it. */
const ACTS_PER_LEAD_MAX = 20;
/** Between looking and syncing the engine may fold a file away; more often than this it cannot happen by chance. */
const TRIES_MAX = 3;

/**
 * Writes acts into this folder: the page's side of the spool. `record` returns when file and folder are on the disk, and throws what
 * the file system throws: then nothing may be said to be done. Pressed a thousand times, a button leaves one file. Nothing is ever
 * overwritten: a file is made under a name that did not exist, or it stands.
 */
export function createActWriter(folder: string): { record: (act: PageAct) => Recorded } {
  return {
    record: (act) => {
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const recorded = recordOnce(folder, act);
        if (recorded !== null) return recorded;
      }
      throw new Error('the spool changed each time it was looked at');
    },
  };
}

function recordOnce(folder: string, act: PageAct): Recorded | null {
  const known = actsIn(folder).filter(({ leadId }) => leadId === act.leadId);
  const last = known.at(-1);
  if (last?.act === act.act) return confirm(folder, last) ? 'stood' : null;
  if (act.act === 'undo' && known.length >= ACTS_PER_LEAD_MAX) return 'too_many';
  // A clock that went back must not put a later word before an earlier one.
  const at = Math.max(act.at, (last?.at ?? -1) + 1);
  const name = pageActFileName({ ...act, at });
  writeWhole(join(folder, name), 'wx', textOf({ ...act, at }));
  syncFolder(folder);
  return 'recorded';
}

/** Whoever made it may have died before it was on the disk, or met a full one. Null: it was folded away meanwhile. */
function confirm(folder: string, act: SpooledAct): boolean {
  try {
    writeWhole(join(folder, act.file), 'r+', textOf(act));
    syncFolder(folder);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function writeWhole(path: string, flags: 'wx' | 'r+', text: string): void {
  const descriptor = openSync(path, flags, FILE_MODE);
  try {
    if (fstatSync(descriptor).size !== Buffer.byteLength(text)) {
      const written = writeSync(descriptor, text, 0);
      if (written !== Buffer.byteLength(text)) throw new Error('the disk took only a part of it');
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** For people: the program reads the name. */
function textOf({ leadId, act, at }: PageAct): string {
  return `${JSON.stringify({ lead: leadId, act, at: new Date(at).toISOString() })}\n`;
}

function actsIn(folder: string): readonly SpooledAct[] {
  return namesIn(folder)
    .flatMap((file) => {
      const act = parsePageActFileName(file);
      return act === null ? [] : [{ ...act, file }];
    })
    .sort(byTime);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new HeadgateError(`${folder} cannot be read (${systemCode(error) ?? 'unknown'})`, {
      code: 'spool_not_readable',
      exit: 'NOPERM',
      notDone: 'Nothing was drafted or sent: somebody may have asked for no more mail.',
      fix: 'Give the folder back to the user that runs headgate (chown).',
      cause: error,
    });
  }
}

function putAway(folder: string, files: readonly string[]): void {
  if (files.length === 0) return;
  const folded = join(folder, FOLDED);
  mkdirSync(folded, { recursive: true, mode: FOLDER_MODE });
  for (const file of files) renameIfThere(join(folder, file), join(folded, file));
  syncFolder(folded);
  syncFolder(folder);
}

function bringBack(folder: string): number {
  const folded = join(folder, FOLDED);
  const files = actsIn(folded).map(({ file }) => file);
  for (const file of files) renameIfThere(join(folded, file), join(folder, file));
  if (files.length > 0) syncFolder(folder);
  return files.length;
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
