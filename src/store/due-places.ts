import type { Instant, MessageState } from '../core/model.ts';
import type { DuePlace, WaitingDraft } from '../core/report/forecast.ts';
import { DAY_MS } from '../core/time/durations.ts';
import type { StateDatabase } from './database.ts';

export interface DueQuery {
  readonly now: Instant;
  /** What falls due later is not looked at. */
  readonly before: Instant;
  readonly watermarkMs: number;
  /** So many groups at most, those first that the queue takes first. */
  readonly limit: number;
}

interface DueRow {
  readonly sequence_row_id: number;
  readonly step_row_id: number;
  readonly is_first_step: number;
  readonly due_at: number;
  readonly enrolled_at: number;
  readonly zone: string;
  readonly country: string | null;
  readonly ready_at: number;
  readonly state: MessageState | null;
  readonly drafted_at: number | null;
  readonly leaves_at: number | null;
  readonly held_until: number | null;
  readonly count: number;
}

/** Live drips in the order of the queue (A6), those together that nothing tells apart. What may have left is not among them. */
export function duePlaces(db: StateDatabase, { now, before, watermarkMs, limit }: DueQuery): DuePlace[] {
  return db
    .prepare<[number, Instant, number], DueRow>(
      `SELECT e.sequence_row_id, e.next_step_row_id AS step_row_id, e.is_first_step, e.next_due_at AS due_at, e.enrolled_at, l.zone, l.country,
         max(e.next_due_at, coalesce(l.watermark_at, 0) + ?, coalesce(l.held_until, 0), coalesce(e.retry_at, 0)) AS ready_at,
         m.state, m.drafted_at, m.leaves_at, m.held_until, count(*) AS count
       FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
         LEFT JOIN messages m ON m.enrollment_row_id = e.row_id AND m.step_row_id = e.next_step_row_id
           AND m.state IN ('pending_approval', 'approved', 'held', 'sending', 'uncertain')
       WHERE e.kind = 'drip' AND e.status IN ('pending', 'active') AND e.is_first_step IN (0, 1) AND e.next_due_at IS NOT NULL
         AND e.next_due_at < ? AND coalesce(m.state, '') NOT IN ('sending', 'uncertain')
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
       ORDER BY e.is_first_step, e.next_due_at, min(e.row_id) LIMIT ?`,
    )
    .all(watermarkMs, before, limit)
    .map((row) => ({
      sequenceRowId: row.sequence_row_id,
      stepRowId: row.step_row_id,
      isFirstStep: row.is_first_step === 1,
      dueAt: row.due_at,
      readyAt: row.ready_at,
      enrolledAt: row.enrolled_at,
      zone: row.zone,
      country: row.country,
      count: row.count,
      draft: draftOf(row, now),
    }));
}

function draftOf(row: DueRow, now: Instant): WaitingDraft | null {
  if (row.state === null) return null;
  const draftedAt = row.drafted_at ?? now;
  if (row.state === 'approved') return { draftedAt, leavesAt: row.leaves_at ?? now, waitsSince: draftedAt };
  const waitsSince = row.state === 'held' ? Math.max(now, row.held_until ?? 0) : draftedAt;
  return { draftedAt, leavesAt: null, waitsSince };
}

/** A6: when both engines made the drafts that still use a cap up, today's and those of the last 24 hours. */
export function recentDrafts(
  db: StateDatabase,
  { now, operatorDay }: { readonly now: Instant; readonly operatorDay: string },
): { readonly at: Instant; readonly count: number }[] {
  return db
    .prepare<[string, number], { at: Instant; count: number }>(
      `SELECT made_at AS at, count(*) AS count FROM draft_log WHERE operator_day = ? OR made_at > ?
       GROUP BY made_at ORDER BY made_at`,
    )
    .all(operatorDay, now - DAY_MS);
}
