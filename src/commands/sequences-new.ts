import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { firstStep, newSequence } from '../config/sequence-template.ts';
import { ID_RULE, isDefinitionId } from '../config/sequence-steps.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { argument, usageError } from './options.ts';
import { escapeText } from './output/text.ts';
import { openWorkspace } from './workspace.ts';

const DIRECTORY_MODE = 0o750;
const FILE_MODE = 0o640;

/**
 * `sequences new ID`: a folder with a sequence.toml (status draft, so that it reaches nobody) and one step. Never
 * overwrites: throws `sequence_exists` (64) when there is anything under that name. A half-written folder is removed.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const id = readId(invocation);
  const { paths } = openWorkspace(invocation);
  const folder = join(paths.sequencesDir, id);
  const step = firstStep();
  mkdirSync(paths.sequencesDir, { recursive: true, mode: DIRECTORY_MODE });
  makeFolder(folder, id);
  try {
    writeNew(join(folder, 'sequence.toml'), newSequence(id, step.id));
    writeNew(join(folder, `${step.id}.md`), step.text);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const files = ['sequence.toml', `${step.id}.md`].map((name) => `sequences/${id}/${name}`);
  return Promise.resolve(outcomeOf(id, files));
}

function readId(invocation: Invocation): string {
  const id = argument(invocation, 0) ?? '';
  if (isDefinitionId(id)) return id;
  const meant = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  throw usageError(
    `${JSON.stringify(id)} is no name for a sequence: ${ID_RULE}`,
    isDefinitionId(meant) ? `headgate sequences new ${meant}` : undefined,
  );
}

/** Making the folder is the claim to its name: of two calls at once only one succeeds. */
function makeFolder(folder: string, id: string): void {
  try {
    mkdirSync(folder, { mode: DIRECTORY_MODE });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new HeadgateError(`sequences/${id} is there already`, {
      code: 'sequence_exists',
      exit: 'USAGE',
      notDone: 'Nothing was written.',
      fix: 'Choose another name; it is permanent.',
    });
  }
}

function writeNew(path: string, text: string): void {
  writeFileSync(path, text, { flag: 'wx', mode: FILE_MODE });
}

function outcomeOf(id: string, files: readonly string[]): Outcome {
  const next = [`headgate sequences lint ${id}`, 'headgate sequences plan', 'headgate sequences apply'];
  return {
    exit: 'OK',
    document: { items: [{ id, status: 'draft', files }], next },
    human: (terminal) => [
      ...files.map((file) => `${terminal.symbols.ok} ${escapeText(file)}`),
      '',
      ' It is a draft and reaches nobody until status is active and the files are applied.',
      '',
      ...next.map((command, index) => ` ${index === 0 ? 'Next' : '    '}    ${command}`),
    ],
  };
}
