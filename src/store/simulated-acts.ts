import type {
  AttributionVerdict,
  Instant,
  Job,
  LatePolicy,
  MessageState,
  SendWindow,
} from '../core/model.ts';
import type { DraftAct, LeadFacts, RunAct, SendAct, StepFacts } from '../core/rehearsal/acts.ts';
import type { StateDatabase } from './database.ts';

/** How far a rehearsal has looked: what was there before is not its doing. */
export interface ActMarks {
  readonly drafts: number;
  readonly attempts: number;
  readonly runs: number;
}

/** The last rows of what a rehearsal watches. Costs nothing. */
export function actMarks(db: StateDatabase): ActMarks {
  const row = db
    .prepare<[], ActMarks>(
      `SELECT coalesce((SELECT max(row_id) FROM draft_log), 0) AS drafts,
         coalesce((SELECT max(row_id) FROM attempts), 0) AS attempts, coalesce((SELECT max(row_id) FROM runs), 0) AS runs`,
    )
    .get();
  return row ?? { drafts: 0, attempts: 0, runs: 0 };
}

const LEAD_COLUMNS = `l.row_id AS leadRowId, l.id AS leadId, l.email AS leadEmail, l.zone, l.country, l.stage, l.status, l.opted_out AS optedOut,
  l.do_not_contact AS doNotContact, l.spam, l.attribution, l.held_until AS leadHeldUntil,
  (SELECT p.reason FROM suppressions p WHERE p.email_key = l.email_key) AS suppressedReason`;
const STEP_COLUMNS = `q.id AS sequenceId, q.status AS sequenceStatus, s.id AS stepId, s.position, s.definition_json AS stepJson,
  q.definition_json AS sequenceJson, m.enrollment_row_id AS enrollmentRowId, m.id AS messageId`;
const JOINS = `JOIN leads l ON l.row_id = m.lead_row_id JOIN steps s ON s.row_id = m.step_row_id JOIN sequences q ON q.row_id = s.sequence_row_id`;

interface SharedRow {
  readonly leadRowId: number;
  readonly leadId: string;
  readonly leadEmail: string;
  readonly zone: string;
  readonly country: string | null;
  readonly stage: string;
  readonly status: string;
  readonly optedOut: number;
  readonly doNotContact: number;
  readonly spam: number;
  readonly attribution: AttributionVerdict | null;
  readonly leadHeldUntil: number | null;
  readonly suppressedReason: string | null;
  readonly sequenceId: string;
  readonly sequenceStatus: string;
  readonly stepId: string;
  readonly position: number;
  readonly stepJson: string;
  readonly sequenceJson: string;
  readonly enrollmentRowId: number;
  readonly messageId: string;
}

interface DraftRow extends SharedRow {
  readonly madeAt: Instant;
  readonly day: string;
  readonly runId: string;
  readonly job: Job;
  readonly state: MessageState;
  readonly holdCause: string | null;
  readonly approvedBy: string | null;
  readonly dueAt: Instant | null;
  readonly nextDueAt: Instant | null;
  readonly previousDraftAt: Instant | null;
  readonly othersLive: number;
  readonly othersWaiting: number;
  readonly lastPosition: number | null;
}

/** The drafts made since, oldest first. Costs those drafts. */
export function draftsSince(db: StateDatabase, mark: number): DraftAct[] {
  return db
    .prepare<[number], DraftRow>(
      `SELECT ${LEAD_COLUMNS}, ${STEP_COLUMNS}, g.made_at AS madeAt, g.operator_day AS day, g.run_id AS runId, g.job, m.state,
         m.hold_cause AS holdCause, m.approved_by AS approvedBy, e.due_at AS dueAt, e.next_due_at AS nextDueAt,
         (SELECT max(h.made_at) FROM messages o JOIN draft_log h ON h.message_row_id = o.row_id
            WHERE o.lead_row_id = l.row_id AND h.row_id < g.row_id) AS previousDraftAt,
         (SELECT count(*) FROM messages o WHERE o.lead_row_id = l.row_id AND o.row_id < m.row_id
            AND o.state IN ('reserved', 'pending_approval', 'approved', 'sending', 'uncertain', 'held')) AS othersWaiting,
         (SELECT count(*) FROM enrollments o WHERE o.lead_row_id = l.row_id AND o.row_id <> e.row_id
            AND o.status IN ('pending', 'active')) AS othersLive,
         (SELECT max(t.position) FROM messages o JOIN steps t ON t.row_id = o.step_row_id WHERE o.enrollment_row_id = e.row_id
            AND o.row_id <> m.row_id AND o.state IN ('sent', 'uncertain', 'rejected', 'skipped')) AS lastPosition
       FROM draft_log g JOIN messages m ON m.row_id = g.message_row_id JOIN enrollments e ON e.row_id = m.enrollment_row_id ${JOINS}
       WHERE g.row_id > ? ORDER BY g.row_id`,
    )
    .all(mark)
    .map((row) => ({
      ...sharedFacts(row),
      madeAt: row.madeAt,
      day: row.day,
      runId: row.runId,
      job: row.job,
      state: row.state,
      isBatchHeld: row.holdCause === 'blast_radius',
      approvedBy: row.approvedBy,
      ...lateness(row),
      dueAt: row.dueAt,
      nextDueAt: row.nextDueAt,
      previousDraftAt: row.previousDraftAt,
      othersLive: row.othersLive,
      othersWaiting: row.othersWaiting,
      lastPosition: row.lastPosition,
    }));
}

