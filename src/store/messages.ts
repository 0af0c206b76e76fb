import { assertMove } from '../core/states.ts';
import type { HoldCause, Instant, Job, MessageState, OutboundJob } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { EXPIRED } from './expiry.ts';

/** One message with what a person needs to judge it. Row ids never leave the database. */
export interface StoredMessage {
  readonly rowId: number;
  readonly id: string;
  readonly enrollmentRowId: number;
  readonly stepRowId: number;
  readonly leadRowId: number;
  readonly job: Job;
  readonly state: MessageState;
  readonly revision: number;
  readonly runId: string;
  readonly askReason: string | null;
  readonly holdCause: HoldCause | null;
  readonly heldFrom: MessageState | null;
  readonly heldUntil: Instant | null;
  readonly note: string | null;
  readonly subject: string | null;
  readonly preheader: string | null;
  readonly bodyMarkdown: string | null;
  readonly textHash: string | null;
  readonly reservedAt: Instant;
  readonly draftedAt: Instant | null;
  readonly editedAt: Instant | null;
  readonly approvedAt: Instant | null;
  readonly approvedBy: string | null;
  readonly approvedBootId: string | null;
  readonly leavesAt: Instant | null;
  readonly claimedAt: Instant | null;
  /** D1: from when on a provider may know its key; null when none does. */
  readonly keyUsedAt: Instant | null;
  readonly sentAt: Instant | null;
  readonly attempts: number;
  readonly retryAt: Instant | null;
  readonly lastError: string | null;
  readonly released: boolean;
  readonly dry: boolean;
  readonly previousWatermarkAt: Instant | null;
  readonly enrollmentId: string;
  readonly leadId: string;
  readonly leadEmail: string;
  readonly leadName: string | null;
  readonly leadZone: string;
  /** Which form the lead came from; null for none. */
  readonly leadFormId: string | null;
  readonly sequenceId: string;
  readonly stepId: string;
}

interface MessageRow {
  readonly row_id: number;
  readonly id: string;
  readonly enrollment_row_id: number;
  readonly step_row_id: number;
  readonly lead_row_id: number;
  readonly job: Job;
  readonly state: MessageState;
  readonly revision: number;
  readonly run_id: string;
  readonly ask_reason: string | null;
  readonly hold_cause: HoldCause | null;
  readonly held_from: MessageState | null;
  readonly held_until: number | null;
  readonly note: string | null;
  readonly subject: string | null;
  readonly preheader: string | null;
  readonly body_markdown: string | null;
  readonly text_hash: string | null;
  readonly reserved_at: number;
  readonly drafted_at: number | null;
  readonly edited_at: number | null;
  readonly approved_at: number | null;
  readonly approved_by: string | null;
  readonly approved_boot_id: string | null;
  readonly leaves_at: number | null;
  readonly claimed_at: number | null;
  readonly key_used_at: number | null;
  readonly sent_at: number | null;
  readonly attempts: number;
  readonly retry_at: number | null;
  readonly last_error: string | null;
  readonly released: number;
  readonly dry: number;
  readonly previous_watermark_at: number | null;
  readonly enrollment_id: string;
  readonly lead_id: string;
  readonly lead_email: string;
  readonly lead_name: string;
  readonly lead_zone: string;
  readonly lead_form_id: string | null;
  readonly sequence_id: string;
  readonly step_id: string;
}

const SELECT_MESSAGE = `
  SELECT m.*, l.id AS lead_id, l.email AS lead_email, l.zone AS lead_zone, l.source_form_id AS lead_form_id,
    trim(coalesce(l.first_name, '') || ' ' || coalesce(l.last_name, '')) AS lead_name,
    q.id AS sequence_id, t.id AS step_id,
    (SELECT e.id FROM enrollments e WHERE e.row_id = m.enrollment_row_id) AS enrollment_id
  FROM messages m
  JOIN leads l ON l.row_id = m.lead_row_id
  JOIN steps t ON t.row_id = m.step_row_id
  JOIN sequences q ON q.row_id = t.sequence_row_id`;

