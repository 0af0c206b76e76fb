import { createStampFile } from '../adapters/stamp-file.ts';
import { HeadgateError } from '../core/errors.ts';
import { judgeState, type StateDoubt } from '../core/guards/state-doubts.ts';
import type { Doubt } from '../core/guards/wake.ts';
import type { Instant, OutboundJob } from '../core/model.ts';
import type { Stamp, StampFile } from '../ports.ts';
import { openState, type StateDatabase, type StateMode } from '../store/database.ts';
import { forgetWentLive, markRestored, readHeader } from '../store/header.ts';
import { readJob } from '../store/jobs.ts';
import { noteBreak } from './audit/breaks.ts';
import { actorOf } from './audit/record.ts';
import type { Invocation } from './cli-context.ts';
import { GUARDS_OFF } from './guards-off.ts';
import { doubtsOf, hashStamped } from './run-session.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** What a command that a person typed works on: no lock, no run row, one clock reading. */
export interface OperatorState {
  readonly invocation: Invocation;
  readonly workspace: Workspace;
  readonly db: StateDatabase;
  readonly stampFile: StampFile;
  readonly now: Instant;
}

/** What can be written to without a configuration. */
type DoubtfulState = Omit<OperatorState, 'workspace'>;

/**
 * Opens configuration and state for one command and closes them after it. With mode 'read' nothing can be written (F3).
 * Throws as `openWorkspace` (78) and `openState` (30, 77, 78) do.
 */
export async function withState<T>(
  invocation: Invocation,
  mode: StateMode,
  work: (state: OperatorState) => T | Promise<T>,
): Promise<T> {
  const workspace = openWorkspace(invocation);
  const db = openState({ file: workspace.paths.databaseFile, mode });
  try {
    const stampFile = createStampFile(workspace.paths.stampFile);
    return await work({ invocation, workspace, db, stampFile, now: invocation.context.clock.now() });
  } finally {
    db.close();
  }
}

/**
 * One transaction of a person. Every write raises the counter that tells a restored state from the present one; enough of
 * them would lift it past the stamp and the doubt would be gone unseen (A15). So the doubt is kept in the state first.
 */
export function writeAsPerson<T>(state: OperatorState, work: () => T): T {
  return writeKeepingDoubt(state, () => {
    // D9: what is decided while nothing reaches people is decided for the outbox.
    if (!state.workspace.policy.live) forgetWentLive(state.db);
    return work();
  });
}

/** The same for what no person decided: what came back from outside. */
export function writeKeepingDoubt<T>(state: DoubtfulState, work: () => T): T {
  const { db } = state;
  const stamp = readStamp(state.stampFile);
  return db.write(() => {
    if (judge(state, stamp).some((doubt) => doubt.reason === 'restored')) keepDoubt(state, stamp);
    return work();
  });
}

/**
 * A13: what is gone is recorded before anything else is. The journal is asked each time: a copy of `backup` is marked as one from the
 * start, and its stamp may be missing, or older than the journal after a crash.
 */
function keepDoubt({ db, now, invocation }: DoubtfulState, read: Stamp | 'damaged' | null): void {
  const stamp = read === 'damaged' ? null : read;
  noteBreak(db, { stamp, now, actor: actorOf(invocation) });
  if (readHeader(db).restoredAt === null) markRestored(db, now);
}

/** A14, A15: what makes this state doubtful here and now. A damaged stamp is one more way of being restored. */
export function stateDoubtsOf(state: OperatorState): readonly StateDoubt[] {
  return judge(state, readStamp(state.stampFile));
}

/** What a run of this job would meet if it began now (architecture, wake guard). */
export function jobDoubtsOf(state: OperatorState, job: OutboundJob): readonly Doubt[] {
  const { invocation, workspace, db, now } = state;
  const stamp = readStamp(state.stampFile);
  const doubts = doubtsOf(
    {
      invocation,
      workspace,
      now,
      reader: db,
      stampFile: { ...state.stampFile, read: () => (stamp === 'damaged' ? null : stamp) },
      bootId: invocation.context.machine.bootId(),
      record: readJob(db, job),
    },
    GUARDS_OFF,
  );
  return stamp === 'damaged' ? doubts.map(nameDamage) : doubts;
}

function judge(state: DoubtfulState, stamp: Stamp | 'damaged' | null): readonly StateDoubt[] {
  const { db, now, invocation } = state;
  const machine = invocation.context.machine.identity();
  const sound = stamp === 'damaged' ? null : stamp;
  const auditHash = hashStamped(db, sound);
  const doubts = judgeState({ header: readHeader(db), stamp: sound, auditHash, machine, now });
  return stamp === 'damaged' ? doubts.map(nameDamage) : doubts;
}

/** A run refuses a damaged stamp (78); who only looks, and `adopt`, must be able to go on. */
export function readStamp(stampFile: StampFile): Stamp | 'damaged' | null {
  try {
    return stampFile.read();
  } catch (error) {
    if (error instanceof HeadgateError && error.code === 'stamp_damaged') return 'damaged';
    throw error;
  }
}

function nameDamage<D extends Doubt>(doubt: D): D {
  if (doubt.reason !== 'restored') return doubt;
  return { ...doubt, detail: doubt.detail.replace('is missing', 'is damaged') };
}
