import type { HoldCause, Instant, Job, MessageState } from '../core/model.ts';
import { insertRows, type SqlValue } from './bulk-insert.ts';
import type { StateDatabase } from './database.ts';

/** The words of a message, and the hash that an approval of them names. */
export interface MessageWords {
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
  readonly textHash: string;
}

/** What the messages of one batch have in common. */
export interface ReservingRun {
  readonly job: Job;
  readonly runId: string;
  readonly planId: string | null;
  readonly now: Instant;
  readonly operatorDay: string;
}

/** One step about to be written for one enrollment. */
export interface ReservedStep {
  readonly messageId: string;
  readonly enrollmentRowId: number;
  readonly stepRowId: number;
  readonly leadRowId: number;
  readonly askReason: string | null;
}

/** A reserved message: its row, and the public id it kept if this is a new revision (D11). */
export interface Reserved {
  readonly messageRowId: number;
  readonly messageId: string;
  readonly revision: number;
}

/** The state in which a complete message waits. */
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

/**
 * D1, A2, A6: takes the step, the lead's watermark and one place under the caps, all in the caller's transaction. An expired,
 * discarded or rejected-to-redraft message of the same step becomes its next revision; a live one makes this throw, by the
 * unique key, since the planner must never have asked.
 */
export function reserve(db: StateDatabase, reservation: ReservingRun & ReservedStep): Reserved {
  const [taken] = take(db, { run: reservation, settlement: null }, [reservation]);
  if (taken === undefined) throw new Error('one reservation makes one message');
  return taken.reserved;
}

/** D4: a message is complete or it does not leave `reserved`; the schema refuses an empty subject or body. */
export function complete(db: StateDatabase, completion: Completion): void {
  db.assertInWrite();
  const { subject, preheader, bodyMarkdown, textHash, messageRowId } = completion;
  db.prepare(
    `UPDATE messages SET subject = @subject, preheader = @preheader, body_markdown = @bodyMarkdown, text_hash = @textHash,
       state = @state, hold_cause = @holdCause, held_from = @heldFrom, note = @note, drafted_at = @draftedAt,
       held_by_job = iif(@holdCause IS NULL, NULL, job), held_run_id = iif(@holdCause IS NULL, NULL, run_id),
       approved_at = @approvedAt, approved_by = @approvedBy, approved_boot_id = @bootId, leaves_at = @leavesAt
     WHERE row_id = @messageRowId AND state = 'reserved'`,
  ).run({ subject, preheader, bodyMarkdown, textHash, messageRowId, ...settledColumns(completion) });
  afterCompleting(db, completion, [messageRowId]);
}

/**
 * Both at once, for a batch whose words are known before anything is reserved, as those of fixed copy are: no half draft ever exists,
 * and a few statements serve all of them. The messages come back in their order.
 */
export function draft(
  db: StateDatabase,
  of: { readonly run: ReservingRun; readonly settlement: Settlement },
  steps: readonly (ReservedStep & MessageWords)[],
): Reserved[] {
  const taken = take(db, of, steps);
  const first: number[] = [];
  for (const { reserved, step } of taken) {
    const { messageRowId, revision } = reserved;
    if (revision === 1) first.push(messageRowId);
    else complete(db, { ...of.settlement, ...step, messageRowId });
  }
  afterCompleting(db, of.settlement, first);
  return taken.map(({ reserved }) => reserved);
}

interface Taking {
  readonly run: ReservingRun;
  /** Null: the messages are left `reserved`, and without words. */
  readonly settlement: Settlement | null;
}

interface FreshMessage {
  readonly rowId: number;
  readonly step: ReservedStep & Partial<MessageWords>;
  readonly previousWatermarkAt: Instant | null;
}

interface Taken<Step> {
  readonly reserved: Reserved;
  readonly step: Step;
}

function take<Step extends ReservedStep & Partial<MessageWords>>(
  db: StateDatabase,
  taking: Taking,
  steps: readonly Step[],
): Taken<Step>[] {
  db.assertInWrite();
  if (steps.length === 0) return [];
  const { run } = taking;
  const watermarks = watermarksOf(db, steps);
  const ended = endedMessages(db, steps);
  const fresh: FreshMessage[] = [];
  let nextRowId = nextMessageRowId(db);
  const taken = steps.map((step): Taken<Step> => {
    const previousWatermarkAt = watermarks.get(step.leadRowId) ?? null;
    watermarks.set(step.leadRowId, Math.max(previousWatermarkAt ?? 0, run.now));
    const last = ended.get(stepKey(step.enrollmentRowId, step.stepRowId));
    if (last !== undefined) {
      revise(db, run, { rowId: last.row_id, askReason: step.askReason, previousWatermarkAt });
      return {
        step,
        reserved: { messageRowId: last.row_id, messageId: last.id, revision: last.revision + 1 },
      };
    }
    const rowId = nextRowId;
    nextRowId += 1;
    fresh.push({ rowId, step, previousWatermarkAt });
    return { step, reserved: { messageRowId: rowId, messageId: step.messageId, revision: 1 } };
  });
  insertFresh(db, taking, fresh);
  db.prepare<[number, string]>(
    `UPDATE leads SET watermark_at = max(coalesce(watermark_at, 0), ?)
     WHERE row_id IN (SELECT value FROM json_each(?))`,
  ).run(run.now, JSON.stringify(steps.map(({ leadRowId }) => leadRowId)));
  logDrafts(
    db,
    run,
    taken.flatMap(({ reserved, step }) => [reserved.messageRowId, reserved.revision, step.leadRowId]),
  );
  return taken;
}

