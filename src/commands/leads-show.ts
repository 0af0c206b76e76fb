import { WAITING_STATES, type MessageState } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import { judgedLead, type JudgedLead } from '../store/attribution.ts';
import type { StoredEnrollment } from '../store/enrollments.ts';
import { messagesOfLead, type StoredMessage } from '../store/messages.ts';
import { leadTimeline, type TimelineEntry } from '../store/timeline.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { leadArgument } from './lead-argument.ts';
import { barOf, leadDocument, leadName, leadView, sequencesByRowId, type LeadView } from './lead-document.ts';
import { withState } from './operator-state.ts';
import type { Terminal } from './output/terminal.ts';
import { displayWidth, escapeText, padEnd } from './output/text.ts';
import { formatClock, formatDateTime, formatDay } from './output/time.ts';
import { hanging } from './output/wrap.ts';
import { liveSteps } from './sequence-text.ts';

/** Enough for years of one lead; older lines are in the state. */
const TIMELINE_LINES_MAX = 500;

/** Everything on the screen of one lead. */
interface Story {
  readonly view: LeadView;
  /** B8: what was found out about its company, and by what; null only for a lead that is gone. */
  readonly judged: JudgedLead | null;
  readonly messages: readonly StoredMessage[];
  readonly timeline: readonly TimelineEntry[];
  readonly timezone: string;
}

/** `leads show ID`: one lead's whole story, by id, the beginning of one, or address (F4). Reads only. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', ({ db, workspace }) => {
    const story = db.read((): Story => {
      const lead = leadArgument(invocation, db);
      return {
        view: leadView(db, lead, sequencesByRowId(db)),
        judged: judgedLead(db, lead.rowId),
        messages: messagesOfLead(db, lead.rowId),
        timeline: leadTimeline(db, lead.rowId, TIMELINE_LINES_MAX),
        timezone: workspace.policy.timezone,
      };
    });
    const next = nextCommands(story);
    return {
      exit: 'OK',
      document: { items: [itemOf(story)], next },
      human: (terminal) => storyLines(terminal, story, next),
    };
  });
}

function itemOf({ view, judged, messages, timeline }: Story): Readonly<Record<string, unknown>> {
  const { lead } = view;
  return {
    ...leadDocument(view),
    country: lead.country,
    region: lead.region,
    source: lead.source,
    source_form_id: lead.sourceFormId,
    tags: lead.tags,
    notes: lead.notes,
    custom: lead.custom,
    watermark_at: lead.watermarkAt === null ? null : formatInstant(lead.watermarkAt),
    hold_note: lead.holdNote,
    attribution_by: judged?.by ?? null,
    attribution_note: judged?.note ?? null,
    messages: messages.map((message) => ({
      id: message.id,
      state: message.state,
      sequence: message.sequenceId,
      step: message.stepId,
      subject: message.subject,
      drafted_at: message.draftedAt === null ? null : formatInstant(message.draftedAt),
      sent_at: message.sentAt === null ? null : formatInstant(message.sentAt),
    })),
    timeline: timeline.map(({ at, kind, text, ref }) => ({ at: formatInstant(at), kind, text, ref })),
  };
}

function nextCommands({ view: { lead, enrollments }, messages }: Story): readonly string[] {
  const isLive = enrollments.some((enrollment) => enrollment.endedAt === null);
  const waiting = messages.find((message) => message.state === 'pending_approval');
  return [
    ...(waiting === undefined ? [] : [`headgate review ${waiting.id}`]),
    `headgate leads why ${lead.id}`,
    ...(isLive ? [`headgate leads stop ${lead.id} --reason "met in person"`] : []),
  ];
}

function storyLines(terminal: Terminal, story: Story, next: readonly string[]): readonly string[] {
  const { view, timeline, timezone } = story;
  return [
    '',
    ...headLines(terminal, story),
    ...view.enrollments.map((enrollment) => enrollmentLine(terminal, story, enrollment)),
    '',
    ...timeline.flatMap((entry) => timelineLines(terminal, entry, timezone)),
    ...(timeline.length === 0 ? [terminal.dim(' Nothing has happened yet.')] : []),
    '',
    ...next.map((command, index) => ` ${index === 0 ? 'Next' : '    '}    ${command}`),
    '',
  ];
}

function headLines(terminal: Terminal, { view: { lead }, judged, timezone }: Story): readonly string[] {
  const rule = lead.zoneRule === 'country' ? `country ${lead.country ?? ''}` : lead.zoneRule;
  const who = [leadName(lead), ...(lead.company === null ? [] : [lead.company]), `${lead.zone} (${rule})`];
  const [name = '', ...rest] = who.map(escapeText);
  const facts = [lead.email, `stage ${lead.stage}`, `status ${lead.status}`, barOf(lead) ?? 'may be emailed'];
  const dot = ` ${terminal.symbols.dot} `;
  const until = lead.heldUntil === null ? '' : formatDateTime(lead.heldUntil, timezone);
  const hold = until === '' ? [] : [` on hold until ${until}  ${escapeText(lead.holdNote ?? '')}`.trimEnd()];
  return [
    ` ${[terminal.bold(name), ...rest].join(dot)}`,
    ` ${facts.map(escapeText).join(dot)}`,
    ...hold,
    ...companyLine(judged),
    ` ${terminal.dim(lead.id)}`,
    '',
  ];
}

/** ` company verified: the address is at the company's domain`. Nothing where none is claimed. */
function companyLine(judged: JudgedLead | null): readonly string[] {
  const verdict = judged?.verdict ?? 'not_applicable';
  return verdict === 'not_applicable' ? [] : [` company ${verdict}: ${escapeText(judged?.note ?? '')}`];
}

