import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { runCli, type CliOptions, type CliResult } from '../helpers/cli.ts';
import { testState, type TestState } from '../helpers/state.ts';

export const DAY_MS = 86_400_000;
export const CONFIG = `timezone = "UTC"

[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"

[web]
token_secret = { file = "secret" }
`;
const BRAND = `name = "Ledd"
from = "Tom at Ledd <tom@mail.example.com>"
postal_address = "1 Example Street, Leeds"
`;

export interface Bench extends TestState {
  /** Writes sequences/NAME: its head lines and its steps with their delays; null removes the folder. */
  sequence(name: string, steps: Readonly<Record<string, string>> | null, head?: string): void;
  cli(line: string, options?: CliOptions): Promise<CliResult>;
  words(argv: readonly string[]): Promise<CliResult>;
  /** Puts a file into the workspace. */
  put(name: string, text: string): void;
  json(line: string): Promise<Document>;
  /** Stores a lead; returns its row id. */
  lead(name: string, source?: string): number;
  enroll(lead: number, at: { step: string; last?: string; anchorAt?: number }): number;
  message(enrollment: number, step: string, state: string): void;
  enrollment(rowId: number): Readonly<Record<string, unknown>>;
  messageStates(): readonly unknown[];
}

export interface Document {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly exit: { readonly code: number; readonly name: string; readonly message: string | null };
  readonly [key: string]: unknown;
}

export const ACTIVE = 'status = "active"\n[trigger]\nsource = ["web"]';

/** A workspace with its state, whose sequence files, leads and messages a test writes as it likes. */
export function bench(): Bench {
  const state = testState();
  const { database, directory, clock } = state;
  const put = (name: string, text: string): void => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  };
  put('headgate.toml', CONFIG);
  put('brand.toml', BRAND);
  mkdirSync(join(directory, 'sequences'));
  const stepRow = (id: string): number =>
    database.prepare<[string], { row_id: number }>('SELECT row_id FROM steps WHERE id = ?').get(id)!.row_id;
  const insert = (sql: string, ...values: unknown[]): number =>
    database.write(() => Number(database.prepare(sql).run(...values).lastInsertRowid));
  return {
    ...state,
    sequence(name, steps, head = ACTIVE) {
      rmSync(join(directory, 'sequences', name), { recursive: true, force: true });
      if (steps === null) return;
      const blocks = Object.entries(steps).map(
        ([id, after]) => `[[step]]\nid = "${id}"\nafter = "${after}"\n`,
      );
      put(`sequences/${name}/sequence.toml`, `name = "${name}"\n${head}\n\n${blocks.join('\n')}`);
      for (const id of Object.keys(steps)) {
        put(
          `sequences/${name}/${id}.md`,
          `Subject: About ${id}\nMode: fixed\n\nHello, may I ask about ${id}?\n`,
        );
      }
    },
    put,
    words: (argv) => runCli(argv, { cwd: directory, clock }),
    cli: (line, options = {}) => runCli(line.split(' '), { ...options, cwd: directory, clock }),
    json: async (line) =>
      (await runCli([...line.split(' '), '--json'], { cwd: directory, clock })).json() as Document,
    lead: (name, source = 'web') =>
      insert(
        `INSERT INTO leads (id, email, email_key, zone, zone_rule, stage, status, source, imported_at, changed_at)
         VALUES (?, ?, ?, 'UTC', 'operator', 'new', 'new', ?, 1, 1)`,
        `l-${name}`,
        `${name}@x.example`,
        `${name}@x.example`,
        source,
      ),
    enroll(lead, { step, last, anchorAt = clock.now() }) {
      insert(
        `INSERT INTO enrollment_counts (sequence_row_id, status, count)
         VALUES ((SELECT sequence_row_id FROM steps WHERE id = ?), 'active', 1) ON CONFLICT DO UPDATE SET count = count + 1`,
        step,
      );
      return insert(
        `INSERT INTO enrollments (id, lead_row_id, sequence_row_id, kind, status, enrolled_at, anchor_at, last_step_row_id,
           next_step_row_id, due_at, next_due_at, is_first_step)
         VALUES (?, ?, (SELECT sequence_row_id FROM steps WHERE id = ?), 'drip', 'active', ?, ?, ?, ?, ?, ?, ?)`,
        `e-${lead}`,
        lead,
        step,
        anchorAt,
        anchorAt,
        last === undefined ? null : stepRow(last),
        stepRow(step),
        anchorAt + 2 * DAY_MS,
        anchorAt + 2 * DAY_MS,
        last === undefined ? 1 : 0,
      );
    },
    message(enrollment, step, to) {
      const words = to === 'reserved' ? [null, null, null] : ['S', 'B', 'h'];
      insert(
        `INSERT INTO messages (id, enrollment_row_id, step_row_id, lead_row_id, job, state, run_id, reserved_at, subject,
           body_markdown, text_hash, hold_cause, held_from, sent_at)
         VALUES (?, ?, ?, (SELECT lead_row_id FROM enrollments WHERE row_id = ?), 'drip', ?, 'r-1', 1, ?, ?, ?, ?, ?, ?)`,
        `m-${enrollment}-${step}`,
        enrollment,
        stepRow(step),
        enrollment,
        to,
        ...words,
        to === 'held' ? 'operator' : null,
        to === 'held' ? 'approved' : null,
        to === 'sent' ? 1 : null,
      );
    },
    enrollment: (rowId) =>
      database
        .prepare<[number], Readonly<Record<string, unknown>>>(
          `SELECT e.status, e.cancel_reason, e.next_due_at, s.id AS step FROM enrollments e
           LEFT JOIN steps s ON s.row_id = e.next_step_row_id WHERE e.row_id = ?`,
        )
        .get(rowId)!,
    messageStates: () =>
      database
        .prepare<[], { id: string; state: string; note: string | null }>(
          'SELECT id, state, note FROM messages ORDER BY row_id',
        )
        .all()
        .map(({ id, state: messageState, note }) => [id, messageState, note]),
  };
}
