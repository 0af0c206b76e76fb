import type { AttributionClaim } from '../core/attribution/claim.ts';
import type { Attribution } from '../core/attribution/judge.ts';
import type { DoubtReason } from '../core/reasons.ts';
import type { Instant, Job } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

export type PlanState = 'waiting' | 'confirmed' | 'vetoed' | 'declined' | 'superseded';

/** A17: one saved preview. */
export interface StoredPlan {
  readonly id: string;
  readonly job: Job;
  readonly runId: string;
  readonly madeAt: Instant;
  readonly state: PlanState;
  readonly narrowed: boolean;
  readonly policyHash: string;
  readonly definitionsHash: string;
  readonly doubts: readonly DoubtReason[];
  /** The boot on which it was made (A5); null where the machine did not tell. */
  readonly bootId: string | null;
}

/** One step of a saved plan, with the words that the preview showed. */
export interface StoredPlanItem {
  readonly ordinal: number;
  readonly leadRowId: number;
  /** Null for a nurture follow-up, whose enrollment is made with its draft. */
  readonly enrollmentRowId: number | null;
  readonly sequenceRowId: number;
  readonly stepRowId: number;
  readonly dueAt: Instant;
  readonly askReason: string | null;
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
  readonly textHash: string;
  /** Where a model wrote the words in the preview (A17), the message id under which their calls are kept. */
  readonly askedFor: string | null;
  /** Why a person must look at a model's words first; null: they passed. */
  readonly unfit: string | null;
  /** B8: what a model said of the lead in the preview, and of what it said so. */
  readonly judged: { readonly attribution: Attribution; readonly claim: AttributionClaim } | null;
}

interface PlanRow {
  readonly id: string;
  readonly job: Job;
  readonly run_id: string;
  readonly made_at: number;
  readonly state: PlanState;
  readonly narrowed: number;
  readonly policy_hash: string;
  readonly definitions_hash: string;
  readonly doubts_json: string;
  readonly boot_id: string | null;
}

const PLANS_KEPT_MAX = 500;

const SELECT_PLAN = 'SELECT p.*, r.boot_id FROM plans p LEFT JOIN runs r ON r.id = p.run_id';

/**
 * Saves a plan as waiting. Older ones stay as they are: an operator who was told of one may confirm it by its id for as long as it
 * is not stale (A17), however many the timers have made since.
 */
export function savePlan(
  db: StateDatabase,
  plan: Omit<StoredPlan, 'state' | 'bootId'>,
  items: Iterable<StoredPlanItem>,
): void {
  db.assertInWrite();
  db.prepare(
    `INSERT INTO plans (id, job, run_id, made_at, state, narrowed, policy_hash, definitions_hash, doubts_json, summary_json)
     VALUES (?, ?, ?, ?, 'waiting', ?, ?, ?, ?, '{}')`,
  ).run(
    plan.id,
    plan.job,
    plan.runId,
    plan.madeAt,
    plan.narrowed ? 1 : 0,
    plan.policyHash,
    plan.definitionsHash,
    JSON.stringify(plan.doubts),
  );
  for (const item of items) insertItem(db, plan.id, item);
  // By the order of the runs, whatever their clocks said (A14); its own run is not written yet.
  db.prepare<[string, string, number]>(
    `DELETE FROM plans WHERE id <> ? AND id NOT IN (
       SELECT p.id FROM plans p LEFT JOIN runs r ON r.id = p.run_id WHERE p.id <> ? ORDER BY r.row_id DESC LIMIT ?)`,
  ).run(plan.id, plan.id, PLANS_KEPT_MAX - 1);
}

