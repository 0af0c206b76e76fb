import { basename, extname, join } from 'node:path';

import { RejectsFile, type Reject } from '../../adapters/rejects-file.ts';
import type { CheckedLeads, LeadSource } from '../../adapters/lead-source.ts';
import type { Delimiter } from '../../core/csv-scanner.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { ColumnRename } from '../../core/lead-columns.ts';
import type { OnConflict } from '../../core/lead-merge.ts';
import type { LeadRow, RowRemark } from '../../core/lead-row.ts';
import type { Instant } from '../../core/model.ts';
import { addArrivals, noArrivals, type ArrivalCounts } from '../arrivals/arrival-counts.ts';
import { createArrivalContext, type ArrivalDependencies } from '../arrivals/arrival-context.ts';
import { createArrivals } from '../arrivals/arrivals.ts';
import { surveyLeads } from './survey.ts';
import { ROWS_PER_BATCH, validBatches } from './valid-rows.ts';

export interface ImportOptions {
  readonly source: LeadSource;
  readonly renames: readonly ColumnRename[];
  /** `--source`: for rows that name none; null leaves them without. */
  readonly defaultSource: string | null;
  /** `--enroll-from`; null: now (A19). */
  readonly enrollFrom: Instant | null;
  readonly onConflict: OnConflict;
}

export interface ImportDependencies extends ArrivalDependencies {
  readonly runId: string;
  /** Where rows that were refused are kept. */
  readonly rejectsDir: string;
  /** One line for whoever waits; called for large files only. */
  readonly progress: (line: string) => void;
}

/** What an import did, or (`isPreview`) would do. */
export interface ImportResult {
  readonly isPreview: boolean;
  readonly name: string;
  readonly delimiter: Delimiter;
  readonly arrivals: ArrivalCounts;
  readonly rejected: number;
  /** The first hundred. */
  readonly rejects: readonly Reject[];
  /** Null when nothing was refused, and in a preview. */
  readonly rejectsFile: string | null;
  /** In how many rows something was cleaned, cut or left out. */
  readonly remarks: ReadonlyMap<RowRemark, number>;
  /** When the oldest new lead was created; null when no row says. */
  readonly oldestCreatedAt: Instant | null;
}

const REJECTS_KEPT_MAX = 100;
const PROGRESS_ROWS = 20_000;

/** What would become of a source, without changing anything: what a person is asked about, and `-n`. Throws as `importLeads`. */
export async function previewImport(
  options: ImportOptions,
  dependencies: ImportDependencies,
): Promise<ImportResult> {
  const checked = options.source.check(options.renames);
  const tally = new Tally(options, checked);
  const survey = surveyLeads(createArrivalContext(dependencies), {
    enrollFrom: enrollFromOf(options, dependencies),
    onConflict: options.onConflict,
  });
  await eachBatch({ options, dependencies, checked, tally }, (rows) => survey.add(rows));
  for (const keys of survey.repeated()) {
    await eachBatch({ options, dependencies, checked, tally: null }, survey.again(keys));
  }
  return tally.result(survey.counts, { isPreview: true, rejectsFile: null });
}

/**
 * Imports a source of leads (E1, A19): the first pass proves that it can be read at all, the second one stores valid rows a
 * thousand at a time and puts the others into a file. Doing it again changes nothing (E7).
 * @throws HeadgateError 65 when the source is unusable, and then nothing was done; when it changed half-way, or the state
 * failed, with how many rows are stored already (32 or the state's own exit).
 */
export async function importLeads(
  options: ImportOptions,
  dependencies: ImportDependencies,
): Promise<ImportResult> {
  const { source } = options;
  const checked = source.check(options.renames);
  const rejects = new RejectsFile(rejectsPath(source.name, dependencies), checked.layout.header);
  const tally = new Tally(options, checked, rejects);
  const arrivals = createArrivals(createArrivalContext(dependencies), {
    onConflict: options.onConflict,
    enrollFrom: enrollFromOf(options, dependencies),
    rowsExpected: checked.rows,
  });
  try {
    await eachBatch({ options, dependencies, checked, tally }, (rows) => arrivals.store(rows));
  } catch (error) {
    throw halfWay(error, arrivals.counts);
  } finally {
    rejects.close();
  }
  const rejectsFile = tally.rejected === 0 ? null : rejects.path;
  return tally.result(arrivals.counts, { isPreview: false, rejectsFile });
}

