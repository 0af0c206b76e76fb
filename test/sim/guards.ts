import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

import { buildProgram, programWithout, ROOT } from '../guards-off/build.ts';
import { SCENARIOS } from '../guards-off/scenarios.ts';

/**
 * The simulator against builds that lack one guard each: how many seeds until a promise is found broken, and which. Prints a table; ends
 * 1 when a guard's absence was not seen within `--seeds`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '20' },
    days: { type: 'string', default: '10' },
    leads: { type: 'string', default: '12' },
  },
});

const run = promisify(execFile);
const folder = join(ROOT, `node_modules/.cache/simulator-${process.pid}`);
const wanted = SCENARIOS.filter(({ guard }) => positionals.length === 0 || positionals.includes(guard));

mkdirSync(folder, { recursive: true });
try {
  await buildProgram('test/sim/player.ts', folder);
  for (const { guard, alsoOff = [] } of wanted) {
    const program = programWithout([guard, ...alsoOff], folder);
    const { seeds, promise } = await seedsUntilCaught(program);
    if (promise === null) process.exitCode = 1;
    const also = alsoOff.length === 0 ? '' : ` with ${alsoOff.join(', ')}`;
    process.stdout.write(`| ${guard}${also} | ${seeds} | ${promise ?? 'not caught'} |\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function seedsUntilCaught(program: string): Promise<{ seeds: number; promise: string | null }> {
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    const promise = await brokenIn(program, seed);
    if (promise !== null) return { seeds: seed, promise };
  }
  return { seeds: Number(values.seeds), promise: null };
}

/** The promise that this seed finds broken; null when it keeps all of them. */
async function brokenIn(program: string, seed: number): Promise<string | null> {
  try {
    await run(process.execPath, [program, values.days, values.leads, String(seed)], { cwd: ROOT });
    return null;
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    const promise = /^ {2}([^:]+):/m.exec(stderr)?.[1];
    if (promise === undefined) throw error;
    return promise;
  }
}
