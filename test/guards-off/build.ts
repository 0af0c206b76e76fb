import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';

import { browserScripts, TEXT_LOADERS } from '../../scripts/text-files.ts';

export const ROOT = join(import.meta.dirname, '../..');
/** Stands in the build where a shipped one has nothing; each build below has another text in its place. */
const PLACEHOLDER = '@@guards off@@';

/** Bundles a program of the tests together with Headgate, so that guards can be left out of it. `entry`: from the root. */
export async function buildProgram(entry: string, folder: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: join(folder, 'program.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    packages: 'external',
    alias: { vitest: join(ROOT, 'test/sim/outside-vitest.ts') },
    loader: TEXT_LOADERS,
    plugins: [browserScripts],
    define: { HEADGATE_GUARDS_OFF: JSON.stringify(PLACEHOLDER) },
    logLevel: 'warning',
  });
}

/** The bundle in this folder without these guards; returns its path. */
export function programWithout(guards: readonly string[], folder: string): string {
  const file = join(folder, `without-${guards.join('-') || 'nothing'}.mjs`);
  const text = readFileSync(join(folder, 'program.mjs'), 'utf8');
  writeFileSync(file, text.replaceAll(PLACEHOLDER, guards.join(',')));
  return file;
}
