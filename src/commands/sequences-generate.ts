import type { Invocation, Outcome } from './cli-context.ts';
import { generate } from './generate/generate.ts';
import { draftSequences, readWritable } from './generate/sequence.ts';
import { withState } from './operator-state.ts';
import { argument, usageError } from './options.ts';

const AS_THE_FILES_SAY = { briefing: null, mode: null, length: null };

/**
 * `sequences generate [NAME]`: the same as `steps generate` for every step of a sequence, in order, each following on the one before; without a
 * name, of all sequences that reach nobody yet (status draft).
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', (state) => {
    const { sequencesDir } = state.workspace.paths;
    const name = argument(invocation, 0);
    const ids = name === null ? draftSequences(sequencesDir) : [name];
    if (ids.length === 0)
      throw usageError('no sequence is a draft: name the one to write', 'headgate sequences generate NAME');
    const wanted = ids.map((id) => {
      const sequence = readWritable(sequencesDir, id);
      return { sequence, steps: sequence.definition.steps };
    });
    return generate(state, wanted, AS_THE_FILES_SAY);
  });
}
