import { loadDefinitions } from '../config/definitions.ts';
import { lintDefinitions } from '../config/lint.ts';
import { nearestWord } from '../core/nearest.ts';
import { formatProblem } from '../config/sequence-problem.ts';
import { parseAddress } from '../core/email-address.ts';
import { HeadgateError } from '../core/errors.ts';
import type { SequenceDefinition, StepDefinition } from '../core/model.ts';
import { sampleLead } from '../core/sample-lead.ts';
import { replySubject, takesThreadSubject } from '../core/thread.ts';
import { templateFields } from '../core/template-fields.ts';
import type { CopyRenderer, RenderedCopy, TemplateFields } from '../ports.ts';
import { customColumnNames } from '../store/custom-columns.ts';
import { findLead } from '../store/leads.ts';
import { isSuppressed } from '../store/suppressions.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, type OperatorState } from './operator-state.ts';
import { argument, textOption, usageError } from './options.ts';
import { sendTests } from './send-test.ts';
import { testOutcome } from './sequences-test-text.ts';
import { senderFields } from './workspace.ts';

/** One step as its reader would get it. */
export interface RenderedStep {
  readonly step: string;
  readonly copy: RenderedCopy;
}

/** Why a step cannot be written now. */
export interface UnwrittenStep {
  readonly step: string;
  readonly problem: string;
}

/**
 * `sequences test ID [step] --to ADDRESS`: sends the words of each step, as the files say them now and rendered by the same renderer as
 * drafts, to the operator (D8, cli.md 4.1). With a sample lead, or with the fields of a stored one (`--lead`). Touches no lead and no
 * counter, and writes nothing into the state. Throws `definitions_invalid` (65), and 64 for an address that is a lead's.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', async (state) => {
    const to = operatorAddress(state, textOption(invocation, 'to'));
    const sequence = await readSequence(state);
    const steps = await renderSteps(state, sequence, wantedSteps(sequence, argument(invocation, 1)));
    const rendered = steps.filter((each): each is RenderedStep => 'copy' in each);
    const unwritten = steps.filter((each): each is UnwrittenStep => 'problem' in each);
    const sent = await sendTests(state, { to, sequence, steps: rendered });
    return testOutcome(state, { sequence: sequence.id, to, sent, unwritten });
  });
}

/** D9, B3: a test goes to whoever asks for it. To a lead it would be a mail that no guard has judged. */
function operatorAddress({ db, workspace }: OperatorState, typed: string | null): string {
  if (typed === null)
    throw usageError('to whom? a test goes to you', 'headgate sequences test ID --to you@…');
  const parsed = parseAddress(typed);
  if ('problem' in parsed) throw usageError(`--to ${JSON.stringify(typed)}: ${parsed.problem}`);
  const { email, emailKey } = parsed;
  if (findLead(db, email) !== null || isSuppressed(db, emailKey))
    throw usageError(`${email} is a lead, or suppressed: a test goes to you`, 'Give your own address.');
  const { allowlist } = workspace.policy;
  if (allowlist.length > 0 && allowlist.every((entry) => entry.toLowerCase() !== emailKey))
    throw usageError(`${email} is not on mail.allowlist, and nobody else receives anything`);
  return email;
}

async function readSequence({ db, workspace, invocation }: OperatorState): Promise<SequenceDefinition> {
  const id = argument(invocation, 0) ?? '';
  const loaded = loadDefinitions(workspace.paths.sequencesDir);
  if (!loaded.folderIds.includes(id)) {
    const nearest = nearestWord(id, loaded.folderIds);
    const fix =
      nearest === null ? 'headgate sequences lint' : `headgate sequences test ${nearest} --to you@…`;
    throw usageError(`there is no sequence ${JSON.stringify(id)} under sequences/`, fix);
  }
  const problems = await lintDefinitions(loaded, {
    customFields: db.read(() => customColumnNames(db)),
    brand: workspace.brand,
    hours: workspace.policy.hours,
    hasModel: workspace.ai !== null,
  });
  const errors = problems.filter(({ severity, file }) => severity === 'error' && file.split('/')[1] === id);
  const sequence = loaded.definitions.find((definition) => definition.id === id);
  if (errors.length === 0 && sequence !== undefined) return sequence;
  throw new HeadgateError(`sequences/${id} has errors`, {
    code: 'definitions_invalid',
    exit: 'DATAERR',
    notDone: 'Nothing was sent.',
    fix: `headgate sequences lint ${id}`,
    details: errors.map(formatProblem),
  });
}

function wantedSteps({ id, steps }: SequenceDefinition, wanted: string | null): readonly StepDefinition[] {
  if (wanted === null) return steps;
  const step = steps.find((each) => each.id === wanted);
  if (step !== undefined) return [step];
  const known = steps.map((each) => each.id).join(', ');
  throw usageError(`${id} has no step ${JSON.stringify(wanted)}`, `Its steps: ${known}`);
}

async function renderSteps(
  state: OperatorState,
  sequence: SequenceDefinition,
  steps: readonly StepDefinition[],
): Promise<readonly (RenderedStep | UnwrittenStep)[]> {
  const { createLiquidRenderer } = await import('../adapters/liquid-renderer.ts');
  const renderer = await createLiquidRenderer();
  const fields = fieldsOf(state);
  return steps.map((step) => renderStep(renderer, withSubject(step, sequence), fields));
}

/** A reply without a subject of its own is shown under that of the steps before it, as if they had all been sent. */
function withSubject(step: StepDefinition, { steps }: SequenceDefinition): StepDefinition {
  if (!takesThreadSubject(step)) return step;
  const start = steps
    .slice(0, steps.indexOf(step))
    .findLast((each, index) => index === 0 || each.thread === 'new');
  return { ...step, copy: { ...step.copy, subject: replySubject(start?.copy.subject ?? '') } };
}

function renderStep(
  renderer: CopyRenderer,
  { id, copy }: StepDefinition,
  fields: TemplateFields,
): RenderedStep | UnwrittenStep {
  if (copy.mode !== 'fixed') return { step: id, problem: `Mode: ${copy.mode} is written when it is drafted` };
  const result = renderer.render(copy, fields);
  return result.kind === 'rendered' ? { step: id, copy: result.copy } : { step: id, problem: result.detail };
}

function fieldsOf({ db, workspace, invocation }: OperatorState): TemplateFields {
  const typed = textOption(invocation, 'lead');
  const sender = senderFields(workspace);
  if (typed === null) return templateFields(sampleLead(db.read(() => customColumnNames(db))), sender);
  const lead = findLead(db, typed);
  if (lead === null) throw usageError(`there is no lead ${typed}`, 'headgate leads list');
  return templateFields(lead, sender);
}
