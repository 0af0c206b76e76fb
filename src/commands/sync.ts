import { runActor } from '../core/audit/entry.ts';
import { createSendJournal } from '../adapters/send-journal.ts';
import { createOptOutSpool } from '../adapters/spool.ts';
import { HeadgateError } from '../core/errors.ts';
import { EXIT_CODES, strongestExit, type ExitName } from '../core/exits.ts';
import type { Instant } from '../core/model.ts';
import { nearestWord } from '../core/nearest.ts';
import { MINUTE_MS } from '../core/time/durations.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import { recordJobDay } from '../store/volume.ts';
import { recordRun } from '../store/runs.ts';
import type { LateTaps } from './chat/late-taps.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { openEngine } from './engine/engine.ts';
import { settleAgainst } from './engine/journal-settling.ts';
import { finishErasuresWhereFree } from './erasure/finish-where-free.ts';
import { withJobLocks } from './job-locks.ts';
import { stateDoubtsOf, withState, writeKeepingDoubt, type OperatorState } from './operator-state.ts';
import { flagOption, listOption, textOption, usageError } from './options.ts';
import { optOutsOf } from './run-session.ts';
import { foldOptOuts } from './spool/fold-opt-outs.ts';
import { sourcesOf } from './sync/open-sources.ts';
import { syncCounts, syncDocument, syncLines, type SyncReport } from './sync/sync-report.ts';
import { syncSource, type SourceResult, type SyncRequest } from './sync/sync-run.ts';
import type { SyncSource } from './sync/sync-source.ts';
import { openWorkspace } from './workspace.ts';

/** The timer comes every ten minutes; whoever is still waiting then is waited for by the next run. */
const RUN_MS = 8 * MINUTE_MS;

/**
 * `sync`: what came back, from every configured source (E). It only reads from outside and touches nobody, so neither weekend nor doubt
 * nor pause stops it: an opt-out must be heard at all times. A source that fails costs the others nothing (32).
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const workspace = openWorkspace(invocation);
  const isPreview = flagOption(invocation, 'preview');
  const wanted = listOption(invocation, 'source');
  const sources = chosen(sourcesOf({ invocation, workspace, isPreview }), wanted);
  const since = textOption(invocation, 'since');
  if (since !== null && wanted.length !== 1)
    throw usageError('--since belongs to one source', 'headgate sync --source ID --since SEQ');
  const request: SyncRequest = {
    isPreview,
    isNamed: wanted.length > 0,
    since,
    runId: invocation.context.random.publicId('r'),
    deadlineAt: invocation.context.clock.now() + RUN_MS,
  };
  return withJobLocks(invocation, { workspace, jobs: ['sync'] }, () =>
    withState(invocation, request.isPreview ? 'read' : 'write', (state) =>
      syncAll(state, { sources, request, detailedExitCode: flagOption(invocation, 'detailedExitCode') }),
    ),
  );
}

function chosen(sources: readonly SyncSource[], wanted: readonly string[]): readonly SyncSource[] {
  const ids = sources.map(({ id }) => id);
  const unknown = wanted.find((id) => !ids.includes(id));
  if (unknown === undefined)
    return wanted.length === 0 ? sources : sources.filter(({ id }) => wanted.includes(id));
  const nearest = nearestWord(unknown, ids);
  const known = ids.length === 0 ? 'headgate.toml has no [[source]]' : `sources: ${ids.join(', ')}`;
  throw usageError(
    `there is no source "${unknown}"`,
    nearest === null ? known : `headgate sync --source ${nearest}`,
  );
}

async function syncAll(
  state: OperatorState,
  of: { sources: readonly SyncSource[]; request: SyncRequest; detailedExitCode: boolean },
): Promise<Outcome> {
  const { sources, request } = of;
  const { clock, signal } = state.invocation.context;
  const trouble = request.isPreview ? null : await troubleOf(() => finishErasuresWhereFree(state));
  if (!request.isPreview) rememberWhatLeft(state);
  const pageActs = takeOptOuts(state, request);
  const results: SourceResult[] = [];
  for (const [index, source] of sources.entries()) {
    // What is left is left to the next run; each bounds itself by the end of its turn.
    if (signal.aborted || clock.now() >= request.deadlineAt) break;
    const turn = { now: clock.now(), deadlineAt: request.deadlineAt, waiting: sources.length - index - 1 };
    results.push(await syncSource(state, source, { ...request, deadlineAt: endOfTurn(turn) }));
  }
  const taps = await lateTaps(state, request);
  const counts: Readonly<Record<string, number>> = {
    ...syncCounts(results, pageActs),
    ...(taps === null ? {} : { taps: taps.done }),
  };
  const exit = exitOf(results, { ...of, counts });
  if (!request.isPreview) recordSync(state, { runId: request.runId, counts, exit });
  if (trouble !== null) throw trouble;
  const report = { state, request, results, counts, taps, exit };
  return {
    exit,
    document: syncDocument(report),
    human: (terminal) => syncLines(terminal, report),
    message:
      results.flatMap(({ id, error }) => (error === null ? [] : [`${id}: ${error}`])).join('; ') || null,
    journal: `sync: ${String(results.length)} sources, ${String(counts['events'] ?? 0)} events run=${request.runId}`,
  };
}

/** An opt-out must be heard, whatever is wrong with a file: the run ends with it, and not before it has read its sources. */
async function troubleOf(work: () => Promise<void>): Promise<HeadgateError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof HeadgateError) return error;
    throw error;
  }
}

