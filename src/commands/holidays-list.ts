import { readCountry } from '../core/countries.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import { listHolidays } from '../store/holidays.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { textOption, usageError } from './options.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';

/** `holidays list [--country CC]`: the public holidays that are loaded, from today on (A11). Reads only. */
export function run(invocation: Invocation): Promise<Outcome> {
  const typed = textOption(invocation, 'country');
  const read = typed === null ? null : readCountry(typed);
  if (read !== null && 'problem' in read) throw usageError(`--country: ${read.problem}`);
  return withState(invocation, 'read', ({ db, now, workspace }) => {
    const from = operatorDay(now, workspace.policy.timezone);
    const holidays = listHolidays(db, { from, country: read?.country ?? null });
    return {
      exit: 'OK',
      document: { items: holidays },
      human: (terminal) =>
        holidays.length === 0 && terminal.isTty
          ? [' None is loaded: headgate holidays load']
          : renderTable(terminal, holidays, [
              { header: 'day', cell: ({ day }) => day, minWidth: NEVER_CUT },
              { header: 'country', cell: ({ country }) => country, minWidth: NEVER_CUT },
              { header: 'name', cell: ({ name }) => name },
            ]),
    };
  });
}
