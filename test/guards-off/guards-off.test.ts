import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { browserScripts, TEXT_LOADERS } from '../../scripts/text-files.ts';
import { LEAD_GUARD_NAMES } from '../../src/core/guards/lead-guards.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Inside node_modules, where the build finds its packages, and which is not in git. */
const FOLDER = join(ROOT, `node_modules/.cache/guards-off-${process.pid}`);
/** Stands in the build where a shipped one has nothing; each build below has another text in its place. */
const PLACEHOLDER = '@@guards off@@';

const RUN_GUARDS = ['cap', 'blast_radius', 'weekday', 'wake', 'pause', 'one_step'];
const SEND_GUARDS = ['undo', 'sender_cap'];

const run = promisify(execFile);

/** The scenarios with the program they play on, in a build without these guards, as a process of its own. */
async function playWithout(
  guards: readonly string[],
  names: readonly string[],
): Promise<Record<string, readonly string[]>> {
  const file = join(FOLDER, `without-${guards.join('-') || 'nothing'}.mjs`);
  writeFileSync(
    file,
    readFileSync(join(FOLDER, 'program.mjs'), 'utf8').replaceAll(PLACEHOLDER, guards.join(',')),
  );
  const { stdout } = await run(process.execPath, [file, ...names], { cwd: ROOT });
  return JSON.parse(stdout) as Record<string, readonly string[]>;
}

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/guards-off/child.ts'],
    outfile: join(FOLDER, 'program.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    packages: 'external',
    loader: TEXT_LOADERS,
    plugins: [browserScripts],
    define: { HEADGATE_GUARDS_OFF: JSON.stringify(PLACEHOLDER) },
    logLevel: 'warning',
  });
});

afterAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
});

describe('every guard is worth its place', () => {
  it('has a scenario: a new guard needs one that shows what it prevents', () => {
    const covered = SCENARIOS.map(({ guard }) => guard).sort();
    expect(covered).toEqual([...LEAD_GUARD_NAMES, ...RUN_GUARDS, ...SEND_GUARDS].sort());
  });

  it('with all guards every scenario keeps every promise', { timeout: 60_000 }, async () => {
    const broken = await playWithout([], []);
    expect(broken).toEqual(Object.fromEntries(SCENARIOS.map(({ guard }) => [guard, []])));
  });

  it.concurrent.each(SCENARIOS)(
    'without $guard: $promise',
    { timeout: 60_000 },
    async ({ guard, alsoOff = [], promise }: Scenario) => {
      const broken = await playWithout([guard, ...alsoOff], [guard]);
      expect(broken[guard]).toContain(promise);
      if (alsoOff.length > 0) expect((await playWithout(alsoOff, [guard]))[guard]).not.toContain(promise);
    },
  );
});
