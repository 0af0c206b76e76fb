import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { dropBackup, keepBackup, listBackups, nextBackup, pruneBackups } from '../adapters/backup-folder.ts';
import { replaceFile } from '../adapters/durable-file.ts';
import { createErasureFile, ERASURE_FILE } from '../adapters/erasure-file.ts';
import { newsAmong } from '../core/erasure.ts';
import { HeadgateError } from '../core/errors.ts';
import { formatInstant } from '../core/time/instants.ts';
import { inspectBackup, markCopy, type BackupContents } from '../store/backup-files.ts';
import { mapSqliteError } from '../store/sqlite-errors.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withJobLocks } from './job-locks.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { countOption, textOption, usageError } from './options.ts';
import { countOf } from './output/text.ts';
import { recordOwnRun } from './record-own-run.ts';
import { forgetOld, type ForgottenCounts } from './retention/forget-old.ts';
import { openWorkspace } from './workspace.ts';

const KEEP_DEFAULT = 14;

/**
 * `backup`: a copy of the state while jobs run (F8), opened and looked through before it counts, older ones pruned. It touches nobody,
 * so neither weekend nor doubt nor pause stops it. A copy that does not verify is thrown away and the run ends 78.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const workspace = openWorkspace(invocation);
  const keep = countOption(invocation, 'keep') ?? KEEP_DEFAULT;
  if (keep === 0) throw usageError('--keep 0 would keep nothing', 'headgate backup --keep 1');
  const to = textOption(invocation, 'to');
  const directory = to === null ? workspace.paths.backupDir : resolve(invocation.context.cwd, to);
  return withJobLocks(invocation, { workspace, jobs: ['backup'] }, () =>
    withState(invocation, 'write', (state) => backUp(state, { directory, keep })),
  );
}

interface BackupWork {
  readonly directory: string;
  readonly keep: number;
}

function backUp(state: OperatorState, work: BackupWork): Outcome {
  const forgotten = forgetOld(state);
  const { backup, contents, pruned } = makeCopy(state, work);
  recordBackup(state, forgotten);
  const bytes = listBackups(work.directory).find(({ name }) => name === backup.name)?.bytes ?? 0;
  const item = {
    file: backup.final,
    bytes,
    leads: contents.leads,
    enrollments: contents.enrollments,
    messages: contents.messages,
    pruned,
    forgotten,
  };
  return {
    exit: 'OK',
    document: { items: [item] },
    human: [
      `Backed up to ${backup.final}`,
      `  ${(bytes / 1_048_576).toFixed(1)} MB, opened and verified: ${countOf(contents.leads, 'lead')}, ${countOf(contents.messages, 'message')}`,
      ...(pruned.length === 0
        ? []
        : [`  ${countOf(pruned.length, 'older copy', 'older copies')} removed, ${String(work.keep)} kept`]),
      ...forgottenLines(forgotten),
    ].join('\n'),
    journal: `backup: ${backup.name} verified`,
  };
}

/** `  no longer kept: 12 texts, 3 notices`. */
function forgottenLines(forgotten: ForgottenCounts): readonly string[] {
  const parts = Object.entries(forgotten).map(([what, count]) => `${String(count)} ${what}`);
  return parts.length === 0 ? [] : [`  no longer kept ([retention]): ${parts.join(', ')}`];
}

interface Copy {
  readonly backup: ReturnType<typeof nextBackup>;
  readonly contents: BackupContents;
  readonly pruned: readonly string[];
}

/** All or nothing: what cannot be written whole, or does not verify, is no copy and costs no older one. */
function makeCopy(state: OperatorState, work: BackupWork): Copy {
  try {
    const backup = nextBackup(work.directory, formatInstant(state.now).replace(/[-:]/g, ''));
    try {
      state.db.vacuumInto(backup.building);
      markCopy(backup.building, state.now);
      const contents = inspectBackup(backup.building);
      if (contents.faults.length > 0) throw unsound(contents);
      keepErasures(state, work.directory);
      keepBackup(backup, work.directory);
      return { backup, contents, pruned: pruneBackups(work.directory, work.keep) };
    } catch (error) {
      dropBackup(backup);
      throw error;
    }
  } catch (error) {
    throw mapSqliteError(error, work.directory);
  }
}

/** A15: whoever restores an older copy on a new machine must learn whom to forget again. Hashes and random ids alone. */
function keepErasures({ workspace }: OperatorState, directory: string): void {
  const { erasureFile } = workspace.paths;
  if (!existsSync(erasureFile)) return;
  const beside = join(directory, ERASURE_FILE);
  // Copies of another machine may lie there, with those who were erased on it.
  const others = newsAmong(createErasureFile(beside).read(), createErasureFile(erasureFile).read());
  const text = readFileSync(erasureFile, 'utf8');
  replaceFile(beside, others.map((line) => `${JSON.stringify(line)}\n`).join('') + text);
}

function recordBackup(state: OperatorState, forgotten: ForgottenCounts): void {
  writeAsPerson(state, () => {
    recordOwnRun(state, { id: state.invocation.context.random.publicId('r'), counts: forgotten });
  });
}

function unsound({ faults }: BackupContents): HeadgateError {
  return new HeadgateError('the copy does not verify, so the state itself may be damaged', {
    code: 'backup_unsound',
    exit: 'CONFIG',
    details: faults,
    notDone: 'No backup was kept and no older one removed.',
    fix: 'headgate status, then restore the newest good copy: headgate restore FILE',
  });
}
