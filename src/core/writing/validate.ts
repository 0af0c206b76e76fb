import { WORDS_OF_LENGTH } from '../copy-length.ts';
import { countWords } from '../word-count.ts';
import { filledBody } from './gap.ts';
import type { WritingTask } from './task.ts';

export type Validated =
  | { readonly kind: 'fit'; readonly bodyMarkdown: string }
  /** A person must look. `bodyMarkdown` is what the model wrote, in its frame; null when there is nothing to look at. */
  | { readonly kind: 'unfit'; readonly problem: string; readonly bodyMarkdown: string | null };

/** Far above the longest letter: more is a model that does not stop. */
const CHARACTERS_MAX = 20_000;

/**
 * Judges what a model wrote (D3, hardening 148). It is text from outside: whatever it says is either plain prose about what we gave it, or a
 * person reads it first. Nothing is repaired here: a model that puts its words into a fence may have done more.
 */
export function validateWords(written: string, task: WritingTask): Validated {
  const words = written.trim();
  if (words === '') return { kind: 'unfit', problem: 'the model wrote nothing', bodyMarkdown: null };
  const kept = [...words].slice(0, CHARACTERS_MAX).join('');
  const bodyMarkdown = filledBody(task.frame.bodyMarkdown, kept);
  for (const check of CHECKS) {
    const problem = check(words, { task, bodyMarkdown });
    if (problem !== null) return { kind: 'unfit', problem, bodyMarkdown };
  }
  return { kind: 'fit', bodyMarkdown };
}

type Check = (
  words: string,
  of: { readonly task: WritingTask; readonly bodyMarkdown: string },
) => string | null;

const CHECKS: readonly Check[] = [
  (words) => (words.length > CHARACTERS_MAX ? 'it does not end' : null),
  (words) => finding(words, CONTROLS, 'has characters that cannot be seen'),
  (words) => finding(words, SHAPES, 'is no prose'),
  (words) => finding(words, PLACEHOLDERS, 'has a placeholder'),
  (words) => finding(words, META_TALK, 'talks about itself'),
  (words, { task }) => echo(words, task),
  (words, { task }) => invented(words, LINKS, { task, what: 'a link or address' }),
  (words, { task }) => invented(words, PRICES, { task, what: 'a price' }),
  (_, { task, bodyMarkdown }) => lengthProblem(bodyMarkdown, task),
];

/** Line breaks and tabs are seen; joiners, marks of direction and escape sequences are not. */
const CONTROLS = /(?![\n\r\t])[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** JSON, code, markup, images, headings, tables: none of it belongs into a letter. */
const SHAPES = /^[[{]|```|<\/?[a-z][^>]{0,500}>|!\[|^#{1,6}[ \t]|^[ \t]*\|.{0,500}\|[ \t]*$/im;

const PLACEHOLDERS =
  /\{\{|\}\}|\{%|\[(?:your|the|insert|first|last|company|name|recipient|sender|date|link|title|industry)\b[^\]]{0,100}\]|<(?:name|company|first)[^>]{0,100}>|%[A-Z_]{3,}%|\bX{3,}\b|\blorem ipsum\b/iu;

/** What models say of themselves and of the task, in the languages that they fall into. */
const META_TALK = new RegExp(
  [
    "\\bas an? (?:ai|artificial|language)\\b|\\b(?:language|ai) model\\b|\\bi(?:'m| am) (?:sorry, but|unable to|not able to)\\b",
    "\\bi (?:can't|cannot|can not|won't) (?:assist|help|write|comply|provide|fulfil)",
    "^(?:sure|certainly|of course|absolutely)[,!.]|^here(?: is|'s| are)\\b.{0,60}(?:email|draft|text|paragraph|version|message)",
    '^(?:subject|betreff|objet|asunto|oggetto)\\s*:',
    "\\b(?:let me know if you(?:'d| would) like (?:me to|any)|feel free to (?:adjust|modify|edit)|word count)\\b",
    '\\bals (?:ki|sprachmodell)\\b|\\ben tant que (?:modèle|ia)\\b|\\bcomo (?:modelo de lenguaje|una ia)\\b',
    '\\bignore (?:all |any )?(?:previous|prior|above) instructions\\b|\\bsystem prompt\\b',
  ].join('|'),
  'imu',
);

// Every repetition is bounded, so that no text makes a search take the square of its length.
const LINKS =
  /\b(?:https?:\/\/|www\.)[^\s)>\]]+|\b[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]{1,200}\.\p{L}{2,}|\b[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,5}\.(?:com|net|org|io|co|ai|app|dev|eu|uk|de|fr|example|info|biz|me|ly)\b(?:\/[^\s)>\]]*)?/giu;

const PRICES =
  /(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf|inr|aud|cad)\b)\s?\d[\d.,]{0,15}\s?(?:k|m)?\b|\b\d[\d.,]{0,15}\s?(?:k|m)?\s?(?:[$€£¥₹]|(?:usd|eur|gbp|chf|inr|euros?|dollars?|pounds?|francs?)\b)|\b\d[\d.,]{0,15}\s?(?:%|percent|per cent|prozent)\s?(?:off|discount|rabatt|cheaper)/giu;

function finding(words: string, pattern: RegExp, problem: string): string | null {
  const found = pattern.exec(words)?.[0];
  if (found === undefined) return null;
  const shown = found.trim().slice(0, 40);
  return /[\p{L}\p{N}]/u.test(shown) ? `it ${problem}: "${shown}"` : `it ${problem}`;
}

/** A link or a price that stands nowhere in what people wrote for this mail. What strangers wrote of the lead does not make one ours. */
function invented(
  words: string,
  pattern: RegExp,
  { task, what }: { readonly task: WritingTask; readonly what: string },
): string | null {
  const ours = sourcesOf(task).map(plain).join('\n');
  const found = [...words.matchAll(pattern)].map(([text]) => text.trim().replace(/[.,;:!?]+$/, ''));
  const foreign = found.find((text) => !ours.includes(plain(text)));
  return foreign === undefined ? null : `it has ${what} that nobody gave it: "${foreign.slice(0, 80)}"`;
}

function sourcesOf({ briefing, campaign, voice, purpose, frame, previous }: WritingTask): readonly string[] {
  return [briefing, campaign, voice, purpose, frame.bodyMarkdown, frame.subject, previous?.excerpt].map(
    (text) => text ?? '',
  );
}

function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ');
}

/** So long a piece of our own instructions is no accident. */
const ECHO_CHARACTERS = 60;

/** The prompt itself, come back. */
function echo(words: string, { briefing, campaign, voice }: WritingTask): string | null {
  const said = plain(words);
  for (const source of [briefing, campaign, voice]) {
    const text = plain(source ?? '');
    for (let start = 0; start + ECHO_CHARACTERS <= text.length; start += ECHO_CHARACTERS / 2) {
      const piece = text.slice(start, start + ECHO_CHARACTERS);
      if (said.includes(piece)) return `it repeats its instructions: "${piece.slice(0, 40)}…"`;
    }
  }
  return null;
}

function lengthProblem(bodyMarkdown: string, { length }: WritingTask): string | null {
  const { least, most } = WORDS_OF_LENGTH[length];
  const count = countWords(bodyMarkdown);
  if (count >= least && count <= most) return null;
  return `the mail has ${String(count)} words; Length: ${length} means ${String(least)} to ${String(most)}`;
}
