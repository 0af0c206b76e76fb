import { rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import { leadCells } from './workspaces.ts';

/**
 * The least that SQLite must do for the same work: the smallest tables that could hold it, the same rows, one transaction, durable
 * at its commit. Nothing is validated, judged or logged.
 */
export interface FloorDatabase {
  readonly connection: Database.Database;
  readonly close: () => void;
}

const SCHEMA = `
  CREATE TABLE lead (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT, last_name TEXT, company TEXT,
    country TEXT, source TEXT, created_at TEXT, watermark_at INTEGER);
  CREATE TABLE enrollment (id INTEGER PRIMARY KEY, lead_id INTEGER NOT NULL, sequence TEXT NOT NULL, step INTEGER NOT NULL,
    enrolled_at INTEGER NOT NULL, due_at INTEGER, status TEXT NOT NULL, UNIQUE (sequence, lead_id));
  CREATE INDEX due ON enrollment (due_at) WHERE status = 'active';
  CREATE TABLE draft (id INTEGER PRIMARY KEY, lead_id INTEGER NOT NULL, sequence TEXT NOT NULL, step INTEGER NOT NULL,
    subject TEXT, body TEXT, status TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (lead_id, sequence, step));
`;

/** An empty one at `file`. */
export function openFloor(file: string): FloorDatabase {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  const connection = new Database(file);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.exec(SCHEMA);
  return { connection, close: () => connection.close() };
}

/** Leads and an active enrollment of each, in one transaction; `dueAt` by the lead's number. */
export function enroll({ connection }: FloorDatabase, leads: number, dueAt: (index: number) => number): void {
  const lead = connection.prepare(
    `INSERT INTO lead (email, first_name, last_name, company, country, source, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const enrollment = connection.prepare(
    `INSERT INTO enrollment (lead_id, sequence, step, enrolled_at, due_at, status) VALUES (?, 'bench', 0, ?, ?, 'active')`,
  );
  const now = Date.now();
  connection.transaction(() => {
    for (let index = 0; index < leads; index += 1) {
      const { lastInsertRowid } = lead.run(leadCells(index));
      enrollment.run(lastInsertRowid, now, dueAt(index));
    }
  })();
}

interface DueRow {
  readonly id: number;
  readonly lead_id: number;
  readonly first_name: string;
  readonly company: string;
}

const BODY_LINES = 'line of body text, seventy characters or so, plain and simple.\n'.repeat(12);
const DAY_MS = 86_400_000;

/** Drafts every due step in one transaction, watermarks and due times included. */
export function draftDue({ connection }: FloorDatabase): number {
  const now = Date.now();
  const due = connection
    .prepare<[number, number], DueRow>(
      `SELECT e.id, e.lead_id, l.first_name, l.company FROM enrollment e JOIN lead l ON l.id = e.lead_id
       WHERE e.status = 'active' AND e.due_at <= ? AND (l.watermark_at IS NULL OR l.watermark_at <= ?) ORDER BY e.due_at`,
    )
    .all(now, now - DAY_MS);
  const draft = connection.prepare(
    `INSERT INTO draft (lead_id, sequence, step, subject, body, status, created_at) VALUES (?, 'bench', 0, ?, ?, 'pending', ?)`,
  );
  const advance = connection.prepare('UPDATE enrollment SET step = step + 1, due_at = ? WHERE id = ?');
  const mark = connection.prepare('UPDATE lead SET watermark_at = ? WHERE id = ?');
  connection.transaction(() => {
    for (const row of due) {
      draft.run(row.lead_id, `A note for ${row.company}`, `Hello ${row.first_name},\n\n${BODY_LINES}`, now);
      advance.run(now + 5 * DAY_MS, row.id);
      mark.run(now, row.lead_id);
    }
  })();
  return due.length;
}
