import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { diffLines, type DiffLine } from '../review/line-diff.ts';
import { dropInsOf } from './drop-ins.ts';
import type { RenderedFile } from './render.ts';
import { LOCAL_UNIT_FOLDER } from './layout.ts';
import { ENABLED_UNITS, isUnit } from './unit-files.ts';

/**
 * One way in which the machine is not what this version would install: a file that is missing, other than ours, of another mode or
 * masked; a unit of our name that this version does not know; a drop-in; a timer or socket that does not start at boot.
 */
export interface Difference {
  readonly change: 'missing' | 'changed' | 'mode' | 'masked' | 'unknown' | 'drop_in' | 'disabled';
  /** The unit, or the name of a file that is none. */
  readonly name: string;
  readonly path: string;
  /** What differs: `-` is on the machine, `+` would be. Without the lines that are alike. */
  readonly lines: readonly DiffLine[];
  /** True for a drop-in that makes a timer which touches people persistent. */
  readonly isPersistent: boolean;
}

/** Everything that differs under `root` (empty for this machine), in the order of the files. */
export function compareUnits(root: string, files: readonly RenderedFile[]): readonly Difference[] {
  const units = files.map(({ name }) => name).filter(isUnit);
  return [
    ...files.flatMap((file) => compareFile(root, file)),
    ...unknownUnits(root, units),
    ...dropInsOf(root, units).map(({ unit, path, text, isPersistent }) => ({
      change: 'drop_in' as const,
      name: unit,
      path,
      lines: lines('-', text),
      isPersistent,
    })),
    ...disabledUnits(root, files),
  ];
}

function compareFile(root: string, file: RenderedFile): readonly Difference[] {
  const path = `${root}${file.target}`;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [{ ...plain('missing', file.name, path), lines: lines('+', file.text) }];
  if (stats.isSymbolicLink() && readlinkSync(path) === '/dev/null')
    return [{ ...plain('masked', file.name, path), lines: [] }];
  const text = readFileSync(path, 'utf8');
  if (text !== file.text) {
    const changed = diffLines(text, file.text) ?? [...lines('-', text), ...lines('+', file.text)];
    return [{ ...plain('changed', file.name, path), lines: changed.filter(({ mark }) => mark !== ' ') }];
  }
  return (stats.mode & 0o7777) === file.mode ? [] : [{ ...plain('mode', file.name, path), lines: [] }];
}

/** Units of our name that this version does not know: of another version, or somebody's own. */
function unknownUnits(root: string, known: readonly string[]): readonly Difference[] {
  const folder = `${root}${LOCAL_UNIT_FOLDER}`;
  const names = exists(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => isUnit(name) && !known.includes(name))
    .sort()
    .map((name) => ({ ...plain('unknown', name, `${folder}/${name}`), lines: [] }));
}

/** Only of the machine that runs: in an image nothing was started yet. */
function disabledUnits(root: string, files: readonly RenderedFile[]): readonly Difference[] {
  if (root !== '') return [];
  const there = files.filter(({ name, target }) => ENABLED_UNITS.includes(name) && exists(target));
  return there
    .filter(({ name }) => !exists(wantsLink(name)))
    .map(({ name }) => ({ ...plain('disabled', name, wantsLink(name)), lines: [] }));
}

/** What `systemctl enable` makes. */
function wantsLink(unit: string): string {
  const kind = unit.slice(unit.lastIndexOf('.') + 1);
  const target = `${kind}s.target`;
  return `${LOCAL_UNIT_FOLDER}/${target}.wants/${unit}`;
}

function plain(change: Difference['change'], name: string, path: string) {
  return { change, name, path, isPersistent: false };
}

function lines(mark: '-' | '+', text: string): readonly DiffLine[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ mark, text: line }));
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