interface SendRow extends SharedRow {
  readonly at: Instant;
  readonly day: string;
  readonly runId: string;
  readonly sender: string | null;
  readonly senderPausedAt: Instant | null;
  readonly draftedAt: Instant | null;
  readonly editedAt: Instant | null;
  readonly messageHeldUntil: Instant | null;
  readonly approvedAt: Instant | null;
  readonly leavesAt: Instant | null;
  readonly previousSentAt: Instant | null;
  readonly deliveries: number;
  readonly job: Job;
}

/** The bodies that went to the door since, oldest first. Costs those. */
export function sendsSince(db: StateDatabase, mark: number): SendAct[] {
  return db
    .prepare<[number], SendRow>(
      `SELECT ${LEAD_COLUMNS}, ${STEP_COLUMNS}, a.at, a.operator_day AS day, a.run_id AS runId, m.job, m.sender,
         (SELECT n.paused_at FROM senders n WHERE n.address = m.sender) AS senderPausedAt, m.drafted_at AS draftedAt,
         m.edited_at AS editedAt, m.held_until AS messageHeldUntil, m.approved_at AS approvedAt, m.leaves_at AS leavesAt,
         (SELECT max(o.sent_at) FROM messages o WHERE o.lead_row_id = l.row_id AND o.row_id <> m.row_id AND o.sent_at <= a.at) AS previousSentAt,
         (SELECT count(*) FROM attempts b WHERE b.message_row_id = m.row_id AND b.event = 'accepted') AS deliveries
       FROM attempts a JOIN messages m ON m.row_id = a.message_row_id ${JOINS}
       WHERE a.row_id > ? AND a.event = 'claimed' ORDER BY a.row_id`,
    )
    .all(mark)
    .map((row) => ({
      ...sharedFacts(row),
      at: row.at,
      day: row.day,
      runId: row.runId,
      sender: row.sender,
      senderPausedAt: row.senderPausedAt,
      draftedAt: row.draftedAt,
      editedAt: row.editedAt,
      heldUntil: row.messageHeldUntil,
      approvedAt: row.approvedAt,
      leavesAt: row.leavesAt,
      previousSentAt: row.previousSentAt,
      deliveries: row.deliveries,
      job: row.job,
    }));
}

interface RunRow extends Omit<RunAct, 'counts'> {
  readonly countsJson: string;
}

/** The runs that left a row since, oldest first. */
export function runsSince(db: StateDatabase, mark: number): RunAct[] {
  return db
    .prepare<[number], RunRow>(
      `SELECT id, command, mode, reason, exit_code AS exitCode, started_at AS startedAt, counts_json AS countsJson, plan_id AS planId
       FROM runs WHERE row_id > ? ORDER BY row_id`,
    )
    .all(mark)
    .map(({ countsJson, ...run }) => ({ ...run, counts: JSON.parse(countsJson) as Record<string, number> }));
}

/** What of a message waits for a person. */
export interface WaitingMessage {
  readonly id: string;
  readonly state: 'pending_approval' | 'held';
  readonly holdCause: string | null;
  readonly heldRunId: string | null;
  readonly draftedAt: Instant;
}

