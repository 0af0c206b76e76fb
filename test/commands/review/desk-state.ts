import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { HoldCause, Instant, Job, MessageState } from '../../../src/core/model.ts';
import { textHash } from '../../../src/core/text-hash.ts';
import { complete, reserve } from '../../../src/store/drafts.ts';
import { insertEnrollment } from '../../../src/store/enrollment-insert.ts';
import {
  messageById,
  moveMessage,
  type MessageChange,
  type StoredMessage,
} from '../../../src/store/messages.ts';
import { saveSequences } from '../../../src/store/sequences.ts';
import { leadTimeline } from '../../../src/store/timeline.ts';
import { runCli, type CliOptions, type CliResult } from '../../helpers/cli.ts';
import { FakeClock } from '../../helpers/fakes.ts';
import { sequenceDefinition, storedSequence } from '../../helpers/definitions.ts';
import { testState, type TestState } from '../../helpers/state.ts';

export const DAY_MS = 86_400_000;

const BRAND = `name = "Ledd"
from = "tom@mail.example.com"
postal_address = "1 Mill Lane, Leeds"
`;

/** What a test says of one draft; the rest is an ordinary one of a drip, written now. */
export interface DraftOptions {
  readonly id?: string;
  readonly job?: Job;
  readonly runId?: string;
  readonly state?: MessageState;
  readonly holdCause?: HoldCause;
  readonly heldFrom?: MessageState;
  readonly subject?: string;
  readonly bodyMarkdown?: string;
  readonly draftedAt?: Instant;
  readonly askReason?: string;
  /** Which step of the three: 0, 1, 2. */
  readonly step?: number;
  /** Columns of the lead that shall not be the ordinary ones. */
  readonly lead?: Readonly<Record<string, string | number | null>>;
}

export interface ReviewDesk extends TestState {
  run(argv: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Makes a lead with an enrollment and one message, and returns its public id. */
  draft(options?: DraftOptions): string;
  message(id: string): StoredMessage;
  enrollment(id: string): Readonly<Record<string, unknown>>;
  /** The lead's story: `kind text`, oldest first. */
  story(id: string): readonly string[];
  one(sql: string): Readonly<Record<string, unknown>>;
}

/** A clock at which something happens when it is read for the nth time after the first: it is read once at the start, and once by each screen or answer. */
export class ClockWithNews extends FakeClock {
  #readings = 0;
  readonly #screen: number;
  readonly #news: () => void;

  constructor(screen: number, news: () => void) {
    super();
    this.#screen = screen;
    this.#news = news;
  }

