/** `…` in a phrase stands for up to this many characters. */
const GAP_CHARACTERS_MAX = 60;

const URL = /https?:\/\/[^\s<>"']{1,2000}/gi;
const QUERY = /[?&]p=([a-z]{2,40})/i;
const ADDRESS = /<?[^\s<>@()[\]",;:]{1,64}@[^\s<>@()[\]",;:]{1,190}>?/g;
const REPLY_CODE = /(?<![\d.])[245][0-5]\d(?:[- ]+#?[245]\.\d{1,3}\.\d{1,3}(?!\.\d))?(?=[-\s:;,.)#]|$)/g;
const STATUS = /[([]?(?<![\d.])#?[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)[)\]]?/g;

/**
 * The words of a refusal in a form in which phrases can be found: lower case, without accents, addresses as `@`, no
 * links (only what Google's `?p=` says), no reply codes (they stand in the middle of sentences that run over several
 * lines), white space as one space. Names in an address must not read like a reason: `spam@`, `user-unknown@`.
 */
export function plainWords(text: string): string {
  return foldLetters(
    text
      .replace(URL, (url) => ` ${QUERY.exec(url)?.[1] ?? ''} `)
      .replace(ADDRESS, '@')
      .replace(REPLY_CODE, ' ')
      .replace(STATUS, ' ')
      .replaceAll('_', ' '),
  );
}

/** Lower case, no accents, straight apostrophes, white space as one space. */
export function foldLetters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
    .replace(/\s+/g, ' ')
    .trim();
}

/** Folds the phrases of a table once, gaps kept, so that they can be written as people write them. */
export function foldPhrases(phrases: readonly string[]): readonly string[] {
  return phrases.map((phrase) => phrase.split('…').map(foldLetters).join('…'));
}

/**
 * True when a folded phrase occurs in a folded text. `^` in front binds it to the beginning; `…` is a gap of up to 60
 * characters; `$` at the end binds it to the end; a Latin phrase begins where a word begins. The work is bounded by the length of the text times the gap.
 */
export function hasPhrase(folded: string, phrase: string): boolean {
  return phraseIndex(folded, phrase) !== -1;
}

/** Where the phrase begins, or -1. */
export function phraseIndex(folded: string, phrase: string): number {
  if (phrase.startsWith('^') && phrase.endsWith('$')) return folded === phrase.slice(1, -1) ? 0 : -1;
  if (phrase.startsWith('^')) return folded.startsWith(phrase.slice(1)) ? 0 : -1;
  if (phrase.endsWith('$')) {
    const ending = phrase.slice(0, -1);
    return folded.endsWith(ending) ? folded.length - ending.length : -1;
  }
  const [first = '', ...rest] = phrase.split('…');
  for (let at = folded.indexOf(first); at !== -1; at = folded.indexOf(first, at + 1)) {
    if (isWordStart(folded, at) && followsWithin(folded, at + first.length, rest)) return at;
  }
  return -1;
}

const A = 97;
const Z = 122;

function isLatinLetter(code: number): boolean {
  return code >= A && code <= Z;
}

function isWordStart(folded: string, at: number): boolean {
  return !isLatinLetter(folded.charCodeAt(at)) || !isLatinLetter(folded.charCodeAt(at - 1));
}

function followsWithin(folded: string, from: number, pieces: readonly string[]): boolean {
  let end = from;
  for (const piece of pieces) {
    const at = folded.slice(end, end + GAP_CHARACTERS_MAX + piece.length).indexOf(piece);
    if (at === -1) return false;
    end += at + piece.length;
  }
  return true;
}

/** The first phrase of a list that occurs, or null. */
export function firstPhrase(folded: string, phrases: readonly string[]): string | null {
  return phrases.find((phrase) => hasPhrase(folded, phrase)) ?? null;
}
