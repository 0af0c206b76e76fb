import { WORDS_OF_LENGTH } from '../core/copy-length.ts';
import type { CopyLength, CopyMode } from '../core/model.ts';
import { nearestWord } from '../core/nearest.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { generate } from './generate/generate.ts';
import { readWritable } from './generate/sequence.ts';
import { withState } from './operator-state.ts';
import { argument, textOption, usageError } from './options.ts';

const MODES: readonly CopyMode[] = ['fixed', 'ai', 'assist'];
const LENGTHS = Object.keys(WORDS_OF_LENGTH) as readonly CopyLength[];
const BRIEFING_CHARACTERS_MAX = 8_000;

/**
 * `steps generate SEQ STEP`: has a model write the file of one step, from what the sequence is for, its campaign, the voice of the brand, the step
 * before and a briefing (D3). Shows what would change and asks; nothing is active before `sequences apply` (C5).
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const wish = {
    briefing: briefingOption(invocation),
    mode: choiceOption(invocation, 'mode', MODES),
    length: choiceOption(invocation, 'length', LENGTHS),
  };
  return withState(invocation, 'write', (state) => {
    const id = argument(invocation, 0) ?? '';
    const wanted = argument(invocation, 1) ?? '';
    const sequence = readWritable(state.workspace.paths.sequencesDir, id);
    const { steps } = sequence.definition;
    const step = steps.find((each) => each.id === wanted);
    if (step === undefined) throw unknownStep(id, { wanted, known: steps.map((each) => each.id) });
    return generate(state, [{ sequence, steps: [step] }], wish);
  });
}

function unknownStep(
  id: string,
  { wanted, known }: { readonly wanted: string; readonly known: readonly string[] },
): Error {
  const nearest = nearestWord(wanted, known);
  return usageError(
    `${id} has no step ${JSON.stringify(wanted)}`,
    nearest === null
      ? `add it to sequences/${id}/sequence.toml first: [[step]] id = "${wanted}"`
      : `did you mean ${nearest}?`,
  );
}

/** As one line of a header. */
function briefingOption(invocation: Invocation): string | null {
  const text = textOption(invocation, 'briefing')?.replaceAll(/\s+/g, ' ').trim() ?? null;
  if (text === null) return null;
  if (text !== '' && text.length <= BRIEFING_CHARACTERS_MAX && !/\p{Cc}/u.test(text)) return text;
  throw usageError(`--briefing takes 1 to ${String(BRIEFING_CHARACTERS_MAX)} characters of plain text`);
}

function choiceOption<T extends string>(
  invocation: Invocation,
  name: string,
  choices: readonly T[],
): T | null {
  const text = textOption(invocation, name);
  if (text === null) return null;
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw usageError(`--${name} ${JSON.stringify(text)} is none of ${choices.join(', ')}`);
}
