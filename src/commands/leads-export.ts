import { resolve } from 'node:path';

import { createPrivateFile } from '../adapters/private-file.ts';
import type { AuditKind } from '../core/audit/kinds.ts';
import { exportHeader, exportLine } from '../core/lead-export.ts';
import type { Lead } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import { customColumnNames } from '../store/custom-columns.ts';
import { messageIdsOfLead } from '../store/erasures.ts';
import { ALL_LEADS, listLeads } from '../store/leads.ts';
import { readPersonal } from '../store/read-personal.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { readPersonFiles } from './export/person-files.ts';
import { leadArgument } from './lead-argument.ts';
import { withState, writeKeepingDoubt, type OperatorState } from './operator-state.ts';
import { argument, flagOption, textOption, usageError } from './options.ts';
import { countOf, escapeText } from './output/text.ts';

/**
 * `leads export ID|ADDRESS [--to FILE]`: everything that is held about one person, as JSON (GDPR Art. 15 and 20). `leads export --all`:
 * all leads as CSV, which `leads import` reads back unchanged. With `--to` into a file of mode 0600, whole or not there, never in the
 * place of another without `--replace`. Throws 64, 77.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const isAll = flagOption(invocation, 'all');
  if (isAll === (argument(invocation, 0) !== null))
    throw usageError('export one lead or --all', 'headgate leads export ADDRESS --to FILE');
  return withState(invocation, 'write', (state) => (isAll ? exportAll(state) : exportPerson(state)));
}

function exportPerson(state: OperatorState): Outcome {
  const { invocation, db, now } = state;
  const lead = leadArgument(invocation, db);
  const person = {
    lead: lead.id,
    exported_at: formatInstant(now),
    about: 'Everything that is held about this person, by kind. Empty kinds are left out.',
    sections: sectionsOf(state, lead),
  };
  const text = `${JSON.stringify(person, null, 2)}\n`;
  const path = fileOption(invocation);
  const noteIt = (): void => {
    note(state, 'lead_exported', lead.id);
  };
  if (path === null) noteIt();
  else writeFile(invocation, { path, lines: [text], beforeItIsThere: noteIt });
  return {
    exit: 'OK',
    document: { items: [path === null ? person : { lead: lead.id, file: path }] },
    human: path === null ? text.trimEnd() : writtenText('Everything about this lead', path),
  };
}

function sectionsOf({ db, workspace }: OperatorState, lead: Lead): ReturnType<typeof readPersonal> {
  const messageIds = new Set(messageIdsOfLead(db, lead.id));
  return db.read(() => [
    ...readPersonal(db, lead),
    ...readPersonFiles(workspace.paths, { lead, messageIds }),
  ]);
}

/** What fits into a terminal's pipe and into memory; more goes to a file, row by row. */
const PRINTED_MAX = 100_000;

function exportAll(state: OperatorState): Outcome {
  const { invocation, db } = state;
  const path = fileOption(invocation);
  const customColumns = customColumnNames(db);
  const count = { leads: 0 };
  const lines = csvLines(state, { customColumns, count });
  const noteIt = (): void => {
    note(state, 'leads_exported', null);
  };
  if (path === null) {
    const printed = [...untilTooMany(lines)].map((line) => line.slice(0, -1));
    noteIt();
    return {
      exit: 'OK',
      document: { items: [{ leads: count.leads, file: null, csv: `${printed.join('\n')}\n` }] },
      human: printed.join('\n'),
    };
  }
  writeFile(invocation, { path, lines, beforeItIsThere: noteIt });
  return {
    exit: 'OK',
    document: { items: [{ leads: count.leads, file: path, csv: null }] },
    human: writtenText(countOf(count.leads, 'lead'), path),
  };
}

/** Page by page; a lead that comes or changes meanwhile is in it as it was or as it is. */
function* csvLines(
  { db }: OperatorState,
  of: { readonly customColumns: readonly string[]; readonly count: { leads: number } },
): Generator<string> {
  yield exportHeader(of.customColumns);
  for (const lead of listLeads(db, ALL_LEADS)) {
    of.count.leads += 1;
    yield exportLine(lead, of.customColumns);
  }
}

function* untilTooMany(lines: Iterable<string>): Generator<string> {
  let count = 0;
  for (const line of lines) {
    count += 1;
    if (count > PRINTED_MAX + 1)
      throw usageError(
        `more than ${String(PRINTED_MAX)} leads go to a file`,
        'headgate leads export --all --to leads.csv',
      );
    yield line;
  }
}

function fileOption(invocation: Invocation): string | null {
  const typed = textOption(invocation, 'to');
  return typed === null ? null : resolve(invocation.context.cwd, typed);
}

/** Written by some hundred kilobytes: a million rows are not a million calls. */
const PIECE_CHARACTERS = 262_144;

function writeFile(
  invocation: Invocation,
  of: {
    readonly path: string;
    readonly lines: Iterable<string>;
    /** Where the audit trail cannot take it, no file appears. */
    readonly beforeItIsThere: () => void;
  },
): void {
  const { path, lines, beforeItIsThere } = of;
  const file = createPrivateFile(path, { mayReplace: flagOption(invocation, 'replace') });
  try {
    let piece = '';
    for (const line of lines) {
      piece += line;
      if (piece.length < PIECE_CHARACTERS) continue;
      file.add(piece);
      piece = '';
    }
    file.add(piece);
    beforeItIsThere();
    file.keep();
  } catch (error) {
    file.drop();
    throw error;
  }
}

/** A13: that personal data left, and whose by its id. */
function note(
  state: OperatorState,
  kind: Extract<AuditKind, 'lead_exported' | 'leads_exported'>,
  subject: string | null,
): void {
  writeKeepingDoubt(state, () => recordAct(state, { kind, subject }));
}

function writtenText(what: string, path: string): string {
  return ` ${what}: ${escapeText(path)}\n   Only you can read it (mode 0600). Delete it when it has been handed over.`;
}
