import Database from 'better-sqlite3';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Rules } from './rules.ts';

/** One command as the checker was told of it; everything else it reads from the files. */
export interface Tick {
  /** The registered path: `drip`, `review approve`. */
  readonly command: string;
  readonly by: 'timer' | 'person';
  readonly forced: boolean;
  /** What the clock showed. */
  readonly at: number;
  readonly bootId: string;
  /** What the machine says it is, as the state keeps it. */
  readonly machineIdHash: string;
  /** Whether STOP was there. */
  readonly isStopped: boolean;
  readonly isKilled: boolean;
  readonly code: number;
  /** Addresses about which it was told that nobody may write to them again, and said that it knows. */
  readonly heard: ReadonlySet<string>;
}

export type Row = Readonly<Record<string, string | number | null>>;

/** A draft of one revision of one message, made by the command just run. */
export interface FreshDraft {
  readonly runId: string;
  readonly job: string;
  readonly madeAt: number;
  readonly revision: number;
  readonly messageId: string;
  readonly messageRowId: number;
  readonly state: string;
  readonly holdCause: string | null;
  readonly approvedBy: string | null;
  readonly subject: string | null;
  readonly bodyMarkdown: string | null;
  readonly enrollmentRowId: number;
  readonly leadRowId: number;
  readonly stepRowId: number;
  readonly sequenceRowId: number;
  readonly kind: string;
}

/** A delivery begun by the command just run. */
export interface FreshClaim {
  readonly messageRowId: number;
  readonly messageId: string;
  readonly leadRowId: number;
  readonly runId: string;
  readonly at: number;
}

/** The state before a command, as far as a promise compares with it. */
export interface Before {
  readonly drafts: ReadonlySet<string>;
  readonly lastAttemptRowId: number;
  readonly jobs: ReadonlyMap<string, Row>;
  readonly header: Row;
  readonly stampCounter: number;
  /** Jobs with a batch held for its blast radius, and how old its newest draft is: an expired one holds nothing (D2). */
  readonly openHolds: ReadonlyMap<string, number>;
  readonly messageStates: ReadonlyMap<string, string>;
  readonly messageRowIds: ReadonlyMap<string, number>;
}

/** What a promise may look at: the rules, the command, the state before and after it. SQL alone, nothing of the program's code. */
export interface View {
  readonly rules: Rules;
  readonly tick: Tick;
  readonly before: Before;
  readonly drafts: readonly FreshDraft[];
  readonly claims: readonly FreshClaim[];
  /** The counter in stamp.json after the command. */
  readonly stampCounter: number;
  /** What the send journal tells of a message, in the order in which it was written. */
  journalOf(messageId: string): readonly string[];
  rows(sql: string, ...values: readonly (string | number | null)[]): readonly Row[];
}

