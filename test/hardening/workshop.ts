import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';

import type { Clock } from '../../src/ports.ts';
import { runCli, type CliOptions, type CliResult } from '../helpers/cli.ts';
import { FakeClock, FakeMachine, SeededRandom } from '../helpers/fakes.ts';
import { temporaryDirectory } from '../helpers/state.ts';
import { expectPlainWords } from './general-rule.ts';

/** Wednesday 4 March 2026, 09:00 UTC. */
export const MORNING = Date.UTC(2026, 2, 4, 9);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Hours that never close, so that a case is about what it names. */
const ALWAYS_OPEN = '[hours]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nstart = "00:00"\nend = "24:00"';

const WHO = ['--name', 'Ledd', '--from', 'tom@mail.example.com', '--postal-address', '1 Example Street'];

export interface Draft {
  readonly email: string;
  readonly step: string;
  readonly subject: string;
  readonly body: string;
  readonly state: string;
  readonly madeAt: number;
}

export interface WorkshopOptions {
  readonly now?: number;
  /** Sections of headgate.toml. */
  readonly config?: string;
  readonly timezone?: string;
  /** For several tests, and theirs to remove; without it one that is gone after the test. */
  readonly directory?: string;
}

/** A workspace that `init` made, and what an operator does in it; every command is the real one. */
export class Workshop {
  readonly directory: string;
  readonly clock: FakeClock;
  readonly random = new SeededRandom();
  readonly machine = new FakeMachine();

  private constructor(directory: string, now: number) {
    this.directory = directory;
    this.clock = new FakeClock(now);
  }

  /** With a sequence `welcome` for the source `form:web` (steps one, two, three: at once, then two days apart). */
  static async open(options: WorkshopOptions = {}): Promise<Workshop> {
    const workshop = new Workshop(options.directory ?? temporaryDirectory(), options.now ?? MORNING);
    const { timezone = 'UTC' } = options;
    await workshop.mustRun(['init', '.', '--no-input', '--timezone', timezone, ...WHO]);
    workshop.config(options.config ?? ALWAYS_OPEN, timezone);
    workshop.sequence('welcome', welcome());
    await workshop.mustRun(['sequences', 'apply', '--yes']);
    return workshop;
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  write(name: string, content: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content, { mode: 0o600 });
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true, force: true });
  }

  /** Replaces headgate.toml; `sections` follow the two lines that every workspace has. */
  config(sections: string, timezone = 'UTC'): void {
    this.write('headgate.toml', `live = false\ntimezone = "${timezone}"\n${sections}\n`);
  }

  sequence(id: string, files: SequenceFiles): void {
    this.remove(`sequences/${id}`);
    this.write(`sequences/${id}/sequence.toml`, files.toml);
    for (const [step, text] of Object.entries(files.steps)) this.write(`sequences/${id}/${step}.md`, text);
  }

  /** Whatever comes of it, it is said in plain words. */
  async run(words: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const { clock, random, machine, directory } = this;
    const result = await runCli(words, { cwd: directory, clock, random, machine, ...options });
    expectPlainWords(result, words.join(' '));
    return result;
  }

  /** With another clock than the workshop's, which stands still. */
  runAt(clock: Clock, words: readonly string[]): Promise<CliResult> {
    return this.run(words, { clock });
  }

  async mustRun(words: readonly string[], codes: readonly number[] = [0]): Promise<CliResult> {
    const result = await this.run(words);
    if (!codes.includes(result.code)) {
      throw new Error(`${words.join(' ')} ended ${result.code}\n${result.stdout}\n${result.stderr}`);
    }
    return result;
  }

  /** The first run of each job is a cold start; a person accepts it, and nothing is drafted. */
  async settle(): Promise<void> {
    for (const job of ['drip', 'nurture']) await this.mustRun([job], [30]);
    await this.mustRun(['confirm', '--none', '--yes']);
    await this.mustRun(['send']);
  }

  async import(
    rows: readonly string[],
    header = 'email,first_name,company,timezone,source',
  ): Promise<CliResult> {
    this.write('leads.csv', `${[header, ...rows].join('\n')}\n`);
    return this.run(['leads', 'import', 'leads.csv', '--yes']);
  }

  /** `count` leads from the web form, in one zone. */
  async people(count: number, timezone = 'UTC'): Promise<void> {
    const rows = Array.from(
      { length: count },
      (_, index) => `p${index}@firm.example,P${index},Firm,${timezone},form:web`,
    );
    const { code, stderr } = await this.import(rows);
    if (code !== 0) throw new Error(stderr);
  }

  rows<Row>(sql: string, ...parameters: readonly (string | number | null)[]): Row[] {
    const database = new Database(this.path('headgate.db'), { readonly: true });
    try {
      return database.prepare(sql).all(...parameters) as Row[];
    } finally {
      database.close();
    }
  }

  drafts(): readonly Draft[] {
    return this.rows<Draft>(
      `SELECT l.email, s.id AS step, m.subject, m.body_markdown AS body, m.state, d.made_at AS madeAt FROM draft_log d
       JOIN messages m ON m.row_id = d.message_row_id JOIN steps s ON s.row_id = m.step_row_id
       JOIN leads l ON l.row_id = d.lead_row_id ORDER BY d.row_id`,
    );
  }

  /** A person approves what waits, and send delivers it into the outbox. */
  async approveAndSend(): Promise<void> {
    const waiting = this.rows("SELECT 1 FROM messages WHERE state = 'pending_approval'").length;
    if (waiting > 0) await this.mustRun(['review', 'approve', '--all', '--count', String(waiting)]);
    await this.mustRun(['send'], [0, 32]);
  }

  /** Runs drip now; returns the drafts that it made. */
  async drip(codes: readonly number[] = [0]): Promise<readonly Draft[]> {
    const before = this.drafts().length;
    await this.mustRun(['drip'], codes);
    return this.drafts().slice(before);
  }
}

export interface SequenceFiles {
  readonly toml: string;
  readonly steps: Readonly<Record<string, string>>;
}

export interface SequenceParts {
  /** Lines above the first section. */
  readonly head?: string;
  readonly source?: string;
  /** Sections between the trigger and the steps. */
  readonly sections?: string;
  /** Id and timing line of each step. */
  readonly steps?: readonly (readonly [string, string])[];
  readonly words?: string;
}

/** An active sequence of short steps. */
export function sequenceFiles(parts: SequenceParts = {}): SequenceFiles {
  const { head = '', source = 'form:web', sections = '', words = plainWords() } = parts;
  const steps = parts.steps ?? [
    ['one', 'after = "0d"'],
    ['two', 'after = "2d"'],
    ['three', 'after = "2d"'],
  ];
  return {
    toml: [
      'name = "Welcome"',
      ...(head.includes('status =') ? [] : ['status = "active"']),
      head,
      '[trigger]',
      `source = ["${source}"]`,
      sections,
      ...steps.map(([id, timing]) => `[[step]]\nid = "${id}"\n${timing}`),
    ]
      .filter((line) => line !== '')
      .map((line) => `${line}\n`)
      .join(''),
    steps: Object.fromEntries(steps.map(([id]) => [id, words])),
  };
}

export function plainWords(subject = 'A question', body = 'How do you do this today?'): string {
  return `Subject: ${subject}\nMode: fixed\n\nHello {{ first_name | default: "there" }},\n\n${body}\n\n{{ sender_name }}\n`;
}

function welcome(): SequenceFiles {
  return sequenceFiles();
}

/** What a refused command said, on both streams. */
export function said({ stdout, stderr }: CliResult): string {
  return `${stdout}\n${stderr}`;
}
