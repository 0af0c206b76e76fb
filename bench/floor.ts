/**
 * The least that SQLite must do for the same work, as a program of its own: the smallest tables that could hold it, the same rows, one
 * transaction, durable at its commit. Nothing is read, checked, judged or told. Usage: floor enroll FILE N, floor due FILE, floor
 * draft FILE, floor mail PORT N CONNECTIONS. The bench bundles it, so that it starts as fast as such a program can.
 */
import { rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import { leadCells } from './lead-cells.ts';

const SCHEMA = `
  CREATE TABLE lead (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT, last_name TEXT, company TEXT,
    country TEXT, source TEXT, created_at TEXT, watermark_at INTEGER);
  CREATE TABLE enrollment (id INTEGER PRIMARY KEY, lead_id INTEGER NOT NULL, sequence TEXT NOT NULL, step INTEGER NOT NULL,
    enrolled_at INTEGER NOT NULL, due_at INTEGER, status TEXT NOT NULL, UNIQUE (sequence, lead_id));
  CREATE INDEX due ON enrollment (due_at) WHERE status = 'active';
  CREATE TABLE draft (id INTEGER PRIMARY KEY, lead_id INTEGER NOT NULL, sequence TEXT NOT NULL, step INTEGER NOT NULL,
    subject TEXT, body TEXT, status TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (lead_id, sequence, step));
`;

const BODY_LINES = 'line of body text, seventy characters or so, plain and simple.\n'.repeat(12);
const DAY_MS = 86_400_000;

const [, , command, file = '', count = '0', connections = '1'] = process.argv;
if (command === 'enroll') enroll(Number(count));
else if (command === 'due') makeDue();
else if (command === 'draft') draftDue();
else if (command === 'mail') void mail(Number(file), Number(count), Number(connections));
else throw new Error('floor enroll FILE N | due FILE | draft FILE | mail PORT N CONNECTIONS');

function open(): Database.Database {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return database;
}

/** A new file with so many leads, and an active enrollment of each. */
function enroll(leads: number): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  const database = open();
  database.exec(SCHEMA);
  const lead = database.prepare(
    `INSERT INTO lead (email, first_name, last_name, company, country, source, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const enrollment = database.prepare(
    `INSERT INTO enrollment (lead_id, sequence, step, enrolled_at, due_at, status) VALUES (?, 'bench', 0, ?, ?, 'active')`,
  );
  const now = Date.now();
  database.transaction(() => {
    for (let index = 0; index < leads; index += 1) {
      const { lastInsertRowid } = lead.run(leadCells(index));
      enrollment.run(lastInsertRowid, now, now + DAY_MS);
    }
  })();
  database.close();
}

/** Every step due again, and nothing drafted. */
function makeDue(): void {
  const database = open();
  database.exec(
    'DELETE FROM draft; UPDATE lead SET watermark_at = NULL; UPDATE enrollment SET due_at = 0, step = 0',
  );
  database.close();
}

interface DueRow {
  readonly id: number;
  readonly lead_id: number;
  readonly first_name: string;
  readonly company: string;
}

/** Drafts every due step, watermarks and due times included. */
function draftDue(): void {
  const database = open();
  const now = Date.now();
  const due = database
    .prepare<[number, number], DueRow>(
      `SELECT e.id, e.lead_id, l.first_name, l.company FROM enrollment e JOIN lead l ON l.id = e.lead_id
       WHERE e.status = 'active' AND e.due_at <= ? AND (l.watermark_at IS NULL OR l.watermark_at <= ?) ORDER BY e.due_at`,
    )
    .all(now, now - DAY_MS);
  const draft = database.prepare(
    `INSERT INTO draft (lead_id, sequence, step, subject, body, status, created_at) VALUES (?, 'bench', 0, ?, ?, 'pending', ?)`,
  );
  const advance = database.prepare('UPDATE enrollment SET step = step + 1, due_at = ? WHERE id = ?');
  const mark = database.prepare('UPDATE lead SET watermark_at = ? WHERE id = ?');
  database.transaction(() => {
    for (const row of due) {
      draft.run(row.lead_id, `A note for ${row.company}`, `Hello ${row.first_name},\n\n${BODY_LINES}`, now);
      advance.run(now + 5 * DAY_MS, row.id);
      mark.run(now, row.lead_id);
    }
  })();
  database.close();
  console.log(due.length);
}

/** nodemailer's own pool, and nothing else: no state, no journal, no guard. */
async function mail(port: number, mails: number, maxConnections: number): Promise<void> {
  // Only here: it takes longer to load than all that the other commands load.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    pool: true,
    maxConnections,
    maxMessages: Infinity,
    ignoreTLS: true,
  });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < mails; index = next++) {
      await transport.sendMail({
        from: 'bench@bench.example',
        to: leadCells(index)[0],
        subject: `A note for ${leadCells(index)[3] ?? ''}`,
        text: `Hello ${leadCells(index)[1] ?? ''},\n\n${BODY_LINES}`,
        headers: { 'List-Unsubscribe': '<https://bench.example/u/1>' },
      });
    }
  };
  await Promise.all(Array.from({ length: maxConnections }, lane));
  transport.close();
}
