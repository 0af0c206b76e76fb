import { erasedKey, ERASED_PREFIX } from '../core/erasure.ts';
import type { Instant, Lead } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { cancelLeadEnrollments } from './enrollments.ts';
import { barHash, erasedFactKey, MAIL_KEY, recordErasure } from './erasures.ts';
import { mentions, overwriteMentions, type PersonWords } from './mentions.ts';
import { EVENTS_OF_PERSON, MENTIONING_TABLES, PERSONAL_TABLES, type PersonalTable } from './personal-data.ts';
import { addTimeline } from './timeline.ts';

/** How many rows of each kind hold something about a person, by the name of the table. */
export type PersonalCounts = Readonly<Record<string, number>>;

/** What the state holds about a lead, counted. Reads only. */
export function countPersonal(db: StateDatabase, lead: Lead): PersonalCounts {
  const counts = new Map<string, number>();
  for (const { table, where } of PERSONAL_TABLES) {
    const row = db
      .prepare<[PersonKeys], { count: number }>(`SELECT count(*) AS count FROM ${table} WHERE ${where}`)
      .get(keysOf(lead));
    counts.set(table, row?.count ?? 0);
  }
  const words = personWords(db, lead);
  for (const of of MENTIONING_TABLES) counts.set(of.table, [...mentions(db, of, words)].length);
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

/** A mail of this lead that is leaving, or may have left: until that is settled nobody can say what there is to erase. */
export function leavingMessages(db: StateDatabase, leadRowId: number): { id: string; state: string }[] {
  return db
    .prepare<[number], { id: string; state: string }>(
      `SELECT id, state FROM messages WHERE lead_row_id = ? AND state IN ('sending', 'uncertain') ORDER BY row_id`,
    )
    .all(leadRowId);
}

/**
 * Overwrites everything that the state holds about a lead, in the caller's transaction, and puts the hash of its address on the
 * suppression list. What rules count by stays (caps, watermark, steps that were sent: A2, A6, D1). A mail of which nobody knows whether
 * it left counts as sent from now on: there are no words left to ask a provider about, and nobody to settle it for.
 */
export function eraseLead(
  db: StateDatabase,
  {
    lead,
    hash,
    key,
    now,
  }: { readonly lead: Lead; readonly hash: string; readonly key: string; readonly now: Instant },
): void {
  db.assertInWrite();
  const words = personWords(db, lead);
  const keys = keysOf(lead);
  cancelLeadEnrollments(db, lead.rowId, { reason: 'suppressed', now });
  db.prepare<[number, number]>(
    `UPDATE messages SET state = 'sent', sent_at = coalesce(claimed_at, ?), key_used_at = NULL, retry_at = NULL
     WHERE lead_row_id = ? AND state IN ('sending', 'uncertain')`,
  ).run(now, lead.rowId);
  db.prepare<[PersonKeys]>(
    'DELETE FROM chat_buttons WHERE subject IN (SELECT id FROM messages WHERE lead_row_id = @leadRowId)',
  ).run(keys);
  overwriteMentions(db, words);
  hashEventKeys(db, { keys, key });
  for (const table of PERSONAL_TABLES) overwriteTable(db, table, keys);
  db.prepare<[string]>('DELETE FROM suppressions WHERE email_key = ?').run(lead.emailKey);
  barHash(db, hash, now);
  leaveTombstone(db, { lead, hash, now });
  addTimeline(db, { leadRowId: lead.rowId, at: now, kind: 'erased', text: 'erased', ref: null });
  recordErasure(db, { leadId: lead.id, hash, at: now });
}

/** How other texts may name this lead. */
export function personWords(db: StateDatabase, lead: Lead): PersonWords {
  const ids = db
    .prepare<[number, number], { id: string }>(
      'SELECT id FROM messages WHERE lead_row_id = ? UNION ALL SELECT id FROM enrollments WHERE lead_row_id = ?',
    )
    .all(lead.rowId, lead.rowId)
    .map(({ id }) => id);
  const name = [lead.firstName, lead.lastName].filter((part) => part !== null).join(' ');
  return {
    exact: [lead.email.toLowerCase(), lead.emailKey, lead.id, ...ids],
    name: name.length < NAME_LENGTH_MIN ? null : name,
  };
}

const NAME_LENGTH_MIN = 2;

/** What the rows of a lead are found by. */
export interface PersonKeys {
  readonly leadRowId: number;
  readonly leadId: string;
  readonly emailKey: string;
}

export function keysOf({ rowId, id, emailKey }: Lead): PersonKeys {
  return { leadRowId: rowId, leadId: id, emailKey };
}

function overwriteTable(db: StateDatabase, { table, where, columns }: PersonalTable, keys: PersonKeys): void {
  const set = Object.entries(columns).flatMap(([name, treatment]) =>
    'becomes' in treatment ? [`${name} = ${treatment.becomes}`] : [],
  );
  if (set.length === 0) return;
  db.prepare<[PersonKeys]>(`UPDATE ${table} SET ${set.join(', ')} WHERE ${where}`).run(keys);
}

/** What somebody else's mail was answered with keeps its key: it would be taken for news when it is read again (E7). */
function hashEventKeys(db: StateDatabase, of: { readonly keys: PersonKeys; readonly key: string }): void {
  const rows = db
    .prepare<[PersonKeys], { row_id: number; key: string }>(
      `SELECT row_id, key FROM message_events WHERE ${EVENTS_OF_PERSON} AND coalesce(lead_row_id, @leadRowId) = @leadRowId
         AND key >= '${MAIL_KEY}' AND key < 'mail!'`,
    )
    .all(of.keys);
  const update = db.prepare<[string, number]>('UPDATE message_events SET key = ? WHERE row_id = ?');
  for (const row of rows) update.run(erasedFactKey(of.key, row.key), row.row_id);
}

/**
 * The row stays, so that nothing that counts by it changes. Its key is the hash on the suppression list, so that every place that asks
 * whether it is suppressed hears yes without knowing of erasures; an address that was erased twice has two such rows.
 */
function leaveTombstone(
  db: StateDatabase,
  { lead, hash, now }: { readonly lead: Lead; readonly hash: string; readonly now: Instant },
): void {
  const key = erasedKey(hash);
  const isTaken = db.prepare<[string]>('SELECT 1 FROM leads WHERE email_key = ?').get(key) !== undefined;
  db.prepare<[string, number, number]>(
    `UPDATE leads SET email_key = ?, do_not_contact = 1, opted_out_on_page_at = NULL, held_until = NULL, nurture_due_at = NULL,
       created_at = NULL, updated_at = NULL, attribution_at = NULL, changed_at = ? WHERE row_id = ?`,
  ).run(isTaken ? `${ERASED_PREFIX}${lead.id}` : key, now, lead.rowId);
}
