import type { Instant, LeadStatus, Stage } from '../core/model.ts';
import { nurtureDueAt } from '../core/nurture-due.ts';
import type { Policy } from '../core/policy.ts';
import type { StateDatabase } from './database.ts';

interface FactsRow {
  readonly stage: Stage;
  readonly status: LeadStatus;
  readonly opted_out: number;
  readonly do_not_contact: number;
  readonly spam: number;
  readonly is_suppressed: number;
  readonly is_in_flight: number;
  readonly nurture_count: number;
  readonly cold_since_at: number;
  readonly last_message_at: number | null;
}

const FACTS = `
  SELECT l.stage, l.status, l.opted_out, l.do_not_contact, l.spam, l.nurture_count,
    coalesce(l.last_contact_at, l.updated_at, l.created_at, l.imported_at) AS cold_since_at,
    EXISTS (SELECT 1 FROM suppressions s WHERE s.email_key = l.email_key) AS is_suppressed,
    EXISTS (SELECT 1 FROM enrollments e
      WHERE e.lead_row_id = l.row_id AND e.status IN ('pending', 'active')) AS is_in_flight,
    (SELECT max(max(m.reserved_at, coalesce(m.drafted_at, 0), coalesce(m.sent_at, 0),
        CASE m.state WHEN 'rejected' THEN m.ended_at ELSE 0 END))
      FROM messages m WHERE m.lead_row_id = l.row_id AND m.counts = 1) AS last_message_at
  FROM leads l WHERE l.row_id = ?`;

/**
 * Works out anew when nurture need look at a lead (B7), in the caller's transaction. To be called whenever something it
 * depends on changed: stage, status, opt-out, suppression, contact, an enrollment that began or ended, a message.
 */
export function refreshNurtureDue(
  db: StateDatabase,
  leadRowId: number,
  { policy }: { readonly policy: Policy; readonly now: Instant },
): void {
  db.assertInWrite();
  const row = db.prepare<[number], FactsRow>(FACTS).get(leadRowId);
  if (row === undefined) return;
  const dueAt = nurtureDueAt(
    {
      lead: {
        stage: row.stage,
        status: row.status,
        optedOut: row.opted_out === 1,
        doNotContact: row.do_not_contact === 1,
        spam: row.spam === 1,
      },
      isSuppressed: row.is_suppressed === 1,
      isInFlight: row.is_in_flight === 1,
      nurtureCount: row.nurture_count,
      coldSinceAt: row.cold_since_at,
      lastMessageAt: row.last_message_at,
    },
    policy,
  );
  db.prepare<[number | null, number]>('UPDATE leads SET nurture_due_at = ? WHERE row_id = ?').run(
    dueAt,
    leadRowId,
  );
}

/** A6: nurture looks at this lead again then, or when something about it changes. In the caller's transaction. */
export function setNurtureDue(db: StateDatabase, leadRowId: number, dueAt: Instant): void {
  db.assertInWrite();
  db.prepare<[number, number]>(
    'UPDATE leads SET nurture_due_at = ? WHERE row_id = ? AND nurture_due_at IS NOT NULL',
  ).run(dueAt, leadRowId);
}

/** The longest that a lead is put off for want of words (`setNurtureDue`). */
const RETRY_MS_MAX = 7 * 86_400_000;

/** Has nurture look at once at the leads that it put off for want of words; returns how many. In the caller's transaction. */
export function clearNurtureRetries(db: StateDatabase, now: Instant): number {
  db.assertInWrite();
  return db
    .prepare<[Instant, Instant, Instant]>(
      `UPDATE leads SET nurture_due_at = ?, nurture_verdict_reason = NULL, nurture_verdict_until = NULL
       WHERE nurture_due_at > ? AND nurture_due_at <= ? AND nurture_verdict_reason IN ('model', 'validation')`,
    )
    .run(now, now, now + RETRY_MS_MAX).changes;
}
