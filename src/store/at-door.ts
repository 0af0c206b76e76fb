import type { Instant, MessageState } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { LEFT } from './sends.ts';

/** What the guards of `send` look at in a message. Not its words: 10,000 are judged twice in one run. */
export interface MessageAtDoor {
  readonly rowId: number;
  readonly id: string;
  readonly state: MessageState;
  readonly enrollmentRowId: number;
  readonly stepRowId: number;
  readonly leadRowId: number;
  readonly released: boolean;
  readonly textHash: string | null;
  readonly subject: string | null;
  readonly draftedAt: Instant | null;
  readonly editedAt: Instant | null;
  readonly approvedAt: Instant | null;
  readonly leavesAt: Instant | null;
  readonly heldUntil: Instant | null;
  readonly retryAt: Instant | null;
  /** A2: the last delivery to its lead by any other message; null for none. */
  readonly lastSentAt: Instant | null;
}

interface Row {
  readonly row_id: number;
  readonly id: string;
  readonly state: MessageState;
  readonly enrollment_row_id: number;
  readonly step_row_id: number;
  readonly lead_row_id: number;
  readonly released: number;
  readonly text_hash: string | null;
  readonly subject: string | null;
  readonly drafted_at: number | null;
  readonly edited_at: number | null;
  readonly approved_at: number | null;
  readonly leaves_at: number | null;
  readonly held_until: number | null;
  readonly retry_at: number | null;
  readonly last_sent_at: number | null;
}

const SELECT = `
  SELECT m.row_id, m.id, m.state, m.enrollment_row_id, m.step_row_id, m.lead_row_id, m.released, m.text_hash, m.subject,
    m.drafted_at, m.edited_at, m.approved_at, m.leaves_at, m.held_until, m.retry_at,
    (SELECT max(coalesce(sent_at, claimed_at)) FROM messages
      WHERE lead_row_id = m.lead_row_id AND row_id <> m.row_id AND ${LEFT}) AS last_sent_at
  FROM messages m WHERE m.id = ?`;

/** The message with this public id; null when there is none. */
export function messageAtDoor(db: StateDatabase, id: string): MessageAtDoor | null {
  const row = db.prepare<[string], Row>(SELECT).get(id);
  if (row === undefined) return null;
  return {
    rowId: row.row_id,
    id: row.id,
    state: row.state,
    enrollmentRowId: row.enrollment_row_id,
    stepRowId: row.step_row_id,
    leadRowId: row.lead_row_id,
    released: row.released === 1,
    textHash: row.text_hash,
    subject: row.subject,
    draftedAt: row.drafted_at,
    editedAt: row.edited_at,
    approvedAt: row.approved_at,
    leavesAt: row.leaves_at,
    heldUntil: row.held_until,
    retryAt: row.retry_at,
    lastSentAt: row.last_sent_at,
  };
}
