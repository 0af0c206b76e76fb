import type { HoldCause, Instant, Job, MessageState } from '../core/model.ts';
import { insertRows } from './bulk-insert.ts';
import type { StateDatabase } from './database.ts';

/** The words of a message, and the hash that an approval of them names. */
export interface MessageWords {
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
  readonly textHash: string;
}

/** One step about to be written for one enrollment. */
export interface Reservation {
  readonly messageId: string;
  readonly enrollmentRowId: number;
  readonly stepRowId: number;
  readonly leadRowId: number;
  readonly job: Job;
  readonly runId: string;
  readonly planId: string | null;
  readonly askReason: string | null;
  readonly now: Instant;
  readonly operatorDay: string;
  /** Of a first revision whose words are known, as fixed copy is: they are stored with it, so that completing it moves no text. */
  readonly words?: MessageWords;
}

/** A reserved message: its row, and the public id it kept if this is a new revision (D11). */
export interface Reserved {
  readonly messageRowId: number;
  readonly messageId: string;
  readonly revision: number;
}

/**
 * D1, A2, A6: takes the step, the lead's watermark and one place under the caps, all in the caller's transaction. An expired,
 * discarded or rejected-to-redraft message of the same step becomes its next revision; a live one makes this throw, by the
 * unique key, since the planner must never have asked.
 */
export function reserve(db: StateDatabase, reservation: Reservation): Reserved {
  const [reserved] = reserveAll(db, [reservation]);
  if (reserved === undefined) throw new Error('one reservation makes one message');
  return reserved;
}

/** The same for a batch of one run, in its order, with a few statements for all of them. */
export function reserveAll(db: StateDatabase, batch: readonly Reservation[]): Reserved[] {
  db.assertInWrite();
  const [first] = batch;
  if (first === undefined) return [];
  const watermarks = watermarksOf(db, batch);
  const ended = endedMessages(db, batch);
  const fresh: FreshMessage[] = [];
  let nextRowId = nextMessageRowId(db);
  const reserved = batch.map((reservation): Reserved => {
    const { leadRowId, now } = reservation;
    const previousWatermarkAt = watermarks.get(leadRowId) ?? null;
    watermarks.set(leadRowId, Math.max(previousWatermarkAt ?? 0, now));
    const last = ended.get(stepKey(reservation.enrollmentRowId, reservation.stepRowId));
    if (last !== undefined) {
      revise(db, { rowId: last.row_id, reservation, previousWatermarkAt });
      return { messageRowId: last.row_id, messageId: last.id, revision: last.revision + 1 };
    }
    const rowId = nextRowId;
    nextRowId += 1;
    fresh.push({ rowId, reservation, previousWatermarkAt });
    return { messageRowId: rowId, messageId: reservation.messageId, revision: 1 };
  });
  insertFresh(db, first, fresh);
  db.prepare<[number, string]>(
    `UPDATE leads SET watermark_at = max(coalesce(watermark_at, 0), ?)
     WHERE row_id IN (SELECT value FROM json_each(?))`,
  ).run(first.now, JSON.stringify(batch.map(({ leadRowId }) => leadRowId)));
  logDrafts(db, batch, reserved);
  return reserved;
}

interface FreshMessage {
  readonly rowId: number;
  readonly reservation: Reservation;
  readonly previousWatermarkAt: Instant | null;
}

interface EndedRow {
  readonly row_id: number;
  readonly id: string;
  readonly revision: number;
  readonly enrollment_row_id: number;
  readonly step_row_id: number;
}

function watermarksOf(db: StateDatabase, batch: readonly Reservation[]): Map<number, Instant | null> {
  const rows = db
    .prepare<[string], { row_id: number; watermark_at: number | null }>(
      'SELECT row_id, watermark_at FROM leads WHERE row_id IN (SELECT value FROM json_each(?))',
    )
    .all(JSON.stringify(batch.map(({ leadRowId }) => leadRowId)));
  return new Map(rows.map((row) => [row.row_id, row.watermark_at]));
}

function endedMessages(db: StateDatabase, batch: readonly Reservation[]): Map<string, EndedRow> {
  const rows = db
    .prepare<[string], EndedRow>(
      `SELECT row_id, id, revision, enrollment_row_id, step_row_id FROM messages
       WHERE enrollment_row_id IN (SELECT value FROM json_each(?)) AND state IN ('expired', 'discarded')`,
    )
    .all(JSON.stringify(batch.map(({ enrollmentRowId }) => enrollmentRowId)));
  return new Map(rows.map((row) => [stepKey(row.enrollment_row_id, row.step_row_id), row]));
}

function stepKey(enrollmentRowId: number, stepRowId: number): string {
  return `${enrollmentRowId} ${stepRowId}`;
}

/** What SQLite would choose by itself. */
function nextMessageRowId(db: StateDatabase): number {
  const row = db.prepare<[], { last: number | null }>('SELECT max(row_id) AS last FROM messages').get();
  return (row?.last ?? 0) + 1;
}

