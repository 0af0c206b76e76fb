import type { Instant } from '../core/model.ts';
import { parseMachineIdentity } from '../core/state-identity.ts';
import type { MachineIdentity, StateHeader } from '../core/state-identity.ts';
import type { StateDatabase } from './database.ts';
import { headerLost } from './state-faults.ts';

interface HeaderRow {
  readonly state_id: string;
  readonly created_at: number;
  readonly machine_json: string;
  readonly bound_at: number;
  readonly write_counter: number;
  readonly last_clock_at: number;
  readonly restored_at: number | null;
  readonly went_live_at: number | null;
  readonly person_needed_since_at: number | null;
}

/** The state's one header row. Throws `state_damaged` (78) when it is gone or cannot be understood. */
export function readHeader(db: StateDatabase): StateHeader {
  const row = db.prepare<[], HeaderRow>('SELECT * FROM state_header').get();
  const machine = row === undefined ? null : parseMachineIdentity(parseJson(row.machine_json));
  if (row === undefined || machine === null) throw headerLost(db.file);
  return {
    stateId: row.state_id,
    createdAt: row.created_at,
    machine,
    boundAt: row.bound_at,
    writeCounter: row.write_counter,
    lastClockAt: row.last_clock_at,
    restoredAt: row.restored_at,
    wentLiveAt: row.went_live_at,
    personNeededSinceAt: row.person_needed_since_at,
  };
}

/**
 * Remembers the run's reading of the clock; never a smaller one, so that many small steps back add up to a doubt.
 * Not for a run that doubts its clock: a reading a year ahead, once kept, would look right ever after (A14).
 */
export function recordClock(db: StateDatabase, now: Instant): void {
  db.prepare<[number]>('UPDATE state_header SET last_clock_at = max(last_clock_at, ?)').run(now);
}

/** A5: after a doubt no sequence approves itself. Keeps the earliest moment. */
export function setPersonNeeded(db: StateDatabase, now: Instant): void {
  db.prepare<[number]>(
    'UPDATE state_header SET person_needed_since_at = coalesce(person_needed_since_at, ?)',
  ).run(now);
}

/** A5: a person released, approved or resumed. */
export function clearPersonNeeded(db: StateDatabase): void {
  db.prepare<[]>('UPDATE state_header SET person_needed_since_at = NULL').run();
}

/** D9: `go-live` was done. */
export function markWentLive(db: StateDatabase, now: Instant): void {
  db.prepare<[number]>('UPDATE state_header SET went_live_at = ?').run(now);
}

/** D9: `live` was taken back: whoever wants to reach people again says `go-live` again. */
export function forgetWentLive(db: StateDatabase): void {
  db.prepare<[]>('UPDATE state_header SET went_live_at = NULL WHERE went_live_at IS NOT NULL').run();
}

/**
 * A15: from now on the state is in doubt (restored) until `adoptHeader`, whatever its stamp says. Nobody stays signed in to the review
 * page by an old copy of it.
 */
export function markRestored(db: StateDatabase, now: Instant): void {
  db.prepare<[]>('DELETE FROM web_keys WHERE (SELECT restored_at FROM state_header) IS NULL').run();
  db.prepare<[number]>('UPDATE state_header SET restored_at = ?').run(now);
}

/**
 * `adopt`: binds the state to this machine, accepts the present clock even when that lowers the last reading, and
 * ends the wait of a restored state (A14, A15). `countedTo` is how far the state that it replaces had counted, by its stamp: the
 * adopted one counts on from there, so that every copy made before is older than it. The caller writes a fresh stamp after the commit.
 */
export function adoptHeader(
  db: StateDatabase,
  adoption: { machine: MachineIdentity; now: Instant; countedTo?: number },
): void {
  db.prepare<[string, number, number, number]>(
    `UPDATE state_header SET machine_json = ?, bound_at = ?, last_clock_at = ?, restored_at = NULL,
       write_counter = max(write_counter, ?)`,
  ).run(JSON.stringify(adoption.machine), adoption.now, adoption.now, adoption.countedTo ?? 0);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON and not an identity are the same damage to the caller.
    return null;
  }
}
