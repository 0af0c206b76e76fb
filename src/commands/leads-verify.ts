import type { Instant } from '../core/model.ts';
import { parseInstant } from '../core/time/instants.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { overrule } from './attribution/overrule.ts';
import { verifyLeads } from './attribution/verify-leads.ts';
import { withState } from './operator-state.ts';
import { argument, flagOption, textOption, usageError } from './options.ts';

/**
 * `leads verify [--all [--judged-before TIME]] [--csv FILE] [--html FILE]`: judges whether leads belong to the companies they claim, those
 * without a verdict or all of them, and reports who is at the wrong one (B8). Each batch is kept at once: begun again, it goes on where it
 * stopped. `leads verify LEAD --as VERDICT --reason TEXT` overrules the gate for one lead; nothing but a person changes it back. Mismatches
 * lose their enrollments and unsent drafts. Throws 64 for flags that do not go together.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const verdict = textOption(invocation, 'as');
  if (argument(invocation, 0) !== null || verdict !== null)
    return withState(invocation, 'write', (state) => overrule(state, verdict));
  const isAll = flagOption(invocation, 'all');
  const typed = textOption(invocation, 'judgedBefore');
  if (typed !== null && !isAll)
    throw usageError(
      '--judged-before belongs to --all',
      `headgate leads verify --all --judged-before ${typed}`,
    );
  const before = typed === null ? null : instantOf(typed);
  return withState(invocation, 'write', (state) =>
    verifyLeads(state, {
      before: isAll ? (before ?? state.now) : null,
      csvFile: textOption(invocation, 'csv'),
      htmlFile: textOption(invocation, 'html'),
    }),
  );
}

function instantOf(typed: string): Instant {
  const read = parseInstant(typed);
  if (typeof read === 'number') return read;
  throw usageError(`--judged-before: ${typed} is no time`, '--judged-before 2026-02-18T09:00:00Z');
}
