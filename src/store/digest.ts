import type { WaitingDraft } from '../core/digest/digest.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

const OPENING_LENGTH = 400;

/** The first drafts that wait for a person, oldest first, with the beginning of their words. */
export function waitingDrafts(db: StateDatabase, limit: number): WaitingDraft[] {
  return db
    .prepare<[number, number], WaitingDraft>(
      `SELECT m.id, coalesce(nullif(trim(coalesce(l.first_name, '') || ' ' || coalesce(l.last_name, '')), ''), l.email) AS leadName,
         l.company, q.id AS sequenceId, t.id AS stepId, coalesce(m.subject, '') AS subject,
         substr(coalesce(m.body_markdown, ''), 1, ?) AS opening, coalesce(m.text_hash, '') AS textHash
       FROM messages m
       JOIN leads l ON l.row_id = m.lead_row_id
       JOIN steps t ON t.row_id = m.step_row_id
       JOIN sequences q ON q.row_id = t.sequence_row_id
       WHERE m.state = 'pending_approval' ORDER BY m.row_id LIMIT ?`,
    )
    .all(OPENING_LENGTH, limit);
}

export interface DayReturns {
  /** Who answered, each once: name and company. */
  readonly replies: readonly string[];
  readonly bounced: number;
  readonly complained: number;
  readonly unsubscribed: number;
}

/** What came back on one of the operator's days. By an index of events; only opt-outs of the page cost a look at the leads. */
export function dayReturns(db: StateDatabase, span: { startsAt: Instant; endsAt: Instant }): DayReturns {
  const { startsAt, endsAt } = span;
  const replies = db
    .prepare<[number, number], { who: string }>(
      `SELECT coalesce(nullif(trim(coalesce(l.first_name, '') || ' ' || coalesce(l.last_name, '')), ''), l.email)
         || coalesce(', ' || l.company, '') AS who
       FROM message_events v JOIN leads l ON l.row_id = v.lead_row_id
       WHERE v.kind = 'reply' AND v.at >= ? AND v.at < ? GROUP BY l.row_id ORDER BY min(v.at)`,
    )
    .all(startsAt, endsAt)
    .map(({ who }) => who);
  const counts = db
    .prepare<[number, number, number, number, number, number, number, number], Omit<DayReturns, 'replies'>>(
      `SELECT
         (SELECT count(DISTINCT lead_row_id) FROM message_events WHERE kind = 'hard_bounce' AND at >= ? AND at < ?) AS bounced,
         (SELECT count(DISTINCT lead_row_id) FROM message_events WHERE kind = 'complaint' AND at >= ? AND at < ?) AS complained,
         (SELECT count(*) FROM (
            SELECT lead_row_id FROM message_events
              WHERE kind = 'opt_out' AND at >= ? AND at < ? AND lead_row_id IS NOT NULL
            UNION SELECT row_id FROM leads WHERE opted_out_on_page_at >= ? AND opted_out_on_page_at < ?)) AS unsubscribed`,
    )
    .get(startsAt, endsAt, startsAt, endsAt, startsAt, endsAt, startsAt, endsAt);
  return { replies, ...(counts ?? { bounced: 0, complained: 0, unsubscribed: 0 }) };
}
