import type { Candidate, EnrollmentFacts, LeadFacts } from '../core/candidate.ts';
import {
  WAITING_STATES,
  type AttributionVerdict,
  type Instant,
  type Job,
  type LeadStatus,
  type MessageState,
  type Stage,
  type StoredSequence,
  type StoredStep,
} from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { EXPIRED } from './expiry.ts';

/** Applied sequences by row id, as `loadSequences` gives them. */
export type SequencesByRowId = ReadonlyMap<number, StoredSequence>;

/** Restricts a run to some leads or sequences (`--lead`, `--sequence`); null for all of them. */
export interface Narrowing {
  readonly leadRowIds: ReadonlySet<number> | null;
  readonly sequenceRowIds: ReadonlySet<number> | null;
}

export const NOT_NARROWED: Narrowing = { leadRowIds: null, sequenceRowIds: null };

interface CandidateRow {
  readonly enrollment_row_id: number;
  readonly enrollment_id: string;
  readonly sequence_row_id: number;
  readonly next_step_row_id: number;
  readonly kind: Job;
  readonly anchor_at: number;
  readonly due_at: number;
  readonly next_due_at: number;
  readonly retry_at: number | null;
  readonly is_first_step: number;
  readonly parallel: number;
  readonly verdict_reason: string | null;
}

interface LeadRow {
  readonly lead_row_id: number;
  readonly lead_id: string;
  readonly email: string;
  readonly name: string;
  readonly company: string | null;
  readonly company_domain: string | null;
  readonly zone: string;
  readonly country: string | null;
  readonly stage: Stage;
  readonly status: LeadStatus;
  readonly opted_out: number;
  readonly do_not_contact: number;
  readonly spam: number;
  readonly attribution: AttributionVerdict | null;
  readonly held_until: number | null;
  readonly hold_note: string | null;
  readonly watermark_at: number | null;
  readonly cold_since_at: number;
  readonly nurture_count: number;
  readonly sender: string | null;
  readonly suppressed_reason: string | null;
  readonly waiting: string | null;
}

interface NurtureRow extends LeadRow {
  readonly last_message_at: number | null;
  readonly in_flight: string | null;
  readonly nurture_verdict_reason: string | null;
}

const WAITING_LIST = WAITING_STATES.map((state) => `'${state}'`).join(', ');

/** Never: nothing is too old. */
const NOTHING_EXPIRES = 0;

/** One parameter: a draft from before that moment is about to expire (D2), and holds its lead no longer. */
const LEAD_COLUMNS = `
  l.row_id AS lead_row_id, l.id AS lead_id, l.email,
  trim(coalesce(l.first_name, '') || ' ' || coalesce(l.last_name, '')) AS name, l.company, l.company_domain,
  l.zone, l.country, l.stage, l.status, l.opted_out, l.do_not_contact, l.spam, l.attribution,
  l.held_until, l.hold_note, l.watermark_at, l.nurture_count, l.sender,
  coalesce(l.last_contact_at, l.updated_at, l.created_at, l.imported_at) AS cold_since_at,
  (SELECT s.reason FROM suppressions s WHERE s.email_key = l.email_key) AS suppressed_reason,
  (SELECT m.id || ' ' || m.state FROM messages m
    WHERE m.lead_row_id = l.row_id AND m.state IN (${WAITING_LIST}) AND NOT (${EXPIRED})
    ORDER BY m.row_id LIMIT 1) AS waiting`;

const ENROLLMENT_COLUMNS = `
  e.row_id AS enrollment_row_id, e.id AS enrollment_id, e.sequence_row_id, e.next_step_row_id, e.kind,
  e.anchor_at, e.due_at, e.next_due_at, e.retry_at, e.is_first_step, e.parallel, e.verdict_reason`;

const DUE_ENROLLMENTS = `
  SELECT ${ENROLLMENT_COLUMNS}, ${LEAD_COLUMNS}
  FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
  WHERE e.kind = ? AND e.is_first_step = ? AND e.next_due_at <= ?
    AND e.status IN ('pending', 'active') AND e.next_due_at IS NOT NULL
  ORDER BY e.next_due_at, e.row_id`;

/** `= +?`, because SQLite (3.54) prepares a join anew at every execution when it is compared with a bare parameter. */
const ONE_ENROLLMENT = `
  SELECT ${ENROLLMENT_COLUMNS}, ${LEAD_COLUMNS}
  FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
  WHERE e.row_id = +? AND e.status IN ('pending', 'active') AND e.next_due_at IS NOT NULL`;

