import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import { readGitTree, type GitFile } from '../adapters/git-tree.ts';
import { loadFolders } from '../config/definitions.ts';
import { foldersOf } from '../config/sequence-files.ts';
import { formatProblem } from '../config/sequence-problem.ts';
import { planEdits } from '../core/edit-plan.ts';
import { HeadgateError } from '../core/errors.ts';
import type { SequenceDefinition, StoredSequence } from '../core/model.ts';
import { loadSequences } from '../store/sequences.ts';
import { previewAgainst, type ApplyDependencies, type SequencesPreview } from './apply-sequences.ts';
import { countOf } from './output/text.ts';

/** What the files were compared with. */
export interface RefComparison {
  readonly ref: string;
  /** The full hash that the ref stands for. */
  readonly commit: string;
}

export interface GitPlace {
  readonly sequencesDir: string;
  readonly env: Readonly<Partial<Record<string, string>>>;
}

/**
 * C5: the preflight as if the sequences of a git ref were applied and the files were about to be, over whoever is under way now. Reads
 * only. Throws as `readGitTree` (64, 75) does, and `definitions_invalid` (65) when the sequences of the ref do not parse.
 */
export function previewSinceRef(
  { ref, definitions }: { readonly ref: string; readonly definitions: readonly SequenceDefinition[] },
  { sequencesDir, env, ...dependencies }: ApplyDependencies & GitPlace,
): { readonly preview: SequencesPreview; readonly against: RefComparison } {
  // The folder may be a link into a release: it is that one whose history is asked for.
  const folder = existsSync(sequencesDir) ? realpathSync(sequencesDir) : sequencesDir;
  const label = basename(folder);
  const tree = readGitTree({ directory: dirname(folder), ref, folders: [label, 'campaigns'], env });
  const former = parse(tree.files, label, ref);
  const { db, now } = dependencies;
  const stored = db.read(() => asApplied(loadSequences(db), former, now));
  const preview = previewAgainst(definitions, { ...dependencies, stored });
  return { preview, against: { ref, commit: tree.commit } };
}

function parse(files: readonly GitFile[], label: string, ref: string): readonly SequenceDefinition[] {
  const campaigns = files.flatMap(({ path }) => /^campaigns\/([^/]+)\.md$/.exec(path)?.[1] ?? []);
  const { folders, problems } = foldersOf(
    files.filter(({ path }) => path.startsWith(`${label}/`)),
    label,
  );
  const loaded = loadFolders(folders, { campaigns: new Set(campaigns), problems });
  const errors = loaded.problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return loaded.definitions;
  throw new HeadgateError(`${countOf(errors.length, 'error')} in the sequences of git ${ref}`, {
    code: 'definitions_invalid',
    exit: 'DATAERR',
    notDone: 'Nothing was compared.',
    fix: 'Compare with a version whose sequences are right.',
    details: errors.map(formatProblem),
  });
}

/** Rows that are not in the state, apart from those that a plan over these makes up itself. */
const NOT_IN_STATE = -1_000_000;

/** The definitions of the ref with the rows of the state behind the names that it knows, so that its people stand in them. */
function asApplied(
  stored: readonly StoredSequence[],
  definitions: readonly SequenceDefinition[],
  now: number,
): readonly StoredSequence[] {
  let unknown = NOT_IN_STATE;
  const rowIdOf = (rowId: number): number => {
    if (rowId >= 0) return rowId;
    unknown -= 1;
    return unknown;
  };
  const plan = planEdits({ stored, definitions, liveCount: () => 0, now });
  return plan.edits
    .filter(({ changes }) => !changes.includes('removed'))
    .map(({ after }) => ({
      ...after,
      rowId: rowIdOf(after.rowId),
      steps: after.steps.map((step) => ({ ...step, rowId: rowIdOf(step.rowId) })),
    }));
}
