import { basename, join } from 'node:path';

import { createBriefs } from '../../adapters/brief-files.ts';
import { loadDefinitions } from '../../config/definitions.ts';
import { lintDefinitions, type LintOptions } from '../../config/lint.ts';
import { stepFileLabel, type ProposedStep } from '../../config/proposed-steps.ts';
import { formatProblem, type DefinitionProblem } from '../../config/sequence-problem.ts';
import { stepFileText } from '../../config/step-file-text.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { StepCopy, StepDefinition } from '../../core/model.ts';
import { readCopy, type ProposedCopy } from '../../core/writing/copy-answer.ts';
import { copyPrompt } from '../../core/writing/copy-task.ts';
import { customColumnNames } from '../../store/custom-columns.ts';
import { modelTotals } from '../../store/model-calls.ts';
import { engineAt } from '../engine/engine.ts';
import { ModelDesk } from '../engine/model-desk.ts';
import { noModel, openModel } from '../model-drafts.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { engineOf } from '../outlook.ts';
import { escapeText } from '../output/text.ts';
import type { WritableSequence } from './sequence.ts';
import { copyJob, refuseAimless, type CopyJob, type CopyWish } from './tasks.ts';

/** What became of one step. */
export interface ProposedFile {
  readonly sequence: string;
  readonly step: string;
  /** How messages name it. */
  readonly file: string;
  readonly path: string;
  /** As it was when it was shown; null: there was none. */
  readonly before: Buffer | null;
  readonly result:
    | { readonly kind: 'proposed'; readonly text: string; readonly warnings: readonly DefinitionProblem[] }
    /** What the model wrote is what is there. */
    | { readonly kind: 'unchanged' }
    /** D3: the answer does not pass; nothing of it is written. It was paid for, and a person may want to read it. */
    | { readonly kind: 'refused'; readonly problem: string; readonly answer: string | null }
    /** No budget, no answer. */
    | { readonly kind: 'unasked'; readonly problem: string };
  readonly costMicros: number;
}

export interface Proposals {
  readonly runId: string;
  readonly files: readonly ProposedFile[];
  /** D4: what ended it before every step was asked for; null: nothing did. */
  readonly ended: HeadgateError | null;
}

/** A sequence and those of its steps that are to be written, in order. */
export interface Wanted {
  readonly sequence: WritableSequence;
  readonly steps: readonly StepDefinition[];
}

/**
 * Asks the model for the words of each step, one by one, each following on those before it, within the budgets (D3). What it says is judged and
 * linted as if it were written; the files stay as they are. Throws 64 and 78 before anybody is asked.
 */
export async function proposeSteps(
  state: OperatorState,
  wanted: readonly Wanted[],
  wish: CopyWish,
): Promise<Proposals> {
  const writer = await openWriter(state, wish);
  for (const { sequence, steps } of wanted)
    for (const step of steps) refuseAimless(jobOf(writer, { sequence, step, proposed: new Map() }), sequence);
  // A15: each call raises the counter that tells a restored state.
  writeKeepingDoubt(state, () => undefined);
  const files: ProposedFile[] = [];
  for (const each of wanted) {
    const ended = await proposeSequence(writer, each, files);
    if (ended !== null) return { runId: writer.runId, files, ended };
  }
  return { runId: writer.runId, files, ended: null };
}

interface Writer {
  readonly state: OperatorState;
  readonly wish: CopyWish;
  readonly runId: string;
  readonly desk: ModelDesk;
  readonly briefs: ReturnType<typeof createBriefs>;
  readonly lint: LintOptions;
}

async function openWriter(state: OperatorState, wish: CopyWish): Promise<Writer> {
  const { workspace, invocation, db } = state;
  const { ai } = workspace;
  if (ai === null) throw noModel('Nothing was asked, and nothing was written.');
  const { clock, random } = invocation.context;
  const runId = random.publicId('r');
  const model = await openModel(invocation, workspace, ai);
  return {
    ...{ state, wish, runId },
    desk: new ModelDesk({ model, config: ai, runId, now: () => clock.now(), isTimed: false }),
    briefs: createBriefs(workspace.paths),
    lint: {
      customFields: db.read(() => customColumnNames(db)),
      brand: workspace.brand,
      hours: workspace.policy.hours,
      hasModel: true,
    },
  };
}

interface Step {
  readonly sequence: WritableSequence;
  readonly step: StepDefinition;
  readonly proposed: ReadonlyMap<string, StepCopy>;
}

function jobOf({ wish, briefs, lint }: Writer, { sequence, step, proposed }: Step): CopyJob {
  return copyJob(sequence, step, { wish, briefs, customColumns: lint.customFields, proposed });
}

