import { EXIT_CODES } from '../core/exits.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { StoredRun } from '../store/runs.ts';

/** One run of `runs list --json` (cli.md 2.6). */
export function runDocument(run: StoredRun): Readonly<Record<string, unknown>> {
  return {
    id: run.id,
    command: run.command,
    mode: run.mode,
    started_at: formatInstant(run.startedAt),
    finished_at: run.finishedAt === null ? null : formatInstant(run.finishedAt),
    ms: tookMs(run),
    exit: run.exitCode,
    reason: run.reason,
    counts: run.counts,
    plan: run.planId,
    forced: run.forced,
    narrowed: run.narrowed,
  };
}

/** Milliseconds from start to end; null for a run that never ended. */
export function tookMs(run: Pick<StoredRun, 'startedAt' | 'finishedAt'>): number | null {
  return run.finishedAt === null ? null : Math.max(0, run.finishedAt - run.startedAt);
}

/** How a run ended, in a few words: `ok, 5 drafted`, `preview: gap`, `paused`, `exit 75 TEMPFAIL`. */
export function resultText(
  run: Pick<StoredRun, 'command' | 'mode' | 'exitCode' | 'reason' | 'counts'>,
): string {
  if (run.exitCode === null) return 'did not end';
  const done = run.command === 'backup' ? forgotten(run.counts) : doneBy(run.counts);
  const what = [wordFor(run), ...done].join(', ');
  return run.reason === null || run.reason === run.mode ? what : `${what} (${run.reason})`;
}

/** `[retention]`: a backup counts by kind what it forgot first; together they say that something went. */
function forgotten(counts: StoredRun['counts']): readonly string[] {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return total > 0 ? [`${String(total)} forgotten`] : [];
}

function doneBy(counts: StoredRun['counts']): readonly string[] {
  return DONE.flatMap((word) => {
    const count = counts[word] ?? 0;
    return count > 0 ? [`${String(count)} ${word.replaceAll('_', ' ')}`] : [];
  });
}

/** The counts that say what a run did; the others say why it did not do more. */
const DONE = ['drafted', 'would_draft', 'sent', 'held', 'uncertain', 'failed', 'events'] as const;

function wordFor({ mode, exitCode }: Pick<StoredRun, 'mode' | 'exitCode'>): string {
  if (exitCode === EXIT_CODES.OK || exitCode === EXIT_CODES.NOTHING_DUE) return mode === 'live' ? 'ok' : mode;
  if (mode === 'preview' || mode === 'paused') return mode;
  return `exit ${String(exitCode)} ${exitName(exitCode)}`.trimEnd();
}

/** The name of an exit code; empty for one that no version of ours uses. */
export function exitName(code: number | null): string {
  return Object.entries(EXIT_CODES).find(([, known]) => known === code)?.[0] ?? '';
}
