import type { InitialQuestion } from '../config/initial-answers.ts';
import { checkAnswer, INITIAL_QUESTIONS } from '../config/initial-answers.ts';
import type { InitialAnswers } from '../config/initial-files.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Invocation } from './cli-context.ts';
import { textOption, usageError } from './options.ts';

type Answer = keyof InitialAnswers;

/** An answer that nobody gave and nobody needs: the file that it would go into exists already. */
const UNUSED = '';
const TRIES_MAX = 5;

/**
 * The answers of `init`: from the flags, else asked on the terminal. `isWritten` tells which files are about to be
 * made; questions of others are not asked. Throws HeadgateError `usage` or `answer_wrong` (64) naming every flag that
 * is missing or wrong.
 */
export async function collectAnswers(
  invocation: Invocation,
  isWritten: (file: InitialQuestion['file']) => boolean,
): Promise<InitialAnswers> {
  const needed = INITIAL_QUESTIONS.filter((question) => isWritten(question.file));
  const answers = answersOfFlags(invocation, needed);
  const open = needed.filter((question) => answers[question.answer] === undefined);
  if (open.length > 0 && !invocation.global.input) throw missingFlags(open);
  for (const question of open) answers[question.answer] = await ask(invocation, question);
  return {
    name: answers.name ?? UNUSED,
    from: answers.from ?? UNUSED,
    timezone: answers.timezone ?? UNUSED,
    postalAddress: answers.postalAddress ?? UNUSED,
  };
}

/** Flags that were given for files that stay as they are: they change nothing, and the operator should know. */
export function unusedFlags(
  invocation: Invocation,
  isWritten: (file: InitialQuestion['file']) => boolean,
): readonly string[] {
  return INITIAL_QUESTIONS.filter(
    (question) => !isWritten(question.file) && textOption(invocation, question.answer) !== null,
  ).map((question) => `${question.file} exists and stays as it is; ${question.flag} was not used`);
}

function answersOfFlags(
  invocation: Invocation,
  questions: readonly InitialQuestion[],
): Partial<Record<Answer, string>> {
  const answers: Partial<Record<Answer, string>> = {};
  const problems: string[] = [];
  for (const question of questions) {
    const given = textOption(invocation, question.answer);
    if (given === null) continue;
    const check = checkAnswer(question, given);
    if (check.kind === 'right') answers[question.answer] = check.text;
    else problems.push(`${question.flag} ${JSON.stringify(given.slice(0, 60))}: ${check.problem}`);
  }
  if (problems.length > 0) throw wrongFlags(problems);
  return answers;
}

async function ask(invocation: Invocation, question: InitialQuestion): Promise<string> {
  const { stdin, stderr } = invocation.context.io;
  const suggestion = question.answer === 'timezone' ? machineZone() : null;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    stderr.write(`${question.question}${suggestion === null ? '' : ` [${suggestion}]`}: `);
    const line = await stdin.readLine();
    if (line === null) break;
    const check = checkAnswer(question, line.trim() === '' ? (suggestion ?? '') : line);
    if (check.kind === 'right') return check.text;
    stderr.write(`  ${check.problem}\n`);
  }
  throw missingFlags([question]);
}

/** Where the operator probably is. Intl is slow to load, which matters to timers and not to a person at `init`. */
function machineZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function missingFlags(questions: readonly InitialQuestion[]): HeadgateError {
  const flags = questions.map((question) => question.flag);
  return usageError(
    `init needs ${flags.join(', ')}`,
    'headgate init DIR --no-input --name NAME --from ADDRESS --timezone ZONE --postal-address TEXT',
  );
}

function wrongFlags(problems: readonly string[]): HeadgateError {
  return new HeadgateError(problems.length === 1 ? 'one answer is wrong' : 'some answers are wrong', {
    code: 'answer_wrong',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    details: problems,
  });
}