function insertItem(db: StateDatabase, planId: string, item: StoredPlanItem): void {
  db.prepare(
    `INSERT INTO plan_items (plan_id, ordinal, lead_row_id, enrollment_row_id, sequence_row_id, step_row_id, due_at, ask_reason,
       subject, preheader, body_markdown, text_hash, asked_for, unfit, judged_json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    planId,
    item.ordinal,
    item.leadRowId,
    item.enrollmentRowId,
    item.sequenceRowId,
    item.stepRowId,
    item.dueAt,
    item.askReason,
    item.subject,
    item.preheader,
    item.bodyMarkdown,
    item.textHash,
    item.askedFor,
    item.unfit,
    item.judged === null ? null : JSON.stringify(item.judged),
  );
}

/** The plan with this id; null when there is none. */
export function planById(db: StateDatabase, id: string): StoredPlan | null {
  const row = db.prepare<[string], PlanRow>(`${SELECT_PLAN} WHERE p.id = ?`).get(id);
  return row === undefined ? null : toPlan(row);
}

/**
 * The plans of a job that still wait, newest first, up to the first that was decided about: what is older is done by its id only, and so
 * are plans of narrowed runs. The newest by the order of the runs, whatever their clocks said (A14).
 */
export function* waitingPlans(db: StateDatabase, job: Job): Generator<StoredPlan> {
  const statement = db.prepare<[string], PlanRow>(
    `${SELECT_PLAN} WHERE p.job = ? AND p.narrowed = 0 ORDER BY r.row_id DESC`,
  );
  for (const row of statement.iterate(job)) {
    if (row.state !== 'waiting') return;
    yield toPlan(row);
  }
}

/** The first of `waitingPlans`; null once the newest plan of the job was decided about. */
export function newestWaitingPlan(db: StateDatabase, job: Job): StoredPlan | null {
  const [newest] = waitingPlans(db, job);
  return newest ?? null;
}

/** The items of a plan, in its order. */
export function planItems(db: StateDatabase, planId: string): StoredPlanItem[] {
  return db
    .prepare<
      [string],
      {
        ordinal: number;
        lead_row_id: number;
        enrollment_row_id: number | null;
        sequence_row_id: number;
        step_row_id: number;
        due_at: number;
        ask_reason: string | null;
        subject: string;
        preheader: string | null;
        body_markdown: string;
        text_hash: string;
        asked_for: string | null;
        unfit: string | null;
        judged_json: string | null;
      }
    >('SELECT * FROM plan_items WHERE plan_id = ? ORDER BY ordinal')
    .all(planId)
    .map((row) => ({
      ordinal: row.ordinal,
      leadRowId: row.lead_row_id,
      enrollmentRowId: row.enrollment_row_id,
      sequenceRowId: row.sequence_row_id,
      stepRowId: row.step_row_id,
      dueAt: row.due_at,
      askReason: row.ask_reason,
      subject: row.subject,
      preheader: row.preheader,
      bodyMarkdown: row.body_markdown,
      textHash: row.text_hash,
      askedFor: row.asked_for,
      unfit: row.unfit,
      // Written by insertItem.
      judged: row.judged_json === null ? null : (JSON.parse(row.judged_json) as StoredPlanItem['judged']),
    }));
}

/** Ends a waiting plan by compare-and-set; false when it was no longer waiting. */
export function settlePlan(
  db: StateDatabase,
  settle: { id: string; to: Exclude<PlanState, 'waiting'>; now: Instant },
): boolean {
  const result = db
    .prepare<[string, number, string]>(
      `UPDATE plans SET state = ?, settled_at = ? WHERE id = ? AND state = 'waiting'`,
    )
    .run(settle.to, settle.now, settle.id);
  return result.changes === 1;
}

function toPlan(row: PlanRow): StoredPlan {
  return {
    id: row.id,
    job: row.job,
    runId: row.run_id,
    madeAt: row.made_at,
    state: row.state,
    narrowed: row.narrowed === 1,
    policyHash: row.policy_hash,
    definitionsHash: row.definitions_hash,
    // Written by savePlan from the closed list of reasons.
    doubts: JSON.parse(row.doubts_json) as DoubtReason[],
    bootId: row.boot_id,
  };
}
