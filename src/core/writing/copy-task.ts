import { WORDS_OF_LENGTH } from '../copy-length.ts';
import type { CopyLength, CopyMode } from '../model.ts';
import { section, type Prompt } from './prompt.ts';

/** Everything that a model is told about the copy of one step, of which every lead will get a filled-in version. Nothing of any lead is in it. */
export interface CopyTask {
  readonly mode: CopyMode;
  readonly length: CopyLength;
  /** False for a reply that has the subject of its thread. */
  readonly hasSubject: boolean;
  /** What the sequence is for: its title and description. */
  readonly purpose: string;
  /** `mail 2 of 4`. */
  readonly place: string;
  readonly campaign: string | null;
  /** `brand.md`: how we sound; null when there is none. */
  readonly voice: string | null;
  readonly briefing: string | null;
  /** The step before, as its file says it, or as it was just proposed; null for a first one, and where the step says `Continue: no`. */
  readonly previous: { readonly subject: string; readonly excerpt: string } | null;
  /** The words as they are now; null for a step without a file. */
  readonly present: { readonly subject: string; readonly bodyMarkdown: string } | null;
  /** Names that a template may use. */
  readonly fields: readonly string[];
}

/** The prompt for the copy of one step (D3). */
export function copyPrompt(task: CopyTask): Prompt {
  return { system: systemText(task), user: userText(task) };
}

/** Whether the model is to say what the writer of each mail will be told: nobody else has. */
export function asksBriefing({ mode, briefing }: CopyTask): boolean {
  return mode !== 'fixed' && briefing === null;
}

function systemText(task: CopyTask): string {
  const { mode, fields, voice } = task;
  return [
    'You write the template of one business email that many people will get, each filled in with their own data.',
    `You answer in this form and with nothing else, no remark, no code fence:\n${formOf(task)}`,
    `Where the reader's own data goes, write a field with what stands in for it, such as {{ first_name | default: "there" }}. The fields are: ${fields.join(', ')}. Use no other template language and no other placeholder.`,
    ...(mode === 'fixed' ? [] : [GAP_RULE]),
    'Plain paragraphs, divided by an empty line. No headings, lists, images or tables. No links, addresses, prices, discounts, dates or figures but those that the briefing, the campaign or the present text name.',
    ...section('How we sound', voice),
  ].join('\n\n');
}

const GAP_RULE =
  'A second writer adds what is about one reader alone. Write {{ ai }} once, alone in a paragraph of the text, where that goes. Your own text is what stands around it: the greeting, the closing, the signature.';

function formOf(task: CopyTask): string {
  return [
    ...(task.hasSubject ? ['Subject: at most 60 characters'] : []),
    'Preheader: what an inbox shows behind the subject, at most 90 characters',
    ...(asksBriefing(task) ? ['Briefing: in one line, what the second writer must say'] : []),
    '',
    'the text of the email in Markdown',
  ].join('\n');
}

function userText(task: CopyTask): string {
  const { purpose, campaign, place, previous, briefing, present, mode } = task;
  return [
    ...section('What this series of emails is for', purpose),
    ...section('The campaign', campaign),
    `This is ${place}.`,
    ...section(
      'The email before this one, which the reader has',
      previous === null ? null : `Subject: ${previous.subject}\n${previous.excerpt}`,
    ),
    ...section('What this email must say', briefing),
    ...section(
      'Its text as it is now, to be replaced by a better one',
      present === null ? null : `Subject: ${present.subject}\n\n${present.bodyMarkdown}`,
    ),
    mode === 'fixed'
      ? `Write it with ${wordsText(task)}, in the language of the briefing and of the text.`
      : `Write it in the language of the briefing and of the text, with at most ${String(frameWordsMax(task))} words besides {{ ai }}.`,
  ].join('\n\n');
}

/** What is left for the second writer must be more than what stands around it. */
export function frameWordsMax({ length }: Pick<CopyTask, 'length'>): number {
  return WORDS_OF_LENGTH[length].least;
}

/** A little inside of the band: models count badly. */
function wordsText({ length }: CopyTask): string {
  const { least, most } = WORDS_OF_LENGTH[length];
  return `${String(least + 10)} to ${String(most - 10)} words`;
}
