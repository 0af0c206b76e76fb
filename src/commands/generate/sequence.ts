import { formatProblem } from '../../config/sequence-problem.ts';
import { loadDefinitions, type LoadedDefinitions } from '../../config/definitions.ts';
import { stepFiles, type ProposedStep } from '../../config/proposed-steps.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { SequenceDefinition } from '../../core/model.ts';
import { nearestWord } from '../../core/nearest.ts';
import { usageError } from '../options.ts';

/** A sequence as its files say it, ready for a model to write its steps. */
export interface WritableSequence {
  readonly definition: SequenceDefinition;
  /** By step, in order; null for a `[[step]]` without a file, whose words in `definition` are a placeholder. */
  readonly files: ReadonlyMap<string, Buffer | null>;
  /** What stands in for the missing files while others are judged. */
  readonly standIns: readonly ProposedStep[];
}

const STAND_IN = 'Subject: Not written yet\n\nShall we write it?\n';

/** Throws 64 for a name that no folder has and for a sequence that is over, and `definitions_invalid` (65) for one that does not load: nothing is asked over broken files. */
export function readWritable(sequencesDirectory: string, id: string): WritableSequence {
  const files = stepFiles(sequencesDirectory, id);
  const standIns = [...files].flatMap(([step, bytes]) =>
    bytes === null ? [{ sequence: id, step, text: STAND_IN }] : [],
  );
  const loaded = loadDefinitions(sequencesDirectory, standIns);
  const found = loaded.loaded.find(({ definition }) => definition.id === id);
  if (found === undefined) throw unloaded(loaded, id);
  if (found.definition.status === 'archived')
    throw usageError(`${id} is archived: nobody gets its words`, 'headgate sequences new NAME');
  return { definition: found.definition, files, standIns };
}

/** The sequences that reach nobody yet, for who named none: to write anew what people get is asked for by name. */
export function draftSequences(sequencesDirectory: string): readonly string[] {
  const { folderIds } = loadDefinitions(sequencesDirectory);
  return folderIds.filter((id) => {
    const files = stepFiles(sequencesDirectory, id);
    const standIns = [...files.keys()].map((step) => ({ sequence: id, step, text: STAND_IN }));
    const { definitions } = loadDefinitions(sequencesDirectory, standIns);
    return definitions.find((definition) => definition.id === id)?.status === 'draft';
  });
}

function unloaded({ folderIds, problems }: LoadedDefinitions, id: string): HeadgateError {
  if (!folderIds.includes(id)) {
    const nearest = nearestWord(id, folderIds);
    return usageError(
      `there is no sequence ${JSON.stringify(id)} under sequences/`,
      nearest === null ? `headgate sequences new ${id}` : `did you mean ${nearest}?`,
    );
  }
  const errors = problems.filter(({ severity, file }) => severity === 'error' && file.split('/')[1] === id);
  return new HeadgateError(`sequences/${id} has errors`, {
    code: 'definitions_invalid',
    exit: 'DATAERR',
    notDone: 'No model was asked, and nothing was written.',
    fix: `headgate sequences lint ${id}`,
    details: errors.map(formatProblem),
  });
}
