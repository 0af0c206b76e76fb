import type { Briefs } from '../../adapters/brief-files.ts';
import type { CopyLength, CopyMode, StepCopy, StepDefinition } from '../../core/model.ts';
import { customFieldName } from '../../core/template-fields.ts';
import { inheritedSubject, takesThreadSubject } from '../../core/thread.ts';
import type { CopyTask } from '../../core/writing/copy-task.ts';
import { excerptOf } from '../../core/writing/task.ts';
import { usageError } from '../options.ts';
import type { WritableSequence } from './sequence.ts';

/** What the flags ask for; null: as the file says. */
export interface CopyWish {
  readonly briefing: string | null;
  readonly mode: CopyMode | null;
  readonly length: CopyLength | null;
}

/** Fields that copy is written with. What strangers wrote of a lead, and its address, stay out of what a model proposes. */
const FIELDS_FOR_COPY = [
  'first_name',
  'last_name',
  'company',
  'country',
  'sender_name',
  'brand_name',
  'signature',
] as const;
const CUSTOM_FIELDS_MAX = 30;

/** One step to be written: what its model is told, and what its file says that no model decides. */
export interface CopyJob {
  readonly step: StepDefinition;
  readonly present: StepCopy | null;
  readonly task: CopyTask;
}

/** What the model is told of one step. `proposed`: the words of this run, by step, which later steps follow on. */
export function copyJob(
  sequence: WritableSequence,
  step: StepDefinition,
  of: {
    readonly wish: CopyWish;
    readonly briefs: Briefs;
    readonly customColumns: readonly string[];
    readonly proposed: ReadonlyMap<string, StepCopy>;
  },
): CopyJob {
  const { definition, files } = sequence;
  const { wish, briefs, customColumns, proposed } = of;
  const present = presentCopy(files, step);
  const index = definition.steps.indexOf(step);
  const task: CopyTask = {
    mode: wish.mode ?? present?.mode ?? 'fixed',
    length: wish.length ?? present?.length ?? 'medium',
    hasSubject: present === null || !takesThreadSubject(step),
    purpose: [definition.title, definition.description ?? ''].join('\n').trim(),
    place: `mail ${String(index + 1)} of ${String(definition.steps.length)}`,
    campaign: definition.campaign === null ? null : briefs.campaign(definition.campaign),
    voice: briefs.voice(),
    briefing: wish.briefing ?? present?.briefing ?? null,
    previous: previousOf(sequence, index, proposed),
    present: present === null ? null : { subject: present.subject, bodyMarkdown: present.bodyMarkdown },
    fields: [...FIELDS_FOR_COPY, ...customColumns.map(customFieldName).slice(0, CUSTOM_FIELDS_MAX)],
  };
  return { step, present, task };
}

/** Null while there is no file: its words in the definition are a placeholder. */
function presentCopy(files: WritableSequence['files'], { id, copy }: StepDefinition): StepCopy | null {
  return (files.get(id) ?? null) === null ? null : copy;
}

/** Throws 64 when nothing says what the mail is for: a model would make that up, and its words would be paid for. */
export function refuseAimless({ step, task }: CopyJob, { definition }: WritableSequence): void {
  if (definition.description !== null) return;
  if ([task.campaign, task.briefing, task.present].some((each) => each !== null)) return;
  throw usageError(
    `nothing says what ${definition.id} › ${step.id} is for`,
    `headgate steps generate ${definition.id} ${step.id} --briefing "…", or a description in sequence.toml`,
  );
}

/** D3: subject and beginning of the mail before; follow-ups of nurture stand alone. */
function previousOf(
  { definition, files }: WritableSequence,
  index: number,
  proposed: ReadonlyMap<string, StepCopy>,
): CopyTask['previous'] {
  const { steps, kind } = definition;
  const step = steps[index];
  const before = steps[index - 1];
  if (kind === 'nurture' || before === undefined || step?.copy.continuesThread === false) return null;
  const copy = proposed.get(before.id) ?? presentCopy(files, before);
  if (copy === null) return null;
  const subject = copy.subject === '' ? inheritedSubject(steps, before) : copy.subject;
  return { subject, excerpt: excerptOf(copy.bodyMarkdown) };
}