interface EndedRow {
  readonly row_id: number;
  readonly id: string;
  readonly revision: number;
  readonly enrollment_row_id: number;
  readonly step_row_id: number;
}

function watermarksOf(db: StateDatabase, steps: readonly ReservedStep[]): Map<number, Instant | null> {
  const rows = db
    .prepare<[string], { row_id: number; watermark_at: number | null }>(
      'SELECT row_id, watermark_at FROM leads WHERE row_id IN (SELECT value FROM json_each(?))',
    )
    .all(JSON.stringify(steps.map(({ leadRowId }) => leadRowId)));
  return new Map(rows.map((row) => [row.row_id, row.watermark_at]));
}

function endedMessages(db: StateDatabase, steps: readonly ReservedStep[]): Map<string, EndedRow> {
  const rows = db
    .prepare<[string], EndedRow>(
      `SELECT row_id, id, revision, enrollment_row_id, step_row_id FROM messages
       WHERE enrollment_row_id IN (SELECT value FROM json_each(?)) AND state IN ('expired', 'discarded')`,
    )
    .all(JSON.stringify(steps.map(({ enrollmentRowId }) => enrollmentRowId)));
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

const FRESH_COLUMNS = `messages (job, run_id, plan_id, reserved_at, state, hold_cause, held_from, held_by_job, held_run_id, note,
  drafted_at, approved_at, approved_by, approved_boot_id, leaves_at, row_id, id, enrollment_row_id, step_row_id, lead_row_id,
  ask_reason, previous_watermark_at, subject, preheader, body_markdown, text_hash)`;
const FRESH_ROW = `(@job, @runId, @planId, @now, @state, @holdCause, @heldFrom, iif(@holdCause IS NULL, NULL, @job),
  iif(@holdCause IS NULL, NULL, @runId), @note, @draftedAt, @approvedAt, @approvedBy, @bootId, @leavesAt, ${'?, '.repeat(10)}?)`;

function insertFresh(
  db: StateDatabase,
  { run, settlement }: Taking,
  messages: readonly FreshMessage[],
): void {
  const { job, runId, planId, now } = run;
  const values = messages.flatMap(({ rowId, step, previousWatermarkAt }) => [
    rowId,
    step.messageId,
    step.enrollmentRowId,
    step.stepRowId,
    step.leadRowId,
    step.askReason,
    previousWatermarkAt,
    step.subject ?? null,
    step.preheader ?? null,
    step.bodyMarkdown ?? null,
    step.textHash ?? null,
  ]);
  const shared = { job, runId, planId, now, ...settledColumns(settlement) };
  insertRows(db, { into: FRESH_COLUMNS, row: FRESH_ROW, perRow: 11, shared }, values);
}

/** The columns that say in which state a message waits and since when; of a reserved one, none but that. */
function settledColumns(settlement: Settlement | null): Readonly<Record<string, SqlValue>> {
  const approved = settlement?.to === 'approved' ? settlement : null;
  return {
    state: settlement?.to ?? 'reserved',
    holdCause: settlement?.holdCause ?? null,
    heldFrom: settlement?.heldFrom ?? null,
    note: settlement?.note ?? null,
    draftedAt: settlement?.now ?? null,
    approvedAt: approved?.now ?? null,
    approvedBy: approved === null ? null : 'sequence',
    bootId: approved?.bootId ?? null,
    leavesAt: settlement?.leavesAt ?? null,
  };
}

/** A6: `values` are message, revision and lead of each draft by turns. */
function logDrafts(db: StateDatabase, run: ReservingRun, values: readonly SqlValue[]): void {
  const { job, runId, now, operatorDay } = run;
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
  run: ReservingRun,
  revision: { rowId: number; askReason: string | null; previousWatermarkAt: Instant | null },
): void {
  db.prepare(
    `UPDATE messages SET state = 'reserved', revision = revision + 1, run_id = ?, plan_id = ?, ask_reason = ?, reserved_at = ?,
       previous_watermark_at = ?, hold_cause = NULL, held_from = NULL, held_by_job = NULL, held_run_id = NULL, held_until = NULL, note = NULL, drafted_at = NULL,
       edited_at = NULL, approved_at = NULL, approved_by = NULL,
       approved_boot_id = NULL, leaves_at = NULL, ended_at = NULL, released = 0
     WHERE row_id = ?`,
  ).run(run.runId, run.planId, revision.askReason, run.now, revision.previousWatermarkAt, revision.rowId);
}

/** A8: what is held for its blast radius does not count in the mean; B5: whoever got a draft is active. */
function afterCompleting(
  db: StateDatabase,
  { holdCause }: Settlement,
  messageRowIds: readonly number[],
): void {
  if (messageRowIds.length === 0) return;
  const rows = JSON.stringify(messageRowIds);
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
