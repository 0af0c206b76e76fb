import type { Instant, MessageState } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** One delivery as `sends list` shows it (F4). */
export interface SendRow {
  readonly id: string;
  readonly state: MessageState;
  readonly leadId: string;
  readonly email: string;
  readonly zone: string;
  readonly sequence: string;
  readonly step: string;
  readonly subject: string | null;
  readonly approvedAt: Instant | null;
  readonly claimedAt: Instant | null;
  readonly sentAt: Instant | null;
  readonly attempts: number;
  /** By people, as far as the provider can tell them from programs (E5). */
  readonly opens: number;
  readonly machineOpens: number;
  readonly clicks: number;
  readonly replies: number;
  readonly dry: number;
  readonly messageIdHeader: string | null;
  readonly lastError: string | null;
}

export interface SendQuery {
  readonly sequence: string | null;
  readonly leadRowId: number | null;
  readonly state: string | null;
  readonly limit: number;
}

/** Messages that were claimed at least once, by whatever this state knows, newest first. */
export function listSends(db: StateDatabase, query: SendQuery): SendRow[] {
  return db
    .prepare<
      [string | null, string | null, number | null, number | null, string | null, string | null, number],
      SendRow
    >(
      `SELECT m.id, m.state, l.id AS leadId, l.email, l.zone, q.id AS sequence, t.id AS step, m.subject, m.approved_at AS approvedAt,
         m.claimed_at AS claimedAt, m.sent_at AS sentAt, m.attempts, m.dry, o.message_id_header AS messageIdHeader, m.last_error AS lastError,
         ${events("'opened' AND v.is_machine = 0")} AS opens, ${events("'opened' AND v.is_machine = 1")} AS machineOpens,
         ${events("'clicked'")} AS clicks, ${events("'reply'")} AS replies
       FROM messages m
       JOIN leads l ON l.row_id = m.lead_row_id
       JOIN steps t ON t.row_id = m.step_row_id
       JOIN sequences q ON q.row_id = t.sequence_row_id
       LEFT JOIN outgoing_mail o ON o.message_row_id = m.row_id
       WHERE (m.attempts > 0 OR m.state IN ('sent', 'uncertain')) AND (? IS NULL OR q.id = ?) AND (? IS NULL OR m.lead_row_id = ?) AND (? IS NULL OR m.state = ?)
       ORDER BY coalesce(m.sent_at, m.claimed_at, m.row_id) DESC, m.row_id DESC LIMIT ?`,
    )
    .all(
      query.sequence,
      query.sequence,
      query.leadRowId,
      query.leadRowId,
      query.state,
      query.state,
      query.limit,
    );
}

/** Counts by the index of events: one look for each message that is shown. */
function events(kind: string): string {
  return `(SELECT count(*) FROM message_events v WHERE v.message_row_id = m.row_id AND v.kind = ${kind})`;
}
