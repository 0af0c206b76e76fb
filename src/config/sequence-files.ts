import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

import { systemCode, withPath } from '../core/errors.ts';
import { ID_RULE, isDefinitionId, STEPS_MAX } from './sequence-steps.ts';
import { problemAt, quoteValue, wholeFile } from './sequence-problem.ts';
import type { Complaint, DefinitionProblem } from './sequence-problem.ts';

/** A definition file as it is on disk. */
export interface DefinitionFile {
  /** How messages name it: `sequences/website-lead/welcome.md`. */
  readonly file: string;
  readonly bytes: Buffer;
}

/** One folder under `sequences/`, read but not understood. */
export interface SequenceFolder {
  readonly id: string;
  readonly file: string;
  readonly toml: DefinitionFile | null;
  /** By step id (file name without `.md`), in the order of their names. */
  readonly steps: ReadonlyMap<string, DefinitionFile>;
}

export interface SequenceFolders {
  /** In the order of their names. */
  readonly folders: readonly SequenceFolder[];
  readonly problems: readonly DefinitionProblem[];
}

export const FILE_BYTES_MAX = 256 * 1024;
export const SEQUENCES_MAX = 500;
export const MECHANICS_FILE = 'sequence.toml';

/** Twice the steps leaves room for notes of an editor; beyond it the folder is something else. */
const ENTRIES_MAX = 2 * STEPS_MAX;
const CAMPAIGNS_MAX = 1_000;

interface Walk {
  readonly problems: DefinitionProblem[];
}

/**
 * Reads every folder under `directory` with its `sequence.toml` and `*.md`, and nothing else: hidden files are passed
 * over, other files are warned of, symbolic links and whatever is no regular file are refused (hardening 39), files are
 * bounded. A `directory` that does not exist holds no sequences. `label` is how messages name the directory.
 */
export function readSequenceFolders(directory: string, label: string): SequenceFolders {
  const walk: Walk = { problems: [] };
  const names = listNames(directory, label, walk);
  if (names.length > SEQUENCES_MAX) {
    complain(walk, label, {
      code: 'too_many_sequences',
      message: `${names.length} entries, the limit is ${SEQUENCES_MAX} sequences`,
      fix: 'archive and remove what is no longer used',
    });
  }
  const folders = names
    .slice(0, SEQUENCES_MAX)
    .flatMap((name) => readFolder(join(directory, name), { name, label }, walk) ?? []);
  return { folders, problems: walk.problems };
}

/**
 * The same folders from files that were read elsewhere, such as a version in git; `path` is `sequences/<id>/<name>`. What no sequence is
 * made of is passed over: whoever compares with a version is not asked to tidy it.
 */