/** Adds to `files`; returns what ended it early. */
async function proposeSequence(
  writer: Writer,
  { sequence, steps }: Wanted,
  files: ProposedFile[],
): Promise<HeadgateError | null> {
  const proposed = new Map<string, StepCopy>();
  for (const step of steps) {
    const last = files.at(-1)?.result;
    if (last?.kind === 'unasked') {
      files.push({ ...namesOf(writer.state, { sequence, step }), result: last, costMicros: 0 });
      continue;
    }
    const seen = await seeOrEnd(writer, { sequence, step, proposed });
    if (seen instanceof HeadgateError) return seen;
    files.push(seen.file);
    if (seen.copy !== null) proposed.set(step.id, seen.copy);
    writer.state.invocation.progress(progressLine(seen.file));
  }
  return null;
}

interface Seen {
  readonly file: ProposedFile;
  readonly copy: StepCopy | null;
}

async function seeOrEnd(writer: Writer, step: Step): Promise<Seen | HeadgateError> {
  try {
    return await seeStep(writer, step);
  } catch (error) {
    if (error instanceof HeadgateError) return error;
    throw error;
  }
}

async function seeStep(writer: Writer, step: Step): Promise<Seen> {
  const { state, desk, runId } = writer;
  const job = jobOf(writer, step);
  const question = {
    prompt: copyPrompt(job.task),
    purpose: 'copy',
    leadId: null,
    messageId: null,
  } as const;
  const spent = (): number => modelTotals(state.db, runId)?.costMicros ?? 0;
  const before = spent();
  const now = engineAt(engineOf(state), state.invocation.context.clock.now());
  const reply = await desk.ask(now, question, (text) => {
    const read = readCopy(text, job.task);
    return { value: { read, answer: text }, outcome: read.kind === 'fit' ? 'words' : 'unfit' };
  });
  const file = (result: ProposedFile['result']): ProposedFile => ({
    ...namesOf(state, step),
    result,
    costMicros: spent() - before,
  });
  if (reply.kind === 'none')
    return { file: file({ kind: 'refused', problem: reply.detail, answer: null }), copy: null };
  if (reply.kind !== 'read') return { file: file({ kind: 'unasked', problem: reply.detail }), copy: null };
  const { read, answer } = reply.value;
  if (read.kind === 'unfit')
    return { file: file({ kind: 'refused', problem: read.problem, answer }), copy: null };
  const copy = stepCopy(job, read.copy);
  const result = await judged(writer, step, stepFileText(copy));
  return { file: file(result), copy: result.kind === 'refused' ? null : copy };
}

/** What no model decides stays as it is. */
function stepCopy({ task, present }: CopyJob, proposed: ProposedCopy): StepCopy {
  const { subject, preheader, briefing, bodyMarkdown } = proposed;
  const { mode, length } = task;
  const continuesThread = present?.continuesThread ?? true;
  return { subject, preheader, mode, length, briefing, continuesThread, bodyMarkdown };
}

/** Linted among all the others as if it were written: syntax, fields, links, words. */
async function judged(
  { state, lint }: Writer,
  { sequence, step, proposed }: Step,
  text: string,
): Promise<ProposedFile['result']> {
  const { sequencesDir } = state.workspace.paths;
  const { file, before } = namesOf(state, { sequence, step });
  if (before?.toString('utf8') === text) return { kind: 'unchanged' };
  const { id } = sequence.definition;
  const others = [...proposed].map(([each, copy]): ProposedStep => ({
    ...{ sequence: id, step: each },
    text: stepFileText(copy),
  }));
  const overlay = [...sequence.standIns, ...others, { sequence: id, step: step.id, text }];
  const problems = await lintDefinitions(loadDefinitions(sequencesDir, overlay), lint);
  const own = problems.filter((problem) => problem.file === file);
  const error = own.find(({ severity }) => severity === 'error');
  if (error !== undefined) return { kind: 'refused', problem: formatProblem(error), answer: text };
  return { kind: 'proposed', text, warnings: own };
}

function namesOf(
  { workspace }: OperatorState,
  { sequence, step }: Pick<Step, 'sequence' | 'step'>,
): Pick<ProposedFile, 'sequence' | 'step' | 'file' | 'path' | 'before'> {
  const { sequencesDir } = workspace.paths;
  const { id } = sequence.definition;
  return {
    sequence: id,
    step: step.id,
    file: stepFileLabel(`${basename(sequencesDir)}/${id}`, step.id),
    path: join(sequencesDir, id, `${step.id}.md`),
    before: sequence.files.get(step.id) ?? null,
  };
}

function progressLine({ sequence, step, result }: ProposedFile): string {
  const problem = 'problem' in result ? `: ${result.problem}` : '';
  return escapeText(`${sequence} › ${step}  ${result.kind}${problem}`);
}
