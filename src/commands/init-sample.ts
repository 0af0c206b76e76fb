import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { createStampFile } from '../adapters/stamp-file.ts';
import { hashDefinitions } from '../config/definitions-hash.ts';
import { loadDefinitions } from '../config/definitions.ts';
import type { InitialFile } from '../config/initial-files.ts';
import { lintDefinitions } from '../config/lint.ts';
import type { WorkspacePaths } from '../config/paths.ts';
import { formatProblem } from '../config/sequence-problem.ts';
import { HeadgateError } from '../core/errors.ts';
import type { SequenceDefinition } from '../core/model.ts';
import { rememberAppliedFiles } from '../store/applied-files.ts';
import { openState } from '../store/database.ts';
import { appliedAct, applySequences } from './apply-sequences.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation } from './cli-context.ts';
import { run as importLeads } from './leads-import.ts';
import { usageError } from './options.ts';
import { countOf } from './output/text.ts';
import { stampState } from './run-session.ts';
import type { Workspace } from './workspace.ts';

export interface SampleCounts {
  readonly sequences: number;
  readonly leads: number;
}

const SAMPLE_MODE = 0o640;

/** What `--sample` writes besides the workspace itself. Loaded only for it: it is as large as a command. */
export async function sampleFiles(paths: WorkspacePaths): Promise<readonly InitialFile[]> {
  const { SAMPLE_FILES, SAMPLE_LEADS_FILE } = await import('../config/sample/sample-files.ts');
  const leads = join(paths.workspaceDir, SAMPLE_LEADS_FILE);
  if (existsSync(leads) && readFileSync(leads, 'utf8') !== SAMPLE_FILES.get(SAMPLE_LEADS_FILE)) {
    // It would stay as it is and be imported as the sample: real people would be enrolled into sample copy.
    throw usageError(
      `${leads} is there already and is not the sample`,
      'Move it away, or leave --sample out.',
    );
  }
  return [...SAMPLE_FILES].map(([path, text]) => ({ path, text, mode: SAMPLE_MODE }));
}

/**
 * The sample sequences of a workspace, checked before any state is made, since files that were there before stay and
 * may be wrong. Throws HeadgateError `definitions_invalid` (65).
 */
export async function sampleDefinitions(workspace: Workspace): Promise<readonly SequenceDefinition[]> {
  const { SAMPLE_FILES } = await import('../config/sample/sample-files.ts');
  const { brand, policy, paths } = workspace;
  const loaded = loadDefinitions(paths.sequencesDir);
  const problems = await lintDefinitions(loaded, {
    customFields: [],
    brand,
    hours: policy.hours,
    hasModel: false,
  });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) {
    return loaded.definitions.filter(({ id }) => SAMPLE_FILES.has(`sequences/${id}/sequence.toml`));
  }
  throw new HeadgateError(`${countOf(errors.length, 'error')} in sequences/`, {
    code: 'definitions_invalid',
    exit: 'DATAERR',
    notDone: 'No state was made.',
    fix: 'Correct the lines above or move the folder away, then run init again.',
    details: errors.map(formatProblem),
  });
}

/** Applies the sample sequences to a fresh state and imports the sample leads as `leads import` would (A19). */
export async function fillWithSample(
  invocation: Invocation,
  of: { readonly workspace: Workspace; readonly definitions: readonly SequenceDefinition[] },
): Promise<SampleCounts> {
  const { workspace, definitions } = of;
  const { paths, policy } = workspace;
  const db = openState({ file: paths.databaseFile, mode: 'write' });
  try {
    const now = invocation.context.clock.now();
    db.write(() => {
      const applied = applySequences({ definitions, seen: null }, { db, policy, now });
      rememberAppliedFiles(db, hashDefinitions(paths.sequencesDir));
      recordAct({ invocation, db, now }, appliedAct(db, { applied, enrolled: 0 }));
    });
    const leads = await importSample(invocation, paths);
    stampState({ stampFile: createStampFile(paths.stampFile) }, db);
    return { sequences: definitions.length, leads };
  } finally {
    db.close();
  }
}

async function importSample(invocation: Invocation, paths: WorkspacePaths): Promise<number> {
  const { SAMPLE_LEADS_FILE } = await import('../config/sample/sample-files.ts');
  const outcome = await importLeads({
    ...invocation,
    path: 'leads import',
    global: { ...invocation.global, config: paths.configFile, state: paths.stateDir },
    args: [join(paths.workspaceDir, SAMPLE_LEADS_FILE)],
    options: { yes: true },
  });
  const { counts } = outcome.document;
  const imported = typeof counts === 'object' && counts !== null && 'new' in counts ? counts.new : null;
  if (outcome.exit !== 'OK' || typeof imported !== 'number')
    throw new Error('the sample leads were not taken');
  return imported;
}
