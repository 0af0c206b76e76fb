import { dirname, resolve } from 'node:path';

import { listBackups } from '../../adapters/backup-folder.ts';
import { fileMode, narrowMode, type FileMode } from '../../adapters/file-modes.ts';
import { createSendJournal } from '../../adapters/send-journal.ts';
import { createStampFile } from '../../adapters/stamp-file.ts';
import type { WorkspacePaths } from '../../config/paths.ts';
import { isSecretReference } from '../../config/value-reader.ts';
import { STAMP_SOURCE, trailVerdict, verifyTrail, type OutsideHead } from '../../core/audit/verify.ts';
import { judgeAudit } from '../../core/doctor/audit.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import {
  judgeBackup,
  judgeFiles,
  judgeSpace,
  judgeState,
  noSpaceToJudge,
  type BackupFacts,
  type FileFacts,
  type StateFacts,
} from '../../core/doctor/state.ts';
import { HeadgateError } from '../../core/errors.ts';
import { judgeState as doubtsOf, type StateDoubt } from '../../core/guards/state-doubts.ts';
import type { Instant } from '../../core/model.ts';
import type { StateHeader } from '../../core/state-identity.ts';
import type { Stamp } from '../../ports.ts';
import { auditEntries, auditHashAt, auditHead } from '../../store/audit.ts';
import { inspectBackup } from '../../store/backup-files.ts';
import { describeState, type StateDescription } from '../../store/checkup.ts';
import { openState, type StateDatabase } from '../../store/database.ts';
import { diskSpace } from '../../store/disk-space.ts';
import { readHeader } from '../../store/header.ts';
import { readStamp } from '../operator-state.ts';
import { hashStamped } from '../run-session.ts';
import { attempt, type Checkup } from './checkup.ts';

/** The state as far as it can be opened. */
export type OpenedState =
  | {
      readonly kind: 'open';
      readonly db: StateDatabase;
      readonly description: StateDescription;
      readonly header: StateHeader;
      readonly doubts: readonly StateDoubt[];
      readonly isStampDamaged: boolean;
      /** Null for none, and for a damaged one. */
      readonly stamp: Stamp | null;
    }
  | { readonly kind: 'closed'; readonly code: string; readonly why: string }
  /** No workspace, so nobody knows where to look. */
  | { readonly kind: 'nowhere' };

/** Opens the state for looking only; what refuses to open is told. */
export function openForCheckup({
  paths,
  invocation,
  now,
}: Pick<Checkup, 'paths' | 'invocation' | 'now'>): OpenedState {
  if (paths === null) return { kind: 'nowhere' };
  let db: StateDatabase | null = null;
  try {
    // Before the header: a stamp that was read after it could be ahead of it.
    const stamp = readStamp(createStampFile(paths.stampFile));
    db = openState({ file: paths.databaseFile, mode: 'read' });
    const header = readHeader(db);
    const isStampDamaged = stamp === 'damaged';
    const machine = invocation.context.machine.identity();
    const sound = isStampDamaged ? null : stamp;
    const doubts = doubtsOf({ header, stamp: sound, auditHash: hashStamped(db, sound), machine, now });
    const description = describeState(db);
    return { kind: 'open', db, description, header, doubts, isStampDamaged, stamp: sound };
  } catch (error) {
    db?.close();
    if (error instanceof HeadgateError) return { kind: 'closed', code: error.code, why: error.message };
    if (error instanceof Error && 'code' in error)
      return { kind: 'closed', code: 'state_not_permitted', why: error.message };
    throw error;
  }
}

/** State: modes, the database and whose it is, the newest copy, room. `mends` narrows modes first (`--fix`). */
export async function stateChecks(
  checkup: Checkup,
  state: OpenedState,
  { mends }: { readonly mends: boolean },
): Promise<readonly Finding[]> {
  const { paths } = checkup;
  if (paths === null) return [checkDesk('state', 'database').skipped('state', 'there is no workspace')];
  const place = (check: string, title: string) => ({ group: 'state', check, title }) as const;
  const checks = [
    attempt(place('files', 'modes of files'), () => filesCheck(checkup, paths, mends)),
    attempt(place('database', paths.databaseFile), () => judgeState(factsOf(state, paths))),
    attempt(place('audit', 'the audit trail'), () => auditCheck(state)),
    attempt(place('backup', 'the newest backup'), () => [
      judgeBackup(backupFacts(paths, state), checkup.now),
    ]),
    attempt(place('space', 'disk space'), () => [spaceCheck(paths)]),
  ];
  return (await Promise.all(checks)).flat();
}

/** So many entries are read in well under a second; all of them, and the whole send journal, by `audit verify`. */
const ENTRIES_READ_MAX = 50_000;

function auditCheck(state: OpenedState): readonly Finding[] {
  if (state.kind !== 'open') return [];
  const { db, header, stamp } = state;
  // Before the entries: what a program adds meanwhile is in the state before it is in the journal.
  const outside = [...stampedHeads(header, stamp), ...journaledHead(db, header)];
  const from = (auditHead(db)?.number ?? 0) - ENTRIES_READ_MAX;
  const fromHash = from > 0 ? auditHashAt(db, from) : null;
  const after = fromHash === null ? null : { number: from, hash: fromHash };
  const verification = verifyTrail({
    entries: auditEntries(db, after?.number ?? 0),
    stateId: header.stateId,
    outside,
    hashAt: (number) => auditHashAt(db, number),
    after,
  });
  const counters = { writeCounter: header.writeCounter, stampedCounter: stamp?.writeCounter ?? null };
  const verdict = trailVerdict(verification, counters);
  return [judgeAudit(verification, { verdict, isPartial: after !== null })];
}

