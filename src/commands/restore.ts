import { dirname, join, resolve } from 'node:path';

import { createErasureFile, ERASURE_FILE } from '../adapters/erasure-file.ts';
import { createStampFile } from '../adapters/stamp-file.ts';
import { putInPlace } from '../adapters/state-files.ts';
import { createSendJournal } from '../adapters/send-journal.ts';
import { createOptOutSpool } from '../adapters/spool.ts';
import { knownErasures, newsAmong } from '../core/erasure.ts';
import type { AuditHead } from '../core/audit/entry.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import type { Stamp } from '../ports.ts';
import { foldLog, inspectBackup, markCopy, type BackupContents } from '../store/backup-files.ts';
import { accountsFor, auditHead } from '../store/audit.ts';
import { openState, type StateDatabase } from '../store/database.ts';
import { markRestored, readHeader } from '../store/header.ts';
import { mapSqliteError } from '../store/sqlite-errors.ts';
import { dropAllWebKeys } from '../store/web-keys.ts';
import { agrees } from './ask.ts';
import { newestLost, recordBreak } from './audit/breaks.ts';
import { actorOf } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { distrustOpen, type Distrust } from './engine/distrust.ts';
import { openEngine } from './engine/engine.ts';
import { settleAgainst, type JournalSettlement } from './engine/journal-settling.ts';
import { finishErasuresByTheWay } from './erasure/finish-erasures.ts';
import { GUARDS_OFF } from './guards-off.ts';
import { OUTBOUND_JOBS, withJobLocks } from './job-locks.ts';
import { unknownLines } from './journal-text.ts';
import { readStamp } from './operator-state.ts';
import { argument, usageError } from './options.ts';
import { formatDateTime } from './output/time.ts';
import { countOf, escapeText } from './output/text.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/**
 * `restore FILE` (A15, F8): puts a verified copy in the state's place, keeping the state that was there beside it, and settles it
 * against the send journal: what left since is sent, or uncertain. Nothing is drafted or sent until `adopt`, and what had been
 * approved waits for one release by a person.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const typed = argument(invocation, 0);
  if (typed === null) throw usageError('which copy?', 'headgate restore backup/headgate-….db');
  const file = resolve(invocation.context.cwd, typed);
  const workspace = openWorkspace(invocation);
  const contents = soundBackup(file);
  const lines = surveyLines(workspace, file, contents);
  if (!(await agrees(invocation, { lines, question: ' Restore this copy?' }))) return declined(file);
  return withJobLocks(invocation, { workspace, jobs: [...OUTBOUND_JOBS, 'backup'] }, () =>
    restore(invocation, workspace, file),
  );
}

function soundBackup(file: string): BackupContents {
  const contents = inspectBackup(file);
  if (contents.faults.length === 0) return contents;
  throw new HeadgateError(`${file} cannot be restored`, {
    code: 'backup_unsound',
    exit: 'DATAERR',
    details: contents.faults,
    notDone: 'The state was left as it is.',
    fix: 'Try an older copy: ls backup/',
  });
}

interface Restored {
  readonly journal: JournalSettlement;
  readonly distrust: Distrust;
  readonly setAside: string | null;
  /** Leads that the copy still had, and that were erased since. */
  readonly erasedAgain: number;
}

function restore(invocation: Invocation, workspace: Workspace, file: string): Outcome {
  const { clock, random } = invocation.context;
  const now = clock.now();
  const { databaseFile, stateDir, outboxDir, unsubscribeSpoolDir } = workspace.paths;
  const before = trailOf(databaseFile);
  foldLog(databaseFile);
  // D10: the copy may be older than an opt-out. Before it is in its place: read twice it does nothing.
  createOptOutSpool(unsubscribeSpoolDir).bringBack();
  const setAside = replaceState(databaseFile, file, now);
  takeErasuresOf(workspace, file);
  const db = openState({ file: databaseFile, mode: 'write' });
  try {
    const stampFile = createStampFile(workspace.paths.stampFile);
    const erasures = finishErasuresByTheWay({ invocation, workspace, db, stampFile, now });
    const engine = openEngine({ db, policy: workspace.policy, now, without: GUARDS_OFF });
    const runId = random.publicId('r');
    const restored = db.write((): Restored => {
      const actor = actorOf(invocation);
      const lost = lostBy(db, [before, newestLost(db, stampBeside(workspace))]);
      recordBreak(db, { now, actor }, { lost, detail: { by: 'restore', run: runId } });
      markRestored(db, now);
      // F6: a copy is as old as its sessions.
      dropAllWebKeys(db);
      const journal = settleAgainst({ journal: createSendJournal(stateDir), outboxDir, actor })(engine);
      const distrust = distrustOpen(engine, { runId, why: 'the state was restored' });
      return { journal, distrust, setAside, erasedAgain: erasures?.erasedAgain ?? 0 };
    });
    return restoredOutcome(file, restored);
  } finally {
    db.close();
  }
}