const NURTURE_COLUMNS = `
  ${LEAD_COLUMNS}, l.nurture_verdict_reason,
  (SELECT max(max(m.reserved_at, coalesce(m.drafted_at, 0), coalesce(m.sent_at, 0),
      CASE m.state WHEN 'rejected' THEN m.ended_at ELSE 0 END))
    FROM messages m WHERE m.lead_row_id = l.row_id AND m.counts = 1) AS last_message_at,
  (SELECT q.id FROM enrollments e JOIN sequences q ON q.row_id = e.sequence_row_id
    WHERE e.lead_row_id = l.row_id AND e.status IN ('pending', 'active') LIMIT 1) AS in_flight`;

const DUE_NURTURE = `
  SELECT ${NURTURE_COLUMNS} FROM leads l
  WHERE l.nurture_due_at <= ? AND l.nurture_due_at IS NOT NULL
  ORDER BY l.nurture_due_at, l.row_id`;

const ONE_NURTURE = `SELECT ${NURTURE_COLUMNS} FROM leads l WHERE l.row_id = ?`;

/** What every look at a queue asks for. */
interface QueueQuery {
  readonly now: Instant;
  readonly narrowing: Narrowing;
  /** A17: the run that acts expires older drafts before it plans, so a preview must not count them as waiting either. */
  readonly expiresBefore: Instant;
}

/**
 * Steps of live enrollments that are due, follow-ups before first steps, then longest overdue (A6). Rows are fetched as they are
 * asked for; the caller may read, but not write, while it iterates.
 */
export function* dueEnrollments(
  db: StateDatabase,
  query: QueueQuery & { readonly job: Job; readonly sequences: SequencesByRowId },
): Generator<Candidate> {
  const statement = db.prepare<[number, Job, number, number], CandidateRow & LeadRow>(DUE_ENROLLMENTS);
  for (const isFirstStep of [0, 1]) {
    for (const row of statement.iterate(query.expiresBefore, query.job, isFirstStep, query.now)) {
      if (query.narrowing.leadRowIds?.has(row.lead_row_id) === false) continue;
      if (query.narrowing.sequenceRowIds?.has(row.sequence_row_id) === false) continue;
      const candidate = enrollmentCandidate(row, query.sequences);
      if (candidate !== null) yield candidate;
    }
  }
}

/** The next step of one live enrollment, due or not; null when the enrollment ended or has no step left. */
export function candidateOfEnrollment(
  db: StateDatabase,
  enrollmentRowId: number,
  sequences: SequencesByRowId,
): Candidate | null {
  const row = db
    .prepare<[number, number], CandidateRow & LeadRow>(ONE_ENROLLMENT)
    .get(NOTHING_EXPIRES, enrollmentRowId);
  return row === undefined ? null : enrollmentCandidate(row, sequences);
}

/** What nurture would write to a lead next, chosen by the caller from the lead's row id and its count of follow-ups. */
export type ChooseFollowUp = (lead: {
  readonly rowId: number;
  readonly nurtureCount: number;
}) => { readonly sequence: StoredSequence; readonly step: StoredStep } | null;

/** Leads that may have gone cold, longest first (B7). Those for whom no nurture sequence fits are left out, and told of. */
export function* coldLeads(
  db: StateDatabase,
  query: QueueQuery & { readonly choose: ChooseFollowUp; readonly onUnfit: () => void },
): Generator<Candidate> {
  const statement = db.prepare<[number, number], NurtureRow>(DUE_NURTURE);
  for (const row of statement.iterate(query.expiresBefore, query.now)) {
    if (query.narrowing.leadRowIds?.has(row.lead_row_id) === false) continue;
    const candidate = nurtureCandidate(row, query.choose);
    if (candidate === null) {
      query.onUnfit();
      continue;
    }
    if (query.narrowing.sequenceRowIds?.has(candidate.sequence.rowId) === false) continue;
    yield candidate;
  }
}

/** The follow-up of one lead, due or not; null when no nurture sequence fits. */
export function candidateOfColdLead(
  db: StateDatabase,
  leadRowId: number,
  choose: ChooseFollowUp,
): Candidate | null {
  const row = db.prepare<[number, number], NurtureRow>(ONE_NURTURE).get(NOTHING_EXPIRES, leadRowId);
  return row === undefined ? null : nurtureCandidate(row, choose);
}

