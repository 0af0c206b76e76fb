import { HeadgateError } from '../core/errors.ts';
import type { Lead } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import { candidateOfEnrollment, type SequencesByRowId } from '../store/candidates.ts';
import { enrollmentsOfLead, type StoredEnrollment } from '../store/enrollments.ts';
import { askForStepNow } from '../store/send-now.ts';
import { addTimeline } from '../store/timeline.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { leadArgument } from './lead-argument.ts';
import { leadName, sequencesByRowId, stepIdOf } from './lead-document.ts';
import { enrollmentsIn } from './live-enrollments.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { textOption } from './options.ts';
import { engineOf } from './outlook.ts';
import type { Terminal } from './output/terminal.ts';
import { escapeText } from './output/text.ts';
import { formatDateTime } from './output/time.ts';
import { pathOf, type WhyPath } from './why.ts';

/** The step that was made due. */
interface Asked {
  readonly lead: Lead;
  readonly enrollment: StoredEnrollment;
  readonly sequenceId: string;
  readonly stepId: string;
}

/**
 * `leads due ID [--sequence S]`: makes the waiting step of one pending or active enrollment due at once (C6). It lifts
 * nothing but the delay: hours, watermark, caps and every other guard still hold, and it says which of them would hold
 * the step back now. Throws 64 when the lead has no live enrollment, or several and S was not given.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', async (state) => {
    const asked = writeAsPerson(state, () => makeDue(state));
    const engine = engineOf(state);
    const candidate = candidateOfEnrollment(state.db, asked.enrollment.rowId, engine.sequences);
    const path = candidate === null ? null : await pathOf(state, engine, candidate);
    return {
      exit: 'OK',
      document: { items: [itemOf(state, asked, path)], next: [`headgate leads why ${asked.lead.id}`] },
      human: (terminal) => dueLines(terminal, state, { asked, path }),
    };
  });
}

function makeDue(state: OperatorState): Asked {
  const { invocation, db, now } = state;
  const lead = leadArgument(invocation, db);
  const sequences = sequencesByRowId(db);
  const enrollment = oneLive(state, lead, sequences);
  const sequence = sequences.get(enrollment.sequenceRowId);
  if (!askForStepNow(db, { enrollmentRowId: enrollment.rowId, now })) throw nothingWaits(lead);
  recordAct(state, { kind: 'lead_due', subject: lead.id, detail: { enrollment: enrollment.id } });
  const stepId = stepIdOf(sequence, enrollment.nextStepRowId) ?? '';
  const sequenceId = sequence?.id ?? '';
  addTimeline(db, {
    leadRowId: lead.rowId,
    at: now,
    kind: 'due_now',
    text: `${sequenceId} › ${stepId} made due at once by operator`,
    ref: enrollment.id,
  });
  return { lead, enrollment, sequenceId, stepId };
}

function oneLive(
  { invocation, db }: OperatorState,
  lead: Lead,
  sequences: SequencesByRowId,
): StoredEnrollment {
  const sequenceId = textOption(invocation, 'sequence');
  const [first, ...others] = enrollmentsIn({
    enrollments: enrollmentsOfLead(db, lead.rowId),
    sequences,
    sequenceId,
  });
  if (first === undefined) throw nothingWaits(lead);
  if (others.length === 0) return first;
  const names = [first, ...others].map((each) => sequences.get(each.sequenceRowId)?.id ?? '');
  throw new HeadgateError(`${leadName(lead)} is under way in more than one sequence: ${names.join(', ')}`, {
    code: 'sequence_needed',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    fix: `headgate leads due ${lead.id} --sequence ${names[0] ?? ''}`,
  });
}

function nothingWaits(lead: Lead): HeadgateError {
  return new HeadgateError(`${leadName(lead)} has no step that waits`, {
    code: 'not_enrolled',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    fix: `headgate leads why ${lead.id}`,
  });
}

function itemOf(
  { now }: OperatorState,
  asked: Asked,
  path: WhyPath | null,
): Readonly<Record<string, unknown>> {
  return {
    lead: { id: asked.lead.id, email: asked.lead.email, tz: asked.lead.zone },
    enrollment: asked.enrollment.id,
    sequence: asked.sequenceId,
    step: asked.stepId,
    next_due_at: formatInstant(now),
    verdict: path?.answer?.verdict ?? 'allow',
    held_back: (path?.refusals ?? []).map(({ reason, detail, until }) => ({
      reason,
      detail,
      until: until === null ? null : formatInstant(until),
    })),
  };
}

function dueLines(
  terminal: Terminal,
  { workspace }: OperatorState,
  { asked, path }: { asked: Asked; path: WhyPath | null },
): readonly string[] {
  const step = `${asked.sequenceId} ${terminal.symbols.arrow} ${asked.stepId}`;
  const answer = path?.answer ?? null;
  const refusals = path?.refusals ?? [];
  return [
    ` ${terminal.bold(escapeText(leadName(asked.lead)))}  ${escapeText(step)} is due now`,
    ...(answer === null ? [`   The next run of ${path?.candidate.job ?? 'drip'} drafts it.`] : []),
    ...(answer?.verdict === 'ask' ? [`   A person must approve it: ${escapeText(answer.detail)}`] : []),
    ...refusals.map(({ reason, detail, until }) => {
      const end = until === null ? '' : `, until ${formatDateTime(until, workspace.policy.timezone)}`;
      return `   ${terminal.yellow('Still held back:')} ${reason ?? ''}, ${escapeText(detail)}${end}`;
    }),
  ];
}
