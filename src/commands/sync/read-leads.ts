import { zonesOfCountry } from '../../adapters/country-zones.ts';
import type { LeadBatch, LeadFeed } from '../../adapters/lead-feed.ts';
import { HeadgateError } from '../../core/errors.ts';
import { leadsByEmailKeys } from '../../store/leads.ts';
import { readSource, saveCursor } from '../../store/sources.ts';
import { addArrivals, noArrivals, type ArrivalCounts } from '../arrivals/arrival-counts.ts';
import { importLeads, previewImport, type ImportDependencies } from '../lead-import/import-leads.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';

export interface LeadReading {
  readonly state: OperatorState;
  readonly sourceId: string;
  readonly runId: string;
  readonly feed: LeadFeed;
  readonly deadlineAt: number;
  /** Nothing is written. */
  readonly isPreview: boolean;
}

export interface LeadsRead {
  readonly counts: ArrivalCounts;
  readonly rejected: number;
  /** What a person should look at: files of refused rows, and files of which nothing could be used. */
  readonly troubles: readonly string[];
  /** False when the time of the run was over first; the next one goes on there. */
  readonly toEnd: boolean;
}

/** E1: what a source of leads has new, stored as an import stores it. A kill half-way stores the same rows again, which changes nothing. */
export async function readLeads(reading: LeadReading): Promise<LeadsRead> {
  const { state, sourceId, feed, deadlineAt } = reading;
  const { clock, signal } = state.invocation.context;
  const { cursor } = readSource(state.db, sourceId);
  const sum = { counts: noArrivals(), rejected: 0, troubles: new Array<string>(), toEnd: true };
  let batches = 0;
  for await (const batch of feed.batches({ cursor, now: clock.now(), deadlineAt, signal })) {
    // A folder may hold more files than a run has time for; the first is stored whatever it takes, so that none is begun for ever.
    sum.toEnd = batches === 0 || (clock.now() < deadlineAt && !signal.aborted);
    if (!sum.toEnd) {
      batch.source.close();
      break;
    }
    batches += 1;
    const isDone = await storeBatch(reading, batch, sum);
    if (reading.isPreview) continue;
    const next = batch.cursorAfter(isDone);
    writeKeepingDoubt(state, () => saveCursor(state.db, { sourceId, cursor: next, now: clock.now() }));
    if (isDone && batch.writeBack !== undefined)
      sum.troubles.push(...(await batch.writeBack((keys) => leadsByEmailKeys(state.db, keys))));
  }
  return sum;
}

/** False when it has to be read again. A file of which nothing can be used is told of once, and costs no other file anything. */
async function storeBatch(
  reading: LeadReading,
  { source, defaultSource }: LeadBatch,
  sum: { readonly counts: ArrivalCounts; rejected: number; readonly troubles: string[] },
): Promise<boolean> {
  const store = reading.isPreview ? previewImport : importLeads;
  try {
    const options = { source, defaultSource, renames: [], enrollFrom: null, onConflict: 'update' } as const;
    const result = await store(options, dependenciesOf(reading));
    addArrivals(sum.counts, result.arrivals);
    sum.rejected += result.rejected;
    if (result.rejectsFile !== null)
      sum.troubles.push(`${String(result.rejected)} rows refused: ${result.rejectsFile}`);
    return true;
  } catch (error) {
    if (!(error instanceof HeadgateError) || !['DATAERR', 'PARTIAL'].includes(error.exit)) throw error;
    sum.troubles.push(error.message);
    // Rights may be given without the file becoming another.
    return error.code !== 'lead_file_changed' && error.code !== 'lead_file_unreadable';
  } finally {
    source.close();
  }
}

function dependenciesOf({ state, runId }: LeadReading): ImportDependencies {
  const { invocation, workspace, db } = state;
  const { clock, random } = invocation.context;
  return {
    db,
    policy: workspace.policy,
    random,
    zonesOfCountry,
    now: clock.now(),
    runId,
    rejectsDir: workspace.paths.rejectsDir,
    progress: (line) => invocation.progress(line),
    write: (work) => writeKeepingDoubt(state, work),
  };
}
