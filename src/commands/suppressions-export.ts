import { isErasedKey } from '../core/erasure.ts';
import { safeCsvLine } from '../core/csv-format.ts';
import { formatInstant } from '../core/time/instants.ts';
import { listSuppressions } from '../store/suppressions.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { countOf } from './output/text.ts';

/**
 * `suppressions export`: the whole list as CSV on standard output, as `suppressions import` reads it. Hashes of people who were erased
 * are left out and counted: they mean nothing to anybody else. Reads only.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', ({ db }) => {
    const all = [...listSuppressions(db)];
    const rows = all.filter(({ emailKey }) => !isErasedKey(emailKey));
    const erased = all.length - rows.length;
    const lines = [
      safeCsvLine(['email', 'reason', 'note', 'added_at']),
      ...rows.map(({ emailKey, reason, note, addedAt }) =>
        safeCsvLine([emailKey, reason, note ?? '', formatInstant(addedAt)]),
      ),
    ];
    return {
      exit: 'OK',
      document: {
        items: rows.map(({ emailKey, reason, note, addedAt }) => ({
          email: emailKey,
          reason,
          note,
          added_at: formatInstant(addedAt),
        })),
      },
      human: lines.map((line) => line.trimEnd()).join('\n'),
      notes:
        erased === 0
          ? []
          : [`${countOf(erased, 'person was', 'people were')} erased: known here by a hash alone, left out.`],
    };
  });
}
