import type { FactPage, FactSource } from '../../ports.ts';
import { recordReadToEnd } from '../../store/reply-sources.ts';
import { readSource, saveCursor } from '../../store/sources.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { applyFacts, contextAt, noFacts, type FactContext, type FactCounts } from './apply-facts.ts';

export interface FactReading {
  /** Whose place to go on from it is. */
  readonly sourceId: string;
  readonly state: OperatorState;
  readonly context: FactContext;
  readonly source: FactSource;
  /** Instead of where the last run ended (`--since`); null for that. */
  readonly since: string | null;
  readonly deadlineAt: number;
  /** Nothing is written: what there is to read is counted and forgotten. */
  readonly isPreview: boolean;
}

export interface FactsRead {
  readonly counts: FactCounts;
  readonly pages: number;
  /** False when the time of the run was over first; the next one goes on there. */
  readonly toEnd: boolean;
}

/** Bounds a source that never comes to its end, whatever its clock says. */
const PAGES_MAX = 10_000;

/**
 * Reads a source page by page. What a page does and where the next one begins are one transaction (E2, E3): a kill in between reads a
 * page again, and its facts change nothing the second time (E7). Throws what the source throws; pages before it are kept.
 */
export async function readFacts(reading: FactReading): Promise<FactsRead> {
  const { state, source, deadlineAt } = reading;
  const { clock, signal } = state.invocation.context;
  const cursor = reading.since ?? readSource(state.db, reading.sourceId).cursor;
  const sum = noFacts();
  let pages = 0;
  let toEnd = false;
  for await (const page of source.pages({ cursor, now: clock.now(), deadlineAt, signal })) {
    pages += 1;
    add(sum, reading.isPreview ? { ...noFacts(), facts: page.facts.length } : keep(reading, page));
    toEnd = page.isEnd;
    if (pages >= PAGES_MAX) break;
  }
  return { counts: sum, pages, toEnd };
}

function keep({ state, context, source, sourceId }: FactReading, page: FactPage): FactCounts {
  const { clock, machine } = state.invocation.context;
  const now = clock.now();
  return writeKeepingDoubt(state, () => {
    const counts = applyFacts(contextAt(context, now), page.facts);
    saveCursor(state.db, { sourceId, cursor: page.cursor, now });
    if (page.isEnd && source.readsReplies)
      recordReadToEnd(state.db, { sourceId, now, bootId: machine.bootId() });
    return counts;
  });
}

function add(sum: FactCounts, page: FactCounts): void {
  sum.facts += page.facts;
  sum.applied += page.applied;
  sum.repeated += page.repeated;
  sum.unmatched += page.unmatched;
  sum.doubted += page.doubted;
}
