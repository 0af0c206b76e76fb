import { blankOut, matchesOf, placeAt } from './lint-text.ts';
import type { LintedText } from './lint-text.ts';
import { problemAt, quoteValue } from './sequence-problem.ts';
import type { DefinitionProblem } from './sequence-problem.ts';

/** What bulk mail has worn out. No filter lists its words; these are in every published list of what to avoid. */
const TRIGGER_PHRASES = [
  ...[
    'act now',
    'apply now',
    'buy now',
    'call now',
    'click below',
    'click here',
    'order now',
    'sign up free',
  ],
  ...[
    '100% free',
    'absolutely free',
    'for free!',
    'free gift',
    'free money',
    'free trial',
    'no cost',
    'risk free',
  ],
  ...[
    'risk-free',
    'no obligation',
    'no strings attached',
    'no catch',
    'money back',
    'money-back',
    'guaranteed',
  ],
  ...[
    'satisfaction guaranteed',
    'limited time',
    'limited offer',
    'offer expires',
    'last chance',
    "don't miss",
  ],
  ...["don't delete", 'exclusive deal', 'special promotion', 'once in a lifetime', 'while supplies last'],
  ...['best price', 'lowest price', 'big bucks', 'cash bonus', 'double your', 'earn money', 'extra income'],
  ...[
    'financial freedom',
    'get rich',
    'make money',
    'million dollars',
    'congratulations',
    'you have been selected',
  ],
  ...["you're a winner", 'winner', 'dear friend', 'this is not spam', 'not spam', 'urgent', 'increase sales'],
] as const;

/** Longest first, so that "satisfaction guaranteed" is not told as "guaranteed". */
const TRIGGERS = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${[...TRIGGER_PHRASES]
    .sort((left, right) => right.length - left.length)
    .map((phrase) => phrase.replaceAll("'", "['’]").replaceAll(' ', '\\s{1,9}'))
    .join('|')})(?![\\p{L}\\p{N}])`,
  'giu',
);
const NOT_WORDS = [/\{\{.*?\}\}|\{%.*?%\}/gs, /\]\([^)]{0,2000}\)|\bhttps?:\/\/\S{1,2000}/gi];
/** Of a text whose capitals say something: "GDPR" and "FAQ: API" do not shout. */
const SHOUTED_LETTERS_MIN = 9;

/** Words that readers and filters take for bulk mail, the first place of each. */
export function lintPhrases(text: LintedText): readonly DefinitionProblem[] {
  const seen = new Set<string>();
  return matchesOf(wordsOf(text.text), TRIGGERS).flatMap((match) => {
    const phrase = match[0].replaceAll(/\s+/g, ' ').toLowerCase();
    if (seen.has(phrase)) return [];
    seen.add(phrase);
    return [
      problemAt(placeAt(text, match.index), {
        severity: 'warning',
        code: 'trigger_phrase',
        message: `${quoteValue(phrase)} makes readers and filters think of bulk mail`,
        fix: 'say what you mean in words of your own',
      }),
    ];
  });
}

/** A subject in capitals, or with marks piled up. */
export function lintShouting(subject: LintedText): readonly DefinitionProblem[] {
  const words = wordsOf(subject.text);
  const letters = words.match(/\p{L}/gu) ?? [];
  const isLoud = letters.length >= SHOUTED_LETTERS_MIN && !/\p{Ll}/u.test(words) && /\p{Lu}/u.test(words);
  const marks = /!{2}|\?{2}|!\?|\?!|\${2}/.exec(words);
  if (!isLoud && marks === null) return [];
  return [
    problemAt(placeAt(subject, marks?.index ?? 0), {
      severity: 'warning',
      code: 'shouting',
      message: isLoud
        ? 'a subject in capitals shouts'
        : `${quoteValue(marks?.[0] ?? '')} in a subject shouts`,
      fix: 'write it as you would to a colleague',
    }),
  ];
}

/** Without templates and addresses; offsets stay. */
function wordsOf(text: string): string {
  return NOT_WORDS.reduce((rest, pattern) => blankOut(rest, pattern, ' '), text);
}
