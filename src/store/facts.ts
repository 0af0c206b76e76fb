import { CLOCK_SKEW_MS, type MatchedBy, type MatchedMessage } from '../core/facts/credible.ts';
import type { IncomingFact, Reference } from '../core/facts/fact.ts';
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
 * E4: the message that a reference names: by our own id, by its Message-IDs in their order, by the provider's id or conversation, and
 * last by the address alone, where it is the latest mail to it that had left by then: one that left after the answer was written, and
 * before it was read, is not what it answers. Null when nothing of it is ours.
 */
export function findReferenced(
  db: StateDatabase,
  { about, at }: { readonly about: Reference; readonly at: Instant },
): MatchedRow | null {
  const headers = about.messageIdHeaders.slice(0, HEADERS_TRIED_MAX);
  const tries: readonly (readonly [by: MatchedBy, where: string, value: string | null])[] = [
    ['message', 'm.id = +?', about.messageId],
    ...headers.flatMap(
      (header) =>
        [
          ['message', whoseMail('message_id_header = ?'), header],
          ['message', whoseMail('message_id_used = ?'), header],
          ['message', PUT_BACK, ownIdIn(header)],
        ] as const,
    ),
    ['message', whoseMail('provider_id = ?'), about.providerId],
    ['conversation', whoseMail('conversation_id = ?'), about.conversationId],
  ];
  for (const [by, where, value] of tries) {
    const row = value === null ? null : one(db, where, [value]);
    if (row !== null) return { ...row, by };
  }
  const row = about.emailKey === null ? null : one(db, LATEST_TO, [about.emailKey, at + CLOCK_SKEW_MS]);
  return row === null ? null : { ...row, by: 'address' };
}

/** Whether a mail with this Message-ID is one that we sent. */
export function isOwnMail(db: StateDatabase, header: string): boolean {
  return ['message_id_header', 'message_id_used'].some(
    (column) =>
      db.prepare<[string]>(`SELECT 1 FROM outgoing_mail WHERE ${column} = ? LIMIT 1`).get(header) !==
      undefined,
  );
}

/**
 * A15: a mail that the send journal alone remembers, put back into an older state: its bytes are gone, and with them the header by which
 * others are found. Our Message-IDs begin with our own id, which nobody can guess.
 */
const PUT_BACK = 'm.id = ? AND NOT EXISTS (SELECT 1 FROM outgoing_mail o WHERE o.message_row_id = m.row_id)';

function ownIdIn(header: string): string | null {
  return /^<(m-[a-z2-7]{16})@/.exec(header)?.[1] ?? null;
}

type Row = Omit<MatchedRow, 'by'>;

const SELECT = `SELECT m.id AS messageId, m.row_id AS messageRowId, m.lead_row_id AS leadRowId, m.claimed_at AS claimedAt,
    coalesce((SELECT lower(o.recipient) FROM outgoing_mail o WHERE o.message_row_id = m.row_id), l.email_key) AS emailKey
  FROM messages m JOIN leads l ON l.row_id = m.lead_row_id`;

const LATEST_TO = `l.email_key = ? AND m.claimed_at <= ? AND m.state IN ('sending', 'sent', 'uncertain')
  ORDER BY m.claimed_at DESC, m.row_id DESC LIMIT 1`;

/** The newest of several: a conversation has many. */
function whoseMail(condition: string): string {
  return `m.row_id = (SELECT max(o.message_row_id) FROM outgoing_mail o WHERE o.${condition})`;
}

function one(db: StateDatabase, where: string, values: readonly [string, Instant?]): Row | null {
  return db.prepare<unknown[], Row>(`${SELECT} WHERE ${where}`).get(...values) ?? null;
}

/**
 * Keeps a fact, in the transaction of what it does. False when the same one was read before: then nothing more may happen (E7). Without
 * a match it is kept too, so that it is judged once and counted once. An event and the state that it led to are one fact.
 */
export function recordFact(db: StateDatabase, fact: IncomingFact, of: Keeping): boolean {
  db.assertInWrite();
  const { stateKey } = fact;
  if (stateKey === fact.key && isToldByEvent(db, of.sourceId, stateKey)) return false;
  if (stateKey === undefined || stateKey === fact.key) return insertFact(db, fact, of);
  const state = stateOf(db, of.sourceId, stateKey);
  if (!insertFact(db, fact, of)) return false;
  if (state === null) return true;
  db.prepare<[number]>('DELETE FROM message_events WHERE row_id = ?').run(state.rowId);
  // Its effects are those of the state, unless it knows better: that the address is dead, or whose mail it was.
  return state.kind !== fact.kind || (state.messageRowId === null && of.match !== null);
}

/** Whether one of its events is known: their keys begin with its own. */
function isToldByEvent(db: StateDatabase, sourceId: string, stateKey: string): boolean {
  const row = db
    .prepare<[string, string, string]>(
      'SELECT 1 FROM message_events WHERE source_id = ? AND key > ? AND key < ? LIMIT 1',
    )
    .get(sourceId, `${stateKey} `, `${stateKey}!`);
  return row !== undefined;
}

function stateOf(
  db: StateDatabase,
  sourceId: string,
  key: string,
): { readonly rowId: number; readonly kind: string; readonly messageRowId: number | null } | null {
  const row = db
    .prepare<[string, string], { rowId: number; kind: string; messageRowId: number | null }>(
      `SELECT row_id AS rowId, kind, message_row_id AS messageRowId FROM message_events
       WHERE source_id = ? AND key = ?`,
    )
    .get(sourceId, key);
  return row ?? null;
}

interface Keeping {
  readonly sourceId: string;
  readonly now: Instant;
  readonly match: MatchedRow | null;
}

function insertFact(db: StateDatabase, fact: IncomingFact, of: Keeping): boolean {
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

/** D6: the Message-ID that the provider really used, where nothing better is known; answers and later steps name it. */
export function noteUsedMessageId(db: StateDatabase, messageRowId: number, header: string): void {
  db.prepare<[string, number]>(
    'UPDATE outgoing_mail SET message_id_used = ? WHERE message_row_id = ? AND message_id_used IS NULL',
  ).run(header, messageRowId);
}

/** E4: the moments of all mails to a lead that were put off; which of them share a day is the operator's zone to say. */
export function softBouncesOf(db: StateDatabase, leadRowId: number): Instant[] {
  return db
    .prepare<[number], { at: number }>(
      `SELECT at FROM message_events WHERE lead_row_id = ? AND kind = 'soft_bounce' ORDER BY at DESC LIMIT 100`,
    )
    .all(leadRowId)
    .map((row) => row.at);
}
