import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { LEAD_GUARD_NAMES } from '../../src/core/guards/lead-guards.ts';
import { buildProgram, programWithout, ROOT } from './build.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** Inside node_modules, where the build finds its packages, and which is not in git. */
const FOLDER = join(ROOT, `node_modules/.cache/guards-off-${process.pid}`);

const RUN_GUARDS = ['cap', 'blast_radius', 'weekday', 'wake', 'pause', 'one_step'];
const SEND_GUARDS = ['undo', 'sender_cap'];

const run = promisify(execFile);

/** The scenarios with the program they play on, in a build without these guards, as a process of its own. */
async function playWithout(
  guards: readonly string[],
  names: readonly string[],
): Promise<Record<string, readonly string[]>> {
  const file = programWithout(guards, FOLDER);
  const { stdout } = await run(process.execPath, [file, ...names], { cwd: ROOT });
  return JSON.parse(stdout) as Record<string, readonly string[]>;
}

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  await buildProgram('test/guards-off/child.ts', FOLDER);
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
