import type { Lead } from '../../core/model.ts';
import { templateFields } from '../../core/template-fields.ts';
import { leadById } from '../../store/leads.ts';
import { messagesOfLead } from '../../store/messages.ts';
import { leadTimeline, type TimelineEntry } from '../../store/timeline.ts';
import type { LeadView } from '../../web/private/views.ts';
import { barOf, leadName, leadView as storedView, sequencesByRowId } from '../lead-document.ts';
import { escapeText } from '../output/text.ts';
import { formatClock, formatDateTime, formatDay } from '../output/time.ts';
import { liveSteps } from '../sequence-text.ts';
import { trackStep } from './message-view.ts';
import type { Visit } from './visit.ts';

/** Enough for years of one lead; older lines are in the state. */
const TIMELINE_LINES_MAX = 500;

/** One lead's story; null where no lead has this id. */
export function leadView({ state }: Visit, id: string): LeadView | null {
  const { db, workspace } = state;
  const { timezone } = workspace.policy;
  const lead = leadById(db, id);
  if (lead === null) return null;
  const view = storedView(db, lead, sequencesByRowId(db));
  const messages = messagesOfLead(db, lead.rowId);
  return {
    id: lead.id,
    name: escapeText(leadName(lead)),
    address: escapeText(lead.email),
    facts: factsOf(lead, timezone),
    bar: barOf(lead),
    enrollments: view.enrollments.map((enrollment) => {
      const sequence = view.sequences.get(enrollment.sequenceRowId);
      const own = messages.filter((message) => message.enrollmentRowId === enrollment.rowId);
      return {
        sequence: sequence?.id ?? '',
        status: [enrollment.status, enrollment.cancelReason].filter((part) => part !== null).join(': '),
        track: liveSteps(sequence ?? { steps: [] }).map((step) =>
          trackStep(
            step,
            own.find((message) => message.stepRowId === step.rowId),
            timezone,
          ),
        ),
      };
    }),
    days: daysOf(leadTimeline(db, lead.rowId, TIMELINE_LINES_MAX).reverse(), timezone),
  };
}

function factsOf(lead: Lead, timezone: string): LeadView['facts'] {
  const fields = Object.entries(templateFields(lead)).flatMap(([name, value]) =>
    value === null || name === 'email' ? [] : [[name.replaceAll('_', ' '), escapeText(value)] as const],
  );
  const hold = lead.heldUntil === null ? [] : [`until ${formatDateTime(lead.heldUntil, timezone)}`];
  return [
    ...fields,
    ['time zone', `${lead.zone} (${lead.zoneRule})`],
    ['stage', lead.stage],
    ['status', lead.status],
    ...hold.map((until) => ['on hold', `${until} ${escapeText(lead.holdNote ?? '')}`.trim()] as const),
  ];
}

/** Newest day first, and the newest of a day first. */
function daysOf(entries: readonly TimelineEntry[], timezone: string): LeadView['days'] {
  const days: { day: string; entries: LeadView['days'][number]['entries'][number][] }[] = [];
  for (const { at, kind, text, ref } of entries) {
    const day = formatDay(at, timezone);
    let last = days.at(-1);
    if (last?.day !== day) days.push((last = { day, entries: [] }));
    last.entries.push({
      clock: formatClock(at, timezone),
      kind: kind.replaceAll('_', ' '),
      text: escapeText(text),
      message: ref?.startsWith('m-') === true ? ref : null,
    });
  }
  return days;
}