/** Reads on between batches only when the process has looked at its signals. */
async function eachBatch(
  job: {
    readonly options: ImportOptions;
    readonly dependencies: ImportDependencies;
    readonly checked: CheckedLeads;
    /** Null when the rows were looked at before. */
    readonly tally: Tally | null;
  },
  work: (rows: readonly LeadRow[]) => void,
): Promise<void> {
  const { options, dependencies, checked, tally } = job;
  const context = { now: dependencies.now, defaultSource: options.defaultSource };
  const onReject = (reject: Reject, cells: readonly string[]): void => tally?.reject(reject, cells);
  let done = 0;
  for (const rows of validBatches(options.source, checked, { context, onReject })) {
    work(rows);
    tally?.take(rows);
    done += rows.length;
    if (tally !== null && done % PROGRESS_ROWS === 0 && checked.rows > PROGRESS_ROWS) {
      dependencies.progress(`${done} of ${checked.rows} rows`);
    }
    if (rows.length === ROWS_PER_BATCH) await new Promise((resolve) => setImmediate(resolve));
  }
}

class Tally {
  readonly #options: ImportOptions;
  readonly #checked: CheckedLeads;
  readonly #rejectsFile: RejectsFile | null;
  readonly #rejects: Reject[] = [];
  readonly #remarks = new Map<RowRemark, number>();
  #oldestCreatedAt: Instant | null = null;
  rejected = 0;

  constructor(options: ImportOptions, checked: CheckedLeads, rejectsFile: RejectsFile | null = null) {
    this.#options = options;
    this.#checked = checked;
    this.#rejectsFile = rejectsFile;
  }

  reject(reject: Reject, cells: readonly string[]): void {
    this.rejected += 1;
    if (this.#rejects.length < REJECTS_KEPT_MAX) this.#rejects.push(reject);
    this.#rejectsFile?.add(reject, cells);
  }

  take(rows: readonly LeadRow[]): void {
    for (const { remarks, fields } of rows) {
      for (const remark of remarks) this.#remarks.set(remark, (this.#remarks.get(remark) ?? 0) + 1);
      const { createdAt } = fields;
      if (createdAt !== null && createdAt < (this.#oldestCreatedAt ?? Infinity))
        this.#oldestCreatedAt = createdAt;
    }
  }

  result(counts: ArrivalCounts, end: { isPreview: boolean; rejectsFile: string | null }): ImportResult {
    const arrivals = noArrivals();
    addArrivals(arrivals, counts);
    return {
      ...end,
      name: this.#options.source.name,
      delimiter: this.#checked.delimiter,
      arrivals,
      rejected: this.rejected,
      rejects: this.#rejects,
      remarks: this.#remarks,
      oldestCreatedAt: this.#oldestCreatedAt,
    };
  }
}

function enrollFromOf(options: ImportOptions, { now }: ImportDependencies): Instant {
  return options.enrollFrom ?? now;
}

function rejectsPath(name: string, { rejectsDir, runId }: ImportDependencies): string {
  const stem = basename(name, extname(name)).replace(/[^\w.-]+/g, '_') || 'leads';
  return join(rejectsDir, `${stem}-${runId}.csv`);
}

/** What is stored stays stored; only a source that was unusable from the start is "nothing was done". */
function halfWay(error: unknown, counts: ArrivalCounts): unknown {
  const stored = counts.new + counts.updated + counts.unchanged;
  if (!(error instanceof HeadgateError) || stored === 0) return error;
  return new HeadgateError(error.message, {
    code: error.code,
    exit: error.exit === 'DATAERR' ? 'PARTIAL' : error.exit,
    notDone: `${stored} rows before it are stored. The rest is not; importing the same leads again doubles nothing.`,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    details: error.details,
    cause: error,
  });
}
