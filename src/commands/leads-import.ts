import { resolve } from 'node:path';

import { zonesOfCountry } from '../adapters/country-zones.ts';
import type { Encoding } from '../adapters/csv-bytes.ts';
import { LeadFile } from '../adapters/lead-file.ts';
import type { LeadSource } from '../adapters/lead-source.ts';
import { createLeadText } from '../adapters/lead-text.ts';
import { createStampFile } from '../adapters/stamp-file.ts';
import { EXIT_CODES, type ExitName } from '../core/exits.ts';
import { parseRename, type ColumnRename } from '../core/lead-columns.ts';
import type { OnConflict } from '../core/lead-merge.ts';
import type { Instant } from '../core/model.ts';
import { parseInstant } from '../core/time/instants.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import { openState, type StateDatabase } from '../store/database.ts';
import { recordRun } from '../store/runs.ts';
import { agrees } from './ask.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { finishErasuresWhereFree } from './erasure/finish-where-free.ts';
import {
  importLeads,
  previewImport,
  type ImportDependencies,
  type ImportOptions,
  type ImportResult,
} from './lead-import/import-leads.ts';
import { importDocument, importLines, rowsOf, type ImportFacts } from './lead-import/import-text.ts';
import { recordAct } from './audit/record.ts';
import { writeAsPerson } from './operator-state.ts';
import { argument, flagOption, listOption, textOption, usageError } from './options.ts';
import { createTerminal } from './output/terminal.ts';
import { countOf } from './output/text.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** Rows arrive in no order: SQLite's usual 2 MiB would not even hold the indexes' upper pages of a large state. */
const CACHE_KIB = 16_384;
/** 16 MiB of log: each batch touches the upper pages of every index anew, which need not be copied into the file as often. */
const LOG_PAGES = 4_000;

/**
 * `leads import`: stores new leads, merges known ones, enrolls arrivals from now (E1, A19). On a terminal it shows what
 * would happen and asks. Ends 0; 32 when rows were refused, the others being stored; 65 when nothing could be used.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const workspace = openWorkspace(invocation);
  const isPreview = flagOption(invocation, 'preview');
  const options = await readOptions(invocation);
  const file = workspace.paths.databaseFile;
  try {
    const db = openState({
      file,
      mode: isPreview ? 'read' : 'write',
      cacheKib: CACHE_KIB,
      logPages: LOG_PAGES,
    });
    try {
      return await runOn(db, { invocation, workspace, options, isPreview });
    } finally {
      db.close();
    }
  } finally {
    options.source.close();
  }
}

type ImportRun = ImportDependencies & Required<Pick<ImportDependencies, 'write'>>;

interface ImportRequest {
  readonly invocation: Invocation;
  readonly workspace: Workspace;
  readonly options: ImportOptions;
  readonly isPreview: boolean;
}

async function runOn(db: StateDatabase, request: ImportRequest): Promise<Outcome> {
  const { invocation, workspace, options, isPreview } = request;
  const { context } = invocation;
  const { policy } = workspace;
  const now = context.clock.now();
  const stampFile = createStampFile(workspace.paths.stampFile);
  const dependencies: ImportRun = {
    db,
    policy,
    random: context.random,
    zonesOfCountry,
    now,
    runId: context.random.publicId('r'),
    rejectsDir: workspace.paths.rejectsDir,
    progress: (line) => invocation.progress(line),
    write: (work) => writeAsPerson({ invocation, workspace, db, stampFile, now }, work),
  };
  const facts: ImportFacts = { policy, now, enrollFrom: options.enrollFrom };
  if (isPreview) return outcomeOf(await previewImport(options, dependencies), facts);
  if (asks(invocation)) {
    const preview = await previewImport(options, dependencies);
    const agreed = await agrees(invocation, {
      lines: importLines(stderrTerminal(invocation), preview, facts),
      question: ' Import them?',
    });
    if (!agreed) return declined(preview, facts);
  }
  await finishErasuresWhereFree({ invocation, workspace, db, stampFile, now });
  const result = await db.syncedAtEnd(() => importLeads(options, dependencies));
  const outcome = outcomeOf(result, facts);
  recordImport(dependencies, { invocation, exit: outcome.exit, result });
  return outcome;
}

/** Standard input holds the leads then, not a person's answer. */
function asks(invocation: Invocation): boolean {
  return invocation.global.input && argument(invocation, 0) !== '-' && !flagOption(invocation, 'yes');
}

