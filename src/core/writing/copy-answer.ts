import { WORDS_OF_LENGTH } from '../copy-length.ts';
import { countWords } from '../word-count.ts';
import { asksBriefing, frameWordsMax, type CopyTask } from './copy-task.ts';
import { bandProblem, unseenProblem, wordsProblem, type Sources } from './words-checks.ts';

/** The copy of one step as a model wrote it. */
export interface ProposedCopy {
  /** Empty for a reply that has the subject of its thread. */
  readonly subject: string;
  readonly preheader: string | null;
  readonly briefing: string | null;
  readonly bodyMarkdown: string;
}

export type ReadCopy =
  | { readonly kind: 'fit'; readonly copy: ProposedCopy }
  | { readonly kind: 'unfit'; readonly problem: string };

const SUBJECT_CHARACTERS_MAX = 150;
const PREHEADER_CHARACTERS_MAX = 200;
const HEADER = /^(Subject|Preheader|Briefing):[ \t]*(.+)$/;

/**
 * Judges the copy that a model proposes (D3, hardening 148). It becomes the words of every mail of its step, so that it must be plain prose with
 * fields in it, about what people gave. What is wrong is said, and nothing is repaired. Whether its fields exist, lint says.
 */
export function readCopy(written: string, task: CopyTask): ReadCopy {
  const text = written.replaceAll('\r\n', '\n').trim();
  if (text === '') return unfit('the model wrote nothing');
  const unseen = unseenProblem(text);
  if (unseen !== null) return unfit(unseen);
  const end = `${text}\n\n`.search(/\n[ \t]*\n/);
  const headers = headersOf(text.slice(0, end), task);
  if (typeof headers === 'string') return unfit(headers);
  const bodyMarkdown = text.slice(end).trim();
  if (bodyMarkdown === '') return unfit('it has no text below its headers');
  const copy = {
    subject: headers.get('Subject') ?? '',
    preheader: headers.get('Preheader') ?? null,
    briefing: headers.get('Briefing') ?? task.briefing,
    bodyMarkdown,
  };
  const problem = copyProblem(copy, task);
  return problem === null ? { kind: 'fit', copy } : unfit(problem);
}

function unfit(problem: string): ReadCopy {
  return { kind: 'unfit', problem };
}

/** By name; or what is wrong with them. */
function headersOf(block: string, task: CopyTask): ReadonlyMap<string, string> | string {
  const wanted = new Set([
    ...(task.hasSubject ? ['Subject'] : []),
    'Preheader',
    ...(asksBriefing(task) ? ['Briefing'] : []),
  ]);
  const headers = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? [];
    if (!wanted.has(name) || headers.has(name))
      return `it does not begin as it was asked to: "${line.slice(0, 40)}"`;
    headers.set(name, value.trim());
  }
  const missing = [...wanted].find((name) => name !== 'Preheader' && (headers.get(name) ?? '') === '');
  return missing === undefined ? headers : `it has no ${missing}`;
}

function copyProblem(copy: ProposedCopy, task: CopyTask): string | null {
  const { subject, preheader, briefing, bodyMarkdown } = copy;
  if (subject.length > SUBJECT_CHARACTERS_MAX) return `its Subject has ${String(subject.length)} characters`;
  if (preheader !== null && preheader.length > PREHEADER_CHARACTERS_MAX)
    return `its Preheader has ${String(preheader.length)} characters`;
  const sources = sourcesOf(task);
  const known = knownFields(task);
  const ownBriefing = briefing === task.briefing ? null : briefing;
  const parts = [subject, preheader, ownBriefing, bodyMarkdown].filter((part) => part !== null);
  for (const part of parts) {
    const foreign = fieldsIn(part).find((name) => !known.has(name));
    if (foreign !== undefined) return `it uses a field that it was not given: {{ ${foreign} }}`;
    const words = withoutFields(part);
    const liquid = LIQUID.exec(words)?.[0];
    if (liquid !== undefined)
      return `it has Liquid beyond a field and its default: ${JSON.stringify(liquid)}`;
    const problem = wordsProblem(words, sources);
    if (problem !== null) return problem;
  }
  return lengthProblem(bodyMarkdown, task);
}

/** `{{ ai }}`, `{{ first_name }}`, `{{ first_name | default: "there" }}`. */
const FIELD =
  /\{\{-?\s*([\p{L}_][\p{L}\p{N}_]*)\s*(?:\|\s*default\s*:\s*(?:"([^"{}\n]{0,200})"|'([^'{}\n]{0,200})')\s*)?-?\}\}/gu;

/** Any other Liquid: it could put together what is looked for here. */
const LIQUID = /\{\{[^}\n]{0,60}\}{0,2}|\{%[^%\n]{0,60}(?:%\})?|\}\}|%\}/;

/** The text as a reader without data would get it. */
function withoutFields(text: string): string {
  return text.replace(FIELD, (...[, , double, single]: readonly (string | undefined)[]) => {
    return double ?? single ?? 'Name';
  });
}

/** What strangers wrote of a lead belongs into a mail only where a person put it. */
function knownFields({ fields, present, mode }: CopyTask): ReadonlySet<string> {
  const old = fieldsIn(`${present?.subject ?? ''}\n${present?.bodyMarkdown ?? ''}`);
  return new Set([...fields, ...old.filter((name) => name !== 'ai'), ...(mode === 'fixed' ? [] : ['ai'])]);
}

function fieldsIn(text: string): readonly string[] {
  return [...text.matchAll(FIELD)].map(([, name = '']) => name);
}

function sourcesOf({ briefing, campaign, voice, purpose, previous, present }: CopyTask): Sources {
  const old = [previous?.subject ?? null, previous?.excerpt ?? null];
  const now = [present?.subject ?? null, present?.bodyMarkdown ?? null];
  return {
    ours: [briefing, campaign, voice, purpose, ...old, ...now],
    instructions: [briefing, campaign, voice],
  };
}

function lengthProblem(bodyMarkdown: string, task: CopyTask): string | null {
  const count = countWords(bodyMarkdown);
  const { length, mode } = task;
  if (mode === 'fixed') return bandProblem('the mail', { count, ...WORDS_OF_LENGTH[length], length });
  const most = frameWordsMax(task);
  return count <= most
    ? null
    : `the text around {{ ai }} has ${String(count)} words; Length: ${length} leaves it ${String(most)}`;
}
