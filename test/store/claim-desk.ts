import type { LeadFields, MessageState, SequenceDefinition, StoredSequence } from '../../src/core/model.ts';
import { messageById, type StoredMessage } from '../../src/store/messages.ts';
import { keepMail } from '../../src/store/sends.ts';
import { desk, welcome, type Desk } from '../commands/desk.ts';

export { DAY_MS, HOUR_MS } from '../commands/desk.ts';

export type Columns = Readonly<Record<string, string | number | null>>;

/** A state with a sequence of three steps, and messages in whatever state a test wants to look at. No command runs. */
export interface ClaimDesk extends Desk {
  readonly sequence: StoredSequence;
  /** A new lead with an enrollment and a message of its first step in this state; the columns are as given. Returns the message's row. */
  put(state: MessageState, columns?: Columns, lead?: Partial<LeadFields>): number;
  /** A message of a later step of the same enrollment. */
  putNext(first: number, step: 1 | 2, state: MessageState, columns?: Columns): number;
  set(table: string, rowId: number, columns: Columns): void;
  /** A whole row of a table. */
  get(table: string, rowId: number): Readonly<Record<string, unknown>>;
  id(message: number): string;
  stored(message: number): StoredMessage;
  leadOf(message: number): number;
  enrollmentOf(message: number): number;
  /** The mail of a message, `<one@mail.example.com>`, as a claim keeps it; in a write. */
  keepMail(message: number): void;
  write<T>(work: () => T): T;
  rows(sql: string, ...values: unknown[]): readonly Readonly<Record<string, unknown>>[];
  /** The first column of all rows. */
  column(sql: string, ...values: unknown[]): unknown[];
}

/** What the schema asks of a message in a state, as of now. */
const NEEDED = (now: number): Partial<Record<MessageState, Columns>> => ({
  approved: { approved_at: now, approved_by: 'ann', leaves_at: now },
  held: { hold_cause: 'operator', held_from: 'pending_approval' },
  sending: { claimed_at: now, attempts: 1 },
  sent: { claimed_at: now, sent_at: now, attempts: 1 },
  uncertain: { claimed_at: now, attempts: 1 },
  failed: { claimed_at: now, attempts: 1, ended_at: now },
});

export function claimDesk(changes: Partial<SequenceDefinition> = {}): ClaimDesk {
  const bench = desk();
  const { database: db, clock, random } = bench;
  const sequence = bench.apply(welcome(changes));
  const rows: ClaimDesk['rows'] = (sql, ...values) =>
    db.prepare<unknown[], Readonly<Record<string, unknown>>>(sql).all(...values);
  const number = (sql: string, rowId: number): number => Number(Object.values(rows(sql, rowId)[0]!)[0]);
  const set: ClaimDesk['set'] = (table, rowId, columns) => {
    const names = Object.keys(columns);
    if (names.length === 0) return;
    const sql = `UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE row_id = ?`;
    db.write(() => db.prepare(sql).run(...Object.values(columns), rowId));
  };
  const take = (message: number, state: MessageState, columns: Columns): number => {
    set('messages', message, { state, ...NEEDED(clock.now())[state], ...columns });
    return message;
  };
  let made = 0;
  return {
    ...bench,
    sequence,
    set,
    rows,
    column: (sql, ...values) => rows(sql, ...values).map((row) => Object.values(row)[0]),
    get: (table, rowId) => rows(`SELECT * FROM ${table} WHERE row_id = ?`, rowId)[0]!,
    put: (state, columns = {}, lead = {}) => {
      made += 1;
      return db.write(() => {
        const enrollment = bench.enroll(bench.lead(`lead${String(made)}`, lead), sequence);
        const id = bench.message(enrollment, 'pending_approval');
        return take(messageById(db, id)!.rowId, state, columns);
      });
    },
    putNext: (first, step, state, columns = {}) => {
      const copied = `enrollment_row_id, lead_row_id, job, run_id, subject, body_markdown, text_hash, reserved_at, drafted_at`;
      const rowId = db.write(() =>
        Number(
          db
            .prepare<[string, number, number]>(
              `INSERT INTO messages (id, step_row_id, state, ${copied}) SELECT ?, ?, 'expired', ${copied} FROM messages WHERE row_id = ?`,
            )
            .run(random.publicId('m'), sequence.steps[step]!.rowId, first).lastInsertRowid,
        ),
      );
      return take(rowId, state, columns);
    },
    id: (message) => String(rows('SELECT id FROM messages WHERE row_id = ?', message)[0]!['id']),
    stored: (message) =>
      messageById(db, String(rows('SELECT id FROM messages WHERE row_id = ?', message)[0]!['id']))!,
    leadOf: (message) => number('SELECT lead_row_id FROM messages WHERE row_id = ?', message),
    enrollmentOf: (message) => number('SELECT enrollment_row_id FROM messages WHERE row_id = ?', message),
    keepMail: (messageRowId) =>
      keepMail(db, {
        messageRowId,
        revision: 1,
        textHash: 'hash',
        transport: 'smtp',
        messageIdHeader: '<one@mail.example.com>',
        sender: 'tom@mail.example.com',
        recipient: 'lead1@lead1.example',
        raw: new Uint8Array(),
        payload: null,
      }),
    write: (work) => db.write(work),
  };
}
