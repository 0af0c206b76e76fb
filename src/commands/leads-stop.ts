import { cleanLine } from '../core/clean-text.ts';
import { cancelEnrollment, enrollmentsOfLead, type StoredEnrollment } from '../store/enrollments.ts';
import { messagesOfLead } from '../store/messages.ts';
import { refreshNurtureDue } from '../store/nurture-queue.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { leadArgument } from './lead-argument.ts';
import { leadDocument, leadName, leadView, sequencesByRowId, type LeadView } from './lead-document.ts';
import { enrollmentsIn } from './live-enrollments.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { textOption } from './options.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';

const REASON_GRAPHEMES_MAX = 200;

/** What stopped, and what could no longer be stopped. */
interface Stopped {
  readonly view: LeadView;
  readonly cancelled: readonly StoredEnrollment[];
  readonly reason: string;
  /** Ids of messages that are being sent, or perhaps were. */
  readonly leaving: readonly string[];
}

/**
 * `leads stop ID [--sequence S] [--reason TEXT]`: cancels the lead's live enrollments, or the one in S, with reason manual
 * or the text, and withdraws their unsent drafts in the same transaction (B6). Later arrivals and nurture may enroll the
 * lead again: `leads set ID do_not_contact=true` ends that too. Throws 64 for a sequence that it is not in.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', (state) => {
    const stopped = writeAsPerson(state, () => stop(state));
    return {
      exit: 'OK',
      document: { items: [itemOf(stopped)] },
      human: (terminal) => stoppedLines(terminal, stopped),
    };
  });
}

function stop(state: OperatorState): Stopped {
  const { invocation, db, now, workspace } = state;
  const lead = leadArgument(invocation, db);
  const sequences = sequencesByRowId(db);
  const typed = cleanLine(textOption(invocation, 'reason') ?? '', REASON_GRAPHEMES_MAX).text;
  const reason = typed === '' ? 'manual' : typed;
  const live = enrollmentsIn({
    enrollments: enrollmentsOfLead(db, lead.rowId),
    sequences,
    sequenceId: textOption(invocation, 'sequence'),
  });
  const cancelled = live.filter(({ rowId }) => cancelEnrollment(db, { enrollmentRowId: rowId, reason, now }));
  refreshNurtureDue(db, lead.rowId, { policy: workspace.policy, now });
  if (cancelled.length > 0)
    recordAct(state, {
      kind: 'lead_stopped',
      subject: lead.id,
      detail: { enrollments: cancelled.map(({ id }) => id) },
    });
  const rowIds = new Set(cancelled.map(({ rowId }) => rowId));
  const leaving = messagesOfLead(db, lead.rowId).filter(
    ({ enrollmentRowId, state: of }) =>
      rowIds.has(enrollmentRowId) && (of === 'sending' || of === 'uncertain'),
  );
  return { view: leadView(db, lead, sequences), cancelled, reason, leaving: leaving.map(({ id }) => id) };
}

function itemOf({ view, cancelled, reason, leaving }: Stopped): Readonly<Record<string, unknown>> {
  return {
    ...leadDocument(view),
    cancelled: cancelled.map(({ id }) => id),
    reason: cancelled.length === 0 ? null : reason,
    leaving,
  };
}

function stoppedLines(terminal: Terminal, { view, cancelled, reason, leaving }: Stopped): readonly string[] {
  const name = escapeText(leadName(view.lead));
  if (cancelled.length === 0) return [` ${name} is not under way in any sequence: nothing to stop.`];
  const names = cancelled.map(({ sequenceRowId }) => view.sequences.get(sequenceRowId)?.id ?? '');
  return [
    ` ${terminal.bold(name)}  ${countOf(cancelled.length, 'enrollment')} cancelled (${escapeText(reason)}): ${names.join(', ')}`,
    '   Unsent drafts are withdrawn. What was sent stays as it is.',
    ...leaving.map(
      (id) => `   ${id} is being sent, or may have been: its sender looks once more before the body.`,
    ),
    `   To write to this lead never again: headgate leads set ${view.lead.id} do_not_contact=true`,
  ];
}
