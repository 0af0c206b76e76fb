import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { onTestFinished } from 'vitest';

import { formatIssue } from '../../src/config/issue.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { inspectConfig, loadConfig } from '../../src/config/load.ts';
import type { WorkspaceQuestion } from '../../src/config/paths.ts';

export const BRAND = [
  'name = "Tom at Ledd"',
  'from = "tom@mail.example.com"',
  'postal_address = "1 Mill Lane, Leeds"',
].join('\n');

/** A folder of one test alone with the given files; gone after it. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, 0o640);
  }
  return folder;
}

type Answer = Partial<Omit<WorkspaceQuestion, 'cwd'>>;

/** A question asked inside a folder of its own; nothing outside of it can answer. */
export function questionIn(folder: string, answer: Answer = {}): WorkspaceQuestion {
  return {
    configFlag: null,
    stateFlag: null,
    environment: {},
    installation: join(folder, 'no-installation'),
    systemDirectory: join(folder, 'no-system'),
    ...answer,
    cwd: folder,
  };
}

/** Loads one headgate.toml with a right brand.toml beside it. */
export function load(toml: string, answer: Answer = {}): LoadedConfig {
  return loadConfig(questionIn(folderWith({ 'headgate.toml': toml, 'brand.toml': BRAND }), answer));
}

/** What is wrong with one headgate.toml: lines without the folder in front. */
export function complaintsOf(toml: string, answer: Answer = {}): readonly string[] {
  const folder = folderWith({ 'headgate.toml': toml, 'brand.toml': BRAND });
  const inspection = inspectConfig(questionIn(folder, answer));
  if (inspection.kind === 'valid') return [];
  return inspection.issues.map((issue) => formatIssue(issue).replace(`${folder}/`, ''));
}
