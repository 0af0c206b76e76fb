import { formatInstant } from '../../core/time/instants.ts';
import type { ExitName } from '../../core/exits.ts';
import type { LateTaps } from '../chat/late-taps.ts';
import type { OperatorState } from '../operator-state.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { countOf, escapeText } from '../output/text.ts';
import { formatDateTime } from '../output/time.ts';
import type { SourceResult, SyncRequest } from './sync-run.ts';

export interface SyncReport {
  readonly state: OperatorState;
  readonly request: SyncRequest;
  readonly results: readonly SourceResult[];
  readonly counts: Readonly<Record<string, number>>;
  /** Null where nobody may decide in a chat, or the run did not ask. */
  readonly taps: LateTaps | null;
  readonly exit: ExitName;
}

/** The counts of a run as its row keeps them. `pageActs`: what readers decided on the unsubscribe page. */
export function syncCounts(results: readonly SourceResult[], pageActs: number): SyncReport['counts'] {
  const sum = (of: (result: SourceResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    events: sum(({ facts }) => facts.applied),
    repeated: sum(({ facts }) => facts.repeated),
    unmatched: sum(({ facts }) => facts.unmatched),
    doubted: sum(({ facts }) => facts.doubted),
    new: sum(({ leads }) => leads.new),
    updated: sum(({ leads }) => leads.updated),
    rejected: sum(({ rejected }) => rejected),
    failed: sum(({ outcome }) => (outcome === 'failed' ? 1 : 0)),
    page_acts: pageActs,
  };
}

/** The `--json` document, one item for each source. */
export function syncDocument({
  state,
  request,
  results,
  counts,
  taps,
}: SyncReport): Readonly<Record<string, unknown>> {
  const { clock } = state.invocation.context;
  return {
    schema: 'headgate.sync/1',
    run: {
      id: request.isPreview ? null : request.runId,
      mode: request.isPreview ? 'preview' : 'live',
      started: formatInstant(state.now),
      ms: Math.max(0, clock.now() - state.now),
    },
    counts,
    taps,
    items: results.map(({ id, outcome, facts, leads, rejected, error, retryAt }) => ({
      source: id,
      outcome,
      facts: facts.facts,
      applied: facts.applied,
      repeated: facts.repeated,
      unmatched: facts.unmatched,
      doubted: facts.doubted,
      new: leads.new,
      updated: leads.updated,
      unchanged: leads.unchanged,
      erased: leads.erased,
      rejected,
      error,
      retry_after: retryAt === null ? null : formatInstant(retryAt),
    })),
  };
}

/** What a person reads: one line for each source, and what is wrong with it below. */
export function syncLines(terminal: Terminal, report: SyncReport): readonly string[] {
  return [...sourceLines(terminal, report), ...tapLines(report)];
}

function tapLines({ taps }: SyncReport): readonly string[] {
  if (taps === null) return [];
  const parts = [
    count(taps.done, 'decision'),
    count(taps.refused, 'refused', 'refused'),
    count(taps.waiting, 'waiting for a run', 'waiting for a run'),
  ].filter((part) => part !== null);
  switch (taps.outcome) {
    case 'read':
      return [` Telegram: ${parts.length === 0 ? 'nothing new' : parts.join(', ')}`];
    case 'busy':
      return [' Telegram: listen is at it'];
    case 'resting':
      return [' Telegram: it failed lately and is left alone for a while'];
    case 'failed':
      return [` Telegram: ${escapeText(taps.error ?? '')}; asked again by the next runs`];
  }
}

function sourceLines(terminal: Terminal, report: SyncReport): readonly string[] {
  const { state, request, results } = report;
  const page = pageLines(report);
  if (results.length === 0)
    return [...page, ' No source is configured: add a [[source]] block to headgate.toml.'];
  const { timezone } = state.workspace.policy;
  const table = renderTable(terminal, results, [
    { header: 'source', cell: ({ id }) => id, minWidth: 8 },
    { header: 'result', cell: ({ outcome }) => outcome },
    { header: 'what', cell: (result) => whatText(result, request), minWidth: 20 },
  ]);
  const troubles = results.flatMap(({ id, error, retryAt }) => {
    if (error === null) return [];
    const again = retryAt === null ? '' : `; asked again after ${formatDateTime(retryAt, timezone)}`;
    return [`   ${id}: ${escapeText(error)}${again}`];
  });
  return [...page, ...table, ...(troubles.length === 0 ? [] : ['', ...troubles])];
}

function pageLines({ counts, request }: SyncReport): readonly string[] {
  const acts = counts['page_acts'] ?? 0;
  if (acts === 0) return [];
  const became = request.isPreview ? 'would be taken in' : 'taken in';
  return [` ${countOf(acts, 'decision')} of the unsubscribe page ${became}.`];
}

function whatText({ facts, leads, rejected }: SourceResult, { isPreview }: SyncRequest): string {
  const parts = [
    count(isPreview ? facts.facts : facts.applied, 'event'),
    count(facts.unmatched, 'unmatched', 'unmatched'),
    count(facts.doubted, 'not believed', 'not believed'),
    count(leads.new, 'new lead'),
    count(leads.updated, 'changed lead'),
    count(rejected, 'refused row'),
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'nothing new' : parts.join(', ');
}

function count(number: number, singular: string, plural?: string): string | null {
  return number === 0 ? null : countOf(number, singular, plural);
}
