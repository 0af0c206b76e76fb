import { formatInstant } from '../core/time/instants.ts';
import { listSuppressions, type Suppression } from '../store/suppressions.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { countOption, textOption } from './options.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';
import { formatDay } from './output/time.ts';

const SHOWN_DEFAULT = 1_000;

/** `suppressions list [--reason R] [--limit N]`: who never receives anything, by address (B6). Reads only. */
export function run(invocation: Invocation): Promise<Outcome> {
  const reason = textOption(invocation, 'reason');
  const limit = countOption(invocation, 'limit') ?? SHOWN_DEFAULT;
  return withState(invocation, 'read', ({ db, workspace }) => {
    const rows: Suppression[] = [];
    for (const row of listSuppressions(db)) {
      if (rows.length >= limit) break;
      if (reason === null || row.reason === reason) rows.push(row);
    }
    const { timezone } = workspace.policy;
    return {
      exit: 'OK',
      document: { items: rows.map(itemOf) },
      human: (terminal) =>
        rows.length === 0
          ? [' Nobody is suppressed.']
          : renderTable(terminal, rows, [
              { header: 'address', cell: ({ emailKey }) => emailKey, minWidth: NEVER_CUT },
              { header: 'reason', cell: (row) => row.reason, minWidth: 10 },
              {
                header: 'since',
                cell: ({ addedAt }) => formatDay(addedAt, timezone),
                raw: ({ addedAt }) => formatInstant(addedAt),
                minWidth: 10,
              },
              { header: 'note', cell: ({ note }) => note },
            ]),
    };
  });
}

function itemOf({ emailKey, reason, note, addedAt }: Suppression): Readonly<Record<string, unknown>> {
  return { email: emailKey, reason, note, added_at: formatInstant(addedAt) };
}
