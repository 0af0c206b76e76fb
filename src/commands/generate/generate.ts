import { isStill } from '../../adapters/rewritten-file.ts';
import { HeadgateError } from '../../core/errors.ts';
import { modelTotals, type ModelTotals } from '../../store/model-calls.ts';
import { agrees } from '../ask.ts';
import type { Invocation, Outcome } from '../cli-context.ts';
import type { OperatorState } from '../operator-state.ts';
import { flagOption, usageError } from '../options.ts';
import { createTerminal, type Terminal } from '../output/terminal.ts';
import { countOf } from '../output/text.ts';
import { typedAgain } from '../typed-line.ts';
import { rewriteNamed } from '../rewrite-named.ts';
import { generateOutcome, proposalLines } from './outcome.ts';
import { proposeSteps, type ProposedFile, type Wanted } from './propose.ts';
import type { CopyWish } from './tasks.ts';

/** What was done with what the model proposed. */
export interface Generated {
  readonly files: readonly ProposedFile[];
  readonly act: 'written' | 'declined' | 'shown';
  readonly totals: ModelTotals | null;
}

/**
 * Has a model write step files: asks it, shows what would change, asks the person, writes (C5: nobody gets the words before they are applied).
 * Throws 64 where nobody could be asked in the end, before the model is; what the model throws (69, 78), after what was complete by then is
 * shown and, if agreed, written.
 */
export async function generate(
  state: OperatorState,
  wanted: readonly Wanted[],
  wish: CopyWish,
): Promise<Outcome> {
  refuseUnasked(state.invocation);
  const { files, ended, runId } = await proposeSteps(state, wanted, wish);
  const act = await settle(state.invocation, files);
  if (ended !== null) {
    // What a run ends with in good order is not to come.
    if (act === 'shown') tell(state.invocation, linesOf(state.invocation, files));
    throw endedEarly(ended, act === 'written' ? proposedOf(files).length : 0);
  }
  const totals = modelTotals(state.db, runId);
  return generateOutcome({ files, act, totals }, state.invocation.global.verbose);
}

/** The answer of a model is paid for: whether it may be written is clear before. */
function refuseUnasked(invocation: Invocation): void {
  const { path, global } = invocation;
  if (global.input || flagOption(invocation, 'yes') || flagOption(invocation, 'preview')) return;
  throw usageError(
    `${path} asks before it writes, and nobody can be asked here`,
    `${typedAgain(invocation, '--yes')}   or, to see what it would write, --preview`,
  );
}

async function settle(invocation: Invocation, files: readonly ProposedFile[]): Promise<Generated['act']> {
  const proposed = proposedOf(files);
  if (flagOption(invocation, 'preview')) return 'shown';
  if (proposed.length === 0) return 'written';
  const lines = linesOf(invocation, proposed);
  // Always shown first: `--yes` answers the question, and not what it is about.
  if (flagOption(invocation, 'yes')) tell(invocation, lines);
  const question = `Write ${countOf(proposed.length, 'file')}?`;
  if (!(await agrees(invocation, { lines, question }))) return 'declined';
  writeAll(proposed);
  return 'written';
}

function linesOf(invocation: Invocation, files: readonly ProposedFile[]): readonly string[] {
  return files.flatMap((file) => proposalLines(terminalOf(invocation), file));
}

function tell(invocation: Invocation, lines: readonly string[]): void {
  for (const line of lines) invocation.progress(line);
}

function proposedOf(files: readonly ProposedFile[]): readonly ProposedFile[] {
  return files.filter(({ result }) => result.kind === 'proposed');
}

function terminalOf(invocation: Invocation): Terminal {
  const { stderr, env } = invocation.context.io;
  const { color, ascii } = invocation.global;
  return createTerminal({ isTty: stderr.isTty, columns: stderr.columns, env, color, ascii });
}

/** What somebody edited since it was shown is left alone, and so is everything else. */
function writeAll(files: readonly ProposedFile[]): void {
  const first = files.find(({ path, before }) => !isStill(path, before));
  if (first !== undefined) throw edited(first.file, 0);
  for (const [index, { path, file, before, result }] of files.entries()) {
    if (result.kind !== 'proposed') continue;
    const done = `${countOf(index, 'file')} before it ${index === 1 ? 'was' : 'were'} written; it stays as it was.`;
    if (!rewriteNamed(file, { path, was: before, text: result.text, done })) throw edited(file, index);
  }
}

function edited(file: string, written: number): HeadgateError {
  return new HeadgateError(`${file} was edited since it was shown`, {
    code: 'file_changed',
    exit: 'TEMPFAIL',
    notDone: written === 0 ? 'Nothing was written.' : `${countOf(written, 'file')} before it: written.`,
    fix: 'Run it again.',
  });
}

/** D4. */
function endedEarly(error: HeadgateError, written: number): HeadgateError {
  const { code, exit, fix, details } = error;
  return new HeadgateError(error.message, {
    ...{ code, exit, details, cause: error },
    notDone:
      written === 0
        ? 'Nothing was written.'
        : `${countOf(written, 'file')} complete until then ${written === 1 ? 'was' : 'were'} written, no other.`,
    ...(fix === undefined ? {} : { fix }),
  });
}
