import type { Instant } from '../model.ts';
import type { MachineIdentity, Stamp, StateHeader } from '../state-identity.ts';
import type { Doubt } from './wake.ts';

/** A doubt about the state itself, with the numbers behind it (`leads why`, `--json`). */
export interface StateDoubt extends Doubt {
  readonly reason: 'machine' | 'restored' | 'clock';
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface StateFacts {
  readonly header: StateHeader;
  /**
   * Null when the file is missing. Must be read BEFORE the header: another job may commit and stamp in between, and
   * a stamp read last would then be ahead of a header read first, as if the state had been restored.
   */
  readonly stamp: Stamp | null;
  /** A13: what the state's audit trail has where the stamp knows an entry; null for none. */
  readonly auditHash: string | null;
  /** The machine this process runs on. */
  readonly machine: MachineIdentity;
  readonly now: Instant;
}

/** A14: a clock that steps back by less (time servers do that) is no doubt, and nothing else may take it for one. */
export const CLOCK_BACK_MAX_MS = 120_000;
const CLOCK_AHEAD_MAX_MS = 365 * 86_400_000;

/**
 * A14, A15: what makes this state doubtful on this machine at this moment; at most one doubt per reason, in the
 * order machine, restored, clock. Machine and restored are lifted by `adopt` alone, a clock by being right again
 * (or by `adopt`, which accepts it).
 */
export function judgeState(facts: StateFacts): StateDoubt[] {
  const doubts = [judgeMachine(facts), judgeHistory(facts), judgeClock(facts)];
  return doubts.filter((doubt) => doubt !== null);
}

function judgeMachine({ header, stamp, machine }: StateFacts): StateDoubt | null {
  const bound = [header.machine, ...(stamp === null ? [] : [stamp.machine])];
  const differing = PARTS.filter(({ part }) => bound.some((other) => differs(other[part], machine[part])));
  if (differing.length === 0) return null;
  const parts = differing.map(({ name }) => name).join(', ');
  return {
    reason: 'machine',
    liftedBy: 'adopt',
    detail: `this state belongs to another machine (${header.machine.hostName}; here ${machine.hostName}): ${parts} differ`,
    facts: { bound_host: header.machine.hostName, this_host: machine.hostName, differing: parts },
  };
}

type MachinePart = Exclude<keyof MachineIdentity, 'hostName'>;

const PARTS: readonly { part: MachinePart; name: string }[] = [
  { part: 'machineIdHash', name: 'machine id' },
  { part: 'instanceIdHash', name: 'cloud instance id' },
  { part: 'macHash', name: 'network card' },
];

/** A part that was not stored, or cannot be read now, says nothing. */
function differs(bound: string | null, present: string | null): boolean {
  return bound !== null && present !== null && bound !== present;
}

function judgeHistory({ header, stamp, auditHash }: StateFacts): StateDoubt | null {
  if (stamp === null) return restored('its stamp (stamp.json) is missing', { stamp: 'missing' });
  if (stamp.stateId !== header.stateId) {
    return restored('the stamp beside it belongs to another state', {
      state_id: header.stateId,
      stamp_state_id: stamp.stateId,
    });
  }
  if (header.writeCounter < stamp.writeCounter) {
    return restored(
      `it is ${String(stamp.writeCounter - header.writeCounter)} writes older than the stamp beside it`,
      { write_counter: header.writeCounter, stamp_write_counter: stamp.writeCounter },
    );
  }
  if (stamp.audit !== undefined && stamp.audit.hash !== auditHash && header.restoredAt === null) {
    return restored(
      `its audit trail does not hold entry ${String(stamp.audit.number)}, which its stamp knows`,
      {
        stamp_audit_number: stamp.audit.number,
      },
    );
  }
  if (header.restoredAt === null) return null;
  return restored('it was restored and waits for adopt', { restored_at: header.restoredAt });
}

function restored(detail: string, facts: StateDoubt['facts']): StateDoubt {
  return {
    reason: 'restored',
    liftedBy: 'adopt',
    detail: `the state may be a restored one: ${detail}`,
    facts,
  };
}

function judgeClock({ header, stamp, now }: StateFacts): StateDoubt | null {
  const lastClockAt = Math.max(header.lastClockAt, stamp?.lastClockAt ?? header.lastClockAt);
  const facts = { now, last_clock_at: lastClockAt };
  if (lastClockAt - now > CLOCK_BACK_MAX_MS) {
    const detail = `the clock went back by ${duration(lastClockAt - now)}`;
    return { reason: 'clock', liftedBy: 'being_right', detail, facts };
  }
  if (now - lastClockAt > CLOCK_AHEAD_MAX_MS) {
    const detail = `the clock is ${duration(now - lastClockAt)} ahead of its last reading`;
    return { reason: 'clock', liftedBy: 'being_right', detail, facts };
  }
  return null;
}

/** The largest unit that keeps at least two of it: 90 minutes, 47 hours, 400 days. */
function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${String(minutes)} minutes`;
  if (minutes < 2_880) return `${String(Math.floor(minutes / 60))} hours`;
  return `${String(Math.floor(minutes / 1_440))} days`;
}
