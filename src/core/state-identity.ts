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
}
