import { existsSync } from 'node:fs';

import { loadDefinitions } from '../config/definitions.ts';
import type { LoadedDefinitions } from '../config/definitions.ts';
import { lintDefinitions } from '../config/lint.ts';
import { nearestWord } from '../core/nearest.ts';
import { formatProblem } from '../config/sequence-problem.ts';
import type { DefinitionProblem } from '../config/sequence-problem.ts';
import { customColumnNames } from '../store/custom-columns.ts';
import { openState } from '../store/database.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { usageError } from './options.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import { openWorkspace } from './workspace.ts';

/**
 * `sequences lint [ID…]`: everything that is wrong or doubtful in the definition files, each with file, line, column
 * and what to change (cli.md 2.6, 3.6; hardening 47 to 75). Ends 65 when there is an error. Changes nothing. Reads the
 * state, where there is one, only to know the further columns of stored leads.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const workspace = openWorkspace(invocation);
  const loaded = loadDefinitions(workspace.paths.sequencesDir);
  const wanted = wantedIds(invocation, loaded);
  const problems = await lintDefinitions(loaded, {
    customFields: storedColumns(workspace.paths.databaseFile),
    brand: workspace.brand,
    hours: workspace.policy.hours,
    hasModel: workspace.ai !== null,
  });
  return outcomeOf(
    wanted,
    problems.filter((problem) => concerns(problem, wanted, invocation)),
    loaded,
  );
}

/** The sequences that were asked for; all when none was. */
function wantedIds(invocation: Invocation, loaded: LoadedDefinitions): readonly string[] {
  for (const id of invocation.args) {
    if (loaded.folderIds.includes(id)) continue;
    const nearest = nearestWord(id, loaded.folderIds);
    throw usageError(
      `there is no sequence ${JSON.stringify(id)} under sequences/`,
      nearest === null ? `headgate sequences new ${id}` : `headgate sequences lint ${nearest}`,
    );
  }
  return invocation.args.length === 0 ? loaded.folderIds : invocation.args;
}

function concerns(problem: DefinitionProblem, wanted: readonly string[], invocation: Invocation): boolean {
  if (invocation.args.length === 0) return true;
  const folder = problem.file.split('/')[1];
  return folder !== undefined && wanted.includes(folder);
}

/** A checkout without a state can be linted as well, as a build server does. */
function storedColumns(databaseFile: string): readonly string[] {
  if (!existsSync(databaseFile)) return [];
  const db = openState({ file: databaseFile, mode: 'read' });
  try {
    return db.read(() => customColumnNames(db));
  } finally {
    db.close();
  }
}

function outcomeOf(
  wanted: readonly string[],
  problems: readonly DefinitionProblem[],
  loaded: LoadedDefinitions,
): Outcome {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const steps = loaded.definitions
    .filter((definition) => wanted.includes(definition.id))
    .reduce((sum, definition) => sum + definition.steps.length, 0);
  const counts = { sequences: wanted.length, steps, errors, warnings: problems.length - errors };
  return {
    exit: errors === 0 ? 'OK' : 'DATAERR',
    document: { items: problems, counts },
    human: (terminal) => linesOf(terminal, problems, counts),
    message: errors === 0 ? null : `${countOf(errors, 'error')} in sequences/`,
    fix: errors === 0 ? null : 'Correct the files, then: headgate sequences lint',
  };
}

function linesOf(
  terminal: Terminal,
  problems: readonly DefinitionProblem[],
  counts: {
    readonly sequences: number;
    readonly steps: number;
    readonly errors: number;
    readonly warnings: number;
  },
): readonly string[] {
  const { ok, problem, warning } = terminal.symbols;
  const shown = problems.map((found) => {
    const line = escapeText(formatProblem(found));
    return found.severity === 'error'
      ? terminal.red(`${problem} ${line}`)
      : terminal.yellow(`${warning} ${line}`);
  });
  const looked = `${countOf(counts.sequences, 'sequence')}, ${countOf(counts.steps, 'step')}`;
  const found = `${countOf(counts.errors, 'error')}, ${countOf(counts.warnings, 'warning')}`;
  const mark = counts.errors > 0 ? problem : counts.warnings > 0 ? warning : ok;
  return [...shown, `${mark} ${looked}: ${found}`];
}