function stampedHeads({ stateId }: StateHeader, stamp: Stamp | null): readonly OutsideHead[] {
  if (stamp?.stateId !== stateId || stamp.audit === undefined) return [];
  return [{ source: STAMP_SOURCE, ...stamp.audit }];
}

/** The end of the trail as the end of the send journal knows it: an older state shows by it, also where its stamp was put back with it. */
function journaledHead(db: StateDatabase, { stateId }: StateHeader): readonly OutsideHead[] {
  const last = createSendJournal(dirname(db.file)).lastWithTrail();
  if (last?.stateId !== stateId || last.audit === undefined) return [];
  return [{ source: 'send-journal.jsonl', ...last.audit }];
}

/** What only its owner may touch, and what strangers alone may not. */
const OTHERS_AND_GROUP = 0o077;
const OTHERS = 0o007;

function filesCheck(checkup: Checkup, paths: WorkspacePaths, mends: boolean): readonly Finding[] {
  const before = looseFiles(checkup, paths);
  const mended = mends
    ? before.filter(({ excess, path, mode }) => excess !== 0 && narrowMode(path, mode & ~excess)).length
    : 0;
  return judgeFiles(looseFiles(checkup, paths), { stateDir: paths.stateDir, mended });
}

function looseFiles({ config }: Checkup, paths: WorkspacePaths): readonly FileFacts[] {
  const owner = fileMode(paths.stateDir)?.userId ?? null;
  const [newest] = backupsIn(paths);
  const own = [
    paths.databaseFile,
    `${paths.databaseFile}-wal`,
    `${paths.databaseFile}-shm`,
    paths.stampFile,
    paths.sendJournalFile,
    // It holds the key that addresses of erased people are hashed with.
    paths.erasureFile,
    ...(newest === undefined ? [] : [newest.path]),
  ];
  const secrets = [...(config?.settings.all.values() ?? [])].flatMap((value) =>
    isSecretReference(value) && value.kind === 'file' ? [resolve(paths.workspaceDir, value.path)] : [],
  );
  return [
    ...present(own).map((file) => factsOfFile(file, OTHERS_AND_GROUP, owner)),
    ...present([...new Set(secrets)]).map((file) => factsOfFile(file, OTHERS, null)),
  ];
}

function present(files: readonly string[]): readonly FileMode[] {
  return files.flatMap((path) => fileMode(path) ?? []);
}

function factsOfFile({ path, mode, userId }: FileMode, forbidden: number, owner: number | null): FileFacts {
  const foreignOwner =
    owner === null || userId === owner ? null : userId === 0 ? 'root' : `user ${String(userId)}`;
  return { path, mode, excess: mode & forbidden, foreignOwner };
}

function factsOf(state: OpenedState, paths: WorkspacePaths): StateFacts {
  const path = paths.databaseFile;
  if (state.kind === 'nowhere')
    return { kind: 'closed', path, code: 'state_missing', why: 'there is no workspace' };
  if (state.kind === 'closed') return { ...state, path };
  const { db, description, header, doubts, isStampDamaged } = state;
  const file = fileMode(path);
  return {
    kind: 'open',
    path,
    mode: (file?.mode ?? 0).toString(8).padStart(4, '0'),
    bytes: file?.bytes ?? 0,
    journalMode: description.journalMode,
    schemaVersion: description.schemaVersion,
    faults: db.faults('integrity_check'),
    doubts,
    isStampDamaged,
    host: header.machine.hostName,
    boundAt: header.boundAt,
  };
}

function backupsIn(paths: WorkspacePaths): ReturnType<typeof listBackups> {
  try {
    return listBackups(paths.backupDir);
  } catch (error) {
    // A folder that we may not read is told of by the check of the copies themselves.
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return [];
    throw error;
  }
}

function backupFacts(paths: WorkspacePaths, state: OpenedState): BackupFacts {
  const [newest] = listBackups(paths.backupDir);
  if (newest === undefined) return { kind: 'none', folder: paths.backupDir, hasState: state.kind === 'open' };
  const { path } = newest;
  try {
    const contents = inspectBackup(path);
    const [fault] = contents.faults;
    if (fault !== undefined) return { kind: 'broken', path, why: fault };
    const { leads, messages, stateId } = contents;
    const isOfThisState = state.kind !== 'open' || state.header.stateId === stateId;
    return { kind: 'opened', path, madeAt: madeAt(newest.name), leads, messages, isOfThisState };
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    return { kind: 'broken', path, why: error.message };
  }
}

/** `headgate-20260218T031000Z.db` says when. */
function madeAt(name: string): Instant {
  const digits = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(name)?.slice(1).map(Number) ?? [];
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = digits;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function spaceCheck(paths: WorkspacePaths): Finding {
  if (fileMode(paths.stateDir) === null) return noSpaceToJudge(paths.stateDir);
  const { freeBytes } = diskSpace(paths.databaseFile);
  const stateBytes = fileMode(paths.databaseFile)?.bytes ?? 0;
  return judgeSpace({ folder: paths.stateDir, freeBytes, stateBytes });
}
