import { loadDefinitions } from '../config/definitions.ts';
import { lintDefinitions } from '../config/lint.ts';
import { formatProblem, type DefinitionProblem } from '../config/sequence-problem.ts';
import { HeadgateError } from '../core/errors.ts';
import type { SequenceDefinition } from '../core/model.ts';
import { customColumnNames } from '../store/custom-columns.ts';
import type { StateDatabase } from '../store/database.ts';
import { countOf } from './output/text.ts';
import type { Workspace } from './workspace.ts';

/** Definitions that may be applied, and what lint would still say of them. */
export interface ValidDefinitions {
  readonly definitions: readonly SequenceDefinition[];
  readonly warnings: readonly DefinitionProblem[];
  /** Of the files as they were read. */
  readonly filesHash: string;
}

/**
 * Loads and lints every sequence of the workspace. Throws HeadgateError `definitions_invalid` (65) with every error,
 * file and line; the last good version stays active (C5, hardening 47).
 */
export async function readValidDefinitions(
  workspace: Workspace,
  db: StateDatabase,
): Promise<ValidDefinitions> {
  const loaded = loadDefinitions(workspace.paths.sequencesDir);
  const problems = await lintDefinitions(loaded, {
    customFields: db.read(() => customColumnNames(db)),
    brand: workspace.brand,
    hours: workspace.policy.hours,
    hasModel: workspace.ai !== null,
  });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw invalid(errors);
  return { definitions: loaded.definitions, warnings: problems, filesHash: loaded.hash };
}

function invalid(errors: readonly DefinitionProblem[]): HeadgateError {
  return new HeadgateError(`${countOf(errors.length, 'error')} in sequences/`, {
    code: 'definitions_invalid',
    exit: 'DATAERR',
    notDone: 'Nothing was applied: the last good version stays active.',
    fix: 'headgate sequences lint',
    details: errors.map(formatProblem),
  });
}
