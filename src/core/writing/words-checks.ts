import type { CopyLength } from '../model.ts';

/** What any text of a model is judged by, whatever it was asked for (hardening 148). */

/** What people wrote for whoever writes. */
export interface Sources {
  /** All that a link or a price may come from. */
  readonly ours: readonly (string | null)[];
  /** What must not come back word by word. */
  readonly instructions: readonly (string | null)[];
}

/** Far above the longest letter: more is a model that does not stop. */
export const CHARACTERS_MAX = 20_000;

/** The first problem of a text, in words for people; null: it is plain prose about what we gave. */
export function wordsProblem(words: string, { ours, instructions }: Sources): string | null {
  if (words.length > CHARACTERS_MAX) return 'it does not end';
  return (
    unseenProblem(words) ??
    finding(words, SHAPES, 'is no prose') ??
    finding(words, PLACEHOLDERS, 'has a placeholder') ??
    finding(words, META_TALK, 'talks about itself') ??
    echo(words, instructions) ??
    invented(words, LINKS, { ours, what: 'a link or address' }) ??
    invented(words, PRICES, { ours, what: 'a price' })
  );
}

/** What no terminal and no mail may be given; null: nothing of it. To be asked first: problems quote the text. */
export function unseenProblem(words: string): string | null {
  return finding(words, CONTROLS, 'has characters that cannot be seen');
}

/** How a text keeps to its length; null: it does. */
export function bandProblem(
  what: string,
  of: { readonly count: number; readonly least: number; readonly most: number; readonly length: CopyLength },
): string | null {
  const { count, least, most, length } = of;
  if (count >= least && count <= most) return null;
  return `${what} has ${String(count)} words; Length: ${length} means ${String(least)} to ${String(most)}`;
}

/** Line breaks and tabs are seen; joiners, marks of direction and escape sequences are not. */
const CONTROLS = /(?![\n\r\t])[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** JSON, code, markup, images, headings, tables: none of it belongs into a letter. A line may begin with a link. */
const SHAPES =
  /^\{|^\[(?![^[\]\n]{1,200}\]\()|```|<\/?[a-z][^>]{0,500}>|!\[|^#{1,6}[ \t]|^[ \t]*\|.{0,500}\|[ \t]*$/im;

const PLACEHOLDERS =
  /\{\{|\}\}|\{%|\[(?:your|the|insert|first|last|company|name|recipient|sender|date|link|title|industry)\b[^\]]{0,100}\](?!\()|%[A-Z_]{3,}%|\bX{3,}\b|\blorem ipsum\b/iu;

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
  /(?<=\]\(\s{0,9})[^)\s]{1,2000}|\b(?:https?:\/\/|www\.)[^\s)>\]]+|\b[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]{1,200}\.\p{L}{2,}|\b[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,5}\.(?:com|net|org|io|co|ai|app|dev|eu|uk|de|fr|example|info|biz|me|ly)\b(?:\/[^\s)>\]]*)?/giu;

// Not a number before CAD: whoever draws has three CAD drawings, and a price in it has its $ as a rule.
const PRICES =
  /(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf|inr|aud|cad))\s?\d[\d.,]{0,15}\s?(?:k|m)?\b|\b\d[\d.,]{0,15}\s?(?:k|m)?\s?(?:[$€£¥₹]|(?:usd|eur|gbp|chf|inr|aud|euros?|dollars?|pounds?|francs?)\b)|\b\d[\d.,]{0,15}\s?(?:%|percent|per cent|prozent)\s?(?:off|discount|rabatt|cheaper)/giu;

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
  { ours, what }: { readonly ours: Sources['ours']; readonly what: string },
): string | null {
  const known = ours
    .filter((text) => text !== null)
    .map(plain)
    .join('\n');
  const found = [...words.matchAll(pattern)].map(([text]) => text.trim().replace(/[.,;:!?]+$/, ''));
  const foreign = found.find((text) => !standsIn(known, plain(text)));
  return foreign === undefined ? null : `it has ${what} that nobody gave it: "${foreign.slice(0, 80)}"`;
}

/** As a whole: $10 does not stand in $100, nor example.co in example.com. The path behind a link that we gave may be left out. */
function standsIn(known: string, text: string): boolean {
  for (let at = known.indexOf(text); at !== -1; at = known.indexOf(text, at + 1)) {
    const [before, after] = [known.slice(Math.max(0, at - 2), at), known.slice(at + text.length)];
    const isWholeBefore = !GOES_ON_BEFORE.test(before) || !/^[\p{L}\p{N}]/u.test(text);
    const isWholeAfter = !GOES_ON_AFTER.test(after) || !/[\p{L}\p{N}]$/u.test(text);
    if (isWholeBefore && isWholeAfter) return true;
  }
  return false;
}

const GOES_ON_BEFORE = /[\p{L}\p{N}_-]$|\p{N}[.,]$/u;
const GOES_ON_AFTER = /^[\p{L}\p{N}_@]|^[.,-][\p{L}\p{N}]/u;

function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ');
}

/** So long a piece of our own instructions is no accident. */
const ECHO_CHARACTERS = 60;

/** The prompt itself, come back. */
function echo(words: string, instructions: Sources['instructions']): string | null {
  const said = plain(words);
  for (const source of instructions.filter((text) => text !== null)) {
    const text = plain(source);
    for (let start = 0; start + ECHO_CHARACTERS <= text.length; start += ECHO_CHARACTERS / 2) {
      const piece = text.slice(start, start + ECHO_CHARACTERS);
      if (said.includes(piece)) return `it repeats its instructions: "${piece.slice(0, 40)}…"`;
    }
  }
  return null;
}
