import type { EnrollmentPlace } from '../core/edit-moves.ts';
import { MESSAGE_STATES, type Instant, type MessageState, type SequenceKind } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

interface PlaceRow {
  readonly row_id: number;
  readonly lead_row_id: number;
  readonly kind: SequenceKind;
  readonly anchor_at: number;
  readonly enrolled_at: number;
  readonly last_step_row_id: number | null;
  readonly next_step_row_id: number | null;
  readonly due_at: number | null;
  readonly next_due_at: number | null;
  readonly sent_now_at: number | null;
  readonly zone: string;
  readonly country: string | null;
  readonly messages: string | null;
}

/** Rows read at once: the caller may write between two pages, and a million enrollments need no memory. */
const PAGE_ROWS = 1_000;

const PLACES = `
  SELECT e.row_id, e.lead_row_id, e.kind, e.anchor_at, e.enrolled_at, e.last_step_row_id, e.next_step_row_id,
    e.due_at, e.next_due_at, e.sent_now_at, l.zone, l.country,
    (SELECT group_concat(m.step_row_id || ' ' || m.state) FROM messages m
       WHERE m.enrollment_row_id = e.row_id AND m.state <> 'reserved') AS messages
  FROM enrollments e INDEXED BY enrollments_by_lead CROSS JOIN leads l ON l.row_id = e.lead_row_id
  WHERE e.sequence_row_id = ? AND CASE WHEN e.ended_at IS NULL THEN 0 ELSE e.row_id END = 0 AND e.lead_row_id > ?
    AND NOT (e.kind = 'nurture' AND e.status = 'pending'
      AND EXISTS (SELECT 1 FROM messages m WHERE m.enrollment_row_id = e.row_id AND m.state = 'reserved' AND m.revision = 1))
  ORDER BY e.lead_row_id LIMIT ${PAGE_ROWS}`;

/**
 * Where every live enrollment of a sequence stands, lead by lead, as if what a stopped run left reserved were undone already: so it is
 * before an edit is applied, and a preflight must say the same. The caller may end or move those it was given. They are looked for
 * among all of `enrollments_by_lead`: a person edits a sequence now and then, while an index by sequence would slow every import down.
 */
export function* livePlaces(db: StateDatabase, sequenceRowId: number): Generator<EnrollmentPlace> {
  const statement = db.prepare<[number, number], PlaceRow>(PLACES);
  let last = 0;
  for (;;) {
    const rows = statement.all(sequenceRowId, last);
    yield* rows.map(toPlace);
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE_ROWS) return;
    last = end.lead_row_id;
  }
}

/**
 * C5: withdraws the unsent draft of one step, in the caller's transaction; false when there is none. One that is
 * being sent or may have left is not ours to withdraw.
 */
export function withdrawDraft(
  db: StateDatabase,
  draft: { enrollmentRowId: number; stepRowId: number; reason: string; now: Instant },
): boolean {
  db.assertInWrite();
  const result = db
    .prepare<[number, string, number, number]>(
      `UPDATE messages SET state = 'cancelled', ended_at = ?, note = ?
       WHERE enrollment_row_id = ? AND step_row_id = ? AND state IN ('reserved', 'pending_approval', 'approved', 'held')`,
    )
    .run(draft.now, draft.reason, draft.enrollmentRowId, draft.stepRowId);
  return result.changes === 1;
}

/** The live enrollments of one lead as matching asks for them (B2). */
export function liveEnrollmentsOfLead(
  db: StateDatabase,
  leadRowId: number,
): readonly { readonly rowId: number; readonly sequenceRowId: number; readonly kind: SequenceKind }[] {
  return db
    .prepare<[number], { rowId: number; sequenceRowId: number; kind: SequenceKind }>(
      `SELECT row_id AS rowId, sequence_row_id AS sequenceRowId, kind FROM enrollments
       WHERE lead_row_id = ? AND status IN ('pending', 'active')`,
    )
    .all(leadRowId);
}

/** Row ids of the leads that were ever enrolled in a sequence, live or not. */
export function leadsEverEnrolled(db: StateDatabase, sequenceRowId: number): Set<number> {
  const rows = db
    .prepare<[number], { lead_row_id: number }>(
      'SELECT DISTINCT lead_row_id FROM enrollments WHERE sequence_row_id = ?',
    )
    .all(sequenceRowId);
  return new Set(rows.map((row) => row.lead_row_id));
}

function toPlace(row: PlaceRow): EnrollmentPlace {
  return {
    rowId: row.row_id,
    leadRowId: row.lead_row_id,
    kind: row.kind,
    anchorAt: row.anchor_at,
    enrolledAt: row.enrolled_at,
    lastStepRowId: row.last_step_row_id,
    nextStepRowId: row.next_step_row_id,
    dueAt: row.due_at,
    nextDueAt: row.next_due_at,
    sentNowAt: row.sent_now_at,
    messages: messagesOf(row.messages),
    leadZone: row.zone,
    leadCountry: row.country,
  };
}

/** `17 sent,18 held`, as the query gives all messages of an enrollment in one column. */
function messagesOf(text: string | null): ReadonlyMap<number, MessageState> {
  const messages = new Map<number, MessageState>();
  for (const part of text === null ? [] : text.split(',')) {
    const [stepRowId, state] = part.split(' ');
    const known = MESSAGE_STATES.find((each) => each === state);
    if (known !== undefined) messages.set(Number(stepRowId), known);
  }
  return messages;
}