/** Left to each source that is still to come, as far as the run is long enough. */
const TURN_MS_MIN = MINUTE_MS;

/**
 * When a source has to leave the rest to the next run, so that none behind it starves: it may have all time but a turn of each that
 * waits, and never less than its equal share.
 */
export function endOfTurn(of: {
  readonly now: Instant;
  readonly deadlineAt: Instant;
  readonly waiting: number;
}): Instant {
  const { now, deadlineAt, waiting } = of;
  const share = now + Math.floor((deadlineAt - now) / (waiting + 1));
  return Math.max(share, deadlineAt - waiting * TURN_MS_MIN);
}

/** F2: last, so that a reply which came before a tap is heard before it. A chat that is down is nobody's failure. */
async function lateTaps(state: OperatorState, request: SyncRequest): Promise<LateTaps | null> {
  const mayDecide = (state.workspace.notify.telegram?.approvers.length ?? 0) > 0;
  if (!mayDecide || request.isPreview || request.isNamed || state.invocation.context.signal.aborted)
    return null;
  const { takeLateTaps } = await import('./chat/late-taps.ts');
  return takeLateTaps(state, request);
}

/**
 * A15: an older copy that took the state's place has forgotten what left since. What comes back speaks of just that, and is read once: so
 * the send journal tells it first, and the opt-outs that were folded into the newer state are read again. `restore` did both already.
 */
function rememberWhatLeft(state: OperatorState): void {
  if (!stateDoubtsOf(state).some(({ reason }) => reason === 'restored')) return;
  const { db, now, workspace } = state;
  const { outboxDir, stateDir, unsubscribeSpoolDir } = workspace.paths;
  createOptOutSpool(unsubscribeSpoolDir).bringBack();
  const engine = openEngine({ db, policy: workspace.policy, now, without: new Set() });
  const witnesses = { journal: createSendJournal(stateDir), outboxDir, actor: runActor('sync') };
  writeKeepingDoubt(state, () => settleAgainst(witnesses)(engine));
}

/** D10: what readers decided on the unsubscribe page, before anything else. Returns how many there were; in a preview they stay. */
function takeOptOuts(state: OperatorState, { isPreview }: SyncRequest): number {
  const { db, workspace, now } = state;
  const spool = optOutsOf(state);
  const waiting = spool.acts().length;
  if (waiting === 0 || isPreview) return waiting;
  // A15: a restored state remembers that it is one, however much is written now.
  writeKeepingDoubt(state, () => undefined);
  return foldOptOuts(openEngine({ db, policy: workspace.policy, now, without: new Set() }), spool);
}

function exitOf(
  results: readonly SourceResult[],
  {
    request,
    detailedExitCode,
    counts,
  }: { request: SyncRequest; detailedExitCode: boolean; counts: SyncReport['counts'] },
): ExitName {
  const strongest = strongestExit(results.map(({ exit }) => exit));
  if (strongest !== 'OK' || !detailedExitCode) return strongest;
  const found = Object.values(counts).some((count) => count > 0);
  if (!found) return 'NOTHING_DUE';
  return request.isPreview ? 'WOULD_ACT' : 'OK';
}

/** A13: a run like any other. */
function recordSync(
  state: OperatorState,
  end: { readonly runId: string; readonly counts: SyncReport['counts']; readonly exit: ExitName },
): void {
  const { db, now, workspace, invocation } = state;
  const { clock, machine } = invocation.context;
  const day = operatorDay(now, workspace.policy.timezone);
  writeKeepingDoubt(state, () => {
    recordJobDay(db, 'sync', day);
    recordRun(db, {
      id: end.runId,
      command: invocation.path,
      mode: 'live',
      forced: false,
      narrowed: invocation.options['source'] !== undefined,
      startedAt: now,
      finishedAt: Math.max(now, clock.now()),
      operatorDay: day,
      exitCode: EXIT_CODES[end.exit],
      reason: null,
      counts: end.counts,
      planId: null,
      bootId: machine.bootId(),
    });
  });
}
