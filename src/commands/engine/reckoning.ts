import { formatReckoning, outdatedQueue, parseReckoning, reckoningOf } from '../../core/reckoning.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { leadsOutOfQueue, readReckoning, writeReckoning } from '../../store/reckoning.ts';
import type { Engine } from './engine.ts';

/** Whether values in the state were worked out with another configuration than the present one. */
export function isReckonedOtherwise({ db, policy }: Pick<Engine, 'db' | 'policy'>): boolean {
  return readReckoning(db) !== formatReckoning(reckoningOf(policy));
}

/**
 * B7: works out again what depends on a limit that has changed: who has left nurture's queue for good under the old one may be due
 * under the new. In the caller's transaction; costs the leads that it is about, once per change.
 */
export function reckonAnew(engine: Engine): void {
  const { db, policy, now } = engine;
  db.assertInWrite();
  const text = readReckoning(db);
  const after = reckoningOf(policy);
  if (text === formatReckoning(after)) return;
  const before = text === null ? null : parseReckoning(text);
  for (const leadRowId of leadsOutOfQueue(db, outdatedQueue(before, after)))
    refreshNurtureDue(db, leadRowId, { policy, now });
  writeReckoning(db, formatReckoning(after));
}