/** The message with this public id; null when there is none. */
export function messageById(db: StateDatabase, id: string): StoredMessage | null {
  // `= +?`, because SQLite (3.54) prepares a join anew at every execution when it is compared with a bare parameter.
  const row = db.prepare<[string], MessageRow>(`${SELECT_MESSAGE} WHERE m.id = +?`).get(id);
  return row === undefined ? null : toMessage(row);
}

/** Messages in the given states, oldest first. */
export function messagesInStates(
  db: StateDatabase,
  states: readonly MessageState[],
  limit = 10_000,
): StoredMessage[] {
  const marks = states.map(() => '?').join(', ');
  return db
    .prepare<(string | number)[], MessageRow>(
      `${SELECT_MESSAGE} WHERE m.state IN (${marks}) ORDER BY m.row_id LIMIT ?`,
    )
    .all(...states, limit)
    .map(toMessage);
}

const PAGE_ROWS = 1_000;

/** The words of the newest mail of an enrollment that has left; null when none has. */
export function lastSentWords(
  db: StateDatabase,
  enrollmentRowId: number,
): { readonly subject: string; readonly bodyMarkdown: string } | null {
  const row = db
    .prepare<[number], { subject: string; bodyMarkdown: string }>(
      `SELECT subject, body_markdown AS bodyMarkdown FROM messages
       WHERE enrollment_row_id = ? AND state = 'sent' ORDER BY sent_at DESC LIMIT 1`,
    )
    .get(enrollmentRowId);
  return row ?? null;
}

/** Every message in a state, oldest first, page by page: however many there are, none is left out. */
export function* messagesInState(db: StateDatabase, state: MessageState): Generator<StoredMessage> {
  const statement = db.prepare<[MessageState, number], MessageRow>(
    `${SELECT_MESSAGE} WHERE m.state = ? AND m.row_id > ? ORDER BY m.row_id LIMIT ${PAGE_ROWS}`,
  );
  for (let after = 0; ;) {
    const rows = statement.all(state, after);
    yield* rows.map(toMessage);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = last.row_id;
  }
}

/**
 * Ids of the approved messages, longest approved first (A6). Fetched as they are asked for; the caller may read, but not write, while
 * it iterates.
 */
export function* approvedIds(db: StateDatabase): Generator<string> {
  const statement = db.prepare<[], { id: string }>(
    `SELECT id FROM messages WHERE state = 'approved' ORDER BY approved_at, row_id`,
  );
  for (const { id } of statement.iterate()) yield id;
}

/** How many messages are in a state. */
export function countInState(db: StateDatabase, state: MessageState): number {
  const row = db
    .prepare<[MessageState], { count: number }>('SELECT count(*) AS count FROM messages WHERE state = ?')
    .get(state);
  return row?.count ?? 0;
}

/** How many messages a run has made. */
export function messageCountOfRun(db: StateDatabase, runId: string): number {
  const row = db
    .prepare<[string], { count: number }>('SELECT count(*) AS count FROM messages WHERE run_id = ?')
    .get(runId);
  return row?.count ?? 0;
}

/** All messages that a run made, or held (A8), oldest first. */
export function messagesOfRun(db: StateDatabase, runId: string): StoredMessage[] {
  return db
    .prepare<[string, string], MessageRow>(
      `${SELECT_MESSAGE} WHERE m.run_id = ? OR m.held_run_id = ? ORDER BY m.row_id`,
    )
    .all(runId, runId)
    .map(toMessage);
}

/** All messages of a lead, oldest first. */
export function messagesOfLead(db: StateDatabase, leadRowId: number): StoredMessage[] {
  return db
    .prepare<[number], MessageRow>(`${SELECT_MESSAGE} WHERE m.lead_row_id = ? ORDER BY m.row_id`)
    .all(leadRowId)
    .map(toMessage);
}

