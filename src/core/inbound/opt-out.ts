import { foldLetters, hasPhrase, phraseIndex } from './phrases.ts';
import { NEGATIONS, OPT_OUT_HINTS, OPT_OUT_PHRASES, OPT_OUT_WHOLE } from './rules/opt-out-phrases.ts';
import { WRONG_PERSON_PHRASES } from './rules/wrong-person-phrases.ts';

/** What a person's own words ask for, apart from an answer. */
export interface PersonalWish {
  readonly kind: 'opt_out' | 'wrong_person' | null;
  readonly phrase: string | null;
  /** Words that a person should look at, though they ask for nothing clearly. */
  readonly mayOptOut: boolean;
}

const WORDS_CHARACTERS_MAX = 4_000;
/** A message as short as this is read as a whole. */
const WHOLE_CHARACTERS_MAX = 60;
/** One such word in a long letter is about something else. */
const HINT_CHARACTERS_MAX = 400;

/** Subjects that mail programs write for a List-Unsubscribe address (RFC 2369 3.2). */
const SUBJECT =
  /^\s*(?:(?:re|aw|fwd?)\s*:\s*)?(?:please )?(?:unsubscribe|unsub|opt[- ]?out|remove(?: me)?|stop)\b[\s.!]*$/i;

/**
 * Looks for an opt-out (hardening 143, 144) and for "I do not work there" in the words that a person wrote; quotes must
 * be gone already, because ours contain "unsubscribe" in every mail. An opt-out wins: it is the stronger wish.
 */
export function wishIn(subject: string, ownWords: string): PersonalWish {
  if (SUBJECT.test(subject.slice(0, 200))) return { kind: 'opt_out', phrase: 'subject', mayOptOut: false };
  const words = foldLetters(ownWords.slice(0, WORDS_CHARACTERS_MAX));
  const optOut = wholePhrase(words) ?? OPT_OUT_PHRASES.find((phrase) => isMeant(words, phrase));
  if (optOut !== undefined) return { kind: 'opt_out', phrase: optOut, mayOptOut: false };
  const mayOptOut =
    words.length <= HINT_CHARACTERS_MAX && OPT_OUT_HINTS.some((phrase) => hasPhrase(words, phrase));
  const wrong = WRONG_PERSON_PHRASES.find((phrase) => hasPhrase(words, phrase));
  return wrong === undefined
    ? { kind: null, phrase: null, mayOptOut }
    : { kind: 'wrong_person', phrase: wrong, mayOptOut };
}

/** True when the words say that whoever had the address is gone. */
export function saysHasLeft(text: string): boolean {
  const words = foldLetters(text.slice(0, WORDS_CHARACTERS_MAX));
  return WRONG_PERSON_PHRASES.some((phrase) => hasPhrase(words, phrase));
}

/** "STOP", "Unsubscribe!", "Please remove, thanks, Kim": the first line decides, when all is short. */
function wholePhrase(words: string): string | undefined {
  if (words.length > WHOLE_CHARACTERS_MAX) return undefined;
  const bare = words
    .replace(/[^\p{L}\p{N}\s'-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const polite = bare.replace(/^(?:hi|hello|hallo|dear \w{1,20}|bonjour|hola) /, '');
  return OPT_OUT_WHOLE.find((whole) =>
    [
      whole,
      `${whole} thanks`,
      `${whole} thank you`,
      `${whole} please`,
      `please ${whole}`,
      `${whole} danke`,
      `${whole} merci`,
      `${whole} gracias`,
    ].includes(polite),
  );
}

function isMeant(words: string, phrase: string): boolean {
  const at = phraseIndex(words, phrase);
  if (at === -1) return false;
  const before = words.slice(0, at).trimEnd();
  return !NEGATIONS.some((negation) => before.endsWith(negation));
}
