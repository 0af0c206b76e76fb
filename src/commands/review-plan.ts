import { formatInstant } from '../core/time/instants.ts';
import { leadByRowId } from '../store/leads.ts';
import { writtenBy, type WrittenBy } from '../store/model-calls.ts';
import { planItems, type StoredPlan, type StoredPlanItem } from '../store/plans.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { argument } from './options.ts';
import { writtenByText } from './output/model-cost.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeLines, escapeText } from './output/text.ts';
import { formatDateTime, formatDueDay } from './output/time.ts';
import { openDesk, type Desk } from './review/desk.ts';
import { findPlan } from './review/find.ts';

/** One step of a saved plan in the operator's words. */
interface PlannedStep {
  readonly item: StoredPlanItem;
  readonly lead: {
    readonly id: string;
    readonly email: string;
    readonly name: string | null;
    readonly tz: string;
  };
  readonly sequence: string;
  readonly step: string;
  /** Who wrote the words in the preview, and for how much; null: a person did, or a model has still to. */
  readonly model: WrittenBy | null;
}

/** `review plan p-…`: a saved preview lead by lead, word for word what `confirm` would draft (A17). */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', (state) => {
    const desk = openDesk(state);
    const plan = findPlan(state.db, argument(invocation, 0) ?? '');
    const steps = state.db.read(() => planItems(state.db, plan.id).map((item) => plannedStep(desk, item)));
    const next = nextCommands(plan, steps.length);
    return {
      exit: 'OK',
      document: { plan: planDocument(plan), items: steps.map(stepDocument), next },
      human: (terminal) => planLines(terminal, desk, { plan, steps, next }),
    };
  });
}

function plannedStep({ engine }: Desk, item: StoredPlanItem): PlannedStep {
  const lead = leadByRowId(engine.db, item.leadRowId);
  const sequence = engine.sequences.get(item.sequenceRowId);
  const name = [lead?.firstName, lead?.lastName].filter((part) => (part ?? '') !== '').join(' ');
  return {
    item,
    lead: {
      id: lead?.id ?? '',
      email: lead?.email ?? '',
      name: name === '' ? null : name,
      tz: lead?.zone ?? 'UTC',
    },
    sequence: sequence?.id ?? '',
    step: sequence?.steps.find((each) => each.rowId === item.stepRowId)?.id ?? '',
    model: item.askedFor === null ? null : writtenBy(engine.db, item.askedFor),
  };
}

function nextCommands(plan: StoredPlan, count: number): readonly string[] {
  if (plan.state !== 'waiting') return [`headgate ${plan.job} --preview`];
  return count === 0
    ? [`headgate confirm ${plan.id}`]
    : [`headgate confirm ${plan.id}`, `headgate review veto ${plan.id}`];
}

function planDocument(plan: StoredPlan): Readonly<Record<string, unknown>> {
  return {
    id: plan.id,
    job: plan.job,
    run: plan.runId,
    state: plan.state,
    made_at: formatInstant(plan.madeAt),
    narrowed: plan.narrowed,
    doubts: plan.doubts,
  };
}

function stepDocument({ item, lead, sequence, step, model }: PlannedStep): Readonly<Record<string, unknown>> {
  return {
    action: 'draft',
    lead,
    sequence,
    step,
    due_at: formatInstant(item.dueAt),
    reason: item.askReason,
    subject: item.subject,
    preheader: item.preheader,
    text: item.bodyMarkdown,
    hash: item.textHash,
    held: item.unfit,
    model: model === null ? null : { name: model.model, calls: model.calls, cost_micros: model.costMicros },
  };
}

function planLines(
  terminal: Terminal,
  desk: Desk,
  { plan, steps, next }: { plan: StoredPlan; steps: readonly PlannedStep[]; next: readonly string[] },
): readonly string[] {
  const zone = desk.engine.policy.timezone;
  const doubts = plan.doubts.length === 0 ? '' : `   because of ${plan.doubts.join(', ')}`;
  return [
    '',
    ` ${terminal.bold(`PLAN ${plan.id}`)}  ${plan.job}  made ${formatDateTime(plan.madeAt, zone)}  ${plan.state}${doubts}`,
    ` It would draft ${countOf(steps.length, 'email')}, as they stand here.`,
    ...steps.flatMap((step, index) => stepLines(terminal, desk, { step, number: index + 1 })),
    '',
    ...next.map((command, index) => ` ${index === 0 ? 'Next' : '    '}    ${command}`),
    '',
  ];
}

function stepLines(
  terminal: Terminal,
  desk: Desk,
  { step, number }: { step: PlannedStep; number: number },
): readonly string[] {
  const { item, lead } = step;
  const who = lead.name === null ? lead.email : `${lead.name} <${lead.email}>`;
  const due = formatDueDay(item.dueAt, desk.engine.now, desk.engine.policy.timezone);
  const where = `${step.sequence} ${terminal.symbols.arrow} ${step.step}`;
  return [
    '',
    ` ${terminal.bold(String(number))}  ${escapeText(who)}   ${where}   due ${due}`,
    ...(item.askReason === null ? [] : [`    ${terminal.yellow(`! a person must look: ${item.askReason}`)}`]),
    ...(item.unfit === null ? [] : [`    ${terminal.yellow(`! would be held: ${escapeText(item.unfit)}`)}`]),
    ...(step.model === null ? [] : [`    ${terminal.dim(writtenByText(step.model))}`]),
    `    ${terminal.bold(escapeText(item.subject))}`,
    ...escapeLines(item.bodyMarkdown).map((line) => `    ${line}`.trimEnd()),
  ];
}
