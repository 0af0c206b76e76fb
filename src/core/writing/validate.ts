import { WORDS_OF_LENGTH } from '../copy-length.ts';
import { countWords } from '../word-count.ts';
import { filledBody } from './gap.ts';
import { languageOf, namesLanguage } from './language.ts';
import type { WritingTask } from './task.ts';
import { bandProblem, CHARACTERS_MAX, wordsProblem } from './words-checks.ts';

export type Validated =
  | { readonly kind: 'fit'; readonly bodyMarkdown: string }
  /** A person must look. `bodyMarkdown` is what the model wrote, in its frame; null when there is nothing to look at. */
  | { readonly kind: 'unfit'; readonly problem: string; readonly bodyMarkdown: string | null };

/**
 * Judges what a model wrote (D3, hardening 148). It is text from outside: whatever it says is either plain prose about what we gave it, or a
 * person reads it first. Nothing is repaired here: a model that puts its words into a fence may have done more.
 */
export function validateWords(written: string, task: WritingTask): Validated {
  const words = written.trim();
  if (words === '') return { kind: 'unfit', problem: 'the model wrote nothing', bodyMarkdown: null };
  const kept = [...words].slice(0, CHARACTERS_MAX).join('');
  const bodyMarkdown = filledBody(task.frame.bodyMarkdown, kept);
  const sources = sourcesOf(task);
  const problem =
    wordsProblem(words, sources) ??
    misaddressed(words, { lead: task.lead, ours: textOf(sources) }) ??
    foreign(words, textOf(sources)) ??
    lengthProblem(bodyMarkdown, task);
  return problem === null ? { kind: 'fit', bodyMarkdown } : { kind: 'unfit', problem, bodyMarkdown };
}

function sourcesOf(task: WritingTask): Parameters<typeof wordsProblem>[1] {
  const { briefing, campaign, voice, purpose, frame, previous } = task;
  return {
    ours: [briefing, campaign, voice, purpose, frame.bodyMarkdown, frame.subject, previous?.excerpt ?? null],
    instructions: [briefing, campaign, voice],
  };
}

function textOf({ ours }: ReturnType<typeof sourcesOf>): string {
  return ours.join('\n');
}

const GREETING =
  /^(?:hi|hello|hey|dear|good morning|hallo|guten tag|liebe[rs]?|sehr geehrte[rs]?|bonjour|cher|chère|hola|estimad[oa]|ciao|gentile|olá|beste)\s+(?:(?:mr|mrs|ms|dr|herr|frau|monsieur|madame|señora?)\.?\s+)?(\p{L}[\p{L}'’-]{1,40})((?:[ \t]+[\p{L}'’.-]{1,40}){0,3})(?=\s*[,!.:\n])/imu;
/** "Hi there," and "Hello again," name nobody, and neither does the end of a letter. */
const NOBODYS_NAME = /^(?:There|All|Again|Team|Everyone|Zusammen|Grüße|Grüsse)$/;
const NAME_GOES_ON = /^(?:\s+(?:\p{Lu}\S*|van|von|der|den|de|da|di|del|la|le))*$/u;

/** Another lead's letter: a greeting to a name that nobody gave it. */
function misaddressed(
  words: string,
  { lead, ours }: { readonly lead: WritingTask['lead']; readonly ours: string },
): string | null {
  const [, name = '', rest = ''] = GREETING.exec(words) ?? [];
  if (!/^\p{Lu}/u.test(name) || NOBODYS_NAME.test(name)) return null;
  if (!NAME_GOES_ON.test(rest)) return null;
  const known = new Set(wordsIn([...Object.values(lead), ours].join(' ')));
  return wordsIn(name).every((word) => known.has(word)) ? null : `it greets somebody else: "${name}"`;
}

function wordsIn(text: string): readonly string[] {
  const letters = text.normalize('NFC').toLowerCase();
  return [...letters.matchAll(/\p{L}+/gu)].map(([word]) => word);
}

/** Another language than all that it was told in, and than any that it was told to write. */
function foreign(words: string, ours: string): string | null {
  const [language, expected] = [languageOf(words), languageOf(ours)];
  if (language === null || expected === null || language === expected) return null;
  return namesLanguage(ours, language) ? null : `it is in another language: ${language}, not ${expected}`;
}

function lengthProblem(bodyMarkdown: string, { length }: WritingTask): string | null {
  return bandProblem('the mail', { count: countWords(bodyMarkdown), ...WORDS_OF_LENGTH[length], length });
}
