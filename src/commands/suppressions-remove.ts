import { createErasureFile } from '../adapters/erasure-file.ts';
import { cleanLine } from '../core/clean-text.ts';
import { parseAddress } from '../core/email-address.ts';
import { erasedHashOf } from '../store/erasures.ts';
import { leadByEmailKey } from '../store/leads.ts';
import { refreshNurtureDue } from '../store/nurture-queue.ts';
import { removeSuppression } from '../store/suppressions.ts';
import { addTimeline } from '../store/timeline.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { argument, textOption, usageError } from './options.ts';
import { escapeText } from './output/text.ts';

const REASON_GRAPHEMES_MAX = 200;

/**
 * `suppressions remove ADDRESS --reason TEXT`: takes an address off the list, which is kept with its reason in the lead's story
 * (cli.md 2.7). Nobody is enrolled again by it, and an opt-out of the lead itself stays.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const typed = argument(invocation, 0) ?? '';
  const parsed = parseAddress(typed);
  if ('problem' in parsed) throw usageError(`${escapeText(typed)}: ${parsed.problem}`);
  const reason = cleanLine(textOption(invocation, 'reason') ?? '', REASON_GRAPHEMES_MAX).text;
  if (reason === '')
    throw usageError(
      'an address leaves the list only with a reason, which is kept',
      `headgate suppressions remove ${parsed.emailKey} --reason "asked us to write again"`,
    );
  return withState(invocation, 'write', (state) => {
    const before = writeAsPerson(state, () => remove(state, { emailKey: parsed.emailKey, reason }));
    const what =
      before === null
        ? 'was not on the list.'
        : `is off the list; it stood there as ${before}. Nobody is enrolled by it.`;
    return {
      exit: 'OK',
      document: { items: before === null ? [] : [{ email: parsed.emailKey, removed: true, reason: before }] },
      human: ` ${escapeText(parsed.emailKey)} ${what}`,
    };
  });
}

/**
 * A15: of somebody who was erased the file beside the state says so first, or an older copy would bar them again. A crash in between
 * leaves them barred.
 */
function lift(
  { db, now, workspace }: Pick<OperatorState, 'db' | 'now' | 'workspace'>,
  emailKey: string,
): void {
  const hash = erasedHashOf(db, emailKey);
  if (hash !== null)
    createErasureFile(workspace.paths.erasureFile).append([{ kind: 'lifted', hash, at: now }]);
}

/** The reason for which it stood there; null when it did not. */
function remove(
  state: OperatorState,
  { emailKey, reason }: { emailKey: string; reason: string },
): string | null {
  const { db, now, workspace } = state;
  lift({ db, now, workspace }, emailKey);
  const before = removeSuppression(db, emailKey);
  const lead = before === null ? null : leadByEmailKey(db, emailKey);
  if (before !== null && lead !== null) {
    const text = `no longer suppressed (${before.reason}), by operator: ${reason}`;
    addTimeline(db, { leadRowId: lead.rowId, at: now, kind: 'suppressed', text, ref: null });
    refreshNurtureDue(db, lead.rowId, { policy: workspace.policy, now });
  }
  if (before === null) return null;
  recordAct(state, {
    kind: 'suppression_removed',
    subject: lead?.id ?? null,
    detail: { was: before.reason },
  });
  return before.reason;
}
