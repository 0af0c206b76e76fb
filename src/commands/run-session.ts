import { createOptOutSpool, type OptOutSpool } from '../adapters/spool.ts';
import { createStampFile } from '../adapters/stamp-file.ts';
import { readStop } from '../adapters/stop-file.ts';
import { HeadgateError } from '../core/errors.ts';
import { judgeState } from '../core/guards/state-doubts.ts';
import { repliesUnread, wakeDoubts, type Doubt } from '../core/guards/wake.ts';
import type { Instant } from '../core/model.ts';
import { stampOf, type StateHeader } from '../core/state-identity.ts';
import type { Stamp, StampFile } from '../ports.ts';
import { auditHashAt, auditHead } from '../store/audit.ts';
import { openState, type StateDatabase } from '../store/database.ts';
import { readHeader } from '../store/header.ts';
import { readJob, type JobRecord } from '../store/jobs.ts';
import { acquireLock, lockBusyError, type Lock } from '../store/locks.ts';
import { replySourceFacts } from '../store/reply-sources.ts';
import type { Invocation } from './cli-context.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/**
 * One run of one timer-fired job: configuration, lock, state and clock, opened in the order of the architecture and closed in the
 * reverse one. The reader cannot write (F3); the writer is opened by whoever is allowed to need it.
 */
export interface RunSession {
  readonly invocation: Invocation;
  readonly workspace: Workspace;
  readonly job: string;
  readonly runId: string;
  /** What the run takes for the present: the clock, or `--at`. */
  readonly now: Instant;
  readonly bootId: string | null;
  readonly reader: StateDatabase;
  readonly header: StateHeader;
  readonly record: JobRecord;
  readonly stampFile: StampFile;
  /** The narrow handle for run, plan and notice rows, and the whole one of a live run. */
  writer(): StateDatabase;
  close(): void;
}

/** P7: enough for what a run comes back to, and the same whether a thousand steps are due or ten thousand. */
const CACHE_KIB = 2_048;

export interface SessionOptions {
  /** What the run is to take for the present (`--at`); null for the clock. */
  readonly at?: Instant | null;
  /** Memory for pages of the state, in KiB, where a run wants another. */
  readonly cacheKib?: number;
}

/** Opens a session; throws HeadgateError 78 or 65 (configuration), 75 (lock), 30, 77 or 78 (state). Nothing is written yet. */
export function openSession(invocation: Invocation, job: string, options: SessionOptions = {}): RunSession {
  const workspace = openWorkspace(invocation);
  const lock = takeLock(invocation, workspace, job);
  try {
    return openLocked({ invocation, workspace, job, lock, options });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openLocked(parts: {
  invocation: Invocation;
  workspace: Workspace;
  job: string;
  lock: Lock;
  options: SessionOptions;
}): RunSession {
  const { invocation, workspace, job, lock, options } = parts;
  const { context } = invocation;
  const file = workspace.paths.databaseFile;
  const reader = openState({ file, mode: 'read', cacheKib: options.cacheKib ?? CACHE_KIB });
  let writer: StateDatabase | null = null;
  try {
    const header = readHeader(reader);
    refuseBeforeGoLive(workspace, header);
    return {
      invocation,
      workspace,
      job,
      runId: context.random.publicId('r'),
      now: options.at ?? context.clock.now(),
      bootId: context.machine.bootId(),
      reader,
      header,
      record: readJob(reader, job),
      stampFile: createStampFile(workspace.paths.stampFile),
      writer: () => (writer ??= reader.writer()),
      close: () => {
        writer?.close();
        reader.close();
        lock.release();
      },
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** A12: takes the job's lock; throws `lock_busy` (75) with who holds it. */
export function takeLock(invocation: Invocation, workspace: Workspace, job: string): Lock {
  const { context } = invocation;
  const lock = acquireLock({
    directory: workspace.paths.locksDir,
    job,
    holder: {
      pid: process.pid,
      startedAt: context.clock.now(),
      command: invocation.path,
      hostName: context.machine.identity().hostName,
    },
  });
  if (lock.kind === 'busy') throw lockBusyError(job, lock, context.clock.now());
  return lock;
}

/** What the wake guard looks at: a session has it, and so has a command that only asks what a run would meet. */
export type WakeView = Pick<
  RunSession,
  'invocation' | 'workspace' | 'reader' | 'stampFile' | 'now' | 'bootId' | 'record'
>;

/** D9: a workspace that says `live = true` drafts and sends nothing until `go-live` decided what becomes of its rehearsals. */
export function refuseBeforeGoLive(workspace: Workspace, header: StateHeader): void {
  if (!workspace.policy.live || header.wentLiveAt !== null) return;
  throw new HeadgateError('live = true, but this workspace never went live', {
    code: 'go_live_needed',
    exit: 'CONFIG',
    notDone: 'Nothing was drafted or sent.',
    fix: 'headgate go-live --restart   or   headgate go-live --keep',
  });
}

/** Architecture, wake guard: every doubt of this moment, judged afresh. Restored state and machine first, replies last. */
export function doubtsOf(session: WakeView, without: ReadonlySet<string>): readonly Doubt[] {
  if (without.has('wake')) return [];
  const { now, bootId, record, workspace, reader } = session;
  const { limits, replySourceIds } = workspace.policy;
  // The stamp must be older than the header it is compared with: another job may commit in between.
  const stamp = session.stampFile.read();
  const header = readHeader(reader);
  const machine = session.invocation.context.machine.identity();
  const { checkpointAt, checkpointBootId, vetoedAt } = record;
  return [
    ...judgeState({ header, stamp, auditHash: hashStamped(reader, stamp), machine, now }),
    ...wakeDoubts({ now, bootId, checkpointAt, checkpointBootId, vetoedAt }, limits),
    ...repliesUnread({ now, bootId, sources: replySourceFacts(reader, replySourceIds) }, limits),
  ];
}

/** What the state's audit trail has where its stamp knows an entry; null for none. */
export function hashStamped(db: StateDatabase, stamp: Stamp | null): string | null {
  return stamp?.audit === undefined ? null : auditHashAt(db, stamp.audit.number);
}

/**
 * A14, A15: after the run's last commit, the stamp says how far the state has come, and never further than the disk has it: an import
 * that goes on beside the run syncs its commits at its end, and after a power cut the state would look like a restored one.
 */
export function stampState(session: Pick<RunSession, 'stampFile'>, db: StateDatabase): void {
  const stamp = db.read(() => stampOf(readHeader(db), auditHead(db)));
  db.syncUpTo(stamp.writeCounter);
  session.stampFile.write(stamp);
}

/** D10: the spool of the unsubscribe page. */
export function optOutsOf({ workspace }: Pick<RunSession, 'workspace'>): OptOutSpool {
  return createOptOutSpool(workspace.paths.unsubscribeSpoolDir);
}

/** A10: the reason in the STOP file, or null when it is not there. An empty file stops just as well. */
export function stopReason(workspace: Workspace): string | null {
  return readStop(workspace.paths.stopFile)?.reason ?? null;
}
