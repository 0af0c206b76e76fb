import type { AuditHead } from './audit/entry.ts';
import type { Instant } from './model.ts';

/** Keyed hashes of what names this machine; a part that cannot be read is null and is not compared (A15). */
export interface MachineIdentity {
  readonly machineIdHash: string | null;
  readonly instanceIdHash: string | null;
  readonly macHash: string | null;
  /** For people only, never compared. */
  readonly hostName: string;
}

/** The small file beside the state that survives a restore (A14, A15). */
export interface Stamp {
  readonly stateId: string;
  readonly machine: MachineIdentity;
  readonly lastClockAt: Instant;
  readonly writeCounter: number;
  /** Where the audit trail ended when it was written; left out where nobody looked. */
  readonly audit?: AuditHead;
}

/** The state's own header row: what it is, whose machine it belongs to, how far it has come (A14, A15). */
export interface StateHeader extends Omit<Stamp, 'audit'> {
  readonly createdAt: Instant;
  /** When `init` or `adopt` bound it to its machine. */
  readonly boundAt: Instant;
  /** Not null while a restored state waits for `adopt`. */
  readonly restoredAt: Instant | null;
  /** Null while every mail is a rehearsal (D9). */
  readonly wentLiveAt: Instant | null;
  /** Set by a doubt, null again after a person's act; until then no sequence approves itself (A5). */
  readonly personNeededSinceAt: Instant | null;
}

/** What the stamp beside a state must say right after the commit that left this header. */
export function stampOf(header: StateHeader, audit: AuditHead | null = null): Stamp {
  const { stateId, machine, lastClockAt, writeCounter } = header;
  return { stateId, machine, lastClockAt, writeCounter, ...(audit === null ? {} : { audit }) };
}

/** Reads a machine identity out of parsed JSON; null when it has not that shape. */
export function parseMachineIdentity(value: unknown): MachineIdentity | null {
  if (!isRecord(value)) return null;
  const { machineIdHash, instanceIdHash, macHash, hostName } = value;
  if (!isTextOrNull(machineIdHash) || !isTextOrNull(instanceIdHash) || !isTextOrNull(macHash)) return null;
  if (typeof hostName !== 'string') return null;
  return { machineIdHash, instanceIdHash, macHash, hostName };
}

/** Reads a stamp out of parsed JSON; null when it has not that shape. Unknown keys are a later version's. */
export function parseStamp(value: unknown): Stamp | null {
  if (!isRecord(value)) return null;
  const { stateId, lastClockAt, writeCounter } = value;
  const machine = parseMachineIdentity(value['machine']);
  if (machine === null || typeof stateId !== 'string' || stateId === '') return null;
  if (!isCount(lastClockAt) || !isCount(writeCounter)) return null;
  const audit = parseAuditHead(value['audit']);
  return { stateId, machine, lastClockAt, writeCounter, ...(audit === null ? {} : { audit }) };
}

const HASH = /^[0-9a-f]{64}$/;

/** Reads the end of an audit trail out of parsed JSON; null when it has not that shape. */
export function parseAuditHead(value: unknown): AuditHead | null {
  if (!isRecord(value)) return null;
  const { number, hash } = value;
  return isCount(number) && typeof hash === 'string' && HASH.test(hash) ? { number, hash } : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