/** A8: whether a batch of this job is held for its blast radius and waits for the operator; what is about to expire does not (D2). */
export function isBlastRadiusHoldOpen(
  db: StateDatabase,
  hold: { readonly job: OutboundJob; readonly expiresBefore: Instant },
): boolean {
  const row = db
    .prepare<[OutboundJob, number], { found: number }>(
      `SELECT EXISTS (SELECT 1 FROM messages
         WHERE state = 'held' AND hold_cause = 'blast_radius' AND held_by_job = ? AND NOT (${EXPIRED})) AS found`,
    )
    .get(hold.job, hold.expiresBefore);
  return row?.found === 1;
}

/** What a move changes besides the state; a field left out stays. */
export interface MessageChange {
  readonly hold_cause?: HoldCause | null;
  readonly held_from?: MessageState | null;
  readonly held_by_job?: OutboundJob | null;
  readonly held_run_id?: string | null;
  readonly held_until?: Instant | null;
  readonly note?: string | null;
  readonly subject?: string;
  readonly preheader?: string | null;
  readonly body_markdown?: string;
  readonly text_hash?: string;
  readonly edited_at?: Instant;
  readonly approved_at?: Instant | null;
  readonly approved_by?: string | null;
  readonly approved_boot_id?: string | null;
  readonly leaves_at?: Instant | null;
  readonly sender?: string;
  readonly claimed_at?: Instant | null;
  readonly key_used_at?: Instant | null;
  readonly sent_at?: Instant | null;
  readonly ended_at?: Instant | null;
  readonly attempts?: number;
  readonly retry_at?: Instant | null;
  readonly last_error?: string | null;
  readonly released?: 0 | 1;
  readonly dry?: 0 | 1;
  readonly ask_reason?: string | null;
}

/**
 * Moves one message by compare-and-set: false when another process moved it first, which the caller must treat as
 * "not mine". Throws `illegal_transition` (70) for a move that the state machine does not know.
 */
export function moveMessage(
  db: StateDatabase,
  message: Pick<StoredMessage, 'rowId' | 'id' | 'state'>,
  move: { to: MessageState; change?: MessageChange },
): boolean {
  db.assertInWrite();
  if (move.to !== message.state) assertMove(message.id, message.state, move.to);
  const entries = Object.entries(move.change ?? {});
  const assignments = entries.map(([column]) => `, ${column} = ?`).join('');
  const values = entries.map(([, value]) => value as string | number | null);
  const result = db
    .prepare<(string | number | null)[]>(
      `UPDATE messages SET state = ?${assignments} WHERE row_id = ? AND state = ?`,
    )
    .run(move.to, ...values, message.rowId, message.state);
  return result.changes === 1;
}

function toMessage(row: MessageRow): StoredMessage {
  return {
    rowId: row.row_id,
    id: row.id,
    enrollmentRowId: row.enrollment_row_id,
    stepRowId: row.step_row_id,
    leadRowId: row.lead_row_id,
    job: row.job,
    state: row.state,
    revision: row.revision,
    runId: row.run_id,
    askReason: row.ask_reason,
    holdCause: row.hold_cause,
    heldFrom: row.held_from,
    heldUntil: row.held_until,
    note: row.note,
    subject: row.subject,
    preheader: row.preheader,
    bodyMarkdown: row.body_markdown,
    textHash: row.text_hash,
    reservedAt: row.reserved_at,
    draftedAt: row.drafted_at,
    editedAt: row.edited_at,
    approvedAt: row.approved_at,
    approvedBy: row.approved_by,
    approvedBootId: row.approved_boot_id,
    leavesAt: row.leaves_at,
    claimedAt: row.claimed_at,
    keyUsedAt: row.key_used_at,
    sentAt: row.sent_at,
    attempts: row.attempts,
    retryAt: row.retry_at,
    lastError: row.last_error,
    released: row.released === 1,
    dry: row.dry === 1,
    previousWatermarkAt: row.previous_watermark_at,
    enrollmentId: row.enrollment_id,
    leadId: row.lead_id,
    leadEmail: row.lead_email,
    leadName: row.lead_name === '' ? null : row.lead_name,
    leadZone: row.lead_zone,
    leadFormId: row.lead_form_id,
    sequenceId: row.sequence_id,
    stepId: row.step_id,
  };
}