function outcomeOf(result: ImportResult, facts: ImportFacts): Outcome {
  const { rejected } = result;
  const usable = rowsOf(result) - rejected;
  const exit: ExitName = rejected === 0 ? 'OK' : usable === 0 ? 'DATAERR' : 'PARTIAL';
  const fix =
    result.rejectsFile === null ? null : `correct the rows in ${result.rejectsFile} and import that file`;
  return {
    exit,
    document: importDocument(result, facts),
    human: (terminal) => importLines(terminal, result, facts),
    message: rejected === 0 ? null : `${countOf(rejected, 'row')} of ${result.name} refused`,
    fix,
    journal: `${result.arrivals.new} new, ${result.arrivals.updated} changed, ${rejected} refused`,
  };
}

function declined(preview: ImportResult, facts: ImportFacts): Outcome {
  return {
    exit: 'OK',
    document: importDocument(preview, facts),
    human: '',
    notes: [' Nothing was imported.'],
  };
}

/** A13: an import is a run like any other. */
function recordImport(
  { db, policy, now, runId, write }: ImportRun,
  end: { readonly invocation: Invocation; readonly exit: ExitName; readonly result: ImportResult },
): void {
  const { context, path } = end.invocation;
  const { arrivals, rejected } = end.result;
  const counts = { new: arrivals.new, updated: arrivals.updated, unchanged: arrivals.unchanged, rejected };
  write(() => {
    recordAct(
      { db, now, invocation: end.invocation },
      { kind: 'leads_imported', subject: runId, detail: counts },
    );
    recordRun(db, {
      id: runId,
      command: path,
      mode: 'live',
      forced: false,
      narrowed: false,
      startedAt: now,
      finishedAt: Math.max(now, context.clock.now()),
      operatorDay: operatorDay(now, policy.timezone),
      exitCode: EXIT_CODES[end.exit],
      reason: null,
      counts,
      planId: null,
      bootId: context.machine.bootId(),
    });
  });
}

async function readOptions(invocation: Invocation): Promise<ImportOptions> {
  const renames = listOption(invocation, 'map').map(readRename);
  const onConflict = readOnConflict(textOption(invocation, 'onConflict') ?? 'update');
  const enrollFrom = readEnrollFrom(textOption(invocation, 'enrollFrom'));
  const defaultSource = textOption(invocation, 'source')?.trim() ?? '';
  const encoding = readEncoding(textOption(invocation, 'encoding') ?? 'utf-8');
  return {
    source: await openSource(invocation, encoding),
    renames,
    defaultSource: defaultSource === '' ? null : defaultSource,
    enrollFrom,
    onConflict,
  };
}

async function openSource(invocation: Invocation, encoding: Encoding): Promise<LeadSource> {
  const path = argument(invocation, 0) ?? '';
  if (path !== '-') return LeadFile.open(resolve(invocation.context.cwd, path), encoding);
  if (encoding !== 'utf-8') throw usageError('standard input is read as UTF-8', 'headgate leads import FILE');
  return createLeadText('standard input', await invocation.context.io.stdin.readAll());
}

function readRename(text: string): ColumnRename {
  const rename = parseRename(text);
  if ('problem' in rename) throw usageError(rename.problem, '--map "E-Mail=email"');
  return rename;
}

function readOnConflict(text: string): OnConflict {
  if (text === 'skip' || text === 'update') return text;
  throw usageError(`--on-conflict takes skip or update, not "${text}"`);
}

function readEnrollFrom(text: string | null): Instant | null {
  if (text === null) return null;
  const at = parseInstant(text);
  if (typeof at === 'number') return at;
  throw usageError(`--enroll-from "${text}": ${at.problem}`);
}

function readEncoding(text: string): Encoding {
  const name = text.toLowerCase();
  if (['utf-8', 'utf8'].includes(name)) return 'utf-8';
  if (['latin1', 'latin-1', 'iso-8859-1', 'windows-1252'].includes(name)) return 'latin1';
  throw usageError(`--encoding takes utf-8 or latin1, not "${text}"`);
}

function stderrTerminal({ context, global }: Invocation): ReturnType<typeof createTerminal> {
  const { stderr, env } = context.io;
  const { isTty, columns } = stderr;
  return createTerminal({ isTty, columns, env, color: global.color, ascii: global.ascii });
}
