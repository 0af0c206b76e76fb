import { readFileSync } from 'node:fs';

import { parseAllowList, type AllowList } from '../core/attribution/allow-list.ts';
import { HeadgateError } from '../core/errors.ts';

/** Nobody lists more by hand. */
const FILE_BYTES_MAX = 4_000_000;

/**
 * Reads `attribution.allow`. Throws HeadgateError `allow_list_unreadable` (78) when it cannot be read and `allow_list_invalid` (65) with its
 * first bad line: a list that is half read would let half of the mismatches pass for unknown.
 */
export function readAllowList(path: string): AllowList {
  const list = parseAllowList(readText(path));
  const [problem] = list.problems;
  if (problem === undefined) return list;
  const more = list.problems.length > 1 ? ` (and ${String(list.problems.length - 1)} more)` : '';
  throw new HeadgateError(`${path}:${String(problem.line)}: ${problem.what}${more}`, {
    code: 'allow_list_invalid',
    exit: 'DATAERR',
    notDone: 'Nothing was judged, drafted or sent.',
    fix: 'Each line names two or more domains of one company, with spaces between them.',
  });
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= FILE_BYTES_MAX) return bytes.toString('utf8');
    throw unreadable(path, 'is larger than 4 MB');
  } catch (error) {
    if (error instanceof HeadgateError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw unreadable(path, `cannot be read (${code})`);
  }
}

function unreadable(path: string, what: string): HeadgateError {
  return new HeadgateError(`${path} ${what}`, {
    code: 'allow_list_unreadable',
    exit: 'CONFIG',
    notDone: 'Nothing was judged, drafted or sent.',
    fix: 'Correct attribution.allow in headgate.toml, or take it out.',
  });
}
