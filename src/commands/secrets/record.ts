import { existsSync } from 'node:fs';

import { findWorkspace, workspacePaths, type WorkspacePaths } from '../../config/paths.ts';
import { HeadgateError } from '../../core/errors.ts';
import { recordBeside } from '../audit/record-beside.ts';
import type { Invocation } from '../cli-context.ts';
import { STATE_DIR } from '../units/settings.ts';
import { workspaceQuestion } from '../workspace.ts';

/**
 * A13: which credentials of this machine a person stored or took away, by name, where there is a state already: they are often the first
 * thing that is set up. Answers with a remark when there is one and it could not be written.
 */
export function recordSecrets(
  invocation: Invocation,
  root: string,
  { kind, names }: { readonly kind: 'secret_set' | 'secret_removed'; readonly names: readonly string[] },
): readonly string[] {
  const paths = root === '' ? [pathsIfAny(invocation), UNITS_STATE].find(hasState) : undefined;
  if (paths === undefined || paths === null) return [];
  const unrecorded = recordBeside(invocation, paths, { kind, detail: { names } });
  return unrecorded === null ? [] : [unrecorded];
}

const UNITS_STATE = workspacePaths({ workspaceDir: STATE_DIR, stateDir: STATE_DIR });

function hasState(paths: WorkspacePaths | null): boolean {
  return paths !== null && existsSync(paths.databaseFile);
}

function pathsIfAny(invocation: Invocation): WorkspacePaths | null {
  try {
    return findWorkspace(workspaceQuestion(invocation));
  } catch (error) {
    if (error instanceof HeadgateError && error.code === 'workspace_not_found') return null;
    throw error;
  }
}
