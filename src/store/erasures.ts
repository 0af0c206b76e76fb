import { ERASED_PREFIX, ERASED_REASON, erasedKey } from '../core/erasure.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** In SQL over rows of `leads`: who was not erased. The row of whoever was stays, and is nobody. */
export const NOT_ERASED = `(email_key < '${ERASED_PREFIX}' OR email_key >= 'erased;')`;

/** One lead that was erased. */
export interface Erasure {
  readonly leadId: string;
  /** Of its address, under one of the keys. */
  readonly hash: string;
  readonly at: Instant;
}

/** The keys that addresses were hashed with, oldest first; none before the first erasure. */
export function erasureKeys(db: StateDatabase): string[] {
  return db
    .prepare<[], { key: string }>('SELECT key FROM erasure_keys ORDER BY made_at, key')
    .all()
    .map(({ key }) => key);
}

/** The key for the next erasure, made where there is none. In a transaction. */
export function ensureErasureKey(db: StateDatabase, newKey: () => string, now: Instant): string {
  const [known] = erasureKeys(db);
  if (known !== undefined) return known;
  const key = newKey();
  addErasureKey(db, { key, at: now });
  return key;
}

/** One more key that hashes may have been made with. In a transaction. */
export function addErasureKey(
  db: StateDatabase,
  { key, at }: { readonly key: string; readonly at: Instant },
): void {
  db.prepare<[string, number]>(
    'INSERT INTO erasure_keys (key, made_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
  ).run(key, at);
}

/** Hex HMAC-SHA-256 of a normalised address. */
export function hashAddress(key: string, emailKey: string): string {
  // Loading it costs 5 ms, which nobody pays who never met an erasure (P2).
  const { createHmac } = process.getBuiltinModule('node:crypto');
  return createHmac('sha256', key).update(emailKey).digest('hex');
}

/** The hash under which this address stands on the suppression list; null when it was not erased, or was taken off again. */
export function erasedHashOf(db: StateDatabase, emailKey: string): string | null {
  for (const key of erasureKeys(db)) {
    const hash = hashAddress(key, emailKey);
    if (isBarred(db, hash)) return hash;
  }
  return null;
}

/** Those of the addresses whose people were erased. Nearly free while nobody ever was. */
export function erasedAmong(db: StateDatabase, emailKeys: readonly string[]): Set<string> {
  const keys = erasureKeys(db);
  if (keys.length === 0) return NOBODY;
  const byHash = new Map(
    keys.flatMap((key) => emailKeys.map((emailKey) => [erasedKey(hashAddress(key, emailKey)), emailKey])),
  );
  const rows = db
    .prepare<[string], { email_key: string }>(
      'SELECT email_key FROM suppressions WHERE email_key IN (SELECT value FROM json_each(?))',
    )
    .all(JSON.stringify([...byHash.keys()]));
  return new Set(rows.flatMap(({ email_key }) => byHash.get(email_key) ?? []));
}

const NOBODY = new Set<string>();

function isBarred(db: StateDatabase, hash: string): boolean {
  return (
    db.prepare<[string]>('SELECT 1 FROM suppressions WHERE email_key = ?').get(erasedKey(hash)) !== undefined
  );
}

/** Begins the key of a fact that is known by the Message-ID of the person's own mail, which names their server. */
export const MAIL_KEY = 'mail ';

/** E7: the key under which a fact of somebody who was erased is known, when it is told again. */
export function erasedFactKey(erasureKey: string, factKey: string): string {
  return factKey.startsWith(MAIL_KEY) ? erasedKey(hashAddress(erasureKey, factKey)) : factKey;
}

/** Puts a hash on the suppression list, where it stands for an address that is gone. In a transaction. */
export function barHash(db: StateDatabase, hash: string, at: Instant): void {
  db.prepare<[string, string, number]>(
    'INSERT INTO suppressions (email_key, reason, note, added_at) VALUES (?, ?, NULL, ?) ON CONFLICT DO NOTHING',
  ).run(erasedKey(hash), ERASED_REASON, at);
}

/** Keeps that a lead was erased, its files not looked at yet. In a transaction. */
export function recordErasure(db: StateDatabase, { leadId, hash, at }: Erasure): void {
  db.assertInWrite();
  db.prepare<[string, string, number]>(
    `INSERT INTO erasures (lead_id, hash, erased_at) VALUES (?, ?, ?)
     ON CONFLICT (lead_id) DO UPDATE SET cleaned_at = NULL`,
  ).run(leadId, hash, at);
}

/** The files beside the state are rid of these people. */
export function markCleaned(db: StateDatabase, leadIds: readonly string[], now: Instant): void {
  const mark = db.prepare<[number, string]>('UPDATE erasures SET cleaned_at = ? WHERE lead_id = ?');
  for (const leadId of leadIds) mark.run(now, leadId);
}

/** Who was erased and still may be in a file. Costs what is found. */
export function unfinishedErasures(db: StateDatabase): Erasure[] {
  return readErasures(db, 'WHERE cleaned_at IS NULL');
}

/** Everybody who was ever erased. */
export function allErasures(db: StateDatabase): Erasure[] {
  return readErasures(db, '');
}

/** A person took it off again: the state follows. In a transaction. */
export function liftHash(db: StateDatabase, hash: string): void {
  db.prepare<[string]>('DELETE FROM suppressions WHERE email_key = ?').run(erasedKey(hash));
}

/** The ids of all mails of a lead. */
export function messageIdsOfLead(db: StateDatabase, leadId: string): string[] {
  return db
    .prepare<[string], { id: string }>(
      'SELECT m.id FROM messages m JOIN leads l ON l.row_id = m.lead_row_id WHERE l.id = ?',
    )
    .all(leadId)
    .map(({ id }) => id);
}

/** Whether this lead was erased here. */
export function isErasedLead(db: StateDatabase, leadId: string): boolean {
  return db.prepare<[string]>('SELECT 1 FROM erasures WHERE lead_id = ?').get(leadId) !== undefined;
}

function readErasures(db: StateDatabase, where: '' | 'WHERE cleaned_at IS NULL'): Erasure[] {
  return db
    .prepare<[], Erasure>(
      `SELECT lead_id AS leadId, hash, erased_at AS at FROM erasures ${where} ORDER BY erased_at, lead_id`,
    )
    .all();
}
