import { zonesOfCountry } from '../../adapters/country-zones.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { ExitName } from '../../core/exits.ts';
import { fatalMarker } from '../../core/fatal-markers.ts';
import type { Instant } from '../../core/model.ts';
import { MINUTE_MS } from '../../core/time/durations.ts';
import { acquireLock } from '../../store/locks.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { forgetFailures, readSource, saveFailure } from '../../store/sources.ts';
import { createArrivalContext, type ArrivalContext } from '../arrivals/arrival-context.ts';
import { noArrivals, type ArrivalCounts } from '../arrivals/arrival-counts.ts';
import { changeLead } from '../arrivals/known-leads.ts';
import { openEngine } from '../engine/engine.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { formatDateTime } from '../output/time.ts';
import { noFacts, type FactContext, type FactCounts } from './apply-facts.ts';
import { readFacts } from './read-facts.ts';
import { readLeads } from './read-leads.ts';
import type { SyncSource } from './sync-source.ts';

export interface SyncRequest {
  readonly isPreview: boolean;
  /** True when sources were named: then a source that is to be left alone for a while is asked all the same. */
  readonly isNamed: boolean;
  /** `--since`: where to begin instead of where the last run ended; null for that. */
  readonly since: string | null;
  readonly runId: string;
  readonly deadlineAt: Instant;
}

/** What became of one source in one run. */
export interface SourceResult {
  readonly id: string;
  /** `unfinished`: time was over; `resting`: it failed lately; `busy`: another run reads it. */
  readonly outcome: 'read' | 'unfinished' | 'failed' | 'resting' | 'busy';
  readonly facts: FactCounts;
  readonly leads: ArrivalCounts;
  readonly rejected: number;
  readonly error: string | null;
  readonly retryAt: Instant | null;
  readonly exit: Extract<ExitName, 'OK' | 'PARTIAL' | 'UNAVAILABLE'>;
}

const NOTHING_READ = {
  facts: noFacts(),
  leads: noArrivals(),
  rejected: 0,
  error: null,
  retryAt: null,
} as const;

/**
 * Reads one source under a lock of its own. Whatever is wrong with it is its own affair: it is left alone for a while, told of, and the
 * others go on (32). No key or no money ends the run as unavailable (69), and the others are still read: an answer may wait there.
 */
export async function syncSource(
  state: OperatorState,
  source: SyncSource,
  request: SyncRequest,
): Promise<SourceResult> {
  const { clock } = state.invocation.context;
  const { retryAt, lastError } = readSource(state.db, source.id);
  if (!request.isNamed && retryAt !== null && isPause(retryAt, clock.now())) {
    return { ...NOTHING_READ, id: source.id, outcome: 'resting', error: lastError, retryAt, exit: 'OK' };
  }
  const lock = lockOf(state, source.id);
  if (lock.kind === 'busy') return { ...NOTHING_READ, id: source.id, outcome: 'busy', exit: 'OK' };
  try {
    const result = await readSourceNow(state, source, request);
    if (!request.isPreview && lastError !== null)
      writeKeepingDoubt(state, () => {
        forgetFailures(state.db, source.id);
      });
    return result;
  } catch (error) {
    if (!(error instanceof HeadgateError) || !SOURCE_EXITS.has(error.exit)) throw error;
    return request.isPreview
      ? failedResult(source.id, error, null)
      : noteFailure(state, { source, error, request });
  } finally {
    lock.release();
  }
}

/** What is wrong with the source. A full disk or a damaged state is wrong with us, and ends the run. */
const SOURCE_EXITS: ReadonlySet<ExitName> = new Set<ExitName>([
  'UNAVAILABLE',
  'TEMPFAIL',
  'DATAERR',
  'PARTIAL',
]);

function lockOf(state: OperatorState, sourceId: string): ReturnType<typeof acquireLock> {
  const { invocation, workspace, now } = state;
  return acquireLock({
    directory: workspace.paths.locksDir,
    job: `sync-${sourceId}`,
    holder: {
      pid: process.pid,
      startedAt: now,
      command: invocation.path,
      hostName: invocation.context.machine.identity().hostName,
    },
  });
}