/** How many live enrollments of the job have a step that is due. Costs what is due. */
export function dueEnrollmentCount(db: StateDatabase, job: Job, now: Instant): number {
  const row = db
    .prepare<[Job, number], { count: number }>(
      `SELECT count(*) AS count FROM enrollments WHERE kind = ? AND is_first_step IN (0, 1) AND next_due_at <= ?
         AND status IN ('pending', 'active') AND next_due_at IS NOT NULL`,
    )
    .get(job, now);
  return row?.count ?? 0;
}

/** How many leads may have gone cold (B7). Costs what is due. */
export function coldLeadCount(db: StateDatabase, now: Instant): number {
  const row = db
    .prepare<[number], { count: number }>(
      'SELECT count(*) AS count FROM leads WHERE nurture_due_at <= ? AND nurture_due_at IS NOT NULL',
    )
    .get(now);
  return row?.count ?? 0;
}

/** A13: live enrollments of the job whose next step is not due yet. Costs what is due: the live ones are kept counted. */
export function notDueCount(db: StateDatabase, job: Job, now: Instant): number {
  const row = db
    .prepare<[Job], { live: number }>(
      `SELECT coalesce(sum(c.count), 0) AS live FROM enrollment_counts c
       JOIN sequences q ON q.row_id = c.sequence_row_id WHERE q.kind = ? AND c.status IN ('pending', 'active')`,
    )
    .get(job);
  return Math.max(0, (row?.live ?? 0) - dueEnrollmentCount(db, job, now));
}

function enrollmentCandidate(row: CandidateRow & LeadRow, sequences: SequencesByRowId): Candidate | null {
  const sequence = sequences.get(row.sequence_row_id);
  const step = sequence?.steps.find((each) => each.rowId === row.next_step_row_id);
  if (sequence === undefined || step === undefined) return null;
  const enrollment: EnrollmentFacts = {
    rowId: row.enrollment_row_id,
    id: row.enrollment_id,
    anchorAt: row.anchor_at,
    dueAt: row.due_at,
    nextDueAt: row.next_due_at,
    retryAt: row.retry_at,
    isFirstStep: row.is_first_step === 1,
    parallel: row.parallel === 1,
  };
  return {
    job: row.kind,
    lead: leadFacts(row),
    enrollment,
    sequence,
    step,
    reservation: { waiting: waitingOf(row.waiting), inFlightSequence: null, lastMessageAt: null },
    previousReason: row.verdict_reason,
  };
}

function nurtureCandidate(row: NurtureRow, choose: ChooseFollowUp): Candidate | null {
  const chosen = choose({ rowId: row.lead_row_id, nurtureCount: row.nurture_count });
  if (chosen === null) return null;
  return {
    job: 'nurture',
    lead: leadFacts(row),
    enrollment: null,
    sequence: chosen.sequence,
    step: chosen.step,
    reservation: {
      waiting: waitingOf(row.waiting),
      inFlightSequence: row.in_flight,
      lastMessageAt: row.last_message_at,
    },
    previousReason: row.nurture_verdict_reason,
  };
}

function leadFacts(row: LeadRow): LeadFacts {
  return {
    rowId: row.lead_row_id,
    id: row.lead_id,
    email: row.email,
    name: row.name === '' ? null : row.name,
    company: row.company,
    companyDomain: row.company_domain,
    zone: row.zone,
    country: row.country,
    stage: row.stage,
    status: row.status,
    optedOut: row.opted_out === 1,
    doNotContact: row.do_not_contact === 1,
    spam: row.spam === 1,
    suppressedReason: row.suppressed_reason,
    attribution: row.attribution,
    heldUntil: row.held_until,
    holdNote: row.hold_note,
    watermarkAt: row.watermark_at,
    coldSinceAt: row.cold_since_at,
    nurtureCount: row.nurture_count,
    sender: row.sender,
  };
}

/** `m-… state`, as the query gives it in one column so that one look-up serves both. */
function waitingOf(text: string | null): { messageId: string; state: MessageState } | null {
  if (text === null) return null;
  const [messageId, state] = text.split(' ');
  const known = WAITING_STATES.find((each) => each === state);
  return messageId === undefined || known === undefined ? null : { messageId, state: known };
}
