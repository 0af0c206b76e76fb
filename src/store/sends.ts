import { runActor, type AuditHead } from '../core/audit/entry.ts';
import type { AuditKind } from '../core/audit/kinds.ts';
import type { Instant } from '../core/model.ts';
import { appendAudit } from './audit.ts';
import type { StateDatabase } from './database.ts';

/** What was delivered, or may have been: it uses the send caps up (A6). A rehearsal that was restarted counts no more (D9). */
export const LEFT = `counts = 1 AND state IN ('sending', 'sent', 'uncertain')`;

/** Named, because SQLite would rather read every message that was ever sent. */
const FROM_CLAIMED = 'FROM messages INDEXED BY messages_claimed';

export interface SendsMade {
  readonly onOperatorDay: number;
  readonly inLast24Hours: number;
}

const DAY_MS = 86_400_000;

/** A6: what left since the operator's midnight, and in the last 24 hours. Read from an index alone: every round of `send` counts again. */
export function sendsMade(db: StateDatabase, span: { now: Instant; dayStartedAt: Instant }): SendsMade {
  const row = db
    .prepare<[number, number], { on_day: number; in_24_hours: number }>(
      `SELECT (SELECT count(*) ${FROM_CLAIMED} WHERE claimed_at >= ? AND ${LEFT}) AS on_day,
              (SELECT count(*) ${FROM_CLAIMED} WHERE claimed_at > ? AND ${LEFT}) AS in_24_hours`,
    )
    .get(span.dayStartedAt, span.now - DAY_MS);
  return { onOperatorDay: row?.on_day ?? 0, inLast24Hours: row?.in_24_hours ?? 0 };
}

/** A8: what left in a stretch of time; `judgedOnly` leaves out what a person released from a held batch. */
export function sendsBetween(
  db: StateDatabase,
  span: { fromAt: Instant; toAt: Instant; judgedOnly: boolean },
): number {
  const row = db
    .prepare<[number, number, number], { count: number }>(
      `SELECT count(*) AS count ${FROM_CLAIMED}
       WHERE claimed_at >= ? AND claimed_at < ? AND ${LEFT} AND released <= ?`,
    )
    .get(span.fromAt, span.toAt, span.judgedOnly ? 0 : 1);
  return row?.count ?? 0;
}

/** The last days before `operatorDay` on which the job had a live run, newest first. */
export function liveDaysBefore(
  db: StateDatabase,
  query: { job: string; operatorDay: string; limit: number },
): string[] {
  return db
    .prepare<[string, string, number], { operator_day: string }>(
      'SELECT operator_day FROM job_days WHERE job = ? AND operator_day < ? ORDER BY operator_day DESC LIMIT ?',
    )
    .all(query.job, query.operatorDay, query.limit)
    .map((row) => row.operator_day);
}

export interface AttemptEvent {
  readonly messageRowId: number;
  readonly messageId: string;
  readonly attempt: number;
  readonly event: 'claimed' | 'accepted' | 'refused' | 'unknown' | 'withdrawn';
  readonly at: Instant;
  readonly operatorDay: string;
  readonly runId: string;
  readonly transport: string;
  /** Of a claim: the account it was made for; null for none. */
  readonly account?: string | null;
  /** Of a claim: the words that are to leave. */
  readonly textHash?: string | null;
  readonly detail: string | null;
}

const DETAIL_LENGTH_MAX = 1_000;

