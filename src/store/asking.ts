import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** D1: a message in doubt whose provider may still know its key, with the very bytes it was asked with. */
export interface AskableMail {
  readonly messageRowId: number;
  readonly id: string;
  readonly textHash: string;
  /** From when on the provider may know its key. */
  readonly keyUsedAt: Instant;
  /** When it was counted (A6). */
  readonly claimedAt: Instant;
  readonly messageIdHeader: string;
  readonly sender: string;
  readonly recipient: string;
  readonly raw: Uint8Array;
  readonly payload: Uint8Array;
}

interface Row {
  readonly message_row_id: number;
  readonly id: string;
  readonly text_hash: string;
  readonly key_used_at: number;
  readonly claimed_at: number;
  readonly message_id_header: string;
  readonly sender: string;
  readonly recipient: string;
  readonly raw: Uint8Array;
  readonly payload: Uint8Array;
}

/** Whom is asked: the keys of one account of one transport, first used after a moment. */
export interface Askable {
  readonly transport: string;
  readonly account: string;
  readonly usedAfter: Instant;
}

/** The bytes of the last claim, and only if that went to this account: a key lives nowhere else. */
const FROM_ASKABLE = `
  FROM messages m JOIN outgoing_mail o ON o.message_row_id = m.row_id AND o.text_hash = m.text_hash
  WHERE m.state = 'uncertain' AND m.key_used_at > ? AND o.transport = ? AND o.payload IS NOT NULL
    AND (SELECT a.transport || ' ' || a.account FROM attempts a
         WHERE a.message_row_id = m.row_id AND a.event = 'claimed' ORDER BY a.row_id DESC LIMIT 1) = ?`;

/** Ids of the messages in doubt that can be asked about, oldest doubt first. */
export function askableIds(db: StateDatabase, whom: Askable, limit: number): string[] {
  return db
    .prepare<[number, string, string, number], { id: string }>(
      `SELECT m.id ${FROM_ASKABLE} ORDER BY m.key_used_at, m.row_id LIMIT ?`,
    )
    .all(whom.usedAfter, whom.transport, accountKey(whom), limit)
    .map(({ id }) => id);
}

/** One of them, read afresh; null when it is none any more. */
export function askableMail(db: StateDatabase, whom: Askable, id: string): AskableMail | null {
  const row = db
    .prepare<[number, string, string, string], Row>(
      `SELECT o.message_row_id, m.id, o.text_hash, m.key_used_at, m.claimed_at, o.message_id_header, o.sender, o.recipient, o.raw,
         o.payload ${FROM_ASKABLE} AND m.id = ?`,
    )
    .get(whom.usedAfter, whom.transport, accountKey(whom), id);
  if (row === undefined) return null;
  return {
    messageRowId: row.message_row_id,
    id: row.id,
    textHash: row.text_hash,
    keyUsedAt: row.key_used_at,
    claimedAt: row.claimed_at,
    messageIdHeader: row.message_id_header,
    sender: row.sender,
    recipient: row.recipient,
    raw: row.raw,
    payload: row.payload,
  };
}

/** True when any message waits in doubt over this transport with a key that may live: reads one index. */
export function hasAskable(db: StateDatabase, { transport, usedAfter }: Omit<Askable, 'account'>): boolean {
  const row = db
    .prepare<[number, string], { found: number }>(
      `SELECT EXISTS (SELECT 1 FROM messages m JOIN outgoing_mail o ON o.message_row_id = m.row_id
         WHERE m.state = 'uncertain' AND m.key_used_at > ? AND o.transport = ? AND o.payload IS NOT NULL) AS found`,
    )
    .get(usedAfter, transport);
  return row?.found === 1;
}

/** Nobody is asked about what is in doubt now; events, and people, settle it. */
export function forgetKeys(db: StateDatabase): void {
  db.assertInWrite();
  db.prepare(
    "UPDATE messages SET key_used_at = NULL WHERE state = 'uncertain' AND key_used_at IS NOT NULL",
  ).run();
}

function accountKey({ transport, account }: Askable): string {
  return `${transport} ${account}`;
}