/** On another machine only the folder of copies tells who was erased: `backup` keeps that beside them. */
function takeErasuresOf({ paths }: Workspace, file: string): void {
  const own = createErasureFile(paths.erasureFile);
  const beside = createErasureFile(join(dirname(file), ERASURE_FILE));
  const lines = own.read();
  const others = beside.read();
  // A file that is not there yet takes over the whole of the other, with what was lifted again.
  own.append(knownErasures(lines).keys.length === 0 ? others : newsAmong(others, lines));
}

interface Trail extends AuditHead {
  readonly stateId: string;
}

/** A13: where the trail ended of the state that is to go; null where that cannot be read, which may be why it has to go. */
function trailOf(databaseFile: string): Trail | null {
  try {
    const db = openState({ file: databaseFile, mode: 'read' });
    try {
      const head = auditHead(db);
      return head === null ? null : { ...head, stateId: readHeader(db).stateId };
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof HeadgateError) return null;
    throw error;
  }
}

/** The newest end of this very trail that is gone. */
function lostBy(
  db: StateDatabase,
  [before, outside]: readonly [Trail | null, AuditHead | null],
): AuditHead | null {
  const isLost = before?.stateId === readHeader(db).stateId && !accountsFor(db, before);
  const own = isLost ? before : null;
  return (own?.number ?? 0) > (outside?.number ?? 0) ? own : outside;
}

/** A15: it stayed where it was, and knows how far the state had come that was there before. */
function stampBeside({ paths }: Workspace): Stamp | null {
  const stamp = readStamp(createStampFile(paths.stampFile));
  return stamp === 'damaged' ? null : stamp;
}

function replaceState(databaseFile: string, file: string, now: Instant): string | null {
  try {
    return putInPlace({
      from: file,
      to: databaseFile,
      now,
      // Before it is in its place: a crash right after that must not leave a state that looks like the present one.
      prepare: (copy) => {
        markCopy(copy, now);
      },
    });
  } catch (error) {
    throw mapSqliteError(error, databaseFile);
  }
}

function surveyLines(workspace: Workspace, file: string, contents: BackupContents): readonly string[] {
  return [
    '',
    ` ${escapeText(file)}`,
    `   ${countOf(contents.leads, 'lead')}, ${countOf(contents.enrollments, 'enrollment')}, ${countOf(contents.messages, 'message')}`,
    `   its last clock reading  ${lastReading(contents.lastClockAt, workspace)}`,
    ' The state that is there now is kept beside it. Nothing leaves until you adopt.',
    '',
  ];
}

function lastReading(at: Instant, workspace: Workspace): string {
  return formatDateTime(at, workspace.policy.timezone);
}

function declined(file: string): Outcome {
  return { exit: 'OK', document: { items: [{ file, restored: false }] }, human: ' Nothing was changed.' };
}

function restoredOutcome(file: string, { journal, distrust, setAside, erasedAgain }: Restored): Outcome {
  return {
    exit: 'OK',
    document: {
      items: [
        {
          file,
          restored: true,
          set_aside: setAside,
          journal,
          held: distrust.held,
          uncertain: distrust.uncertain,
          erased_again: erasedAgain,
        },
      ],
    },
    human: [
      ` Restored ${escapeText(file)}`,
      ...(setAside === null ? [] : [`   the state that was there is now ${escapeText(setAside)}`]),
      `   the send journal proved ${countOf(journal.sent, 'message')} sent since; of ${String(journal.uncertain)} nobody knows`,
      `   ${countOf(distrust.held, 'approved message')} held, ${String(distrust.uncertain)} being sent then uncertain`,
      ...(erasedAgain === 0
        ? []
        : [`   ${countOf(erasedAgain, 'lead')} erased again: the copy was made before their erasure`]),
      ...unknownLines(journal),
      '',
      ' Next    headgate adopt',
      '         headgate review list --state uncertain',
      '         headgate leads import FILE   again, for leads that came after the copy',
    ].join('\n'),
  };
}
