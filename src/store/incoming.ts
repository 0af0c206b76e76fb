import type { MatchedBy, MatchedMessage } from '../core/incoming/credible.ts';
import type { IncomingFact, Reference } from '../core/incoming/fact.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** A message of ours that a fact may be about, and how it was found. */
export interface MatchedRow extends MatchedMessage {
  readonly messageId: string;
  readonly messageRowId: number;
  readonly leadRowId: number;
  readonly by: MatchedBy;
}

/** A mail has few Message-IDs in its references, and a forged one may have thousands. */
const HEADERS_TRIED_MAX = 40;

/**
 * E4: the message that a reference names: by our own id, then by its Message-IDs in their order, and last by the address alone, where
 * it is the latest mail to it that left. Null when nothing of it is ours.
 */
export function findReferenced(db: StateDatabase, about: Reference): MatchedRow | null {
  const named = [
    () => (about.messageId === null ? null : one(db, 'm.id = +?', about.messageId)),
    ...about.messageIdHeaders.slice(0, HEADERS_TRIED_MAX).map((header) => () => byHeader(db, header)),
  ];
  for (const find of named) {
    const row = find();
    if (row !== null) return { ...row, by: 'message' };
  }
  const hinted = about.emailKey === null ? null : latestTo(db, about.emailKey);
  return hinted === null ? null : { ...hinted, by: 'address' };
}

type Row = Omit<MatchedRow, 'by'>;

const SELECT = `SELECT m.id AS messageId, m.row_id AS messageRowId, m.lead_row_id AS leadRowId, m.claimed_at AS claimedAt,
    coalesce((SELECT lower(o.recipient) FROM outgoing_mail o WHERE o.message_row_id = m.row_id), l.email_key) AS emailKey
  FROM messages m JOIN leads l ON l.row_id = m.lead_row_id`;

function one(db: StateDatabase, where: string, value: string): Row | null {
  return db.prepare<[string], Row>(`${SELECT} WHERE ${where}`).get(value) ?? null;
}

function byHeader(db: StateDatabase, header: string): Row | null {
  return one(
    db,
    'm.row_id = (SELECT o.message_row_id FROM outgoing_mail o WHERE o.message_id_header = ? LIMIT 1)',
    header,
  );
}

function latestTo(db: StateDatabase, emailKey: string): Row | null {
  return one(
    db,
    `l.email_key = ? AND m.claimed_at IS NOT NULL AND m.state IN ('sending', 'sent', 'uncertain')
     ORDER BY m.claimed_at DESC, m.row_id DESC LIMIT 1`,
    emailKey,
  );
}

/**
 * Keeps a fact, in the transaction of what it does. False when the same one was read before: then nothing more may happen (E7). Without
 * a match it is kept too, so that it is judged once and counted once.
 */
export function recordFact(
  db: StateDatabase,
  fact: IncomingFact,
  of: { readonly sourceId: string; readonly now: Instant; readonly match: MatchedRow | null },
): boolean {
  db.assertInWrite();
  const { match } = of;
  const result = db
    .prepare(
      `INSERT INTO message_events (source_id, key, kind, at, read_at, message_row_id, lead_row_id, is_machine, detail)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_id, key) DO NOTHING`,
    )
    .run(
      of.sourceId,
      fact.key,
      fact.kind,
      fact.at,
      of.now,
      match?.messageRowId ?? null,
      match?.leadRowId ?? null,
      fact.isMachine ? 1 : 0,
      fact.detail.slice(0, DETAIL_LENGTH_MAX),
    );
  return result.changes === 1;
}

const DETAIL_LENGTH_MAX = 500;

/** E4: the moments of all mails to a lead that were put off; which of them share a day is the operator's zone to say. */
export function softBouncesOf(db: StateDatabase, leadRowId: number): Instant[] {
  return db
    .prepare<[number], { at: number }>(
      `SELECT at FROM message_events WHERE lead_row_id = ? AND kind = 'soft_bounce' ORDER BY at DESC LIMIT 100`,
    )
    .all(leadRowId)
    .map((row) => row.at);
}