/** A second pair of eyes on the state of one workspace, through a connection of its own that cannot write. */
export class StateReader {
  readonly #db: Database.Database;
  readonly #directory: string;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(directory: string) {
    this.#directory = directory;
    this.#db = new Database(join(directory, 'headgate.db'), { readonly: true, fileMustExist: true });
  }

  rows(sql: string, ...values: readonly (string | number | null)[]): readonly Row[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement.all(...values) as readonly Row[];
  }

  /** Changes whenever another connection has committed. */
  version(): number {
    return Number(this.#db.pragma('data_version', { simple: true }));
  }

  before(): Before {
    return {
      drafts: new Set(this.rows(DRAFT_KEYS).map(({ key }) => String(key))),
      lastAttemptRowId: Number(this.rows('SELECT coalesce(max(row_id), 0) AS id FROM attempts')[0]?.['id']),
      jobs: new Map(this.rows('SELECT * FROM jobs').map((row) => [String(row['job']), row])),
      header: this.rows('SELECT * FROM state_header')[0] ?? {},
      stampCounter: this.#stampCounter(),
      openHolds: new Map(this.rows(OPEN_HOLDS).map(({ job, fresh_at: at }) => [String(job), Number(at)])),
      messageStates: new Map(
        this.rows('SELECT id, state FROM messages').map(({ id, state }) => [String(id), String(state)]),
      ),
      messageRowIds: new Map(
        this.rows('SELECT id, row_id FROM messages').map(({ id, row_id: rowId }) => [
          String(id),
          Number(rowId),
        ]),
      ),
    };
  }

  view(rules: Rules, tick: Tick, before: Before): View {
    const drafts = this.rows(ALL_DRAFTS)
      .filter(({ key }) => !before.drafts.has(String(key)))
      .map(toDraft)
      // History that a restored state was told of, not something that a command made.
      .filter(({ runId }) => runId !== 'r-journal');
    const claims = this.rows(CLAIMS_SINCE, before.lastAttemptRowId).map(toClaim);
    const stampCounter = this.#stampCounter();
    return {
      rules,
      tick,
      before,
      drafts,
      claims,
      stampCounter,
      journalOf: (messageId) => this.#journalOf(messageId),
      rows: (sql, ...values) => this.rows(sql, ...values),
    };
  }

  #journalOf(messageId: string): readonly string[] {
    return readFileSync(join(this.#directory, 'send-journal.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"${messageId}"`) && line.endsWith('}'))
      .map((line) => String((JSON.parse(line) as { event: unknown }).event));
  }

  close(): void {
    this.#db.close();
  }

  /** A stamp is beside every state that `init` made; a missing one counts as ahead of everything. */
  #stampCounter(): number {
    try {
      const stamp: unknown = JSON.parse(readFileSync(join(this.#directory, 'stamp.json'), 'utf8'));
      return typeof stamp === 'object' && stamp !== null && 'writeCounter' in stamp
        ? Number(stamp.writeCounter)
        : Infinity;
    } catch {
      // Missing or damaged: the state may be a restored one.
      return Infinity;
    }
  }
}

// Row ids are used again after an undone reservation: only what is random names a draft for good.
const DRAFT_KEY = `g.run_id || ' ' || m.id || ' ' || g.revision`;
const DRAFT_KEYS = `SELECT ${DRAFT_KEY} AS key FROM draft_log g JOIN messages m ON m.row_id = g.message_row_id`;
const ALL_DRAFTS = `
  SELECT ${DRAFT_KEY} AS key, g.run_id, g.job, g.made_at, g.revision, m.id, m.row_id, m.state, m.hold_cause, m.approved_by,
    m.subject, m.body_markdown, m.enrollment_row_id, m.lead_row_id, m.step_row_id, e.sequence_row_id, e.kind
  FROM draft_log g JOIN messages m ON m.row_id = g.message_row_id
    JOIN enrollments e ON e.row_id = m.enrollment_row_id
  ORDER BY g.row_id`;
const CLAIMS_SINCE = `
  SELECT a.run_id, a.at, m.id, m.row_id, m.lead_row_id FROM attempts a JOIN messages m ON m.row_id = a.message_row_id
  WHERE a.event = 'claimed' AND a.row_id > ? ORDER BY a.row_id`;
const OPEN_HOLDS = `
  SELECT held_by_job AS job, max(max(coalesce(drafted_at, 0), coalesce(edited_at, 0), coalesce(held_until, 0))) AS fresh_at
  FROM messages WHERE state = 'held' AND hold_cause = 'blast_radius' GROUP BY held_by_job`;

function toDraft(row: Row): FreshDraft {
  return {
    runId: String(row['run_id']),
    job: String(row['job']),
    madeAt: Number(row['made_at']),
    revision: Number(row['revision']),
    messageId: String(row['id']),
    messageRowId: Number(row['row_id']),
    state: String(row['state']),
    holdCause: textOrNull(row['hold_cause']),
    approvedBy: textOrNull(row['approved_by']),
    subject: textOrNull(row['subject']),
    bodyMarkdown: textOrNull(row['body_markdown']),
    enrollmentRowId: Number(row['enrollment_row_id']),
    leadRowId: Number(row['lead_row_id']),
    stepRowId: Number(row['step_row_id']),
    sequenceRowId: Number(row['sequence_row_id']),
    kind: String(row['kind']),
  };
}

function toClaim(row: Row): FreshClaim {
  return {
    messageRowId: Number(row['row_id']),
    messageId: String(row['id']),
    leadRowId: Number(row['lead_row_id']),
    runId: String(row['run_id']),
    at: Number(row['at']),
  };
}

function textOrNull(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
