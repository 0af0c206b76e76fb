import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { LeadFields, SequenceDefinition } from '../../src/core/model.ts';
import { createZoneFinder } from '../../src/core/zones-of-country.ts';
import { insertEnrollment } from '../../src/store/enrollment-insert.ts';
import { insertLeads } from '../../src/store/lead-insert.ts';
import { leadByRowId } from '../../src/store/leads.ts';
import { complete, reserve } from '../../src/store/drafts.ts';
import { loadSequences, saveSequences } from '../../src/store/sequences.ts';
import { messageById, moveMessage } from '../../src/store/messages.ts';
import { definitionHash, textHash } from '../../src/core/text-hash.ts';
import type { MessageState, StepDefinition, StoredSequence } from '../../src/core/model.ts';
import { runCli, type CliOptions, type CliResult } from '../helpers/cli.ts';
import { sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';
import { testState, type TestState } from '../helpers/state.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Open at all hours of every day. */
export const OPEN_CONFIG = `timezone = "UTC"

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

export interface Document {
  readonly schema: string;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly exit: { readonly code: number; readonly name: string; readonly message: string | null };
  readonly [key: string]: unknown;
}

/** A workspace with a real state, and everything that an operator could type into it. */
export interface Desk extends TestState {
  run(words: readonly string[], options?: CliOptions): Promise<CliResult>;
  json(words: readonly string[], options?: CliOptions): Promise<Document>;
  /** Makes a sequence active; returns it with its row ids. */
  apply(definition: SequenceDefinition): StoredSequence;
  /** Stores a lead; returns its row id. */
  lead(name: string, fields?: Partial<LeadFields>): number;
  leadId(rowId: number): string;
  /** Enrolls a lead at the first step, due then. */
  enroll(lead: number, sequence: StoredSequence, at?: { enrolledAt?: number; dueAt?: number }): number;
  /** Makes a draft of the first step and takes it to a state. */
  message(enrollment: number, to: MessageState, change?: Parameters<typeof moveMessage>[2]['change']): string;
  /** A row by SQL, for what no command shows. */
  row(sql: string, ...values: unknown[]): Readonly<Record<string, unknown>>;
}

/** `config` replaces the open hours of the default; `sequences` are applied by `apply`. */
export function desk(options: { config?: string; now?: number } = {}): Desk {
  const state = testState(options.now === undefined ? {} : { now: options.now });
  const { database: db, directory, clock, random, machine } = state;
  writeFileSync(join(directory, 'headgate.toml'), options.config ?? OPEN_CONFIG);
  writeFileSync(join(directory, 'brand.toml'), BRAND);
  writeFileSync(join(directory, 'secret'), 's'.repeat(64), { mode: 0o600 });
  const zoneOf = createZoneFinder({ operatorZone: 'UTC', zonesOfCountry: () => [] });
  const outside = { cwd: directory, clock, random, machine };
  const run = (words: readonly string[], more: CliOptions = {}): Promise<CliResult> =>
    runCli(words, { ...outside, ...more });
  return {
    ...state,
    run,
    json: async (words, more) => (await run([...words, '--json'], more)).json() as Document,
    apply(definition) {
      const provisional: StoredSequence = {
        ...definition,
        rowId: -1,
        steps: definition.steps.map((step, position) => ({ ...step, rowId: -1, position, deletedAt: null })),
        appliedAt: clock.now(),
        definitionHash: definitionHash(definition),
      };
      db.write(() => saveSequences(db, [provisional]));
      return loadSequences(db).find(({ id }) => id === definition.id)!;
    },
    lead(name, fields = {}) {
      const email = `${name}@${name}.example`;
      const all = { ...EMPTY_LEAD, email, emailKey: email, firstName: name, ...fields };
      const lead = { id: random.publicId('l'), fields: all, zone: zoneOf(all), nurtureDueAt: null };
      return db.write(() => insertLeads(db, [lead], clock.now()));
    },
    leadId: (rowId) => leadByRowId(db, rowId)!.id,
    enroll(lead, sequence, { enrolledAt = clock.now(), dueAt = enrolledAt } = {}) {
      return db.write(() =>
        insertEnrollment(db, {
          id: random.publicId('e'),
          leadRowId: lead,
          sequenceRowId: sequence.rowId,
          kind: sequence.kind,
          enrolledAt,
          dueAt,
          nextDueAt: dueAt,
          firstStepRowId: sequence.steps[0]!.rowId,
          matchReason: 'pattern_exact',
          matchSnapshotJson: null,
          parallel: false,
        }),
      );
    },
    message(enrollment, to, change) {
      const { lead_row_id: leadRowId, next_step_row_id: stepRowId } = db
        .prepare<[number], { lead_row_id: number; next_step_row_id: number }>(
          'SELECT lead_row_id, next_step_row_id FROM enrollments WHERE row_id = ?',
        )
        .get(enrollment)!;
      const now = clock.now();
      const copy = { subject: 'Hello', preheader: null, bodyMarkdown: 'Hello there' };
      return db.write(() => {
        const { messageId, messageRowId } = reserve(db, {
          messageId: random.publicId('m'),
          enrollmentRowId: enrollment,
          stepRowId,
          leadRowId,
          job: 'drip',
          runId: 'r-test',
          planId: null,
          askReason: null,
          now,
          operatorDay: new Date(now).toISOString().slice(0, 10),
        });
        const done = {
          messageRowId,
          holdCause: null,
          heldFrom: null,
          note: null,
          leavesAt: null,
          bootId: null,
          now,
        } as const;
        complete(db, { ...done, ...copy, to: 'pending_approval', textHash: textHash(copy) });
        for (const step of PATHS[to] ?? [to]) {
          if (step === 'pending_approval') continue;
          moveMessage(db, messageById(db, messageId)!, {
            to: step,
            change: { ...CHANGES(now)[step], ...change },
          });
        }
        return messageId;
      });
    },
    row: (sql, ...values) => db.prepare<unknown[], Readonly<Record<string, unknown>>>(sql).get(...values)!,
  };
}

/** One drip sequence of three steps for web leads, the first one due at once. */
export function welcome(changes: Partial<SequenceDefinition> = {}): SequenceDefinition {
  return sequenceDefinition('welcome', [atOnce('hello'), 'case-study', 'last-touch'], changes);
}

function atOnce(id: string): StepDefinition {
  return stepDefinition(id, { timing: { kind: 'after', delay: { unit: 'elapsed', ms: 0 } } });
}

const PATHS: Partial<Record<MessageState, readonly MessageState[]>> = {
  sending: ['approved', 'sending'],
  sent: ['approved', 'sending', 'sent'],
  uncertain: ['approved', 'sending', 'uncertain'],
};

const CHANGES = (now: number): Partial<Record<MessageState, object>> => ({
  approved: { approved_at: now, approved_by: 'test', leaves_at: now },
  sending: { claimed_at: now, attempts: 1 },
  sent: { sent_at: now },
  held: { hold_cause: 'operator', held_from: 'pending_approval' },
});

const EMPTY_LEAD: LeadFields = {
  email: '',
  emailKey: '',
  firstName: null,
  lastName: null,
  company: null,
  companyDomain: null,
  country: null,
  region: null,
  timezone: null,
  stage: 'new',
  status: 'new',
  source: 'web',
  sourceFormId: null,
  platform: null,
  tags: [],
  notes: null,
  createdAt: null,
  updatedAt: null,
  lastContactAt: null,
  optedOut: false,
  doNotContact: false,
  spam: false,
  custom: {},
};
