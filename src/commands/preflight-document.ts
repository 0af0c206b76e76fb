import type { FirstEffect } from '../core/edit-effects.ts';
import type { Preflight, PreflightItem } from '../core/edit-preflight.ts';
import { formatInstant } from '../core/time/instants.ts';
import { changedLines } from './copy-lines.ts';

/** The item of `sequences plan --json` (cli.md 2.6), and of what `sequences apply` did. */
export function preflightDocument(item: PreflightItem): Readonly<Record<string, unknown>> {
  return {
    sequence: item.sequence,
    step: item.step,
    change: item.change,
    affected_count: item.affectedCount,
    moved_count: item.movedCount,
    earliest_shift_seconds: inSeconds(item.earliestShiftMs),
    latest_shift_seconds: inSeconds(item.latestShiftMs),
    completes: item.completes,
    drafts_withdrawn_count: item.draftsWithdrawn,
    past_it_count: item.pastIt,
    changed_lines: item.change === 'copy' && item.stepEdit !== null ? changedLines(item.stepEdit) : null,
  };
}

/** The counts beside the items; `double_send_risk_count` is the contract's, the others say what the lines say. */
export function preflightTotals(preflight: Preflight): Readonly<Record<string, unknown>> {
  return {
    double_send_risk_count: preflight.doubleSendRiskCount,
    moved_count: preflight.moved,
    completed_count: preflight.completed,
    cancelled_count: preflight.cancelled,
    drafts_withdrawn_count: preflight.draftsWithdrawn,
    emails_added_count: preflight.emailsAdded,
    first_effect: effectDocument(preflight.firstEffect),
  };
}

/** `at` is when the email is due; the job's first run from then on takes it. Null: by applying. */
function effectDocument(effect: FirstEffect | null): Readonly<Record<string, unknown>> | null {
  if (effect === null) return null;
  return effect.kind === 'at_once'
    ? { job: 'apply', at: null }
    : { job: effect.job, at: formatInstant(effect.at) };
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms / 1_000);
}