/** D1, A13: one line of the append-only ledger and its entry in the audit trail, in the caller's transaction. Answers with the trail's end. */
export function recordAttempt(db: StateDatabase, event: AttemptEvent): AuditHead {
  db.prepare(
    `INSERT INTO attempts (message_row_id, attempt, event, at, operator_day, run_id, transport, account, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    event.messageRowId,
    event.attempt,
    event.event,
    event.at,
    event.operatorDay,
    event.runId,
    event.transport,
    event.account ?? null,
    event.detail === null ? null : event.detail.slice(0, DETAIL_LENGTH_MAX),
  );
  const { attempt, transport, textHash } = event;
  return appendAudit(db, {
    at: event.at,
    kind: KIND_OF_EVENT[event.event],
    actor: runActor(event.runId),
    subject: event.messageId,
    detail: { attempt, transport, ...(textHash === undefined ? {} : { text_hash: textHash }) },
  });
}

const KIND_OF_EVENT = {
  claimed: 'send_claimed',
  accepted: 'send_accepted',
  refused: 'send_refused',
  unknown: 'send_unknown',
  withdrawn: 'send_withdrawn',
} as const satisfies Record<AttemptEvent['event'], AuditKind>;

/** The bytes of one message as they were composed for its first attempt over this transport. */
export interface StoredMail {
  readonly messageIdHeader: string;
  readonly sender: string;
  readonly recipient: string;
  readonly raw: Uint8Array;
  readonly payload: Uint8Array | null;
}

interface MailRow {
  readonly message_id_header: string;
  readonly sender: string;
  readonly recipient: string;
  readonly raw: Uint8Array;
  readonly payload: Uint8Array | null;
}

/** D1, D5: the bytes composed before for these very words and this transport; null when there are none, or either changed since. */
export function storedMail(
  db: StateDatabase,
  mail: { messageRowId: number; textHash: string; transport: string },
): StoredMail | null {
  const row = db
    .prepare<[number, string, string], MailRow>(
      `SELECT message_id_header, sender, recipient, raw, payload FROM outgoing_mail
       WHERE message_row_id = ? AND text_hash = ? AND transport = ?`,
    )
    .get(mail.messageRowId, mail.textHash, mail.transport);
  if (row === undefined) return null;
  return {
    messageIdHeader: row.message_id_header,
    sender: row.sender,
    recipient: row.recipient,
    raw: row.raw,
    payload: row.payload,
  };
}

/** Keeps the bytes with the claim, in its transaction. */
export function keepMail(
  db: StateDatabase,
  mail: StoredMail & { messageRowId: number; revision: number; textHash: string; transport: string },
): void {
  db.prepare(
    `INSERT INTO outgoing_mail (message_row_id, revision, text_hash, message_id_header, sender, recipient, raw, transport, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (message_row_id) DO UPDATE SET revision = excluded.revision, text_hash = excluded.text_hash,
       message_id_header = excluded.message_id_header, sender = excluded.sender, recipient = excluded.recipient, raw = excluded.raw,
       transport = excluded.transport, payload = excluded.payload
     WHERE outgoing_mail.text_hash <> excluded.text_hash OR outgoing_mail.transport <> excluded.transport
       OR outgoing_mail.sender <> excluded.sender`,
  ).run(
    mail.messageRowId,
    mail.revision,
    mail.textHash,
    mail.messageIdHeader,
    mail.sender,
    mail.recipient,
    mail.raw,
    mail.transport,
    mail.payload,
  );
}

/** What a provider said when it took a mail; every part null where it said nothing of the kind. */
export interface Receipt {
  readonly providerId: string | null;
  /** The Message-ID really used. */
  readonly messageIdHeader: string | null;
  readonly conversationId: string | null;
}

/** D1, D6: keeps what events, replies and the next mail of the thread will name, in the transaction that settles the claim. */
export function keepReceipt(db: StateDatabase, messageRowId: number, receipt: Receipt): void {
  const { providerId, messageIdHeader, conversationId } = receipt;
  if (providerId === null && messageIdHeader === null && conversationId === null) return;
  db.prepare(
    'UPDATE outgoing_mail SET provider_id = ?, message_id_used = ?, conversation_id = ? WHERE message_row_id = ?',
  ).run(providerId, messageIdHeader, conversationId, messageRowId);
}

/** The transport of a message's last claim; `unknown` when the ledger does not know. */
export function claimedTransport(db: StateDatabase, messageRowId: number): string {
  const row = db
    .prepare<[number], { transport: string }>(
      `SELECT transport FROM attempts WHERE message_row_id = ? AND event = 'claimed' ORDER BY attempt DESC LIMIT 1`,
    )
    .get(messageRowId);
  return row?.transport ?? 'unknown';
}
