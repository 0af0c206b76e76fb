/**
 * In which language a text is, by the little words that every sentence needs. Only for telling two languages apart that a letter could be
 * in by mistake: a text with too few of them, or with as many of another language, is in none.
 */

const WORDS: Readonly<Record<string, string>> = {
  English: 'the and you your with for that this have are was not from they would which what our but can',
  German: 'der die das und ist nicht mit sie ihre ihr wir für auf eine einen einem sich auch oder wie haben',
  French: 'le la les des est et vous votre nous pour dans une avec que qui pas sur ce cette ont',
  Spanish: 'el los las una que con para por su sus usted nosotros está como más pero este esta muy hay',
  Italian: 'il gli che di per con una sono non della nel alla vostra voi questo come più anche dei ha',
  Portuguese: 'os as um uma que com para por você sua seu não nós está como mais mas este esta dos',
  Dutch: 'de het een en van voor met niet dat die zijn wij uw naar ook maar hebben heeft wordt aan',
};

/** Their names, as a briefing says them. */
const NAMES: Readonly<Record<string, RegExp>> = {
  English: /\b(?:english|englisch|anglais|inglés|inglese)/i,
  German: /\b(?:german|deutsch|allemand)/i,
  French: /\b(?:french|französisch|français)/i,
  Spanish: /\b(?:spanish|spanisch|español)/i,
  Italian: /\b(?:italian|italienisch|italiano)/i,
  Portuguese: /\b(?:portuguese|portugiesisch|português)/i,
  Dutch: /\b(?:dutch|niederländisch|nederlands)/i,
};

const LISTS = Object.entries(WORDS).map(([name, words]) => ({ name, words: new Set(words.split(' ')) }));

const HITS_MIN = 4;
const LATIN_SHARE_MIN = 0.5;

/** The language of a text in English, "another script" where hardly a letter is Latin; null where it cannot be told. */
export function languageOf(text: string): string | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (letters >= HITS_MIN && latin < letters * LATIN_SHARE_MIN) return 'another script';
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const counts = LISTS.map(({ name, words: own }) => ({
    name,
    hits: words.filter((word) => own.has(word)).length,
  }));
  const [first, second] = counts.toSorted((one, other) => other.hits - one.hits);
  if (first === undefined || first.hits < HITS_MIN || first.hits < 2 * (second?.hits ?? 0)) return null;
  return first.name;
}

/** Whether a text names this language, as "write in German" does. */
export function namesLanguage(text: string, language: string): boolean {
  return NAMES[language]?.test(text) ?? false;
}
