import type { Instant } from '../core/model.ts';
import type { TokenUsage } from '../core/writing/cost.ts';
import type { StateDatabase } from './database.ts';

export type ModelPurpose = 'draft' | 'attribution' | 'copy';
export type ModelOutcome = 'words' | 'unfit' | 'none' | 'failed';

/** A question that is about to be asked. */
export interface NewModelCall {
  readonly askedAt: Instant;
  readonly operatorDay: string;
  readonly runId: string;
  readonly purpose: ModelPurpose;
  readonly leadId: string | null;
  readonly messageId: string | null;
  readonly model: string;
  /** The most that it may cost, in millionths; null where nobody said what tokens cost. */
  readonly costMicros: number | null;
}

/** Keeps it before it is asked, in the caller's transaction: whoever dies in between has paid, as far as anybody knows. Returns its row. */
export function beginModelCall(db: StateDatabase, call: NewModelCall): number {
  db.assertInWrite();
  const result = db
    .prepare<[NewModelCall]>(
      `INSERT INTO model_calls (asked_at, operator_day, run_id, purpose, lead_id, message_id, model, cost_micros, outcome)
       VALUES (@askedAt, @operatorDay, @runId, @purpose, @leadId, @messageId, @model, @costMicros, 'asked')`,
    )
    .run(call);
  return Number(result.lastInsertRowid);
}

/** What came of it. Without `usage` the most that it may have cost stands. */
export function endModelCall(
  db: StateDatabase,
  rowId: number,
  end: {
    readonly usage: TokenUsage | null;
    readonly costMicros: number | null;
    readonly outcome: ModelOutcome;
  },
): void {
  db.assertInWrite();
  db.prepare<[number | null, number | null, number | null, ModelOutcome, number]>(
    `UPDATE model_calls SET input_tokens = ?, output_tokens = ?, cost_micros = coalesce(?, cost_micros), outcome = ?
     WHERE row_id = ?`,
  ).run(end.usage?.inputTokens ?? null, end.usage?.outputTokens ?? null, end.costMicros, end.outcome, rowId);
}

/** What calls have cost, in millionths: of all runs on one day of the operator, and of one run. */
export function modelCosts(
  db: StateDatabase,
  of: { readonly operatorDay: string; readonly runId: string },
): { readonly dayMicros: number; readonly runMicros: number } {
  const sum = (where: string, value: string): number =>
    db
      .prepare<[string], { micros: number }>(
        `SELECT coalesce(sum(cost_micros), 0) AS micros FROM model_calls WHERE ${where} = ?`,
      )
      .get(value)?.micros ?? 0;
  return { dayMicros: sum('operator_day', of.operatorDay), runMicros: sum('run_id', of.runId) };
}

/** One run's calls in all. */
export interface ModelTotals {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
}

/** What one run asked; null when it asked nothing. */
export function modelTotals(db: StateDatabase, runId: string): ModelTotals | null {
  const row = db
    .prepare<[string], ModelTotals>(
      `SELECT count(*) AS calls, coalesce(sum(input_tokens), 0) AS inputTokens,
         coalesce(sum(output_tokens), 0) AS outputTokens, coalesce(sum(cost_micros), 0) AS costMicros
       FROM model_calls WHERE run_id = ?`,
    )
    .get(runId);
  return row === undefined || row.calls === 0 ? null : row;
}

/** What one run asked about each lead, by the lead's id: who it is for, what it says. */
export function modelCostsByLead(
  db: StateDatabase,
  runId: string,
): ReadonlyMap<string, { readonly calls: number; readonly costMicros: number }> {
  const rows = db
    .prepare<[string], { leadId: string; calls: number; costMicros: number }>(
      `SELECT lead_id AS leadId, count(*) AS calls, coalesce(sum(cost_micros), 0) AS costMicros
       FROM model_calls WHERE run_id = ? AND lead_id IS NOT NULL GROUP BY lead_id`,
    )
    .all(runId);
  return new Map(rows.map(({ leadId, calls, costMicros }) => [leadId, { calls, costMicros }]));
}

/** Says for which draft calls were made, once it is known: one that is written again keeps the id that it had (D11). */
export function nameCalls(
  db: StateDatabase,
  of: { readonly askedFor: string; readonly messageId: string },
): void {
  db.assertInWrite();
  db.prepare<[string, string]>('UPDATE model_calls SET message_id = ? WHERE message_id = ?').run(
    of.messageId,
    of.askedFor,
  );
}

/** Who wrote a draft, and what all its words have cost. */
export interface WrittenBy {
  readonly model: string;
  readonly calls: number;
  readonly costMicros: number;
}

/** Null for words of people. */
export function writtenBy(db: StateDatabase, messageId: string): WrittenBy | null {
  const row = db
    .prepare<[string], WrittenBy>(
      `SELECT model, count(*) AS calls, coalesce(sum(cost_micros), 0) AS costMicros, max(row_id)
       FROM model_calls WHERE message_id = ? AND outcome IN ('words', 'unfit')`,
    )
    .get(messageId);
  return row === undefined || row.calls === 0
    ? null
    : { model: row.model, calls: row.calls, costMicros: row.costMicros };
}

/** What all runs of one day of the operator asked; null when they asked nothing. */
export function modelDay(
  db: StateDatabase,
  operatorDay: string,
): { readonly calls: number; readonly costMicros: number } | null {
  const row = db
    .prepare<[string], { calls: number; costMicros: number }>(
      `SELECT count(*) AS calls, coalesce(sum(cost_micros), 0) AS costMicros FROM model_calls WHERE operator_day = ?`,
    )
    .get(operatorDay);
  return row === undefined || row.calls === 0 ? null : row;
}