export function foldersOf(
  files: readonly { readonly path: string; readonly bytes: Buffer }[],
  label: string,
): SequenceFolders {
  const walk: Walk = { problems: [] };
  const byId = new Map<string, DefinitionFile[]>();
  for (const { path, bytes } of files) {
    const [top, id = '', name, ...deeper] = path.split('/');
    if (top !== label || name === undefined || deeper.length > 0 || !isDefinitionId(id)) continue;
    byId.set(id, [...(byId.get(id) ?? []), { file: path, bytes }]);
  }
  const folders = [...byId].sort(byName).map(([id, read]): SequenceFolder => {
    const file = `${label}/${id}`;
    const named = (source: DefinitionFile): string => source.file.slice(file.length + 1);
    const steps = new Map(
      read
        .filter((source) => named(source).endsWith('.md'))
        .map((source) => [named(source).slice(0, -'.md'.length), source] as const)
        .filter(([step]) => isDefinitionId(step))
        .sort(byName),
    );
    const toml = read.find((source) => named(source) === MECHANICS_FILE) ?? null;
    for (const source of [toml, ...steps.values()]) {
      if (source !== null && source.bytes.length > FILE_BYTES_MAX)
        complain(walk, source.file, tooLarge(source.bytes.length));
    }
    return { id, file, toml, steps };
  });
  return { folders, problems: walk.problems };
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The names of the campaigns (`campaigns/NAME.md`); none when there is no such directory. */
export function readCampaignNames(directory: string): ReadonlySet<string> {
  const names = listNames(directory, 'campaigns', { problems: [] });
  const files = names.slice(0, CAMPAIGNS_MAX).filter((name) => name.endsWith('.md'));
  return new Set(files.map((name) => name.slice(0, -'.md'.length)));
}

function readFolder(
  path: string,
  parent: { readonly name: string; readonly label: string },
  walk: Walk,
): SequenceFolder | null {
  const file = `${parent.label}/${shownName(parent.name)}`;
  const stat = statOf(path, file, walk);
  if (stat === null) return null;
  if (stat.isSymbolicLink()) {
    const message = 'a symbolic link, which is not followed';
    complain(walk, file, { code: 'symbolic_link', message, fix: 'put the folder itself here' });
    return null;
  }
  if (!stat.isDirectory()) {
    const message = 'not a folder: every sequence is a folder of its own';
    complain(walk, file, {
      code: 'stray_file',
      message,
      fix: 'move it into a sequence or away',
      severity: 'warning',
    });
    return null;
  }
  if (!isDefinitionId(parent.name)) {
    complain(walk, file, { code: 'id', message: `the folder's name is no id`, fix: `rename it: ${ID_RULE}` });
    return null;
  }
  return readContents(path, { id: parent.name, file }, walk);
}

function readContents(
  path: string,
  folder: { readonly id: string; readonly file: string },
  walk: Walk,
): SequenceFolder {
  const names = listNames(path, folder.file, walk);
  if (names.length > ENTRIES_MAX) {
    const message = `${names.length} files, the limit is ${ENTRIES_MAX}`;
    complain(walk, folder.file, { code: 'too_many_files', message, fix: 'a sequence has one file per step' });
  }
  let toml: DefinitionFile | null = null;
  const steps = new Map<string, DefinitionFile>();
  for (const name of names.slice(0, ENTRIES_MAX)) {
    const file = `${folder.file}/${shownName(name)}`;
    if (name === MECHANICS_FILE) toml = readDefinitionFile(join(path, name), file, walk);
    else if (name.endsWith('.md')) addStep(steps, { path: join(path, name), name, file }, walk);
    else complain(walk, file, { ...STRAY, severity: 'warning' });
  }
  if (toml === null && !names.includes(MECHANICS_FILE)) {
    const fix = `write ${MECHANICS_FILE} or remove the folder; headgate sequences new ID writes one`;
    complain(walk, folder.file, { code: 'no_sequence_file', message: `there is no ${MECHANICS_FILE}`, fix });
  }
  return { ...folder, toml, steps };
}

const STRAY: Complaint = {
  code: 'stray_file',
  message: 'neither sequence.toml nor a step (*.md): it is not read',
  fix: 'move it away',
};

function addStep(
  steps: Map<string, DefinitionFile>,
  entry: { readonly path: string; readonly name: string; readonly file: string },
  walk: Walk,
): void {
  const id = entry.name.slice(0, -'.md'.length);
  if (!isDefinitionId(id)) {
    complain(walk, entry.file, {
      code: 'id',
      message: `the file's name is no step id`,
      fix: `rename it: ${ID_RULE}`,
    });
    return;
  }
  const step = readDefinitionFile(entry.path, entry.file, walk);
  if (step !== null) steps.set(id, step);
}

function readDefinitionFile(path: string, file: string, walk: Walk): DefinitionFile | null {
  const stat = statOf(path, file, walk);
  if (stat === null) return null;
  if (stat.isSymbolicLink()) {
    const message = 'a symbolic link, which is not followed';
    complain(walk, file, { code: 'symbolic_link', message, fix: 'put the file itself here' });
    return null;
  }
  if (!stat.isFile()) {
    complain(walk, file, { code: 'not_a_file', message: 'not a regular file', fix: 'remove it' });
    return null;
  }
  if (stat.size > FILE_BYTES_MAX) {
    complain(walk, file, tooLarge(stat.size));
    return null;
  }
  return readBytes(path, file, walk);
}

function tooLarge(bytes: number): Complaint {
  return {
    code: 'too_large',
    message: `${bytes} bytes, the limit is ${FILE_BYTES_MAX}`,
    fix: 'a step is one email',
  };
}

function readBytes(path: string, file: string, walk: Walk): DefinitionFile | null {
  const bytes = unlessGone(() => withPath(path, () => readFileSync(path)), file, walk);
  return bytes === null ? null : { file, bytes };
}

function statOf(path: string, file: string, walk: Walk): Stats | null {
  return unlessGone(() => lstatSync(path), file, walk);
}

/**
 * Null when the file may not be read, which is complained about, or is no longer there: an editor that saves by
 * renaming must not break the run that happens to look.
 */
function unlessGone<T>(read: () => T, file: string, walk: Walk): T | null {
  try {
    return read();
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EACCES' && code !== 'ENOENT') throw error;
    if (code === 'EACCES') {
      complain(walk, file, { code: 'unreadable', message: 'permission denied', fix: 'make it readable' });
    }
    return null;
  }
}

/** Sorted by code unit, so that hash and messages do not depend on the file system. Hidden files are left out. */
function listNames(directory: string, label: string, walk: Walk): readonly string[] {
  // The folder of all sequences may be a link, such as one to a release; what is in it may not.
  const stat = unlessGone(() => statSync(directory), label, walk);
  if (stat === null) return [];
  if (stat.isDirectory()) {
    const names = unlessGone(() => readdirSync(directory), label, walk) ?? [];
    return names.filter((name) => !name.startsWith('.')).sort();
  }
  complain(walk, label, { code: 'not_a_directory', message: 'not a directory', fix: 'remove it' });
  return [];
}

function shownName(name: string): string {
  return quoteValue(name).replace(/^"(.*)"$/, '$1');
}

function complain(walk: Walk, file: string, complaint: Complaint): void {
  walk.problems.push(problemAt(wholeFile(file), complaint));
}
