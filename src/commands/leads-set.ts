import { zonesOfCountry } from '../adapters/country-zones.ts';
import { readAssignments, type LeadAssignments } from '../core/lead-assignments.ts';
import { isErasedKey } from '../core/erasure.ts';
import { changedFields } from '../core/lead-merge.ts';
import type { Lead, LeadFields } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import { customColumnNames } from '../store/custom-columns.ts';
import { setLeadHold } from '../store/lead-lookup.ts';
import { leadByRowId } from '../store/leads.ts';
import { addTimeline } from '../store/timeline.ts';
import { createArrivalContext } from './arrivals/arrival-context.ts';
import { noArrivals, type ArrivalCounts } from './arrivals/arrival-counts.ts';
import { changeLead } from './arrivals/known-leads.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { leadArgument } from './lead-argument.ts';
import { leadDocument, leadName, leadView, sequencesByRowId } from './lead-document.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { usageError } from './options.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import { formatDateTime } from './output/time.ts';

/** What a change did. */
interface Changed {
  readonly before: Lead;
  readonly after: Lead;
  readonly names: readonly string[];
  readonly counts: ArrivalCounts;
}

/**
 * `leads set ID key=value…`: changes a lead and all that follows from it in one transaction (B3, B6, B7, C4): a stage,
 * status or opt-out that bars it cancels its enrollments with that reason; another source or form is matched again;
 * another zone moves the due times of what is under way. Setting an opt-out back enrolls nobody. Throws 64 for anything
 * that a lead file would refuse, with near matches.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', (state) => {
    const before = leadArgument(invocation, state.db);
    if (isErasedKey(before.emailKey))
      throw usageError(
        `${before.id} was erased: nothing is kept there any more`,
        'headgate leads import FILE',
      );
    const customColumns = [...customColumnNames(state.db), ...Object.keys(before.custom)];
    const read = readAssignments(invocation.args.slice(1), { lead: before, customColumns, now: state.now });
    if ('problem' in read) throw usageError(read.problem, read.fix);
    const changed = writeAsPerson(state, () => change(state, before, read));
    return outcomeOf(state, changed);
  });
}

function change(state: OperatorState, before: Lead, { fields, hold, holdNote }: LeadAssignments): Changed {
  const { db, workspace, invocation, now } = state;
  const names = changedFields(before, fields).map(nameOf);
  const counts = noArrivals();
  if (names.length > 0) {
    const { random } = invocation.context;
    const context = createArrivalContext({ db, policy: workspace.policy, random, zonesOfCountry, now });
    // A source that tells an older story must not turn this one back (E1).
    const stamped: LeadFields = { ...fields, updatedAt: Math.max(now, before.updatedAt ?? 0) };
    changeLead(context, { lead: before, fields: stamped, by: 'operator', enrolledAt: now }, counts);
  }
  if (hold !== undefined || holdNote !== undefined) {
    const until = hold === undefined ? before.heldUntil : hold.until;
    const note = until === null ? null : holdNote === undefined ? before.holdNote : holdNote;
    if (until !== before.heldUntil || note !== before.holdNote) {
      setLeadHold(db, { leadRowId: before.rowId, until, note });
      tellHold(state, before, { until, note });
      names.push('hold_until');
    }
  }
  if (names.length > 0) recordAct(state, { kind: 'lead_set', subject: before.id, detail: { fields: names } });
  return { before, after: leadByRowId(db, before.rowId) ?? before, names, counts };
}

function tellHold(
  { db, now, workspace }: OperatorState,
  lead: Lead,
  hold: { until: number | null; note: string | null },
): void {
  const until = hold.until === null ? null : formatDateTime(hold.until, workspace.policy.timezone);
  const note = hold.note === null ? '' : `: ${hold.note}`;
  const text = until === null ? 'hold lifted by operator' : `on hold by operator until ${until}${note}`;
  addTimeline(db, { leadRowId: lead.rowId, at: now, kind: 'hold', text, ref: null });
}

function outcomeOf({ db, now, workspace }: OperatorState, changed: Changed): Outcome {
  const { after, names, counts } = changed;
  const enrolled = Object.fromEntries(counts.enrolled);
  return {
    exit: 'OK',
    document: {
      items: [
        {
          ...leadDocument(leadView(db, after, sequencesByRowId(db))),
          changed: names,
          cancelled: counts.cancelled,
          enrolled,
          rescheduled: counts.rescheduled,
          at: formatInstant(now),
        },
      ],
    },
    human: (terminal) => changedLines(terminal, changed, workspace.policy.timezone),
  };
}

function changedLines(terminal: Terminal, changed: Changed, timezone: string): readonly string[] {
  const { before, after, names, counts } = changed;
  if (names.length === 0) return [` ${escapeText(leadName(after))}: nothing changed.`];
  const until =
    after.heldUntil === null ? 'not on hold' : `on hold until ${formatDateTime(after.heldUntil, timezone)}`;
  const enrolled = [...counts.enrolled.keys()];
  return [
    ` ${terminal.bold(escapeText(leadName(after)))}  changed ${names.join(', ')}`,
    ...(before.zone === after.zone ? [] : [`   zone ${before.zone} to ${after.zone} (${after.zoneRule})`]),
    ...(names.includes('hold_until') ? [`   ${until}`] : []),
    ...(counts.cancelled === 0
      ? []
      : [`   ${countOf(counts.cancelled, 'enrollment')} cancelled, unsent drafts withdrawn`]),
    ...(enrolled.length === 0 ? [] : [`   enrolled in ${enrolled.join(', ')}`]),
    ...(counts.rescheduled === 0
      ? []
      : [`   ${countOf(counts.rescheduled, 'due time')} moved with the zone`]),
  ];
}

/** `sourceFormId` is source_form_id to everybody outside. */
function nameOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
