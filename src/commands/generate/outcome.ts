import { formatProblem } from '../../config/sequence-problem.ts';
import type { Outcome } from '../cli-context.ts';
import { modelCostText } from '../output/model-cost.ts';
import type { Terminal } from '../output/terminal.ts';
import { countOf, escapeLines, escapeText } from '../output/text.ts';
import { hanging } from '../output/wrap.ts';
import { diffLines, type DiffLine } from '../review/line-diff.ts';
import type { Generated } from './generate.ts';
import type { ProposedFile } from './propose.ts';

/** What the model proposed and what became of it, as text and as JSON. */
export function generateOutcome(generated: Generated, isVerbose: boolean): Outcome {
  const { files, act, totals } = generated;
  const failed = files.filter(({ result }) => 'problem' in result);
  const problem = failed.map(
    ({ file, result }) => `${file}: ${'problem' in result ? result.problem : ''}`,
  )[0];
  const next = nextCommands(generated);
  return {
    exit: failed.length === 0 ? 'OK' : 'PARTIAL',
    message: problem ?? null,
    fix:
      problem === undefined
        ? null
        : 'Run it again, with another briefing perhaps; --verbose shows what was said.',
    document: {
      items: files.map((file) => fileItem(file, act)),
      counts: countsOf(generated),
      model: {
        calls: totals?.calls ?? 0,
        input_tokens: totals?.inputTokens ?? 0,
        output_tokens: totals?.outputTokens ?? 0,
        cost_micros: totals?.costMicros ?? 0,
      },
      next,
    },
    human: (terminal) => [
      ...(act === 'shown' ? shownLines(terminal, files) : []),
      '',
      ...files.flatMap((file) => stateLines(terminal, file, act)),
      ...(isVerbose ? files.flatMap((file) => answerLines(terminal, file)) : []),
      ...costLines(terminal, generated),
      ...endLines(generated),
      ...next.map((command, index) => ` ${index === 0 ? 'Next' : '    '}    ${command}`),
      ...(next.length === 0 ? [] : ['']),
    ],
  };
}

/** What a step's file would be, line by line against what it is, and what lint would still say of it. */
export function proposalLines(terminal: Terminal, { file, before, result }: ProposedFile): readonly string[] {
  if (result.kind !== 'proposed') return [];
  const lines = changedLines(before?.toString('utf8') ?? null, result.text);
  return [
    '',
    ` ${terminal.bold(escapeText(file))}${before === null ? '  new' : ''}`,
    ...lines.flatMap((line) => painted(terminal, line)),
    ...result.warnings.flatMap((warning) =>
      hanging(` ${terminal.symbols.warning} `, escapeText(formatProblem(warning)), terminal.width - 1).map(
        (line) => terminal.yellow(line),
      ),
    ),
  ];
}

/** Of a text that is too long to be compared, all of both. */
function changedLines(before: string | null, after: string): readonly DiffLine[] {
  const marked = (text: string, mark: DiffLine['mark']): readonly DiffLine[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => ({ mark, text: line }));
  if (before === null) return marked(after, '+');
  return diffLines(before.trimEnd(), after.trimEnd()) ?? [...marked(before, '-'), ...marked(after, '+')];
}

function painted(terminal: Terminal, { mark, text }: DiffLine): readonly string[] {
  const head = `   ${mark} `;
  const lines = terminal.isTty
    ? hanging(head, escapeText(text), terminal.width - 1)
    : [`${head}${escapeText(text)}`];
  if (mark === ' ') return lines;
  return lines.map((line) => (mark === '-' ? terminal.red(line) : terminal.green(line)));
}

function shownLines(terminal: Terminal, files: readonly ProposedFile[]): readonly string[] {
  return files.flatMap((file) => proposalLines(terminal, file));
}

function stateLines(terminal: Terminal, proposed: ProposedFile, act: Generated['act']): readonly string[] {
  const { symbols } = terminal;
  const { file, result } = proposed;
  const state = stateOf(proposed, act);
  if (!('problem' in result)) return [` ${symbols.ok} ${escapeText(file)}  ${STATE_WORDS[state]}`];
  const text = `${file}  ${STATE_WORDS[state]}: ${result.problem}`;
  return hanging(` ${symbols.problem} `, escapeText(text), terminal.width - 1).map((line) =>
    terminal.yellow(line),
  );
}

/** `--verbose`: what was paid for, for a person to read. */
function answerLines(terminal: Terminal, { file, result }: ProposedFile): readonly string[] {
  if (result.kind !== 'refused' || result.answer === null) return [];
  return [
    '',
    ` ${terminal.bold(escapeText(file))}  what the model said`,
    ...escapeLines(result.answer.trim()).map((line) => `   ${line}`.trimEnd()),
  ];
}

type FileState = Generated['act'] | 'unchanged' | 'refused' | 'unasked';

const STATE_WORDS: Readonly<Record<FileState, string>> = {
  written: 'written',
  declined: 'not written',
  shown: 'not written, only shown',
  unchanged: 'stays as it is',
  refused: 'not written, the words do not pass',
  unasked: 'not asked for',
};

function stateOf({ result }: ProposedFile, act: Generated['act']): FileState {
  return result.kind === 'proposed' ? act : result.kind;
}

function costLines(terminal: Terminal, { totals }: Generated): readonly string[] {
  if (totals === null) return [];
  const { calls, inputTokens, outputTokens, costMicros } = totals;
  const counts = {
    model_calls: calls,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cost_micros: costMicros,
  };
  return ['', ` Model   ${modelCostText(counts, terminal.symbols) ?? ''}`];
}

function endLines({ files, act }: Generated): readonly string[] {
  const written = files.filter((file) => stateOf(file, act) === 'written').length;
  if (written === 0) return [''];
  return [
    '',
    ` ${countOf(written, 'file')} changed, and nobody gets these words yet: runs use what was`,
    ' applied last. Read them, then apply them.',
    '',
  ];
}

function nextCommands({ files, act }: Generated): readonly string[] {
  const written = files.filter((file) => stateOf(file, act) === 'written');
  const [first] = written;
  if (first === undefined) return [];
  return [
    `headgate sequences test ${first.sequence} --to you@…`,
    'headgate sequences plan',
    'headgate sequences apply',
  ];
}

function fileItem(proposed: ProposedFile, act: Generated['act']): Readonly<Record<string, unknown>> {
  const { sequence, step, file, before, result, costMicros } = proposed;
  return {
    ...{ sequence, step, file },
    state: stateOf(proposed, act),
    problem: 'problem' in result ? result.problem : null,
    before: before?.toString('utf8') ?? null,
    text: 'text' in result ? result.text : null,
    answer: 'answer' in result ? result.answer : null,
    warnings: 'warnings' in result ? result.warnings : [],
    cost_micros: costMicros,
  };
}

function countsOf({ files, act }: Generated): Readonly<Record<string, number>> {
  const count = (state: FileState): number => files.filter((file) => stateOf(file, act) === state).length;
  const states: readonly FileState[] = ['written', 'declined', 'shown', 'unchanged', 'refused', 'unasked'];
  return Object.fromEntries(states.map((state) => [state, count(state)]));
}
