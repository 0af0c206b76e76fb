import { ERASED_REASON, erasedKey, isErasedKey } from '../core/erasure.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { erasedHashOf } from './erasures.ts';

/**
 * One address that never receives anything. Keyed by the address itself: `a+tag@` and `a@` are two (hardening 19); or, of a person who
 * was erased, by `erased:` and a keyed hash of it.
 */
export interface Suppression {
  readonly emailKey: string;
  /** opted_out, bounced, complained, manual, … */
  readonly reason: string;
  readonly note: string | null;
  readonly addedAt: Instant;
}

interface SuppressionRow {
  readonly email_key: string;
  readonly reason: string;
  readonly note: string | null;
  readonly added_at: number;
}

/** The reason for which an address is suppressed; null when it is not. */
export function suppressionReason(db: StateDatabase, emailKey: string): string | null {
  const row = db
    .prepare<[string], { reason: string }>('SELECT reason FROM suppressions WHERE email_key = ?')
    .get(emailKey);
  return row?.reason ?? (erasedHashOf(db, emailKey) === null ? null : ERASED_REASON);
}

/** Whether an address is on the list. */
export function isSuppressed(db: StateDatabase, emailKey: string): boolean {
  return suppressionReason(db, emailKey) !== null;
}

/**
 * The reasons of those of the addresses that are suppressed, by key. Nearly free while the list is empty. Who was erased is asked apart
 * (`erasedAmong`): such a row is not stored at all.
 */
export function suppressionReasons(db: StateDatabase, emailKeys: readonly string[]): Map<string, string> {
  const any = db.prepare<[], { found: number }>('SELECT EXISTS (SELECT 1 FROM suppressions) AS found').get();
  if (any?.found !== 1) return new Map();
  const rows = db
    .prepare<[string], { email_key: string; reason: string }>(
      'SELECT email_key, reason FROM suppressions WHERE email_key IN (SELECT value FROM json_each(?))',
    )
    .all(JSON.stringify(emailKeys));
  return new Map(rows.map((row) => [row.email_key, row.reason]));
}

/**
 * Suppresses an address, in the caller's transaction. The first reason stays: an address that complained and is later
 * imported as opted out has complained. False when it was on the list before, or stands there as a hash: an address that was erased is
 * not written down again. Enrollments of the lead are the caller's to cancel (B6).
 */
export function addSuppression(
  db: StateDatabase,
  suppression: Omit<Suppression, 'note'> & { readonly note?: string },
): boolean {
  db.assertInWrite();
  if (!isErasedKey(suppression.emailKey) && erasedHashOf(db, suppression.emailKey) !== null) return false;
  const result = db
    .prepare<[string, string, string | null, number]>(
      `INSERT INTO suppressions (email_key, reason, note, added_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (email_key) DO NOTHING`,
    )
    .run(suppression.emailKey, suppression.reason, suppression.note ?? null, suppression.addedAt);
  return result.changes === 1;
}

/**
 * Takes an address off the list, in the caller's transaction, and hands back what stood there; null when nothing did.
 * The caller records why, in the lead's timeline (cli.md 2.7: removal only with a recorded reason), and calls
 * `refreshNurtureDue`. Nobody is enrolled again by it.
 */
export function removeSuppression(db: StateDatabase, emailKey: string): Suppression | null {
  db.assertInWrite();
  const find = db.prepare<[string], SuppressionRow>('SELECT * FROM suppressions WHERE email_key = ?');
  const hash = erasedHashOf(db, emailKey);
  const row = find.get(emailKey) ?? (hash === null ? undefined : find.get(erasedKey(hash)));
  if (row === undefined) return null;
  db.prepare<[string]>('DELETE FROM suppressions WHERE email_key = ?').run(row.email_key);
  return toSuppression(row);
}

const PAGE_ROWS = 1_000;

/** The whole list by address, page by page. */
export function* listSuppressions(db: StateDatabase): Generator<Suppression> {
  const statement = db.prepare<[string], SuppressionRow>(
    `SELECT * FROM suppressions WHERE email_key > ? ORDER BY email_key LIMIT ${PAGE_ROWS}`,
  );
  let after = '';
  for (;;) {
    const rows = statement.all(after);
    for (const row of rows) yield toSuppression(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = last.email_key;
  }
}

function toSuppression(row: SuppressionRow): Suppression {
  return { emailKey: row.email_key, reason: row.reason, note: row.note, addedAt: row.added_at };
}