const FRESH_COLUMNS = `messages (state, job, run_id, plan_id, reserved_at, row_id, id, enrollment_row_id, step_row_id, lead_row_id,
  ask_reason, previous_watermark_at, subject, preheader, body_markdown, text_hash)`;
const FRESH_ROW = `('reserved', @job, @runId, @planId, @now, ${Array.from({ length: 11 }, () => '?').join(', ')})`;

function insertFresh(db: StateDatabase, run: Reservation, messages: readonly FreshMessage[]): void {
  const { job, runId, planId, now } = run;
  const values = messages.flatMap(({ rowId, reservation, previousWatermarkAt }) => [
    rowId,
    reservation.messageId,
    reservation.enrollmentRowId,
    reservation.stepRowId,
    reservation.leadRowId,
    reservation.askReason,
    previousWatermarkAt,
    reservation.words?.subject ?? null,
    reservation.words?.preheader ?? null,
    reservation.words?.bodyMarkdown ?? null,
    reservation.words?.textHash ?? null,
  ]);
  const shape = { into: FRESH_COLUMNS, row: FRESH_ROW, perRow: 11, shared: { job, runId, planId, now } };
  insertRows(db, shape, values);
}

function logDrafts(db: StateDatabase, batch: readonly Reservation[], reserved: readonly Reserved[]): void {
  const [run] = batch;
  if (run === undefined) return;
  const { job, runId, now, operatorDay } = run;
  const values = reserved.flatMap(({ messageRowId, revision }, index) => [
    messageRowId,
    revision,
    batch[index]?.leadRowId ?? null,
  ]);
  insertRows(
    db,
    {
      into: 'draft_log (job, run_id, made_at, operator_day, message_row_id, revision, lead_row_id)',
      row: '(@job, @runId, @now, @operatorDay, ?, ?, ?)',
      perRow: 3,
      shared: { job, runId, now, operatorDay },
    },
    values,
  );
}

function revise(
  db: StateDatabase,
  revision: { rowId: number; reservation: Reservation; previousWatermarkAt: Instant | null },
): void {
  const { reservation, rowId } = revision;
  db.prepare(
    `UPDATE messages SET state = 'reserved', revision = revision + 1, run_id = ?, plan_id = ?, ask_reason = ?, reserved_at = ?,
       previous_watermark_at = ?, hold_cause = NULL, held_from = NULL, held_by_job = NULL, held_run_id = NULL, held_until = NULL, note = NULL, drafted_at = NULL,
       edited_at = NULL, approved_at = NULL, approved_by = NULL,
       approved_boot_id = NULL, leaves_at = NULL, ended_at = NULL, released = 0
     WHERE row_id = ?`,
  ).run(
    reservation.runId,
    reservation.planId,
    reservation.askReason,
    reservation.now,
    revision.previousWatermarkAt,
    rowId,
  );
}

/** The state in which a reserved message waits. */
export interface Settlement {
  readonly to: Extract<MessageState, 'pending_approval' | 'approved' | 'held'>;
  readonly holdCause: HoldCause | null;
  /** Where a release returns it to (for `held`). */
  readonly heldFrom: MessageState | null;
  readonly note: string | null;
  readonly now: Instant;
  /** On which boot, for `approved`: see send's doubts. */
  readonly bootId: string | null;
  /** D7: for `approved`, the end of the undo. */
  readonly leavesAt: Instant | null;
}

/** The words of a reserved message, and the state in which it waits. */
export interface Completion extends Settlement, MessageWords {
  readonly messageRowId: number;
}

/** D4: a message is complete or it does not leave `reserved`; the schema refuses an empty subject or body. */
export function complete(db: StateDatabase, completion: Completion): void {
  writeWords(db, completion.messageRowId, completion);
  completeAll(db, completion, [completion.messageRowId]);
}

/** Gives a reserved message its words; they wait for `completeAll`. */
export function writeWords(db: StateDatabase, messageRowId: number, words: MessageWords): void {
  db.assertInWrite();
  db.prepare<[string, string | null, string, string, number]>(
    `UPDATE messages SET subject = ?, preheader = ?, body_markdown = ?, text_hash = ? WHERE row_id = ? AND state = 'reserved'`,
  ).run(words.subject, words.preheader, words.bodyMarkdown, words.textHash, messageRowId);
}

