import { formatInstant } from '../core/time/instants.ts';
import { listRuns } from '../store/runs.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { countOption, textOption } from './options.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';
import { formatClock, formatDay, formatSpan } from './output/time.ts';
import { resultText, runDocument, tookMs } from './run-record.ts';

const SHOWN_DEFAULT = 20;

/** `runs list [--command C] [--limit N]`: what each run did, newest first (A13, F4). Reads only. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', ({ db, workspace }) => {
    const limit = countOption(invocation, 'limit') ?? SHOWN_DEFAULT;
    const runs = listRuns(db, { command: textOption(invocation, 'command'), limit });
    const { timezone } = workspace.policy;
    return {
      exit: 'OK',
      document: { items: runs.map(runDocument) },
      human: (terminal) =>
        runs.length === 0
          ? [' No run is recorded.']
          : renderTable(terminal, runs, [
              { header: 'id', cell: ({ id }) => id, minWidth: NEVER_CUT },
              { header: 'command', cell: ({ command }) => command },
              {
                header: 'started',
                cell: ({ startedAt }) =>
                  `${formatDay(startedAt, timezone)} ${formatClock(startedAt, timezone)}`,
                raw: ({ startedAt }) => formatInstant(startedAt),
                minWidth: 16,
              },
              { header: 'result', cell: resultText, minWidth: 12 },
              {
                header: 'took',
                cell: (each) => spanText(tookMs(each)),
                raw: (each) => msText(tookMs(each)),
                align: 'right',
              },
            ]),
    };
  });
}

function spanText(ms: number | null): string | null {
  return ms === null ? null : formatSpan(ms);
}

function msText(ms: number | null): string | null {
  return ms === null ? null : String(ms);
}
