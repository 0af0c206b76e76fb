import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { StateDatabase } from '../../src/store/database.ts';
import { desk, OPEN_CONFIG, welcome, type Desk } from '../commands/desk.ts';

/** A workspace with one lead and one sent mail for each number, and one or more sources. */
export function mailedDesk(sources: string, count: number): Desk {
  const bench = desk({ config: `${OPEN_CONFIG}\n${sources}\n` });
  mkdirSync(join(bench.directory, 'locks'), { recursive: true });
  bench.apply(welcome());
  fill(bench.database, { count, at: bench.clock.now() - 3_600_000 });
  return bench;
}

/** Puts a secret into a file of the workspace; returns the file's name. */
export function putSecret(bench: Desk, secret: string, name = 'key'): string {
  writeFileSync(join(bench.directory, name), `${secret}\n`, { mode: 0o600 });
  return name;
}

/** The id of the mail with this number. */
export function mailId(number: number): string {
  return `m-${String(number).padStart(16, 'a')}`;
}

export function leadEmail(number: number): string {
  return `lead${String(number)}@campaign.example`;
}

/** Rows as import, drip and send would leave them, without making them one by one. */
function fill(db: StateDatabase, { count, at }: { count: number; at: number }): void {
  const step = db
    .prepare<[], { row_id: number; sequence_row_id: number }>('SELECT * FROM steps LIMIT 1')
    .get()!;
  db.write(() => {
    for (let number = 1; number <= count; number += 1) {
      const email = leadEmail(number);
      const id = String(number).padStart(16, 'a');
      db.prepare(
        `INSERT INTO leads (row_id, id, email, email_key, zone, zone_rule, stage, status, imported_at, changed_at)
         VALUES (?, ?, ?, ?, 'UTC', 'operator', 'new', 'new', ?, ?)`,
      ).run(number, `l-${id}`, email, email, at, at);
      db.prepare(
        `INSERT INTO enrollments (row_id, id, lead_row_id, sequence_row_id, kind, status, enrolled_at, anchor_at,
           last_step_row_id)
         VALUES (?, ?, ?, ?, 'drip', 'active', ?, ?, ?)`,
      ).run(number, `e-${id}`, number, step.sequence_row_id, at, at, step.row_id);
      db.prepare(
        `INSERT INTO messages (row_id, id, enrollment_row_id, step_row_id, lead_row_id, job, state, run_id, subject,
           body_markdown, text_hash, reserved_at, drafted_at, approved_at, claimed_at, sent_at, attempts)
         VALUES (?, ?, ?, ?, ?, 'drip', 'sent', 'r-test', 'Hello', 'Hello', 'hash', ?, ?, ?, ?, ?, 1)`,
      ).run(number, `m-${id}`, number, step.row_id, number, at, at, at, at, at);
      db.prepare(
        `INSERT INTO outgoing_mail (message_row_id, revision, text_hash, message_id_header, sender, recipient, raw, transport)
         VALUES (?, 1, 'hash', ?, 'tom@mail.example.com', ?, x'00', 'smtp')`,
      ).run(number, `<m-${id}@mail.example.com>`, email);
    }
  });
}

/** All that events may have changed, for comparing two histories. */
export function outcomeOf(bench: Desk): unknown {
  const all = (sql: string): unknown => bench.database.prepare(sql).all();
  return {
    events: all('SELECT key, kind, message_row_id FROM message_events ORDER BY key'),
    suppressions: all('SELECT email_key, reason FROM suppressions ORDER BY email_key'),
    enrollments: all('SELECT row_id, status, cancel_reason FROM enrollments ORDER BY row_id'),
    leads: all('SELECT row_id, opted_out FROM leads ORDER BY row_id'),
  };
}