/** D4: lets reserved messages that have their words wait in one state, with a few statements for all of them. */
export function completeAll(
  db: StateDatabase,
  settlement: Settlement,
  messageRowIds: readonly number[],
): void {
  db.assertInWrite();
  if (messageRowIds.length === 0) return;
  const rows = JSON.stringify(messageRowIds);
  const { to, holdCause, heldFrom, note, now, bootId, leavesAt } = settlement;
  const isApproved = to === 'approved';
  const approval = {
    approvedAt: isApproved ? now : null,
    approvedBy: isApproved ? 'sequence' : null,
    bootId: isApproved ? bootId : null,
  };
  db.prepare(
    `UPDATE messages SET state = @to, hold_cause = @holdCause, held_from = @heldFrom,
       held_by_job = iif(@holdCause IS NULL, NULL, job), held_run_id = iif(@holdCause IS NULL, NULL, run_id), note = @note,
       drafted_at = @now, approved_at = @approvedAt, approved_by = @approvedBy, approved_boot_id = @bootId, leaves_at = @leavesAt
     WHERE row_id IN (SELECT value FROM json_each(@rows)) AND state = 'reserved'`,
  ).run({ rows, to, holdCause, heldFrom, note, now, leavesAt, ...approval });
  if (holdCause === 'blast_radius') {
    db.prepare<[string]>(
      `UPDATE draft_log SET counts_in_mean = 0 WHERE message_row_id IN (SELECT value FROM json_each(?))
         AND revision = (SELECT revision FROM messages WHERE row_id = draft_log.message_row_id)`,
    ).run(rows);
  }
  db.prepare<[string]>(
    `UPDATE enrollments SET status = 'active', verdict_reason = NULL, verdict_until = NULL
     WHERE row_id IN (SELECT enrollment_row_id FROM messages WHERE row_id IN (SELECT value FROM json_each(?)))
       AND status IN ('pending', 'active')`,
  ).run(rows);
}

/** Whether a run of this job that stopped early left reservations behind. */
export function hasReservations(db: StateDatabase, job: Job): boolean {
  const row = db
    .prepare<[Job], { found: number }>(
      `SELECT EXISTS (SELECT 1 FROM messages WHERE state = 'reserved' AND job = ?) AS found`,
    )
    .get(job);
  return row?.found === 1;
}

interface ReservedRow {
  readonly row_id: number;
  readonly revision: number;
  readonly lead_row_id: number;
  readonly enrollment_row_id: number;
  readonly previous_watermark_at: number | null;
  readonly reserved_at: number;
  readonly kind: string;
}

/**
 * Architecture, run step 8: whatever a run that stopped early left `reserved` is undone; watermark and counts as before, the step
 * due again. A follow-up's enrollment, which was made with its draft, goes with it (B7). Returns how many were undone.
 */
export function undoReservations(db: StateDatabase, job: Job): number {
  db.assertInWrite();
  const rows = db
    .prepare<[Job], ReservedRow>(
      `SELECT m.row_id, m.revision, m.lead_row_id, m.enrollment_row_id, m.previous_watermark_at, m.reserved_at, e.kind
       FROM messages m JOIN enrollments e ON e.row_id = m.enrollment_row_id WHERE m.state = 'reserved' AND m.job = ?`,
    )
    .all(job);
  for (const row of rows) undoOne(db, row);
  return rows.length;
}

function undoOne(db: StateDatabase, row: ReservedRow): void {
  db.prepare<[number | null, number, number]>(
    'UPDATE leads SET watermark_at = ? WHERE row_id = ? AND watermark_at = ?',
  ).run(row.previous_watermark_at, row.lead_row_id, row.reserved_at);
  db.prepare<[number, number]>('DELETE FROM draft_log WHERE message_row_id = ? AND revision = ?').run(
    row.row_id,
    row.revision,
  );
  if (row.revision > 1) {
    db.prepare<[number]>(
      `UPDATE messages SET state = 'expired', revision = revision - 1, ended_at = reserved_at WHERE row_id = ?`,
    ).run(row.row_id);
    return;
  }
  db.prepare<[number]>('DELETE FROM messages WHERE row_id = ?').run(row.row_id);
  if (row.kind !== 'nurture') return;
  const removed = db
    .prepare<[number]>(
      `DELETE FROM enrollments WHERE row_id = ? AND status = 'pending'
       AND NOT EXISTS (SELECT 1 FROM messages WHERE enrollment_row_id = enrollments.row_id)`,
    )
    .run(row.enrollment_row_id);
  if (removed.changes === 1) {
    db.prepare<[number, number]>(
      'UPDATE leads SET nurture_count = max(0, nurture_count - 1), nurture_due_at = ? WHERE row_id = ?',
    ).run(row.reserved_at, row.lead_row_id);
  }
}

/** A16: a step that nobody writes any more. Kept as a skipped message without words, so that it is never offered again (C5). */
export function skipUnwritten(
  db: StateDatabase,
  step: {
    messageId: string;
    enrollmentRowId: number;
    stepRowId: number;
    leadRowId: number;
    job: Job;
    runId: string;
    note: string;
    now: Instant;
  },
): void {
  db.prepare(
    `INSERT INTO messages (id, enrollment_row_id, step_row_id, lead_row_id, job, state, run_id, note, reserved_at, ended_at)
     VALUES (?, ?, ?, ?, ?, 'skipped', ?, ?, ?, ?)
     ON CONFLICT (enrollment_row_id, step_row_id) DO UPDATE SET state = 'skipped', note = excluded.note, ended_at = excluded.ended_at`,
  ).run(
    step.messageId,
    step.enrollmentRowId,
    step.stepRowId,
    step.leadRowId,
    step.job,
    step.runId,
    step.note,
    step.now,
    step.now,
  );
}
