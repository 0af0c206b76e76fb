import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { buildProgram, programWithout, ROOT } from '../guards-off/build.ts';
import type { SimulationResult } from './simulation.ts';

/**
 * The simulator over a fleet, seed after seed and in several processes, until so many lead-days have passed: one lead under way in a
 * sequence for one day of ticks. Prints a line for each seed and the sums; ends 1 at the first broken promise, with its seed.
 */
const { values } = parseArgs({
  options: {
    'lead-days': { type: 'string', default: process.env['HEADGATE_SIM_LEAD_DAYS'] ?? '1000000' },
    days: { type: 'string', default: '40' },
    leads: { type: 'string', default: '1500' },
    from: { type: 'string', default: '1' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});

type Played = SimulationResult & { readonly seconds: number };

const target = Number(values['lead-days']);
const folder = join(ROOT, `node_modules/.cache/simulator-${process.pid}`);
const played: Played[] = [];
const run = { nextSeed: Number(values.from), hasFailed: false };

mkdirSync(folder, { recursive: true });
try {
  await buildProgram('test/sim/player.ts', folder);
  const program = programWithout([], folder);
  await Promise.all(Array.from({ length: Number(values.processes) }, () => work(program)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();
process.exitCode = run.hasFailed ? 1 : 0;

/** One process at a time, until the others and this one have enough. */
async function work(program: string): Promise<void> {
  while (!run.hasFailed && leadDays() < target) {
    const seed = run.nextSeed;
    run.nextSeed += 1;
    await play(program, seed);
  }
}

async function play(program: string, seed: number): Promise<void> {
  const words = [program, values.days, values.leads, String(seed)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], cwd: ROOT });
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const result = JSON.parse(line) as Played;
    played.push(result);
    const { drafts, mails, kills, seconds } = result;
    const row = [seed, result.leadDays, drafts, mails, kills, seconds.toFixed(0), leadDays()];
    process.stdout.write(`seed ${row.join('\t')}\n`);
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0) run.hasFailed = true;
}

function leadDays(): number {
  return played.reduce((sum, result) => sum + result.leadDays, 0);
}

function report(): void {
  const sum = (of: (result: Played) => number): string =>
    played.reduce((total, result) => total + of(result), 0).toLocaleString('en-GB');
  const kinds = [...new Set(played.flatMap(({ troubles }) => Object.keys(troubles)))].sort();
  process.stdout.write(
    [
      `seeds        ${played.length}`,
      `lead-days    ${sum((result) => result.leadDays)} of ${target.toLocaleString('en-GB')}`,
      `commands     ${sum(({ commands }) => commands)}`,
      `drafts       ${sum(({ drafts }) => drafts)}`,
      `mails        ${sum(({ mails }) => mails)}`,
      `kills        ${sum(({ kills }) => kills)}`,
      ...kinds.map((kind) => `${kind.padEnd(12)} ${sum(({ troubles }) => troubles[kind] ?? 0)}`),
      run.hasFailed ? 'A promise was broken.' : 'No promise was broken.',
      '',
    ].join('\n'),
  );
}
