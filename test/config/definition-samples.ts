import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { onTestFinished } from 'vitest';

import { loadDefinitions } from '../../src/config/definitions.ts';
import type { LoadedDefinitions } from '../../src/config/definitions.ts';
import { lintDefinitions } from '../../src/config/lint.ts';
import type { LintOptions } from '../../src/config/lint.ts';
import { formatProblem } from '../../src/config/sequence-problem.ts';
import type { DefinitionProblem } from '../../src/config/sequence-problem.ts';

export type Files = Readonly<Record<string, string | Buffer>>;

/** A workspace of one test alone with the given files; gone after it. Returns its `sequences` folder. */
export function sequencesWith(files: Files): string {
  const workspace = mkdtempSync(join(tmpdir(), 'headgate-sequences-'));
  onTestFinished(() => rmSync(workspace, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(workspace, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return join(workspace, 'sequences');
}

/** A step whose words nothing can be said against. */
export const COPY = 'Subject: A short question\n\nHello, may I ask you something?\n';

/** One sequence `s` with the steps `one` and `two`, some of its lines or files replaced. */
export function oneSequence(change: {
  readonly head?: string;
  readonly steps?: string;
  readonly files?: Files;
}): Files {
  const steps = change.steps ?? '[[step]]\nid = "one"\nafter = "0d"\n';
  return {
    'sequences/s/sequence.toml': `name = "S"\n${change.head ?? ''}\n${steps}`,
    'sequences/s/one.md': COPY,
    ...change.files,
  };
}

/** `one.md:3:1 single_braces`: what tests compare; the folder in front is left out. */
export function briefly(problems: readonly DefinitionProblem[]): readonly string[] {
  return problems.map((problem) => {
    const place = [problem.file.replace(/^sequences\/s\//, ''), problem.line, problem.column];
    return `${place.filter((part) => part !== null).join(':')} ${problem.code}`;
  });
}

export function loadFiles(files: Files): LoadedDefinitions {
  return loadDefinitions(sequencesWith(files));
}

/** The problems of loading, as messages. */
export function messagesOf(files: Files): string {
  return loadFiles(files).problems.map(formatProblem).join('\n');
}

export const NO_KNOWLEDGE: LintOptions = { customFields: [], brand: null, hours: null, hasModel: false };

export async function lintFiles(
  files: Files,
  options: LintOptions = NO_KNOWLEDGE,
): Promise<readonly DefinitionProblem[]> {
  return lintDefinitions(loadFiles(files), options);
}
