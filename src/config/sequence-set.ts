import type { SequenceDefinition } from '../core/model.ts';
import { problemAt } from './sequence-problem.ts';
import type { DefinitionProblem, FilePlace } from './sequence-problem.ts';
import { lazyLocator } from './sequence-toml.ts';

/** What the checks across sequences read. */
export interface PlacedSequence {
  readonly definition: SequenceDefinition;
  readonly file: string;
  readonly tomlText: string;
}

/**
 * What is wrong only together: a second catch-all among the sequences that are not archived (B1), and a former name
 * that still belongs to a folder or is claimed twice (hardening 74). `folderIds` are all folders, right or wrong.
 */
export function judgeTogether(
  sequences: readonly PlacedSequence[],
  folderIds: ReadonlySet<string>,
): readonly DefinitionProblem[] {
  return [...secondCatchAlls(sequences), ...wrongFormerNames(sequences, folderIds)];
}

/** Where a key of a sequence's TOML stands; its nearest table when the key itself is absent. */
export function placeInToml(sequence: PlacedSequence, path: readonly string[]): FilePlace {
  const locate = lazyLocator(sequence.tomlText);
  for (let length = path.length; length > 0; length -= 1) {
    const found = locate(path.slice(0, length));
    if (found !== null) return { file: sequence.file, line: found.line, column: found.column };
  }
  return { file: sequence.file, line: 1, column: 1 };
}

function secondCatchAlls(sequences: readonly PlacedSequence[]): readonly DefinitionProblem[] {
  const catchAlls = sequences.filter(
    ({ definition }) => definition.trigger.catchAll && definition.status !== 'archived',
  );
  const [first, ...others] = catchAlls;
  if (first === undefined) return [];
  return others.map((sequence) =>
    problemAt(placeInToml(sequence, ['trigger', 'catch_all']), {
      code: 'second_catch_all',
      message: `a second catch-all: ${first.definition.id} is one already`,
      fix: 'one sequence at most may catch all that are not archived',
    }),
  );
}

function wrongFormerNames(
  sequences: readonly PlacedSequence[],
  folderIds: ReadonlySet<string>,
): readonly DefinitionProblem[] {
  const claimed = new Set<string>();
  return sequences.flatMap((sequence) => {
    const former = sequence.definition.renamedFrom;
    if (former === null) return [];
    const isWrong = folderIds.has(former) || claimed.has(former);
    claimed.add(former);
    if (!isWrong) return [];
    return problemAt(placeInToml(sequence, ['renamed_from']), {
      code: 'renamed_from',
      message: `${sequence.definition.id} cannot have been renamed from ${former}`,
      fix: 'renamed_from names a folder that is no longer there, once',
    });
  });
}