  override now(): number {
    this.#readings += 1;
    if (this.#readings === this.#screen + 1) this.#news();
    return super.now();
  }
}

const NO_HEADER =
  'timezone = "UTC"\n[limits]\nundo_minutes = 15\n[hours]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nstart = "00:00"\nend = "24:00"\n';

/** A workspace and its state, two sequences of three steps applied, nobody enrolled. */
export function reviewDesk(options: { now?: Instant; toml?: string } = {}): ReviewDesk {
  const state = testState(options);
  const { database, directory } = state;
  writeFileSync(join(directory, 'headgate.toml'), options.toml ?? NO_HEADER, { mode: 0o600 });
  writeFileSync(join(directory, 'brand.toml'), BRAND, { mode: 0o600 });
  const steps = ['welcome', 'case-study', 'close-loop'];
  const definitions = [
    storedSequence(sequenceDefinition('website-lead', steps), -1),
    storedSequence(sequenceDefinition('cold-leads', steps, { kind: 'nurture' }), -2),
  ].map((sequence) => ({
    ...sequence,
    steps: sequence.steps.map((step, index) => ({ ...step, rowId: sequence.rowId * 100 - index - 1 })),
  }));
  const [drip, nurture] = database.write(() => saveSequences(database, definitions));
  let made = 0;

  const draft = (given: DraftOptions = {}): string => {
    made += 1;
    const number = made;
    const job = given.job ?? 'drip';
    const sequence = job === 'drip' ? drip! : nurture!;
    const step = sequence.steps[given.step ?? 0]!;
    const now = given.draftedAt ?? state.clock.now();
    const id = given.id ?? `m-${String(number).padStart(4, '0')}aaaabbbbcccc`;
    const copy = {
      subject: given.subject ?? `Subject ${String(number)}`,
      preheader: null,
      bodyMarkdown: given.bodyMarkdown ?? `Hi ${String(number)},\n\nsee https://example.com/a`,
    };
    const target = given.state ?? 'pending_approval';
    database.write(() => {
      database
        .prepare(
          `INSERT INTO leads (row_id, id, email, email_key, first_name, company, zone, zone_rule, stage, status, imported_at, changed_at, created_at)
           VALUES (?, ?, ?, ?, ?, ?, 'Asia/Kolkata', 'country', 'new', 'new', 1, 1, 1)`,
        )
        .run(
          number,
          `l-lead${String(number)}`,
          `lead${String(number)}@example.test`,
          `lead${String(number)}@example.test`,
          `Lead${String(number)}`,
          'Kestrel',
        );
      for (const [column, value] of Object.entries(given.lead ?? {}))
        database.prepare(`UPDATE leads SET ${column} = ? WHERE row_id = ?`).run(value, number);
      const enrollmentRowId = insertEnrollment(database, {
        id: `e-enrollment${String(number)}`,
        leadRowId: number,
        sequenceRowId: sequence.rowId,
        kind: job,
        enrolledAt: now,
        dueAt: now,
        nextDueAt: now,
        firstStepRowId: step.rowId,
        matchReason: null,
        matchSnapshotJson: null,
        parallel: false,
      });
      const reserved = reserve(database, {
        messageId: id,
        enrollmentRowId,
        stepRowId: step.rowId,
        leadRowId: number,
        job,
        runId: given.runId ?? 'r-run1',
        planId: null,
        askReason: given.askReason ?? null,
        now,
        operatorDay: new Date(now).toISOString().slice(0, 10),
      });
      if (target === 'reserved') return;
      const isHeld = target === 'held';
      complete(database, {
        messageRowId: reserved.messageRowId,
        to: isHeld ? 'held' : 'pending_approval',
        holdCause: isHeld ? (given.holdCause ?? 'operator') : null,
        heldFrom: isHeld ? (given.heldFrom ?? 'pending_approval') : null,
        note: null,
        ...copy,
        textHash: textHash(copy),
        now,
        bootId: null,
        leavesAt: null,
      });
      for (const { to, change } of pathTo(target, now)) {
        const message = messageById(database, id)!;
        if (!moveMessage(database, message, { to, change })) throw new Error(`no ${to}`);
      }
    });
    return id;
  };

  const message = (id: string): StoredMessage => {
    const found = messageById(database, id);
    if (found === null) throw new Error(`no ${id}`);
    return found;
  };
  const one = (sql: string) => database.prepare<[], Readonly<Record<string, unknown>>>(sql).get()!;
  return {
    ...state,
    run: (argv, more = {}) =>
      runCli(argv, {
        cwd: directory,
        clock: state.clock,
        random: state.random,
        machine: state.machine,
        ...more,
        env: { USER: 'tom', ...more.env },
      }),
    draft,
    message,
    enrollment: (id) =>
      one(`SELECT * FROM enrollments WHERE row_id = ${String(message(id).enrollmentRowId)}`),
    story: (id) =>
      leadTimeline(database, message(id).leadRowId, 100).map(({ kind, text }) => `${kind} ${text}`),
    one,
  };
}

interface Step {
  readonly to: MessageState;
  readonly change: MessageChange;
}

/** The moves by which a message comes from pending_approval to a state. */
function pathTo(target: MessageState, now: Instant): readonly Step[] {
  const approved = {
    to: 'approved',
    change: { approved_at: now, approved_by: 'ann', leaves_at: now + 900_000 },
  } as const;
  const sending = { to: 'sending', change: { claimed_at: now, attempts: 1 } } as const;
  switch (target) {
    case 'reserved':
    case 'pending_approval':
    case 'held':
      return [];
    case 'approved':
      return [approved];
    case 'sending':
      return [approved, sending];
    case 'sent':
      return [approved, sending, { to: 'sent', change: { sent_at: now } }];
    case 'uncertain':
    case 'failed':
      return [approved, sending, { to: target, change: { last_error: 'timeout' } }];
    case 'rejected':
    case 'expired':
    case 'discarded':
    case 'skipped':
    case 'cancelled':
      return [{ to: target, change: { ended_at: now, note: target } }];
  }
}
