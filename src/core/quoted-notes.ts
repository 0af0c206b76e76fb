/** Fewer words in common than this are chance. */
const WORDS_MIN = 4;
/** A quotation is shown, not the whole notes. */
const WORDS_SHOWN_MAX = 10;
const NOTES_WORDS_MAX = 2_000;
const TEXT_WORDS_MAX = 2_000;

interface Word {
  readonly key: string;
  readonly shown: string;
}

/**
 * The longest run of words that a text has in common with the lead's notes, as the text spells it; null below four words. Case and
 * punctuation do not count.
 */
export function quotedFrom(notes: string, text: string): string | null {
  const known = wordsOf(notes, NOTES_WORDS_MAX);
  const written = wordsOf(text, TEXT_WORDS_MAX);
  const placesOf = new Map<string, number[]>();
  known.forEach(({ key }, place) => {
    const places = placesOf.get(key);
    if (places === undefined) placesOf.set(key, [place]);
    else places.push(place);
  });
  let longest = { end: 0, length: 0 };
  /** How long a run ends at each place of the notes, for the word of the text before this one. */
  let before = new Map<number, number>();
  written.forEach(({ key }, index) => {
    const here = new Map<number, number>();
    for (const place of placesOf.get(key) ?? []) {
      const length = (before.get(place - 1) ?? 0) + 1;
      here.set(place, length);
      if (length > longest.length) longest = { end: index + 1, length };
    }
    before = here;
  });
  if (longest.length < WORDS_MIN) return null;
  const run = written.slice(longest.end - longest.length, longest.end).map(({ shown }) => shown);
  return run.length <= WORDS_SHOWN_MAX ? run.join(' ') : `${run.slice(0, WORDS_SHOWN_MAX).join(' ')}…`;
}

function wordsOf(text: string, most: number): readonly Word[] {
  return (text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu) ?? [])
    .slice(0, most)
    .map((shown) => ({ key: shown.toLowerCase(), shown }));
}
