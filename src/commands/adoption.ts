import type { Instant } from '../core/model.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import type { Stamp } from '../ports.ts';
import {
  forgetCheckpoints,
  lowerToClock,
  supersedePlans,
  type AcceptedClock,
  type AheadCount,
} from '../store/adoption.ts';
import { setDue } from '../store/enrollments.ts';
import { adoptHeader, readHeader, setPersonNeeded } from '../store/header.ts';
import { recordRun } from '../store/runs.ts';
import { livePlaces } from '../store/sequence-enrollments.ts';
import { noteBreak } from './audit/breaks.ts';
import { actorOf, recordAct, type PersonAct } from './audit/record.ts';
import { distrustOpen, type Distrust } from './engine/distrust.ts';
import type { Engine } from './engine/engine.ts';
import type { JournalSettlement, SettleAgainstSendJournal } from './engine/journal-settling.ts';
import { scheduleAgain } from './engine/rescheduling.ts';
import { OUTBOUND_JOBS } from './job-locks.ts';
import { readStamp, type OperatorState } from './operator-state.ts';

const DAY_MS = 86_400_000;

/** What an adoption did, for the report and for its row in `runs`. */
export interface Adoption extends Distrust {
  readonly runId: string;
  readonly lowered: readonly AheadCount[];
  readonly journal: JournalSettlement;
  /** Jobs that start cold: a person confirms their first plan. */
  readonly coldJobs: readonly string[];
  readonly plansSuperseded: number;
}

/**
 * A14, A15: accepts this machine, this history and this clock, in one transaction. What may have been decided by another
 * machine or clock waits for a person again: approved messages are held (cause doubt), those being sent are uncertain,
 * saved plans are superseded, and every outbound job starts without a checkpoint. The doubts about machine, history and
 * clock are lifted by it; a cold start and a reboot are not (A20). The caller holds the locks of all outbound jobs and
 * writes the stamp after the commit. `restore` does the same with the state that it put in place.
 */
export function adoptState(
  state: OperatorState,
  engine: Engine,
  settleJournal: SettleAgainstSendJournal,
): Adoption {
  const { db, now, invocation } = state;
  const { random, machine } = invocation.context;
  const runId = random.publicId('r');
  const wasAhead = lastClockAt(state) > now;
  const stamp = soundStamp(state);
  return db.write(() => {
    noteBreak(db, { stamp, now, actor: actorOf(invocation) });
    // First: what it settles carries the times of the old clock as well.
    const journal = settleJournal(engine);
    const ahead = lowerToClock(db, acceptedClock(state));
    const needsDueTimes = wasAhead || ahead.some(({ what }) => what === 'anchors');
    const lowered = needsDueTimes ? [...ahead, ...lowerDueTimes(engine)] : ahead;
    adoptHeader(db, { machine: machine.identity(), now, countedTo: countedTo(state) });
    setPersonNeeded(db, now);
    const adoption: Adoption = {
      runId,
      lowered,
      journal,
      ...distrustOpen(engine, { runId, why: 'the state was adopted' }),
      coldJobs: forgetCheckpoints(db, OUTBOUND_JOBS),
      plansSuperseded: supersedePlans(db, now),
    };
    recordAdoption(state, adoption);
    recordAct(state, adoptedAct(state, adoption));
    return adoption;
  });
}

/** A13: what was accepted without being looked at one by one. */
function adoptedAct({ db }: OperatorState, adoption: Adoption): PersonAct {
  const { held, uncertain, journal, lowered, runId } = adoption;
  const settled = { journal_sent: journal.sent, journal_uncertain: journal.uncertain };
  const unknown = { journal_unknown: journal.unknown.length };
  const detail = {
    run: runId,
    held,
    uncertain,
    ...settled,
    ...unknown,
    lowered: lowered.map(({ what }) => what),
  };
  return { kind: 'adopted', subject: readHeader(db).stateId, detail };
}

function soundStamp({ stampFile }: Pick<OperatorState, 'stampFile'>): Stamp | null {
  const stamp = readStamp(stampFile);
  return stamp === 'damaged' ? null : stamp;
}

/** How far this state had come by its stamp, before an older copy took its place. */
function countedTo(state: Pick<OperatorState, 'db' | 'stampFile'>): number {
  const stamp = soundStamp(state);
  return stamp?.stateId === readHeader(state.db).stateId ? stamp.writeCounter : 0;
}

/** The clock as `adopt` accepts it, with the bounds of what may rightly lie ahead of it. */
export function acceptedClock({ now, workspace }: Pick<OperatorState, 'now' | 'workspace'>): AcceptedClock {
  const { timezone, nurture } = workspace.policy;
  return {
    now,
    operatorDay: operatorDay(now, timezone),
    latestLookAt: now + Math.max(nurture.coldMs, nurture.quietMs),
    latestRetryAt: now + DAY_MS,
  };
}

/** The latest reading of a clock that state or stamp remember. */
export function lastClockAt({ db, stampFile }: Pick<OperatorState, 'db' | 'stampFile'>): Instant {
  return Math.max(readHeader(db).lastClockAt, soundStamp({ stampFile })?.lastClockAt ?? 0);
}

/** C2: due times that a clock ahead has made, pushed out or anchored are worked out again; none is made later. */
function lowerDueTimes(engine: Engine): readonly AheadCount[] {
  const { db, now } = engine;
  let count = 0;
  for (const sequenceRowId of engine.sequences.keys()) {
    for (const place of livePlaces(db, sequenceRowId)) {
      if (place.nextDueAt === null || place.nextDueAt <= now) continue;
      const scheduled = scheduleAgain(engine, { ...place, sequenceRowId });
      if (scheduled === null || scheduled.nextDueAt >= place.nextDueAt) continue;
      setDue(db, { enrollmentRowId: place.rowId, ...scheduled });
      count += 1;
    }
  }
  return count === 0 ? [] : [{ what: 'due_times', count }];
}

/** A13: who looks at `runs list` later sees the break. */
function recordAdoption({ db, now, workspace, invocation }: OperatorState, adoption: Adoption): void {
  const counts = Object.fromEntries(adoption.lowered.map(({ what, count }) => [`lowered_${what}`, count]));
  recordRun(db, {
    id: adoption.runId,
    command: invocation.path,
    mode: 'live',
    forced: false,
    narrowed: false,
    startedAt: now,
    finishedAt: now,
    operatorDay: operatorDay(now, workspace.policy.timezone),
    exitCode: 0,
    reason: null,
    counts: { held: adoption.held, uncertain: adoption.uncertain, ...counts },
    planId: null,
    bootId: invocation.context.machine.bootId(),
  });
}