/** `website-lead   ●━━●━━◌──○    step 3 of 4, draft waiting   enrolled 11 Feb, source_form_id`. */
function enrollmentLine(
  terminal: Terminal,
  { view, messages, timezone }: Story,
  enrollment: StoredEnrollment,
): string {
  const sequence = view.sequences.get(enrollment.sequenceRowId);
  const steps = sequence === undefined ? [] : liveSteps(sequence);
  const stateOf = new Map(
    messages
      .filter((message) => message.enrollmentRowId === enrollment.rowId)
      .map((message) => [message.stepRowId, message.state]),
  );
  const track = steps
    .map((step) => markOf(terminal, stateOf.get(step.rowId)))
    .join(terminal.ascii ? '---' : '───');
  const place = steps.findIndex((step) => step.rowId === enrollment.nextStepRowId) + 1;
  const where =
    enrollment.endedAt === null
      ? `step ${place} of ${steps.length}${waitingText(stateOf)}`
      : endText(enrollment);
  const line = ` ${padEnd(escapeText(sequence?.id ?? ''), 14)} ${track}   ${escapeText(where)}`;
  const enrolled = `enrolled ${formatDay(enrollment.enrolledAt, timezone).slice(4)}`;
  const reason = enrollment.matchReason === null ? '' : `, ${enrollment.matchReason}`;
  const fits = displayWidth(line) + 3 + enrolled.length + reason.length <= terminal.width;
  return `${line}   ${terminal.dim(`${enrolled}${fits ? reason : ''}`)}`;
}

/** Sent, waiting, or not there yet. */
function markOf(terminal: Terminal, state: MessageState | undefined): string {
  if (state === 'sent') return terminal.ascii ? '*' : '●';
  if (state === undefined) return terminal.ascii ? 'o' : '○';
  if (WAITING_STATES.some((waiting) => waiting === state)) return terminal.ascii ? '?' : '◌';
  return terminal.ascii ? 'x' : '×';
}

function waitingText(stateOf: ReadonlyMap<number, MessageState>): string {
  const waiting = [...stateOf.values()].find((state) => WAITING_STATES.some((each) => each === state));
  if (waiting === undefined) return '';
  return waiting === 'pending_approval' ? ', draft waiting' : `, draft ${waiting}`;
}

function endText({ status, cancelReason }: StoredEnrollment): string {
  return cancelReason === null ? status : `${status}: ${cancelReason}`;
}

function timelineLines(
  terminal: Terminal,
  { at, kind, text, ref }: TimelineEntry,
  timezone: string,
): readonly string[] {
  const when = `${padEnd(formatDay(at, timezone), 10)} ${formatClock(at, timezone)}`;
  const head = ` ${when}  ${padEnd(escapeText(kind.replaceAll('_', ' ')), 11)} `;
  const words = terminal.ascii ? escapeText(text).replaceAll(' › ', ' > ') : escapeText(text);
  const tail = ref === null ? '' : `  ${ref}`;
  if (!terminal.isTty) return [`${head}${words}${tail}`];
  // On a narrow screen the words matter more than what they point at.
  const fits = displayWidth(head) + displayWidth(words) + displayWidth(tail) < terminal.width;
  return fits ? [`${head}${words}${terminal.dim(tail)}`] : hanging(head, words, terminal.width - 1);
}
