import { dirname } from 'node:path';

import { createSendJournal } from '../../adapters/send-journal.ts';
import type { AuditDetail, AuditHead } from '../../core/audit/entry.ts';
import { STAMP_SOURCE, type OutsideHead } from '../../core/audit/verify.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Doubt } from '../../core/guards/wake.ts';
import type { Instant } from '../../core/model.ts';
import type { Stamp } from '../../ports.ts';
import { accountsFor, appendRestored, isBrokenSince } from '../../store/audit.ts';
import type { StateDatabase } from '../../store/database.ts';
import { readHeader } from '../../store/header.ts';

/** Every end of this state's audit trail that its stamp and its send journal know, as they are read. Throws `send_journal_damaged` (78). */
export function* outsideHeads(db: StateDatabase, stamp: Stamp | null): Generator<OutsideHead> {
  const { stateId } = readHeader(db);
  if (stamp?.stateId === stateId && stamp.audit !== undefined) yield { source: STAMP_SOURCE, ...stamp.audit };
  for (const { stateId: of, audit } of createSendJournal(dirname(db.file)).entries()) {
    if (of === stateId && audit !== undefined) yield { source: 'send-journal.jsonl', ...audit };
  }
}

/** The newest of them that the trail neither holds nor accounts for; null when there is none. */
export function newestLost(db: StateDatabase, stamp: Stamp | null): OutsideHead | null {
  let newest: OutsideHead | null = null;
  try {
    for (const head of outsideHeads(db, stamp)) {
      if (head.number > (newest?.number ?? 0) && !accountsFor(db, head)) newest = head;
    }
  } catch (error) {
    // A damaged journal keeps `send` and `adopt` from going on; it must not keep a run from telling that it is in doubt.
    if (!(error instanceof HeadgateError) || error.code !== 'send_journal_damaged') throw error;
  }
  return newest;
}

/**
 * A15, D1: what the send journal knows at its end and this state does not. Then the state is an older one, also where its stamp was put
 * back with it, and what it calls approved may have left. Null when there is nothing of the kind, or a person accepted it since. Under the
 * lock of `send`, which alone appends.
 */
export function journalAhead(db: StateDatabase): Doubt | null {
  const last = createSendJournal(dirname(db.file)).lastWithTrail();
  if (last?.audit === undefined || last.stateId !== readHeader(db).stateId) return null;
  if (accountsFor(db, last.audit) || isBrokenSince(db, last.at)) return null;
  return {
    reason: 'restored',
    liftedBy: 'adopt',
    detail: `the state may be a restored one: the send journal knows entry ${String(last.audit.number)} of its audit trail, and it does not`,
  };
}

export interface BreakNote {
  readonly stamp: Stamp | null;
  readonly now: Instant;
  readonly actor: string;
}

/**
 * A13, A15: before anything else is written into a state that took the place of a newer one, its trail says so, and goes on behind what is
 * gone. Once: what a `restored` entry accounts for is not lost any more. In the caller's transaction.
 */
export function noteBreak(db: StateDatabase, note: BreakNote): void {
  const lost = newestLost(db, note.stamp);
  if (lost !== null) recordBreak(db, note, { lost, detail: { found_in: lost.source } });
}

/** The entry itself, also where nothing is known to be gone. */
export function recordBreak(
  db: StateDatabase,
  { now, actor }: Pick<BreakNote, 'now' | 'actor'>,
  { lost, detail }: { readonly lost: AuditHead | null; readonly detail: AuditDetail },
): void {
  appendRestored(db, { at: now, actor, subject: readHeader(db).stateId, detail }, lost);
}
