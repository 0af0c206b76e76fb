import {
  BEFORE_THE_FIRST,
  nextEntry,
  type AuditAct,
  type AuditEntry,
  type AuditHead,
} from '../core/audit/entry.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** A13: records one act, in its own transaction, so that neither exists without the other. Answers with the new end of the trail. */
export function appendAudit(db: StateDatabase, act: AuditAct): AuditHead {
  return append(db, nextEntry(auditHead(db) ?? BEFORE_THE_FIRST, act));
}

/**
 * A15: records that the trail goes on behind entries that are gone: `outside` is the newest that somebody else knows of; null when nobody
 * knows one. Its number is the one after those that are gone, so that no number ever names two entries.
 */
export function appendRestored(
  db: StateDatabase,
  act: Omit<AuditAct, 'kind'>,
  outside: AuditHead | null,
): AuditHead {
  const head = auditHead(db) ?? BEFORE_THE_FIRST;
  const number = Math.max(head.number, outside?.number ?? 0) + 1;
  const known = { outside_number: outside?.number ?? null, outside_hash: outside?.hash ?? null };
  const missing = number - 1 - head.number;
  const detail = { ...act.detail, ...known, missing };
  return append(db, nextEntry(head, { ...act, kind: 'restored', detail }, number));
}

function append(db: StateDatabase, entry: AuditEntry): AuditHead {
  db.assertInWrite();
  db.prepare<AuditRow>(INSERT_AUDIT).run(...auditRow(entry));
  return { number: entry.number, hash: entry.hash };
}

/** For `createState` too, which has no handle on a state yet. */
export const INSERT_AUDIT =
  'INSERT INTO audit (number, at, kind, actor, subject, detail, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)';

export type AuditRow = [number, number, string, string, string | null, string, string, string];

export function auditRow(entry: AuditEntry): AuditRow {
  const { number, at, kind, actor, subject, detail, previousHash, hash } = entry;
  return [number, at, kind, actor, subject, detail, previousHash, hash];
}

/** The newest entry; null in a state without any. */
export function auditHead(db: StateDatabase): AuditHead | null {
  return (
    db.prepare<[], AuditHead>('SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1').get() ?? null
  );
}

/** The hash that is stored under a number; null when there is no such entry. */
export function auditHashAt(db: StateDatabase, number: number): string | null {
  return (
    db.prepare<[number], { hash: string }>('SELECT hash FROM audit WHERE number = ?').get(number)?.hash ??
    null
  );
}

/** Whether the trail holds this very entry, or a `restored` entry says that it is gone. */
export function accountsFor(db: StateDatabase, head: AuditHead): boolean {
  const stored = auditHashAt(db, head.number);
  if (stored !== null) return stored === head.hash;
  const row = db
    .prepare<[number], { kind: string }>('SELECT kind FROM audit WHERE number > ? ORDER BY number LIMIT 1')
    .get(head.number);
  return row?.kind === 'restored';
}

/** Whether the trail was broken off, or taken over by a person, at this time or later. */
export function isBrokenSince(db: StateDatabase, at: Instant): boolean {
  const row = db
    .prepare<[number]>("SELECT 1 FROM audit WHERE at >= ? AND kind IN ('restored', 'adopted') LIMIT 1")
    .get(at);
  return row !== undefined;
}

const COLUMNS = 'number, at, kind, actor, subject, detail, previous_hash AS previousHash, hash';

/** Entries after this number, oldest first, as they are asked for. Read them within one snapshot. */
export function auditEntries(db: StateDatabase, afterNumber: number): IterableIterator<AuditEntry> {
  return db
    .prepare<[number], AuditEntry>(`SELECT ${COLUMNS} FROM audit WHERE number > ? ORDER BY number`)
    .iterate(afterNumber);
}

/** Which entries to show; what is null does not narrow. */
export interface AuditFilter {
  readonly since: Instant | null;
  readonly kinds: readonly string[] | null;
  readonly subjects: readonly string[] | null;
  /** The subject begins so. */
  readonly subjectPrefix: string | null;
  readonly limit: number;
}

/** The newest entries that pass, oldest of them first. May read the whole trail: an index of subjects would slow every send down. */
export function listAudit(db: StateDatabase, filter: AuditFilter): AuditEntry[] {
  const { since, kinds, subjects, subjectPrefix, limit } = filter;
  const wanted = {
    since,
    kinds: kinds === null ? null : JSON.stringify(kinds),
    subjects: subjects === null ? null : JSON.stringify(subjects),
    prefix: subjectPrefix,
    limit,
  };
  return db
    .prepare<[typeof wanted], AuditEntry>(
      `SELECT ${COLUMNS} FROM audit
       WHERE (@since IS NULL OR at >= @since)
         AND (@kinds IS NULL OR kind IN (SELECT value FROM json_each(@kinds)))
         AND (@subjects IS NULL OR subject IN (SELECT value FROM json_each(@subjects)))
         AND (@prefix IS NULL OR substr(subject, 1, length(@prefix)) = @prefix)
       ORDER BY number DESC LIMIT @limit`,
    )
    .all(wanted)
    .reverse();
}

/** What the entries about a lead may speak of: the lead, its enrollments, its messages. */
export function subjectsOfLead(db: StateDatabase, leadRowId: number): string[] {
  return db
    .prepare<[number, number, number], { id: string }>(
      `SELECT id FROM leads WHERE row_id = ? UNION ALL SELECT id FROM messages WHERE lead_row_id = ?
       UNION ALL SELECT id FROM enrollments WHERE lead_row_id = ?`,
    )
    .all(leadRowId, leadRowId, leadRowId)
    .map(({ id }) => id);
}