async function readSourceNow(
  state: OperatorState,
  source: SyncSource,
  request: SyncRequest,
): Promise<SourceResult> {
  const { deadlineAt, isPreview, runId, since } = request;
  const opened = source.kind === 'facts' ? { facts: await source.open() } : { leads: await source.open() };
  if ('facts' in opened) {
    try {
      const context = factContext(
        state,
        (source.kind === 'facts' ? source.factsOf : undefined) ?? source.id,
        runId,
      );
      const reading = {
        state,
        context,
        source: opened.facts,
        sourceId: source.id,
        since,
        deadlineAt,
        isPreview,
      };
      const read = await readFacts(reading);
      const outcome = read.toEnd ? 'read' : 'unfinished';
      return { ...NOTHING_READ, id: source.id, outcome, facts: read.counts, exit: 'OK' };
    } finally {
      await opened.facts.close();
    }
  }
  try {
    const feed = opened.leads;
    const read = await readLeads({ state, sourceId: source.id, runId, feed, deadlineAt, isPreview });
    const { counts: leads, rejected, troubles } = read;
    const error = troubles.length === 0 ? null : troubles.join('; ');
    const exit = troubles.length === 0 ? 'OK' : 'PARTIAL';
    const outcome = read.toEnd ? 'read' : 'unfinished';
    return { ...NOTHING_READ, id: source.id, outcome, leads, rejected, error, exit };
  } finally {
    await opened.leads.close();
  }
}

function factContext(state: OperatorState, sourceId: string, runId: string): FactContext {
  const { db, workspace, now, invocation } = state;
  const { policy } = workspace;
  const engine = openEngine({ db, policy, now, without: new Set() });
  const { random } = invocation.context;
  const arrivals = createArrivalContext({ db, policy, random, zonesOfCountry, now });
  return { engine, optOut: optOutBy(arrivals), sourceId, runId };
}

/** What a lead asks for by mail, or through a provider, counts as if its own row said so. */
export function optOutBy(arrivals: ArrivalContext): FactContext['optOut'] {
  return (lead, { now }) => {
    const fields = { ...lead, optedOut: true, updatedAt: Math.max(now, lead.updatedAt ?? 0) };
    changeLead({ ...arrivals, now }, { lead, fields, by: 'sync', enrolledAt: now });
  };
}

/** The first pause after a failure, and the longest: an answer must not wait much longer than the operator's line (A21). */
const PAUSE_MS = 10 * MINUTE_MS;
const PAUSE_MAX_MS = 60 * MINUTE_MS;
/** Further off than the longest pause is what a clock said that was ahead: nobody waits for that. */
function isPause(retryAt: Instant, now: Instant): boolean {
  return retryAt > now && retryAt - now <= PAUSE_MAX_MS;
}

/** One bad reading mends itself; three in a row are worth a message. */
const FAILURES_TOLD = 3;

function noteFailure(
  state: OperatorState,
  of: { source: SyncSource; error: HeadgateError; request: SyncRequest },
): SourceResult {
  const { source, error, request } = of;
  const now = state.invocation.context.clock.now();
  const before = readSource(state.db, source.id).failures;
  const retryAt = now + Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.min(before, 10));
  const result = failedResult(source.id, error, retryAt);
  writeKeepingDoubt(state, () => {
    const failures = saveFailure(state.db, { sourceId: source.id, error: error.message, retryAt });
    if (failures < FAILURES_TOLD && result.exit !== 'UNAVAILABLE') return;
    enqueueNotice(state.db, {
      kind: 'source_failed',
      job: 'sync',
      dedupeKey: `source_failed ${source.id}`,
      text: [
        `${source.id} could not be read${failures > 1 ? `, ${String(failures)} times in a row` : ''}: ${error.message}`,
        error.fix ?? `It is asked again after ${formatDateTime(retryAt, state.workspace.policy.timezone)}.`,
      ].join('\n'),
      runId: request.runId,
      now,
      repeatAfterMs: 24 * 60 * MINUTE_MS,
    });
  });
  return result;
}

function failedResult(id: string, error: HeadgateError, retryAt: Instant | null): SourceResult {
  const isFatal = error.exit === 'UNAVAILABLE' || fatalMarker(error.message) !== null;
  const exit = isFatal ? 'UNAVAILABLE' : 'PARTIAL';
  return { ...NOTHING_READ, id, outcome: 'failed', error: error.message, retryAt, exit };
}
