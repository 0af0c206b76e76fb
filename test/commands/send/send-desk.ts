import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createSendJournal } from '../../../src/adapters/send-journal.ts';
import { listOutbox } from '../../../src/adapters/mail/outbox.ts';
import type { LeadFields, MessageState, StoredSequence } from '../../../src/core/model.ts';
import type { JournalEntry } from '../../../src/ports.ts';
import { messageById, type MessageChange, type StoredMessage } from '../../../src/store/messages.ts';
import { saveSequences } from '../../../src/store/sequences.ts';
import { desk, welcome, type Desk, type Document } from '../desk.ts';

export { DAY_MS, HOUR_MS } from '../desk.ts';
export const MINUTE_MS = 60_000;

/** What a test says of the configuration; the rest is as `init` would write it, open day and night. */
export interface SendConfig {
  /** Lines below `[limits]`. */
  readonly limits?: readonly string[];
  /** Lines below `[mail]`. */
  readonly mail?: readonly string[];
  /** Lines below `[hours]`. */
  readonly hours?: readonly string[];
  /** Given: live, over SMTP, to this loopback port. */
  readonly smtpPort?: number;
  readonly isLive?: boolean;
  /** Lines at the end: `[[sender]]` blocks. */
  readonly blocks?: readonly string[];
  /** One message at a time, with a pause too short to be waited for. */
  readonly isPaced?: boolean;
}

const OPEN_HOURS = ['weekdays = [1, 2, 3, 4, 5, 6, 7]', 'start = "00:00"', 'end = "24:00"'];

export function configText({
  limits = [],
  mail = [],
  hours = OPEN_HOURS,
  smtpPort,
  isLive,
  isPaced = false,
  blocks = [],
}: SendConfig): string {
  const smtp =
    smtpPort === undefined
      ? []
      : ['transport = "smtp"', 'smtp.host = "127.0.0.1"', `smtp.port = ${String(smtpPort)}`];
  return [
    'timezone = "UTC"',
    `live = ${String(isLive ?? smtpPort !== undefined)}`,
    '[hours]',
    ...hours,
    '[limits]',
    ...(limits.some((line) => line.startsWith('undo_minutes')) ? [] : ['undo_minutes = 0']),
    ...limits,
    '[mail]',
    'pace_seconds_min = 0',
    `pace_seconds_max = ${isPaced ? '0.001' : '0'}`,
    ...smtp,
    ...mail,
    '[web]',
    'token_secret = { file = "secret" }',
    ...blocks,
    '',
  ].join('\n');
}

/** The document of a run (cli.md 2.6). */
export type RunDocument = Document & {
  readonly run: Readonly<Record<string, unknown>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly next: readonly string[];
};

/** A desk with one active sequence, and everything that a test of `send` asks. */
export interface SendDesk extends Desk {
  readonly sequence: StoredSequence;
  configure(config: SendConfig): void;
  /** A new lead with an approved message for the first step, approved now and on this boot; returns its id. */
  approve(name: string, change?: MessageChange, fields?: Partial<LeadFields>): string;
  approveMany(count: number, prefix?: string): string[];
  send(...words: readonly string[]): Promise<RunDocument>;
  pauseSequence(status: 'paused' | 'active'): void;
  of(id: string): StoredMessage;
  stateOf(id: string): MessageState;
  /** Ids of the mails in the outbox, in the order in which they were put there. */
  outbox(): string[];
  journal(): readonly JournalEntry[];
  /** Attempts of a message as `claimed 1`, `accepted 1`. */
  attempts(id: string): string[];
  /** The notices that wait for the operator, by kind. */
  notices(): string[];
  /** All rows of a query. */
  rows(sql: string, ...values: unknown[]): readonly Readonly<Record<string, unknown>>[];
  /** Closes the state, as if nobody looked at it, while `work` runs; afterwards it may be another one. */
  away<T>(work: () => Promise<T>): Promise<T>;
  stop(): void;
}

export function sendDesk(config: SendConfig = {}, now?: number): SendDesk {
  const bench = desk({ config: configText(config), ...(now === undefined ? {} : { now }) });
  const sequence = bench.apply(welcome());
  const { directory, machine } = bench;
  let db = bench.database;
  const of = (id: string): StoredMessage => messageById(db, id)!;
  const approve: SendDesk['approve'] = (name, change = {}, fields = {}) =>
    bench.message(bench.enroll(bench.lead(name, fields), sequence), 'approved', {
      approved_boot_id: machine.bootId(),
      ...change,
    });
  return {
    ...bench,
    sequence,
    configure: (changed) => {
      writeFileSync(join(directory, 'headgate.toml'), configText(changed));
    },
    approve,
    approveMany: (count, prefix = 'lead') =>
      Array.from({ length: count }, (_, index) => approve(`${prefix}${String(index)}`)),
    send: async (...words) => (await bench.json(['send', ...words])) as RunDocument,
    pauseSequence: (status) => {
      db.write(() => saveSequences(db, [{ ...sequence, status }]));
    },
    of,
    stateOf: (id) => of(id).state,
    outbox: () => listOutbox(join(directory, 'outbox')).map(({ messageId }) => messageId),
    journal: () => createSendJournal(directory).read(),
    attempts: (id) =>
      db
        .prepare<[number], { event: string; attempt: number }>(
          'SELECT event, attempt FROM attempts WHERE message_row_id = ? ORDER BY row_id',
        )
        .all(of(id).rowId)
        .map(({ event, attempt }) => `${event} ${String(attempt)}`),
    notices: () =>
      db
        .prepare<[], { kind: string }>('SELECT kind FROM notices WHERE delivered_at IS NULL ORDER BY row_id')
        .all()
        .map(({ kind }) => kind),
    row: (sql, ...values) => db.prepare<unknown[], Readonly<Record<string, unknown>>>(sql).get(...values)!,
    rows: (sql, ...values) => db.prepare<unknown[], Readonly<Record<string, unknown>>>(sql).all(...values),
    away: async (work) => {
      db.close();
      try {
        return await work();
      } finally {
        db = bench.open('write');
      }
    },
    stop: () => {
      writeFileSync(join(directory, 'STOP'), 'hand on the brake\n');
    },
  };
}

/** A desk that went live over SMTP to this port, and has run `send` once with nothing to send. */
export async function liveDesk(smtpPort: number, config: SendConfig = {}, now?: number): Promise<SendDesk> {
  const bench = sendDesk({ smtpPort, ...config }, now);
  await bench.run(['go-live', '--keep', '--yes']);
  await bench.send();
  return bench;
}

/** The text of a mail in the outbox. */
export function outboxText(bench: SendDesk, id: string): string {
  const entry = listOutbox(join(bench.directory, 'outbox')).find(({ messageId }) => messageId === id);
  if (entry === undefined || !existsSync(entry.path)) throw new Error(`${id} is not in the outbox`);
  return readFileSync(entry.path, 'utf8');
}

/** What `items[]` says of each message: `m-… sent`, `m-… undo`. */
export function verdicts(document: Document): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    document.items.map((item) => [String(item['id']), item['outcome'] ?? item['reason'] ?? item['action']]),
  );
}
