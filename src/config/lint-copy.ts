import { WORDS_OF_LENGTH } from '../core/copy-length.ts';
import type { StepDefinition } from '../core/model.ts';
import { takesThreadSubject } from '../core/thread.ts';
import { countWords } from '../core/word-count.ts';
import { linksOf, lintLinks } from './lint-links.ts';
import { lintPhrases, lintShouting } from './lint-phrases.ts';
import { blankOut, placeAt } from './lint-text.ts';
import type { LintedText } from './lint-text.ts';
import { problemAt } from './sequence-problem.ts';
import type { DefinitionProblem } from './sequence-problem.ts';
import type { StepPlaces } from './step-file.ts';

const BODY_WORDS_MAX = 220;
const SUBJECT_CHARACTERS_MAX = 60;
/** As long as a first name or the name of a firm mostly is. */
const OUTPUT_STAND_IN = 'Ten letter';
const REPLY_PREFIX = /^(?:re|aw|sv|antw|fwd?|wg|tr|rv)\s*(?:\[\d+\])?\s*:/i;

/** One step with its places, as far as lint reads it. */
export interface LintedStep {
  readonly step: StepDefinition;
  readonly places: StepPlaces;
}

/** Advice on the words of one step (cli.md 3.6): links, tone, length, a way to answer. */
export function lintBody({ step, places }: LintedStep): readonly DefinitionProblem[] {
  const body: LintedText = { ...places.body, file: places.file };
  const problems = [...lintLinks(body), ...lintPhrases(body), ...lintLength({ step, places })];
  // What a model will write cannot be judged here.
  const isWhole = step.copy.mode === 'fixed';
  if (isWhole && !asksQuestion(body.text) && !linksOf(body.text).some((link) => !link.isImage)) {
    problems.push(
      problemAt(placeAt(body, 0), {
        severity: 'warning',
        code: 'no_question',
        message: 'no link and no question: the reader has nothing to do',
        fix: 'ask one question or give one link',
      }),
    );
  }
  return problems;
}

/** D3: the words of a step against its `Length`; where the file says none, only against what readers bear. */
function lintLength({ step, places }: LintedStep): readonly DefinitionProblem[] {
  const body: LintedText = { ...places.body, file: places.file };
  const words = countWords(body.text);
  const { least, most } = WORDS_OF_LENGTH[step.copy.length];
  if (words > (places.length === null ? BODY_WORDS_MAX : most)) {
    const stated =
      places.length === null ? null : `${words} words; Length: ${step.copy.length} ends at ${most}`;
    return [
      problemAt(placeAt(body, 0), {
        severity: 'warning',
        code: 'long_body',
        message: stated ?? `${words} words; beyond ${BODY_WORDS_MAX} few are read`,
        fix: stated === null ? 'say one thing' : 'say one thing, or change Length',
      }),
    ];
  }
  if (places.length === null || step.copy.mode !== 'fixed' || words >= least) return [];
  return [
    problemAt(placeAt({ ...places.length, file: places.file }, 0), {
      severity: 'warning',
      code: 'short_body',
      message: `${words} words; Length: ${step.copy.length} begins at ${least}`,
      fix: 'leave Length out of a fixed text, or change it',
    }),
  ];
}

/** Advice on the subjects of a sequence: their length and tone, two equal ones in a row, and a reply to nothing. */
export function lintSubjects(steps: readonly LintedStep[]): readonly DefinitionProblem[] {
  return steps.flatMap(({ step, places }, index) => {
    const subject: LintedText = { ...places.subject, file: places.file };
    const problems = [...lintSubjectLength(subject), ...lintShouting(subject), ...lintPhrases(subject)];
    const before = steps[index - 1]?.step.copy.subject;
    if (!takesThreadSubject(step) && before?.toLowerCase() === step.copy.subject.toLowerCase()) {
      problems.push(
        problemAt(placeAt(subject, 0), {
          severity: 'warning',
          code: 'equal_subjects',
          message: 'the same subject as the step before',
          fix: 'give each mail a subject of its own',
        }),
      );
    }
    if ((index === 0 || step.thread === 'new') && REPLY_PREFIX.test(step.copy.subject)) {
      problems.push(
        problemAt(placeAt(subject, 0), {
          severity: 'warning',
          code: 'false_reply',
          message: 'the subject of a first mail looks like an answer',
          fix: 'leave the prefix out; it deceives the reader and trips filters',
        }),
      );
    }
    return problems;
  });
}

/** What a list of mails shows of a subject on a desk; a phone shows two thirds of it. */
function lintSubjectLength(subject: LintedText): readonly DefinitionProblem[] {
  const shown = subject.text.replaceAll(/\{%.*?%\}/g, '').replaceAll(/\{\{.*?\}\}/g, OUTPUT_STAND_IN);
  const length = [...shown].length;
  if (length <= SUBJECT_CHARACTERS_MAX) return [];
  return [
    problemAt(placeAt(subject, 0), {
      severity: 'warning',
      code: 'long_subject',
      message: `about ${length} characters; beyond ${SUBJECT_CHARACTERS_MAX} a subject is cut off`,
      fix: 'put what matters into the first 40',
    }),
  ];
}

function asksQuestion(body: string): boolean {
  // A question mark inside an address asks nothing.
  const words = blankOut(blankOut(body, /\{\{.*?\}\}|\{%.*?%\}/gs, ' '), /\bhttps?:\/\/\S+/gi, ' ');
  return /[?？؟]/.test(words);
}