/** What waits for a person: drafts to approve, and what a guard holds. A hold of the operator's own, or of a lead, is not one. */
export function waitingForPerson(db: StateDatabase, limit: number): WaitingMessage[] {
  return db
    .prepare<[number], WaitingMessage>(
      `SELECT id, state, hold_cause AS holdCause, held_run_id AS heldRunId, coalesce(drafted_at, reserved_at) AS draftedAt FROM messages
       WHERE state = 'pending_approval' OR (state = 'held' AND hold_cause IN ('blast_radius', 'doubt', 'validation'))
       ORDER BY row_id LIMIT ?`,
    )
    .all(limit);
}

/** When the first approved message may leave; null when none is approved. One that a killed run left counts as now (0). */
export function nextLeavingAt(db: StateDatabase): Instant | null {
  const row = db
    .prepare<[], { at: number | null }>(
      `SELECT min(at) AS at FROM (SELECT max(coalesce(leaves_at, 0), coalesce(retry_at, 0)) AS at FROM messages WHERE state = 'approved'
         UNION ALL SELECT 0 FROM messages WHERE state = 'sending')`,
    )
    .get();
  return row?.at ?? null;
}

/** How often those who got a mail answered it, and how many bounced, of all that ever left; for what a rehearsal supposes. */
export function answerHistory(db: StateDatabase): { sent: number; replied: number; bounced: number } {
  const row = db
    .prepare<[], { sent: number; replied: number; bounced: number }>(
      `SELECT (SELECT count(*) FROM messages WHERE state = 'sent' AND dry = 0) AS sent,
         (SELECT count(DISTINCT message_row_id) FROM message_events WHERE kind = 'reply' AND message_row_id IS NOT NULL) AS replied,
         (SELECT count(DISTINCT message_row_id) FROM message_events WHERE kind = 'hard_bounce' AND message_row_id IS NOT NULL) AS bounced`,
    )
    .get();
  return row ?? { sent: 0, replied: 0, bounced: 0 };
}

/** Leads under way, and the ids of some that nothing will ever move again though nothing has ended: there may be none (B5). */
export function underWay(db: StateDatabase): { readonly live: number; readonly lost: readonly string[] } {
  const live = db
    .prepare<[], { n: number }>(
      `SELECT coalesce(sum(count), 0) AS n FROM enrollment_counts WHERE status IN ('pending', 'active')`,
    )
    .get();
  const lost = db
    .prepare<[], { id: string }>(
      `SELECT l.id FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
       WHERE e.status IN ('pending', 'active') AND e.next_due_at IS NULL AND NOT EXISTS (SELECT 1 FROM messages m
         WHERE m.enrollment_row_id = e.row_id AND m.state IN ('reserved', 'pending_approval', 'approved', 'sending', 'uncertain', 'held'))
       ORDER BY e.row_id LIMIT 20`,
    )
    .all();
  return { live: live?.n ?? 0, lost: lost.map(({ id }) => id) };
}

function sharedFacts(row: SharedRow): LeadFacts & StepFacts {
  return {
    leadRowId: row.leadRowId,
    leadId: row.leadId,
    leadEmail: row.leadEmail,
    zone: row.zone,
    country: row.country,
    stage: row.stage,
    status: row.status,
    isOptedOut: row.optedOut === 1,
    isDoNotContact: row.doNotContact === 1,
    isSpam: row.spam === 1,
    suppressedReason: row.suppressedReason,
    attribution: row.attribution,
    leadHeldUntil: row.leadHeldUntil,
    sequenceId: row.sequenceId,
    sequenceStatus: row.sequenceStatus,
    stepId: row.stepId,
    position: row.position,
    window: windowOf(row.stepJson) ?? windowOf(row.sequenceJson),
    enrollmentRowId: row.enrollmentRowId,
    messageId: row.messageId,
  };
}

function windowOf(json: string): SendWindow | null {
  return (JSON.parse(json) as { readonly window?: SendWindow | null }).window ?? null;
}

function lateness({ stepJson, sequenceJson }: SharedRow): { late: LatePolicy; maxLateMs: number | null } {
  const step = JSON.parse(stepJson) as { readonly maxLateMs?: number | null };
  const sequence = JSON.parse(sequenceJson) as {
    readonly late?: LatePolicy;
    readonly maxLateMs?: number | null;
  };
  return { late: sequence.late ?? 'ask', maxLateMs: step.maxLateMs ?? sequence.maxLateMs ?? null };
}
