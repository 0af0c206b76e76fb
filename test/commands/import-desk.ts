import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { Lead } from '../../src/core/model.ts';
import { ALL_LEADS, leadByEmailKey, listLeads } from '../../src/store/leads.ts';
import { leadTimeline } from '../../src/store/timeline.ts';
import { NO_TRIGGER, sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';
import type { CliOptions } from '../helpers/cli.ts';
import { desk, type Desk } from './desk.ts';

/** What `leads import --json` says. */
export interface ImportAnswer {
  readonly code: number;
  readonly exit: string;
  readonly message: string | null;
  readonly fix: string | null;
  readonly error: { readonly code: string; readonly details: readonly string[] } | undefined;
  readonly counts: Readonly<Record<string, number>> | undefined;
  readonly rejects: readonly { line: number; field: string; value: string; reason: string }[];
  readonly rejectsFile: string | null;
  readonly remarks: Readonly<Record<string, number>>;
  readonly sequences: readonly { sequence: string; enrolled: number }[];
}

/** A workspace in which files are imported. */
export interface ImportDesk extends Omit<Desk, 'file'> {
  /** Writes a file into the workspace; returns its name. */
  file(content: string | Uint8Array, name?: string): string;
  /** Writes and imports a file, as a timer or script would: nobody can be asked. */
  import(content: string | Uint8Array, ...flags: string[]): Promise<ImportAnswer>;
  importFile(name: string, ...flags: string[]): Promise<ImportAnswer>;
  leads(): Lead[];
  leadOf(emailKey: string): Lead;
  storyOf(emailKey: string): readonly string[];
  enrollmentsOf(emailKey: string): readonly Enrollment[];
  rejectsText(): string;
}

export interface Enrollment {
  readonly sequence: string;
  readonly status: string;
  readonly cancel_reason: string | null;
  readonly match_reason: string | null;
  readonly match_snapshot_json: string | null;
  readonly enrolled_at: number;
  readonly due_at: number | null;
  readonly next_due_at: number | null;
}

/** With the sequence `website-lead` for the source `website`, first step at once. */
export function importDesk(options: { config?: string; now?: number } = {}): ImportDesk {
  const base = desk(options);
  base.apply(websiteLead());
  const at = (name: string): string => join(base.directory, name);
  const file: ImportDesk['file'] = (content, name = 'leads.csv') => {
    writeFileSync(at(name), content);
    chmodSync(at(name), 0o600);
    return name;
  };
  const importFile: ImportDesk['importFile'] = (name, ...flags) =>
    answer(base, ['leads', 'import', name, ...flags]);
  const leadOf = (emailKey: string): Lead => {
    const lead = leadByEmailKey(base.database, emailKey);
    expect(lead, emailKey).not.toBeNull();
    return lead!;
  };
  return {
    ...base,
    file,
    importFile,
    import: (content, ...flags) => importFile(file(content), ...flags),
    leads: () => [...listLeads(base.database, ALL_LEADS)],
    leadOf,
    storyOf: (emailKey) =>
      leadTimeline(base.database, leadOf(emailKey).rowId, 50).map(({ kind, text }) => `${kind}: ${text}`),
    enrollmentsOf: (emailKey) =>
      base.database
        .prepare<[number], Enrollment>(
          `SELECT q.id AS sequence, e.* FROM enrollments e JOIN sequences q ON q.row_id = e.sequence_row_id
           WHERE e.lead_row_id = ? ORDER BY e.row_id`,
        )
        .all(leadOf(emailKey).rowId),
    rejectsText: () => {
      const folder = at('rejects');
      const [name = ''] = readdirSync(folder);
      return readFileSync(join(folder, name), 'utf8');
    },
  };
}

export function websiteLead(): ReturnType<typeof sequenceDefinition> {
  const atOnce = { kind: 'after', delay: { unit: 'elapsed', ms: 0 } } as const;
  const steps = [stepDefinition('welcome', { timing: atOnce }), stepDefinition('case-study')];
  return sequenceDefinition('website-lead', steps, { trigger: { ...NO_TRIGGER, sources: ['website'] } });
}

/** Runs `words` with --json and reads the document. */
export async function answer(
  { run }: Pick<Desk, 'run'>,
  words: readonly string[],
  options?: CliOptions,
): Promise<ImportAnswer> {
  const result = await run([...words, '--json'], options);
  const document = result.json() as ImportDocument;
  const {
    exit,
    counts,
    error,
    rejects = [],
    rejects_file: rejectsFile = null,
    remarks = {},
    sequences = [],
  } = document;
  const { name, message, fix } = exit;
  return {
    code: result.code,
    exit: name,
    message,
    fix,
    error,
    counts,
    rejects,
    rejectsFile,
    remarks,
    sequences,
  };
}

interface ImportDocument {
  readonly exit: { readonly name: string; readonly message: string | null; readonly fix: string | null };
  readonly error?: ImportAnswer['error'];
  readonly counts?: ImportAnswer['counts'];
  readonly rejects?: ImportAnswer['rejects'];
  readonly rejects_file?: string | null;
  readonly remarks?: ImportAnswer['remarks'];
  readonly sequences?: ImportAnswer['sequences'];
}
