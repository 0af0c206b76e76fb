import { createErasureFile } from '../../adapters/erasure-file.ts';
import { knownErasures, type ErasureLine, type KnownErasures } from '../../core/erasure.ts';
import { allErasures, erasureKeys, unfinishedErasures, type Erasure } from '../../store/erasures.ts';
import type { OperatorState } from '../operator-state.ts';

/** What state and file do not agree on, or what was not done to its end. */
export interface UnfinishedErasures {
  /** What the file says, also of what the state knows. */
  readonly known: KnownErasures;
  /** Erased, by the file, and not in this state: it is an older one. */
  readonly unknownToState: readonly Erasure[];
  /** Lines that the file lacks. */
  readonly unknownToFile: readonly ErasureLine[];
  /** Erased here, and perhaps still named in files. */
  readonly uncleaned: readonly Erasure[];
}

/**
 * What is left to do of erasures: after a crash, and in a state that is older than the last of them (A15). Null for nothing, which is
 * nearly always: it costs one small file and two small tables.
 */
export function unfinishedErasuresOf({
  db,
  workspace,
}: Pick<OperatorState, 'db' | 'workspace'>): UnfinishedErasures | null {
  const known = knownErasures(createErasureFile(workspace.paths.erasureFile).read());
  const here = allErasures(db);
  if (here.length === 0 && known.erased.length === 0 && known.keys.length === 0) return null;
  const keys = erasureKeys(db);
  const idsHere = new Set(here.map(({ leadId }) => leadId));
  const idsThere = new Set(known.erased.map(({ leadId }) => leadId));
  const unknownToState = known.erased.filter(({ leadId }) => !idsHere.has(leadId));
  const newKeys = keys.filter((key) => known.keys.every((each) => each.key !== key));
  const unknownToFile: readonly ErasureLine[] = [
    ...newKeys.map((key) => ({ kind: 'key' as const, key, at: 0 })),
    ...here
      .filter(({ leadId }) => !idsThere.has(leadId))
      .map(({ leadId, hash, at }) => ({ kind: 'erased' as const, leadId, hash, at })),
  ];
  const uncleaned = unfinishedErasures(db);
  const keysAgree = known.keys.every(({ key }) => keys.includes(key));
  const isDone = [unknownToState, unknownToFile, uncleaned].every(({ length }) => length === 0) && keysAgree;
  return isDone ? null : { known, unknownToState, unknownToFile, uncleaned };
}
