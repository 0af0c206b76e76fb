import { closeSync, lstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';

import { replaceReport } from '../../adapters/half-files.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { OperatorState } from '../operator-state.ts';
import { reportFacts } from './facts.ts';
import { reportPage } from './page.ts';

/** Eight weeks. */
export const REPORT_DAYS = 56;

export interface ReportRequest {
  /** Absolute. */
  readonly path: string;
  readonly days: number;
  readonly areNamed: boolean;
}

export interface WrittenReport extends ReportRequest {
  readonly bytes: number;
  readonly fromDay: string;
  readonly toDay: string;
}

/**
 * Makes the report and puts it in place of the last one, whole or not at all, readable for its owner alone. Reads the state only. Throws
 * `file_unwritable` (77), and `file_not_ours` (64) where something else than a page is in its place.
 */
export async function writeReport(state: OperatorState, request: ReportRequest): Promise<WrittenReport> {
  const facts = await reportFacts(state, request.days);
  const page = reportPage(facts, {
    areNamed: request.areNamed,
    cap: state.workspace.policy.limits.draftsPerDay,
    version: state.invocation.context.version,
  });
  putPage(request.path, page);
  return {
    ...request,
    bytes: Buffer.byteLength(page, 'utf8'),
    fromDay: facts.days[0]?.day ?? '',
    toDay: facts.days.at(-1)?.day ?? '',
  };
}

/** Puts a page in the place of the last one. Throws `file_unwritable` (77) and `file_not_ours` (64). */
export function putPage(path: string, page: string): void {
  try {
    refuseOther(path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    replaceReport(path, page);
  } catch (error) {
    if (error instanceof HeadgateError || !(error instanceof Error) || !('code' in error)) throw error;
    throw new HeadgateError(`${path} cannot be written (${String(error.code)})`, {
      code: 'file_unwritable',
      exit: 'NOPERM',
      notDone: 'No report was written; one of before still stands.',
      cause: error,
    });
  }
}

const PAGE_BEGIN = '<!doctype html>';

/**
 * A slip of the hand must not cost a configuration, a state or a device: what is put in place of another takes that away. Throws
 * `file_not_ours` (64); whoever takes long to make a page asks first.
 */
export function refuseOther(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.isFile() && (found.size === 0 || beginsAsPage(path)))) return;
  throw new HeadgateError(`${path} is there, and is no report`, {
    code: 'file_not_ours',
    exit: 'USAGE',
    notDone: 'It was left as it is; no report was written.',
    fix: 'Give another name, or take that file away.',
  });
}

function beginsAsPage(path: string): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(PAGE_BEGIN.length);
    readSync(descriptor, bytes);
    return bytes.toString('latin1').toLowerCase() === PAGE_BEGIN;
  } finally {
    closeSync(descriptor);
  }
}
