import { formatReckoning, outdatedQueue, parseReckoning, reckoningOf } from '../../core/reckoning.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { leadsOutOfQueue, moveToOperatorZone, readReckoning, writeReckoning } from '../../store/reckoning.ts';
import type { Engine } from './engine.ts';
import { rescheduleLead } from './rescheduling.ts';

/** Whether values in the state were worked out with another configuration than the present one. */
export function isReckonedOtherwise({ db, policy }: Pick<Engine, 'db' | 'policy'>): boolean {
  return readReckoning(db) !== formatReckoning(reckoningOf(policy));
}

/**
 * Works out again what depends on a value of the configuration that has changed. C4: leads that live by the operator's zone, and their
 * due moments, move with it. B7: who has left nurture's queue for good under an old limit may be due under the new. In the caller's transaction; costs the leads that it is about, once per change.
 */
export function reckonAnew(engine: Engine): void {
  const { db, policy, now } = engine;
  db.assertInWrite();
  const text = readReckoning(db);
  const after = reckoningOf(policy);
  if (text === formatReckoning(after)) return;
  const before = text === null ? null : parseReckoning(text);
  if (before?.timezone !== after.timezone) {
    const zone = after.timezone;
    for (const lead of moveToOperatorZone(db, zone)) rescheduleLead(engine, { ...lead, zone });
  }
  for (const leadRowId of leadsOutOfQueue(db, outdatedQueue(before, after)))
    refreshNurtureDue(db, leadRowId, { policy, now });
  writeReckoning(db, formatReckoning(after));
}
