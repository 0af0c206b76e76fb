import type { Instant } from '../core/model.ts';
import { releasedTo } from '../core/review-rules.ts';
import type { StateDatabase } from './database.ts';
import { messageById, moveMessage, type StoredMessage } from './messages.ts';
import { addTimeline } from './timeline.ts';

const RETURNED_PER_RUN_MAX = 10_000;

const ELAPSED = `state = 'held' AND hold_cause = 'operator' AND held_until <= ?`;

/** Whether a hold by hand has come to the end that was named for it. */
export function hasElapsedHolds(db: StateDatabase, now: Instant): boolean {
  const row = db
    .prepare<[number], { found: number }>(`SELECT EXISTS (SELECT 1 FROM messages WHERE ${ELAPSED}) AS found`)
    .get(now);
  return row?.found === 1;
}

/**
 * `review hold --until`: what a person held until a date goes back to where it came from when the date has come; an approval with
 * a fresh undo (D7). Holds for any other cause, and holds without a date, wait for a person. In the caller's transaction; returns
 * the public ids. For runs that passed their wake guard only: under a doubt nothing moves by itself.
 */
export function returnElapsedHolds(
  db: StateDatabase,
  { now, undoMs }: { now: Instant; undoMs: number },
): string[] {
  db.assertInWrite();
  const rows = db
    .prepare<[number, number], { id: string }>(
      `SELECT id FROM messages WHERE ${ELAPSED} ORDER BY row_id LIMIT ?`,
    )
    .all(now, RETURNED_PER_RUN_MAX);
  return rows
    .flatMap(({ id }) => messageById(db, id) ?? [])
    .filter((message) => returnOne(db, message, { now, undoMs }))
    .map(({ id }) => id);
}

function returnOne(
  db: StateDatabase,
  message: StoredMessage,
  { now, undoMs }: { now: Instant; undoMs: number },
): boolean {
  const to = releasedTo(message.heldFrom);
  const change = {
    hold_cause: null,
    held_from: null,
    note: null,
    leaves_at: to === 'approved' ? now + undoMs : null,
  } as const;
  // `held_until` stays: the time on hold does not count towards the age of the draft (D2).
  if (!moveMessage(db, message, { to, change })) return false;
  const text = to === 'approved' ? 'its hold is over, approved again' : 'its hold is over';
  addTimeline(db, { leadRowId: message.leadRowId, at: now, kind: 'released', text, ref: message.id });
  return true;
}
